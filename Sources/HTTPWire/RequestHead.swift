// What the parser learned from a request line and its fields: numbers and offsets only, so that a head is
// made, copied and forgotten without touching the heap.

/// A half-open range of offsets from the first byte of a request.
@frozen
public struct ByteRange: Sendable, Equatable {
    /// Offset of the first byte.
    public var start: UInt32
    /// Offset after the last byte.
    public var end: UInt32

    /// A range from its bounds.
    @inlinable
    public init(_ start: Int, _ end: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
    }

    /// The range that stands for "not sent".
    @inlinable
    public static var absent: ByteRange { ByteRange(0xFFFF_FFFF, 0xFFFF_FFFF) }

    /// Whether the thing was not sent at all (an empty value is sent).
    @inlinable
    public var isAbsent: Bool { start == 0xFFFF_FFFF }

    /// The number of bytes.
    @inlinable
    public var count: Int { Int(end) - Int(start) }
}

/// How the end of the body is found (RFC 9112 section 6.3).
public enum Framing: Sendable, Equatable {
    /// No body.
    case none
    /// Exactly so many bytes.
    case length(Int)
    /// Chunked transfer coding.
    case chunked
}

/// What a client expects before it sends the body.
public enum Expectation: Sendable, Equatable {
    /// Nothing.
    case none
    /// `100 Continue`.
    case `continue`
    /// Something this server does not know.
    case unknown
}

/// A parsed request head. Offsets count from the first byte of the request line.
public struct RequestHead: Sendable {
    /// The method; nil for a token this server does not know (answered 501).
    public internal(set) var method: Method?
    /// The minor version of HTTP/1: 0 or 1 (a higher one is treated as 1, RFC 9110 section 2.5).
    public internal(set) var minorVersion: UInt8 = 1
    /// Whether the client lets the connection persist (RFC 9112 section 9.3).
    public internal(set) var keepAlive = true
    /// What the client expects (RFC 9110 section 10.1.1).
    public internal(set) var expectation = Expectation.none
    /// Whether the target is the server as a whole: `OPTIONS *`.
    public internal(set) var isAsterisk = false
    /// Whether the target was an absolute https URI.
    public internal(set) var isSecureTarget = false
    /// Whether the body carries a content coding other than `identity`.
    public internal(set) var hasContentCoding = false
    /// Whether the body says that it is a part of something.
    public internal(set) var hasContentRange = false
    /// How the body is delimited.
    public internal(set) var framing = Framing.none
    /// Path and query as sent (of an absolute-form target, what follows the authority).
    public internal(set) var target = ByteRange(0, 0)
    /// The path, still percent-encoded; empty where an absolute-form target has none.
    public internal(set) var path = ByteRange(0, 0)
    /// What follows `?`.
    public internal(set) var query = ByteRange.absent
    /// Known fields that came on more than one line, a bit each.
    public internal(set) var repeated: UInt16 = 0
    /// Offset of the first byte after the empty line that ends the head.
    public internal(set) var end = 0
    /// The values of the known fields without surrounding white space, by raw value.
    @usableFromInline var known = InlineArray<16, ByteRange>(repeating: .absent)

    /// An empty head.
    public init() {}

    /// Where the value of a field lies; of a repeated field the first.
    @inlinable
    public func range(of field: KnownField) -> ByteRange { known[Int(field.rawValue)] }
}
