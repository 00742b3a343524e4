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
    func write(to json: inout JSONWriter) { Hexadecimal.write(high: high, low: low, to: &json) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> PersonID {
        try reader.parsed("32 lower-case hexadecimal digits") { text in
            Hexadecimal.pair(text).map(PersonID.init(high:low:))
        }
    }
}

extension CommandID: Recorded {
    func write(to json: inout JSONWriter) { Hexadecimal.write(high: high, low: low, to: &json) }

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
    /// What the words are, to complete "expected ...".
    static var meaning: StaticString { get }
}

/// The words of an enumeration, to be found without making a string.
struct Words<Word: RecordedWord>: Sendable {
    /// All words, one behind the other.
    private let letters: [UInt8] = Word.allCases.flatMap { Array($0.rawValue.utf8) }
    /// How long each of them is.
    private let entries: [(count: Int, word: Word)] = Word.allCases.map { ($0.rawValue.utf8.count, $0) }

    /// The case whose raw value this is.
    func find(_ text: UnsafeBufferPointer<UInt8>) -> Word? {
        letters.withUnsafeBufferPointer { letters in
            var start = 0
            next: for entry in entries {
                defer { start += entry.count }
                guard entry.count == text.count else { continue }
                for index in 0..<entry.count where letters[start + index] != text[index] { continue next }
                return entry.word
            }
            return nil
        }
    }
}

extension RecordedWord {
    func write(to json: inout JSONWriter) { json.value(rawValue) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Self {
        try reader.parsed("\(meaning)", words.find)
    }
}

extension Band: RecordedWord {
    static let words = Words<Band>()
    static let meaning: StaticString = "a band of the day"
}

extension Role: RecordedWord {
    static let words = Words<Role>()
    static let meaning: StaticString = "a role"
}

extension Funding: RecordedWord {
    static let words = Words<Funding>()
    static let meaning: StaticString = "a funding"
}

extension Provider.Kind: RecordedWord {
    static let words = Words<Provider.Kind>()
    static let meaning: StaticString = "a kind of provider"
}

extension Provider.Status: RecordedWord {
    static let words = Words<Provider.Status>()
    static let meaning: StaticString = "a provider's status"
}

extension Provider.Gender: RecordedWord {
    static let words = Words<Provider.Gender>()
    static let meaning: StaticString = "a gender of carers"
}

extension Ask.Class: RecordedWord {
    static let words = Words<Ask.Class>()
    static let meaning: StaticString = "a class of referral"
}

extension Ask.Source: RecordedWord {
    static let words = Words<Ask.Source>()
    static let meaning: StaticString = "a source of referrals"
}

extension Ask.Fact: RecordedWord {
    static let words = Words<Ask.Fact>()
    static let meaning: StaticString = "a fact of an ask"
}

extension Decision.Criterion: RecordedWord {
    static let words = Words<Decision.Criterion>()
    static let meaning: StaticString = "a criterion of a decision"
}

extension Decision.Method: RecordedWord {
    static let words = Words<Decision.Method>()
    static let meaning: StaticString = "what made a decision"
}

extension Offer.Origin: RecordedWord {
    static let words = Words<Offer.Origin>()
    static let meaning: StaticString = "what sent an offer"
}

extension Offer.Refusal: RecordedWord {
    static let words = Words<Offer.Refusal>()
    static let meaning: StaticString = "a reason to refuse an offer"
}

extension Package.Outcome: RecordedWord {
    static let words = Words<Package.Outcome>()
    static let meaning: StaticString = "an outcome of a package"
}

extension Referral.Triage.Outcome: RecordedWord {
    static let words = Words<Referral.Triage.Outcome>()
    static let meaning: StaticString = "an outcome of triage"
}

extension Referral.Alert.Kind: RecordedWord {
    static let words = Words<Referral.Alert.Kind>()
    static let meaning: StaticString = "a kind of alert"
}
