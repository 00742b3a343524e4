// Numbers, texts, identifiers, collections and the words of enumerations, in a snapshot.

import HashTreeCollections

// MARK: - Numbers and texts

extension SnapshotCoder {
    /// A signed number, small ones of either sign in one byte.
    @inline(__always) fileprivate mutating func signed<Number: FixedWidthInteger & SignedInteger>(
        _ value: Number?
    ) throws(SnapshotError) -> Number {
        if isWriting, let value {
            let wide = Int64(value)
            write(UInt64(bitPattern: wide << 1 ^ wide >> 63))
            return value
        }
        let read = try readNumber()
        guard let number = Number(exactly: Int64(bitPattern: read >> 1) ^ -Int64(bitPattern: read & 1)) else {
            throw SnapshotError("a number is out of range")
        }
        return number
    }

    @inline(__always) fileprivate mutating func unsigned<Number: FixedWidthInteger & UnsignedInteger>(
        _ value: Number?
    ) throws(SnapshotError) -> Number {
        if isWriting, let value {
            write(UInt64(value))
            return value
        }
        guard let number = Number(exactly: try readNumber()) else { throw SnapshotError("a number is out of range") }
        return number
    }
}

extension Int: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: Int?) throws(SnapshotError) -> Int {
        try coder.signed(value)
    }
}

extension Int32: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: Int32?) throws(SnapshotError) -> Int32 {
        try coder.signed(value)
    }
}

extension Int64: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: Int64?) throws(SnapshotError) -> Int64 {
        try coder.signed(value)
    }
}

extension UInt8: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: UInt8?) throws(SnapshotError) -> UInt8 {
        if coder.isWriting, let value {
            coder.byte(value)
            return value
        }
        return try coder.readByte()
    }
}

extension UInt32: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: UInt32?) throws(SnapshotError) -> UInt32 {
        try coder.unsigned(value)
    }
}

extension UInt64: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: UInt64?) throws(SnapshotError) -> UInt64 {
        try coder.unsigned(value)
    }
}

extension Bool: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: Bool?) throws(SnapshotError) -> Bool {
        try UInt8.code(&coder, value.map { $0 ? 1 : 0 }) != 0
    }
}

extension String: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: String?) throws(SnapshotError) -> String {
        if coder.isWriting, var value {
            value.withUTF8 {
                coder.write(UInt64($0.count))
                coder.write(raw: UnsafeRawBufferPointer($0))
            }
            return value
        }
        let count = try coder.readCount()
        return String(decoding: try coder.readRaw(count), as: UTF8.self)
    }
}

// MARK: - Collections

extension Array: Coded where Element: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: [Element]?) throws(SnapshotError) -> [Element] {
        if Element.self == UInt8.self, let bytes = try coder.run(value as? [UInt8]) as? [Element] { return bytes }
        if coder.isWriting, let value {
            coder.write(UInt64(value.count))
            for element in value { _ = try Element.code(&coder, element) }
            return value
        }
        let count = try coder.readCount()
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try Element.code(&coder, nil)) }
        return elements
    }
}

extension SnapshotCoder {
    /// A run of bytes (a hash), copied as it is.
    @inline(__always) fileprivate mutating func run(_ value: [UInt8]?) throws(SnapshotError) -> [UInt8] {
        if isWriting, let value {
            write(UInt64(value.count))
            value.withUnsafeBytes { write(raw: $0) }
            return value
        }
        let count = try readCount()
        return [UInt8](try readRaw(count))
    }

    /// A map, in the order that `precedes` gives its keys.
    mutating func map<Key: Coded & Hashable, Value: Coded>(
        _ value: @autoclosure () -> TreeDictionary<Key, Value>?,
        by precedes: (Key, Key) -> Bool
    ) throws(SnapshotError) -> TreeDictionary<Key, Value> {
        fieldCounted()
        if isWriting, let value = value() {
            write(UInt64(value.count))
            for (key, element) in value.sorted(by: { precedes($0.key, $1.key) }) {
                _ = try Key.code(&self, key)
                _ = try Value.code(&self, element)
            }
            return value
        }
        let count = try readCount()
        var map = TreeDictionary<Key, Value>()
        for _ in 0..<count {
            let key = try Key.code(&self, nil)
            map[key] = try Value.code(&self, nil)
        }
        guard map.count == count else { throw SnapshotError("a key stands there twice") }
        return map
    }

