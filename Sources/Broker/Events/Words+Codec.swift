// Identifiers, codes and the words of enumerations.

import Brokerage
import JSON

// MARK: - Identifiers

/// A dense identifier, written as its text: a letter and a number.
protocol RecordedIdentifier: Recorded, DenseIdentifier {}

extension BlockID: RecordedIdentifier {}
extension ClaimID: RecordedIdentifier {}
extension ReferralID: RecordedIdentifier {}
extension OfferID: RecordedIdentifier {}
extension PackageID: RecordedIdentifier {}
extension ShortfallID: RecordedIdentifier {}
extension KeyID: RecordedIdentifier {}

extension RecordedIdentifier {
    func write(to json: inout JSONWriter) { json.value(description) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Self {
        try reader.parsed("an identifier such as \(Self.prefix)12") { text in
            let prefix = Self.prefix.utf8
            guard text.count > prefix.count, text.count - prefix.count <= 10, text.starts(with: prefix) else {
                return nil
            }
            var number: UInt64 = 0
            for byte in text[prefix.count...] {
                let digit = byte &- UInt8(ascii: "0")
                guard digit < 10, number > 0 || digit > 0 else { return nil }
                number = number * 10 + UInt64(digit)
            }
            return UInt32(exactly: number).map(Self.init(number:))
        }
    }
}

extension PersonID: Recorded {
    func write(to json: inout JSONWriter) { json.value(Hexadecimal.text(high: high, low: low)) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> PersonID {
        try reader.parsed("32 lower-case hexadecimal digits") { text in
            Hexadecimal.pair(text).map(PersonID.init(high:low:))
        }
    }
}

extension CommandID: Recorded {
    func write(to json: inout JSONWriter) { json.value(description) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> CommandID {
        try reader.parsed("32 lower-case hexadecimal digits") { text in
            Hexadecimal.pair(text).map(CommandID.init(high:low:))
        }
    }
}

// MARK: - Codes

extension Slug: Recorded {
    func write(to json: inout JSONWriter) { json.value(description) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Slug {
        guard let slug = Slug(try reader.string()) else {
            throw CodecError("expected 1 to 64 lower-case letters, digits and -")
        }
        return slug
    }
}

extension Skill: Recorded {
    func write(to json: inout JSONWriter) { json.value(description) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Skill {
        guard let skill = Skill(try reader.string()) else {
            throw CodecError("expected a code of 1 to 32 letters, digits and -")
        }
        return skill
    }
}

extension PostcodeDistrict: Recorded {
    func write(to json: inout JSONWriter) { json.value(description) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> PostcodeDistrict {
        guard let district = PostcodeDistrict(try reader.string()) else {
            throw CodecError("expected a postcode district such as CV32")
        }
        return district
    }
}

extension PostcodeSector: Recorded {
    func write(to json: inout JSONWriter) { json.value(description) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> PostcodeSector {
        guard let sector = PostcodeSector(try reader.string()) else {
            throw CodecError("expected a postcode sector such as CV32 5")
        }
        return sector
    }
}

// MARK: - Enumerations

/// A case of an enumeration, written as its raw value.
protocol RecordedWord: Recorded, RawRepresentable<String>, CaseIterable, Sendable {
    /// Every case by its word.
    static var words: Words<Self> { get }
}

/// The words of an enumeration, to be found without making a string.
struct Words<Word: RecordedWord>: Sendable {
    private let entries: [(text: [UInt8], word: Word)] = Word.allCases.map { (Array($0.rawValue.utf8), $0) }

    /// The case whose raw value this is.
    func find(_ text: UnsafeBufferPointer<UInt8>) -> Word? {
        for entry in entries where entry.text.count == text.count && entry.text.elementsEqual(text) {
            return entry.word
        }
        return nil
    }
}

extension RecordedWord {
    func write(to json: inout JSONWriter) { json.value(rawValue) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Self {
        try reader.parsed("one of the words of \(Self.self)", words.find)
    }
}

extension Band: RecordedWord { static let words = Words<Band>() }
extension Role: RecordedWord { static let words = Words<Role>() }
extension Funding: RecordedWord { static let words = Words<Funding>() }
extension Provider.Kind: RecordedWord { static let words = Words<Provider.Kind>() }
extension Provider.Status: RecordedWord { static let words = Words<Provider.Status>() }
extension Provider.Gender: RecordedWord { static let words = Words<Provider.Gender>() }
extension Ask.Class: RecordedWord { static let words = Words<Ask.Class>() }
extension Ask.Source: RecordedWord { static let words = Words<Ask.Source>() }
extension Ask.Fact: RecordedWord { static let words = Words<Ask.Fact>() }
extension Decision.Criterion: RecordedWord { static let words = Words<Decision.Criterion>() }
extension Offer.Refusal: RecordedWord { static let words = Words<Offer.Refusal>() }
extension Package.Outcome: RecordedWord { static let words = Words<Package.Outcome>() }
extension Referral.Triage.Outcome: RecordedWord { static let words = Words<Referral.Triage.Outcome>() }
extension Referral.Alert.Kind: RecordedWord { static let words = Words<Referral.Alert.Kind>() }
