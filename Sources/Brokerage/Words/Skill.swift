/// What a visit demands of the worker and a block's hours bring: medication, pegFeed, catheter, dementia, ...
/// A code and not free text: a letter, then letters, digits and `-`, up to 32, so that nobody's story fits in it.
public struct Skill: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The code.
    public let description: String

    /// Reads a code; nil when it is not one.
    @inlinable public init?(_ text: some StringProtocol) {
        guard isCode(text) else { return nil }
        description = String(text)
    }

    public static func < (a: Skill, b: Skill) -> Bool { a.description < b.description }
}

/// Whether a text is a short code that can stand in the journal: it cannot hold a sentence.
@inlinable public func isCode(_ text: some StringProtocol) -> Bool {
    let bytes = text.utf8
    guard (1...32).contains(bytes.count), let first = bytes.first, isLetter(first) else { return false }
    return bytes.allSatisfy { isLetter($0) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D }
}

@usableFromInline func isLetter(_ byte: UInt8) -> Bool {
    (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x41 && byte <= 0x5A)
}

/// Whether a text is a code that may come into the journal from now on: one with at most five digits, so that no number that
/// says who somebody is hides in it (an NHS number has ten).
public func isNewCode(_ text: some StringProtocol) -> Bool {
    isCode(text) && text.utf8.count { $0 >= 0x30 && $0 <= 0x39 } <= 5
}
