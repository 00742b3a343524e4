/// Why the server refused a request before any responder saw it. Each case is a page under `/problems/`.
public enum WireProblem: String, Sendable, CaseIterable, Error {
    // The request line.
    case malformedRequestLine, invalidTarget, targetTooLong, unknownMethod, unsupportedVersion
    // The fields.
    case malformedField, headTooLarge, tooManyFields, invalidHost, misdirected, unknownExpectation
    // The body.
    case invalidLength, conflictingFraming, invalidTransferCoding, unsupportedTransferCoding
    case malformedChunk, malformedTrailer, bodyTooLarge, unsupportedContentCoding, partialPut
    // The answer.
    case unacceptableCoding
    // The connection.
    case incompleteRequest, requestTimeout, tooManyConnections, overloaded, plainHTTPOnTLSPort, answerTimeout

    /// The last part of the problem's `type`, `/problems/<code>`; never changes.
    public var code: String { rawValue }

    /// The status code it is answered with.
    public var status: UInt16 {
        switch self {
        case .malformedRequestLine, .invalidTarget, .malformedField, .invalidHost, .invalidLength,
            .conflictingFraming, .invalidTransferCoding, .malformedChunk, .malformedTrailer,
            .incompleteRequest, .partialPut,
            .plainHTTPOnTLSPort:
            400
        case .unacceptableCoding: 406
        case .requestTimeout: 408
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .unsupportedContentCoding: 415
        case .unknownExpectation: 417
        case .misdirected: 421
        case .headTooLarge, .tooManyFields: 431
        case .unknownMethod, .unsupportedTransferCoding: 501
        case .tooManyConnections, .overloaded, .answerTimeout: 503
        case .unsupportedVersion: 505
        }
    }

    /// What went wrong, in a few words.
    public var title: String {
        switch self {
        case .malformedRequestLine: "The request line is malformed"
        case .invalidTarget: "The request target is not valid"
        case .targetTooLong: "The request target is too long"
        case .unknownMethod: "The method is not known"
        case .unsupportedVersion: "The protocol version is not supported"
        case .malformedField: "A header field is malformed"
        case .headTooLarge: "The header is too large"
        case .tooManyFields: "There are too many header fields"
        case .invalidHost: "The Host field is missing or not valid"
        case .misdirected: "The request was meant for another server"
        case .unknownExpectation: "The expectation cannot be met"
        case .invalidLength: "The Content-Length is not valid"
        case .conflictingFraming: "The length of the body is given in two ways"
        case .invalidTransferCoding: "The transfer coding is not valid"
        case .unsupportedTransferCoding: "The transfer coding is not supported"
        case .malformedChunk: "The chunked body is malformed"
        case .malformedTrailer: "The trailer section is malformed"
        case .bodyTooLarge: "The body is too large"
        case .unsupportedContentCoding: "The content coding of the body is not supported"
        case .partialPut: "A resource cannot be set in part"
        case .unacceptableCoding: "No content coding is acceptable"
        case .incompleteRequest: "The request is incomplete"
        case .requestTimeout: "The request took too long to arrive"
        case .tooManyConnections: "There are too many connections"
        case .overloaded: "The server is busy"
        case .plainHTTPOnTLSPort: "This port speaks HTTPS"
        case .answerTimeout: "The answer took too long"
        }
    }

    /// What the caller can do about it.
    public var explanation: String {
        switch self {
        case .malformedRequestLine:
            "The first line must be a method, one space, a target, one space and HTTP/1.1, ended by CR LF."
        case .invalidTarget:
            "The target must be a path that begins with '/', or an absolute http URI, of characters that a URI allows; encode all others as %XX."
        case .targetTooLong: "Shorten the path or the query."
        case .unknownMethod: "Use one of GET, HEAD, POST, PUT or OPTIONS."
        case .unsupportedVersion: "Speak HTTP/1.1."
        case .malformedField:
            "A field is a name, a colon and a value without control characters, on one line ended by CR LF, and a field that may come once must not be repeated."
        case .headTooLarge: "Send fewer or shorter header fields."
        case .tooManyFields: "Send fewer header fields."
        case .invalidHost:
            "Send exactly one Host field with the host, and the port where it is not the default."
        case .misdirected: "Send requests for https URIs over TLS, to the server that serves them."
        case .unknownExpectation: "The only expectation that can be met is 100-continue."
        case .invalidLength:
            "Content-Length must be one number of decimal digits, the size of the body in bytes."
        case .conflictingFraming: "Send either Content-Length or Transfer-Encoding, not both."
        case .invalidTransferCoding:
            "Transfer-Encoding must be chunked, named once and without parameters, in HTTP/1.1 only."
        case .unsupportedTransferCoding: "The only transfer coding is chunked."
        case .malformedChunk:
            "Each chunk is its size in hexadecimal digits, CR LF, that many bytes, CR LF; the last has size 0."
        case .malformedTrailer: "Trailer fields follow the rules of header fields and are as limited in size."
        case .bodyTooLarge: "Send a smaller body, or split the work over several requests."
        case .unsupportedContentCoding: "Send the body without a content coding."
        case .partialPut: "Send the whole of it, without Content-Range."
        case .unacceptableCoding:
            "Accept-Encoding rules out every form this can have; let it allow gzip, or identity, which is no coding."
        case .incompleteRequest: "The connection was closed for sending before the request was whole."
        case .requestTimeout: "Send the whole request at once, and try again if the network was slow."
        case .tooManyConnections:
            "Close connections that are not needed and try again after the time in Retry-After."
        case .overloaded: "Try again after the time in Retry-After."
        case .plainHTTPOnTLSPort: "Use https:// in the address."
        case .answerTimeout:
            "It is not known whether the request had its effect: read the state before trying again."
        }
    }

    /// Seconds for `Retry-After`, where trying again makes sense.
    public var retryAfter: Int? {
        switch self {
        case .tooManyConnections, .overloaded, .answerTimeout: 1
        case .malformedRequestLine, .invalidTarget, .targetTooLong, .unknownMethod, .unsupportedVersion,
            .malformedField, .headTooLarge, .tooManyFields, .invalidHost, .misdirected, .unknownExpectation,
            .invalidLength, .conflictingFraming, .invalidTransferCoding, .unsupportedTransferCoding,
            .malformedChunk, .malformedTrailer, .bodyTooLarge, .unsupportedContentCoding, .partialPut,
            .unacceptableCoding, .incompleteRequest, .requestTimeout, .plainHTTPOnTLSPort:
            nil
        }
    }

    /// The refusal as the server sends it: `application/problem+json` (RFC 9457).
    public var response: Response {
        var fields = [
            Response.Field("Content-Type", "application/problem+json"),
            Response.Field("Cache-Control", "no-store"),
        ]
        if let retryAfter { fields.append(Response.Field("Retry-After", String(retryAfter))) }
        // RFC 9110 section 15.5.16: what would have been taken.
        if self == .unsupportedContentCoding { fields.append(Response.Field("Accept-Encoding", "identity")) }
        // All texts are plain ASCII without quotes or backslashes: nothing needs escaping. No place in a document is at fault.
        let body = """
            {"type":"/problems/\(code)","title":"\(title)","status":\(status),"detail":"\(explanation)","errors":[]}
            """
        return Response(status: status, fields: fields, body: Array(body.utf8))
    }

    /// The refusal, serialised on first use.
    public var prepared: PreparedResponse { Self.serialised[place] }

    /// Its place among all of them, for counting.
    public var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    private static let serialised = allCases.map { PreparedResponse($0.response) }
}
