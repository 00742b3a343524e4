import JSON

/// Why bytes are no record. Says the place and what was expected there, never the value: a record that is wrong may
/// hold anything.
public struct CodecError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The place (RFC 6901), empty for the record as a whole.
    public private(set) var place: String
    /// What was expected there, as a sentence without its full stop.
    public let detail: String

    /// An error at a place.
    init(_ detail: String, at place: String = "") {
        self.place = place
        self.detail = detail
    }

    /// What the scanner found wrong, with the byte at which it stopped.
    init(_ error: JSONError) {
        self.init("\(error.detail) (byte \(error.offset))")
    }

    /// The same error seen from one level further out: the place is put together while the error travels outwards,
    /// so that good records pay nothing for it.
    func inside(_ token: String) -> CodecError {
        CodecError(detail, at: "/\(token)\(place)")
    }

    /// Place and expectation, for logs and command lines.
    public var description: String { place.isEmpty ? detail : "\(place): \(detail)" }
}
