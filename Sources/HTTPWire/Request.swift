/// The methods this server knows; anything else that is a token is answered 501.
public enum Method: UInt8, Sendable, CaseIterable {
    case get, head, post, put, delete, options, patch, trace, connect
}

/// Header fields that are found while parsing, so that asking for one later is an array access.
public enum KnownField: UInt8, Sendable, CaseIterable {
    case accept, acceptEncoding, authorization, contentType, contentEncoding, idempotencyKey
    case ifMatch, ifNoneMatch, lastEventID, traceparent, requestID
}

/// An owned copy of a request, for what outlives the call that handed it over (a command).
public struct Request: Sendable {
    /// The request method.
    public var method: Method
    /// The path as it was sent, still percent-encoded.
    public var path: String
    /// What follows `?`, still percent-encoded; nil without a `?`.
    public var query: String?
    /// The values of the known fields, repeated ones joined by ", ".
    public var fields: [KnownField: String]
    /// The whole body, transfer coding removed.
    public var body: [UInt8]

    /// A request made by hand, for tests and for copies.
    public init(
        method: Method,
        path: String,
        query: String? = nil,
        fields: [KnownField: String] = [:],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
        self.body = body
    }
}
