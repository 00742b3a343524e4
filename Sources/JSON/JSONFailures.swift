/// One thing that is wrong with a document, as it goes into the `errors` of a problem (RFC 9457).
public struct JSONFailure: Error, Equatable, Sendable {
    /// The place (RFC 6901).
    public let pointer: String
    /// What is wrong and what would be right; never the value that was sent.
    public let detail: String

    /// A failure at a place.
    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

/// Gathers what is wrong with one document, so that a person mends it in one go. A class, since the readers
/// of nested objects write into the one list; used on one thread, and never kept past the decoding.
public final class JSONFailures {
    /// Failures kept, 32. Blocks a body of thousands of wrong fields that would be answered by an even longer
    /// one.
    public static let limit = 32

    /// What was found, in order; never more than `limit`.
    public private(set) var all: [JSONFailure] = []

    /// An empty list.
    public init() {}

    /// Whether nothing is wrong so far.
    public var isEmpty: Bool { all.isEmpty }

    /// Adds a failure; past the limit it is dropped, the document being refused anyway.
    public func add(_ pointer: JSONPointer, _ detail: String) {
        guard all.count < Self.limit else { return }
        all.append(JSONFailure(pointer: pointer.description, detail: detail))
    }
}

/// What decoding a document found wrong, as one error.
public struct JSONShapeError: Error, Equatable, Sendable {
    /// At least one and at most `JSONFailures.limit` failures.
    public let failures: [JSONFailure]

    @usableFromInline init(failures: [JSONFailure]) { self.failures = failures }
}
