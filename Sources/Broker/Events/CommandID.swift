import Brokerage

/// One command, told from every other: random, drawn by the broker, and written into the command's record. After an
/// append of unknown outcome it says whether the record in the journal is this command's.
public struct CommandID: Hashable, Sendable, CustomStringConvertible {
    /// The upper 64 of 128 random bits.
    public let high: UInt64
    /// The lower half.
    public let low: UInt64

    /// An identifier from random bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// 32 lower-case hexadecimal digits.
    public var description: String { Hexadecimal.text(high: high, low: low) }

    /// Reads 32 lower-case hexadecimal digits; nil for any other spelling.
    public init?(_ text: String) {
        var text = text
        guard let (high, low) = text.withUTF8(Hexadecimal.pair) else { return nil }
        self.init(high: high, low: low)
    }
}