    /// A table: its entries in their order, without their identifiers.
    mutating func table<ID: DenseIdentifier, Value: Coded & Sendable>(
        _ value: @autoclosure () -> DenseTable<ID, Value>?
    ) throws(SnapshotError) -> DenseTable<ID, Value> {
        fieldCounted()
        if isWriting, let value = value() {
            write(UInt64(value.count))
            for (_, element) in value { _ = try Value.code(&self, element) }
            return value
        }
        let count = try readCount()
        var table = DenseTable<ID, Value>()
        for _ in 0..<count { table.append(try Value.code(&self, nil)) }
        return table
    }

    /// A map whose keys have an order of their own.
    mutating func map<Key: Coded & Hashable & Comparable, Value: Coded>(
        _ value: @autoclosure () -> TreeDictionary<Key, Value>?
    ) throws(SnapshotError) -> TreeDictionary<Key, Value> {
        try map(value(), by: <)
    }
}

// MARK: - Identifiers and codes

extension DenseIdentifier where Self: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: Self?) throws(SnapshotError) -> Self {
        Self(number: try UInt32.code(&coder, value?.number))
    }
}

extension BlockID: Coded {}
extension ClaimID: Coded {}
extension ReferralID: Coded {}
extension OfferID: Coded {}
extension PackageID: Coded {}
extension ShortfallID: Coded {}
extension KeyID: Coded {}

extension PersonID: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: PersonID?) throws(SnapshotError) -> PersonID {
        if coder.isWriting, let value {
            withUnsafeBytes(of: (value.high.littleEndian, value.low.littleEndian)) { coder.write(raw: $0) }
            return value
        }
        let bytes = try coder.readRaw(16)
        return PersonID(
            high: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
            low: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
    }
}

extension Slug: InternedName {
    static func parse(_ text: String) -> Slug? { Slug(text) }

    @inline(__always) static func withTable<Result>(
        _ coder: inout SnapshotCoder,
        _ body: (inout Interned<Slug>) throws(SnapshotError) -> Result
    ) throws(SnapshotError) -> Result { try body(&coder.slugs) }
}

extension Skill: InternedName {
    static func parse(_ text: String) -> Skill? { Skill(text) }

    @inline(__always) static func withTable<Result>(
        _ coder: inout SnapshotCoder,
        _ body: (inout Interned<Skill>) throws(SnapshotError) -> Result
    ) throws(SnapshotError) -> Result { try body(&coder.skills) }
}

extension PostcodeDistrict: InternedName {
    static func parse(_ text: String) -> PostcodeDistrict? { PostcodeDistrict(text) }

    @inline(__always) static func withTable<Result>(
        _ coder: inout SnapshotCoder,
        _ body: (inout Interned<PostcodeDistrict>) throws(SnapshotError) -> Result
    ) throws(SnapshotError) -> Result { try body(&coder.districts) }
}

/// A text of which few different ones appear often, such as a role.
struct RepeatedText: InternedName {
    let description: String

    init(_ text: String) { description = text }

    static func parse(_ text: String) -> RepeatedText? { RepeatedText(text) }

    @inline(__always) static func withTable<Result>(
        _ coder: inout SnapshotCoder,
        _ body: (inout Interned<RepeatedText>) throws(SnapshotError) -> Result
    ) throws(SnapshotError) -> Result { try body(&coder.texts) }
}

// MARK: - Times

extension Instant: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Instant?) throws(SnapshotError) {
        seconds = try field(old?.seconds)
    }
}

