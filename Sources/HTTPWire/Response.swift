/// A response as the service sees it. The server adds `Date`, `Content-Length`, `Connection`, `X-Request-Id`
/// and, where it pays, a content coding.
public struct Response: Sendable {
    /// One header field. Names are written as given; values hold no control byte but HTAB (checked by the writer).
    public struct Field: Sendable, Equatable {
        /// The field name, as it is written on the wire.
        public var name: String
        /// The field value.
        public var value: String

        /// A field from its two parts.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The status code, 200...599.
    public var status: UInt16
    /// Header fields in the order in which they are written.
    public var fields: [Field]
    /// The body; empty for 204 and 304. For HEAD the server sends its length and leaves it out.
    public var body: [UInt8]

    /// A response from its parts.
    public init(status: UInt16, fields: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
