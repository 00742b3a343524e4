/// Why bytes are no JSON that we accept. Says the place, never the value: it may be somebody's name.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The place (RFC 6901), empty for the document as a whole. The scanner leaves it empty; the parser fills
    /// it.
    public internal(set) var pointer: String
    /// What is wrong, in words a person can act on.
    public let detail: String
    /// The offset in bytes at which reading stopped.
    public let offset: Int

    /// An error at a place.
    public init(pointer: String = "", detail: String, offset: Int) {
        self.pointer = pointer
        self.detail = detail
        self.offset = offset
    }

    /// The same error seen from one level further out.
    func inside(_ token: String) -> JSONError {
        JSONError(pointer: token + pointer, detail: detail, offset: offset)
    }

    /// Detail and byte, for logs and command lines.
    public var description: String {
        pointer.isEmpty ? "\(detail) (byte \(offset))" : "\(pointer): \(detail) (byte \(offset))"
    }
}

/// How much one document may hold. Its length in bytes is limited by whoever received it.
public struct JSONLimits: Sendable {
    /// Arrays and objects inside one another, 32. Blocks input that exhausts the stack.
    public var depth: Int
    /// Values and members in all, 100,000. Blocks input of few bytes that unfolds into much memory:
    /// `[[],[],...`.
    public var nodes: Int

    /// Limits, each with its default.
    public init(depth: Int = 32, nodes: Int = 100_000) {
        self.depth = depth
        self.nodes = nodes
    }
}