extension Day: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Day?) throws(SnapshotError) {
        number = try field(old?.number)
    }
}

extension TimeOfDay: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: TimeOfDay?) throws(SnapshotError) {
        guard let time = TimeOfDay(minutes: try field(old?.minutes)) else {
            throw SnapshotError("a time lies outside the day")
        }
        self = time
    }
}

extension Weekdays: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Weekdays?) throws(SnapshotError) {
        self.init(bits: try field(old?.bits))
    }
}

// MARK: - Words

/// A case of an enumeration with a raw value.
protocol CodedWord: Coded, RawRepresentable<String>, CaseIterable, Equatable, Sendable {
    /// Every case by its code, made once.
    static var codes: WordCodes<Self> { get }
}

/// The codes of an enumeration's cases: 16 bits of a hash of the raw value (FNV-1a), which neither a case put in between
/// nor a new order changes.
struct WordCodes<Word: CodedWord>: Sendable {
    private let entries: [(code: UInt16, word: Word)]

    init() {
        entries = Word.allCases.map { word in
            let hash = word.rawValue.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
            return (UInt16(truncatingIfNeeded: hash ^ hash >> 16), word)
        }
        precondition(Set(entries.map(\.code)).count == entries.count, "two words of \(Word.self) have one code")
    }

    func code(_ word: Word) -> UInt16 {
        guard let entry = entries.first(where: { $0.word == word }) else { preconditionFailure("a word has a code") }
        return entry.code
    }

    func word(_ code: UInt16) -> Word? {
        for entry in entries where entry.code == code { return entry.word }
        return nil
    }
}

extension CodedWord {
    package static func code(_ coder: inout SnapshotCoder, _ value: Self?) throws(SnapshotError) -> Self {
        if coder.isWriting, let value {
            let code = codes.code(value)
            coder.byte(UInt8(truncatingIfNeeded: code))
            coder.byte(UInt8(truncatingIfNeeded: code >> 8))
            return value
        }
        let low = try coder.readByte()
        guard let word = codes.word(UInt16(try coder.readByte()) << 8 | UInt16(low)) else {
            throw SnapshotError("a word of \(Self.self) is not known")
        }
        return word
    }
}

extension Band: CodedWord { static let codes = WordCodes<Band>() }
extension Role: CodedWord { static let codes = WordCodes<Role>() }
extension Funding: CodedWord { static let codes = WordCodes<Funding>() }
extension Provider.Kind: CodedWord { static let codes = WordCodes<Provider.Kind>() }
extension Provider.Status: CodedWord { static let codes = WordCodes<Provider.Status>() }
extension Provider.Gender: CodedWord { static let codes = WordCodes<Provider.Gender>() }
extension Ask.Class: CodedWord { static let codes = WordCodes<Ask.Class>() }
extension Ask.Source: CodedWord { static let codes = WordCodes<Ask.Source>() }
extension Ask.Fact: CodedWord { static let codes = WordCodes<Ask.Fact>() }
extension Referral.Status: CodedWord { static let codes = WordCodes<Referral.Status>() }
extension Referral.Triage.Outcome: CodedWord { static let codes = WordCodes<Referral.Triage.Outcome>() }
extension Referral.Alert.Kind: CodedWord { static let codes = WordCodes<Referral.Alert.Kind>() }
extension Offer.Status: CodedWord { static let codes = WordCodes<Offer.Status>() }
extension Offer.Refusal: CodedWord { static let codes = WordCodes<Offer.Refusal>() }
extension Package.Status: CodedWord { static let codes = WordCodes<Package.Status>() }
extension Package.Outcome: CodedWord { static let codes = WordCodes<Package.Outcome>() }
extension Decision.Method: CodedWord { static let codes = WordCodes<Decision.Method>() }
extension Offer.Origin: CodedWord { static let codes = WordCodes<Offer.Origin>() }
extension Decision.Criterion: CodedWord { static let codes = WordCodes<Decision.Criterion>() }
