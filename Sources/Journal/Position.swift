/// A place in the journal of one system. The first record stands at 1, each next one at one more; there are
/// no gaps.
public struct Position: Comparable, Hashable, Sendable, CustomStringConvertible {
    /// How many records stand up to and including this place.
    public let value: UInt64

    /// The place before the first record.
    public static let start = Position(0)

    /// A place from its number.
    public init(_ value: UInt64) {
        self.value = value
    }

    /// The place `count` records further on.
    public func advanced(by count: Int) -> Position {
        Position(value + UInt64(count))
    }

    /// The earlier place is the smaller one.
    public static func < (left: Position, right: Position) -> Bool {
        left.value < right.value
    }

    /// The number.
    public var description: String { "\(value)" }
}
