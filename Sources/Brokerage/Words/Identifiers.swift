/// Identifiers. What the server makes is a dense number behind a letter ("r12"): cursors follow it, arrays can be
/// indexed by it, and a client treats it as opaque. What a person names (a zone, a provider) is a slug.

/// A dense identifier the server made. Each kind has its own type, so that a claim is never taken for a block.
public protocol DenseIdentifier: Hashable, Comparable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// The letters in front of the number on the wire.
    static var prefix: String { get }
    /// Counts from 1, without holes.
    var number: UInt32 { get }
    /// The identifier with this number.
    init(number: UInt32)
}

extension DenseIdentifier {
    /// `r12`.
    public var description: String { Self.prefix + String(number) }

    public static func < (a: Self, b: Self) -> Bool { a.number < b.number }

    /// Reads `r12`; nil for any other spelling.
    public init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let bytes = Array(text.utf8.dropFirst(Self.prefix.utf8.count))
        guard !bytes.isEmpty, bytes.count <= 9, bytes[0] != 0x30, let number = decimal(bytes[...]) else { return nil }
        self.init(number: UInt32(number))
    }
}

/// Hours bought ahead of time.
public struct BlockID: DenseIdentifier {
    public static let prefix = "b"
    public let number: UInt32
    public init(number: UInt32) { self.number = number }
}

/// A provider's share of a block.
public struct ClaimID: DenseIdentifier {
    public static let prefix = "c"
    public let number: UInt32
    public init(number: UInt32) { self.number = number }
}

/// The ask for care of one person.
public struct ReferralID: DenseIdentifier {
    public static let prefix = "r"
    public let number: UInt32
    public init(number: UInt32) { self.number = number }
}

/// A package proposed to a provider.
public struct OfferID: DenseIdentifier {
    public static let prefix = "o"
    public let number: UInt32
    public init(number: UInt32) { self.number = number }
}

/// An accepted offer.
public struct PackageID: DenseIdentifier {
    public static let prefix = "p"
    public let number: UInt32
    public init(number: UInt32) { self.number = number }
}

/// A report that claimed minutes cannot be staffed.
public struct ShortfallID: DenseIdentifier {
    public static let prefix = "s"
    public let number: UInt32
    public init(number: UInt32) { self.number = number }
}

/// An access key, not its secret.
public struct KeyID: DenseIdentifier {
    public static let prefix = "k"
    public let number: UInt32
    public init(number: UInt32) { self.number = number }
}

/// A name that people chose for a zone, a provider or an organisation: lower-case letters, digits and `-`, up to 64.
public struct Slug: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The text itself.
    public let description: String

    /// Reads a slug; nil when it holds anything else, or begins with `-`.
    @inlinable public init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count), bytes.first != UInt8(ascii: "-"),
            bytes.allSatisfy({ ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D })
        else { return nil }
        description = String(text)
    }

    public static func < (a: Slug, b: Slug) -> Bool { a.description < b.description }
}

/// A zone's name in routes and events.
public typealias ZoneID = Slug
/// A provider's name in routes and events; the organisation of its keys.
public typealias ProviderID = Slug
/// Whoever a key was made for.
public typealias OrganisationID = Slug

/// A person, by pseudonym: it says when the person was brought in and behind whom, which the record that does it says too, and
/// nothing else; the rest is random. It can be forgotten with what the vault holds.
public struct PersonID: Hashable, Comparable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// Seconds since 1970 in the upper half, a running number in the lower; older pseudonyms are random throughout.
    public let high: UInt64
    /// 64 random bits.
    public let low: UInt64

    /// A pseudonym from its bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A pseudonym from random bits that the broker drew. It begins with the time and a number that grows, so that what is kept
    /// under the pseudonyms of people who came one after the other lies side by side: with random ones every referral would
    /// write a page of its own.
    public init(at instant: Instant, number: UInt32, random: UInt64) {
        high = UInt64(UInt32(truncatingIfNeeded: instant.seconds)) << 32 | UInt64(number)
        low = random
    }

    /// 32 lower-case hexadecimal digits.
    public var description: String {
        String(unsafeUninitializedCapacity: 32) { digits in
            for index in 0..<16 {
                digits[index] = hexadecimalDigit(high >> UInt64(60 - 4 * index))
                digits[16 + index] = hexadecimalDigit(low >> UInt64(60 - 4 * index))
            }
            return 32
        }
    }

    /// Reads 32 hexadecimal digits.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    public static func < (a: PersonID, b: PersonID) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

/// The digit of the lowest four bits.
private func hexadecimalDigit(_ value: UInt64) -> UInt8 {
    let digit = UInt8(truncatingIfNeeded: value & 0x0F)
    return digit < 10 ? 0x30 + digit : 0x57 + digit
}
