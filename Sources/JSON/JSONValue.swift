/// One JSON value, as it was read (RFC 8259). Members keep their order; numbers that are not whole keep their
/// text, so that nothing is rounded on the way in.
public enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number written without fraction and exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number, as it was written: `1.0`, `1e2`, or digits past 64 bits.
    case fraction(String)
    /// A string, escapes resolved.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object; its names differ from each other when it came from `JSONParser`.
    case object([JSONMember])

    /// What the value is, in the words of an error message ("a string", "an object").
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "a whole number"
        case .fraction: "a number with a fraction, an exponent or too many digits"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// One name and its value in an object.
public struct JSONMember: Sendable, Equatable {
    /// The name, escapes resolved.
    public var name: String
    /// The value.
    public var value: JSONValue

    /// A member from its two parts.
    public init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}
