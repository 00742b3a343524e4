import Synchronization

/// A response serialised once and sent many times: everything but `Date`, `Connection` and `X-Request-Id` is
/// already bytes. Safe to share between lanes; sending one allocates nothing.
public final class PreparedResponse: Sendable {
    /// The status code.
    public let status: UInt16
    /// Status line and fields, each with its CRLF, without the empty line; then the body.
    let bytes: [UInt8]
    /// Where the body begins in `bytes`.
    let bodyStart: Int
    /// The fields it was made from, so that another coding can be made.
    public let fields: [Response.Field]
    /// Whether a client may get it compressed.
    public let isWorthCompressing: Bool
    private let isIncompressible = Atomic<Bool>(false)
    /// The same answer with a gzip body, made by the first lane that is asked for it.
    private let gzip = AtomicLazyReference<PreparedResponse>()

    /// Serialises a response.
    ///
    /// - Parameters:
    ///   - status: the status code, 200...599.
    ///   - fields: fields in the order in which they are written; `Date`, `Connection`, `Content-Length` and
    ///     `X-Request-Id` are the server's own.
    ///   - body: the body; must be empty for 204 and 304.
    public init(status: UInt16, fields: [Response.Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        isWorthCompressing = ContentCoding.isWorthIt(status: status, fields: fields, bodyCount: body.count)
        var out = OutputBuffer(capacity: 256 + body.count)
        ResponseText.appendHead(status: status, fields: fields, bodyCount: body.count, to: &out)
        bodyStart = out.count
        out.append(body)
        bytes = Array(UnsafeBufferPointer(start: out.start, count: out.count))
    }

    /// Serialises a response.
    public convenience init(_ response: Response) {
        self.init(status: response.status, fields: response.fields, body: response.body)
    }

    /// The body's bytes.
    public var body: ArraySlice<UInt8> { bytes[bodyStart...] }

    /// The gzip variant, made by `make` on the first call; nil when `make` finds it not worth it.
    ///
    /// - Parameter make: compresses the fields and body; may run on several lanes at once, one result wins.
    public func gzipVariant(
        _ make: ([Response.Field], ArraySlice<UInt8>) -> PreparedResponse?
    ) -> PreparedResponse? {
        if let ready = gzip.load() { return ready }
        if isIncompressible.load(ordering: .relaxed) { return nil }
        guard let made = make(fields, body) else {
            isIncompressible.store(true, ordering: .relaxed)
            return nil
        }
        return gzip.storeIfNil(made)
    }
}
