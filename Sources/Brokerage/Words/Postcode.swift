/// The outward half of a postcode, "CV32": where home is, coarse enough to be no address.
public struct PostcodeDistrict: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Upper case, no spaces.
    public let description: String

    /// Reads a district; nil when no district can be spelt so (Royal Mail's A9, A99, AA9, AA99, A9A, AA9A).
    @inlinable public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard (2...4).contains(bytes.count) else { return nil }
        var index = 0
        while index < bytes.count, isUpper(bytes[index]) { index += 1 }
        guard (1...2).contains(index), index < bytes.count, isDigit(bytes[index]) else { return nil }
        index += 1
        if index < bytes.count {
            guard isDigit(bytes[index]) || isUpper(bytes[index]), index == bytes.count - 1 else { return nil }
        }
        description = String(text)
    }

    public static func < (a: PostcodeDistrict, b: PostcodeDistrict) -> Bool { a.description < b.description }
}

/// A district and the first digit of the inward half, "CV32 5": what a provider sees before it accepts.
public struct PostcodeSector: Hashable, Sendable, CustomStringConvertible {
    /// The district the sector lies in.
    public let district: PostcodeDistrict
    /// The digit after the space.
    public let digit: UInt8

    /// Reads a sector; nil for any other spelling.
    @inlinable public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 4, bytes[bytes.count - 2] == UInt8(ascii: " "), let last = bytes.last, isDigit(last),
            let district = PostcodeDistrict(String(decoding: bytes.dropLast(2), as: UTF8.self))
        else { return nil }
        self.district = district
        digit = last - 0x30
    }

    /// `CV32 5`.
    public var description: String { "\(district) \(digit)" }
}

@usableFromInline func isUpper(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5A }
@usableFromInline func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
