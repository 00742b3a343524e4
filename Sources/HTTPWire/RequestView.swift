/// A whole request as ranges into the lane's buffer. It cannot be copied or kept: what must outlive the call
/// is taken with `copy()` and `makeTicket()`.
public struct RequestView: ~Copyable {
    /// The first byte of the request line.
    @usableFromInline let base: UnsafeRawPointer
    @usableFromInline let head: UnsafePointer<RequestHead>
    /// The whole body, transfer coding removed; empty without one.
    public let body: UnsafeRawBufferPointer
    /// The request method.
    public let method: Method
    /// Whether the client's address is a loopback address.
    public let peerIsLoopback: Bool
    /// The organisation that the client's certificate names; nil without one that is trusted.
    public let clientOrganisation: String?
    /// The same number, the same bytes of the head as in an earlier request on this lane; 0 when that is not known.
    public let knownHead: UInt64
    private let connection: UInt64
    /// Sound without a count: the lane that owns the mailbox makes the call this view lives in.
    private unowned(unsafe) let mailbox: any ReplyMailbox

    /// A view of a parsed request.
    ///
    /// - Parameters:
    ///   - base: the first byte of the request line; everything the head's offsets reach stays readable.
    ///   - head: the parsed head, of a known method.
    ///   - body: the decoded body.
    ///   - peerIsLoopback: whether the client's address is a loopback address.
    ///   - clientOrganisation: what the client's certificate names.
    ///   - knownHead: the number of the head, when the same bytes came before.
    ///   - mailbox: where a late answer goes; outlives the view.
    ///   - connection: the number by which the mailbox knows the request.
    public init(
        base: UnsafeRawPointer,
        head: UnsafePointer<RequestHead>,
        body: UnsafeRawBufferPointer,
        peerIsLoopback: Bool,
        clientOrganisation: String? = nil,
        knownHead: UInt64 = 0,
        mailbox: any ReplyMailbox,
        connection: UInt64
    ) {
        self.base = base
        self.head = head
        self.body = body
        self.method = head.pointee.method ?? .get
        self.peerIsLoopback = peerIsLoopback
        self.clientOrganisation = clientOrganisation
        self.knownHead = knownHead
        self.mailbox = mailbox
        self.connection = connection
    }

    /// The path, still percent-encoded, without the query; begins with `/`, or is `*`.
    @inlinable
    public var path: UnsafeRawBufferPointer {
        let range = head.pointee.path
        // An absolute-form target may leave the path out; it means "/" (RFC 9110 section 4.2.3).
        return range.count > 0 ? bytes(range) : UnsafeRawBufferPointer(start: Self.root.utf8Start, count: 1)
    }

    @inlinable static var root: StaticString { "/" }

    /// What follows `?`, still percent-encoded; nil without a `?`.
    @inlinable
    public var query: UnsafeRawBufferPointer? {
        let range = head.pointee.query
        return range.isAbsent ? nil : bytes(range)
    }

    /// Path, `?` and query as they were sent.
    @inlinable
    public var target: UnsafeRawBufferPointer { bytes(head.pointee.target) }

    /// The value of a known field without surrounding white space; nil when it was not sent. A field sent on
    /// several lines comes joined by ", ".
    @inlinable
    public func field(_ field: KnownField) -> UnsafeRawBufferPointer? {
        let range = head.pointee.range(of: field)
        return range.isAbsent ? nil : bytes(range)
    }

    /// An owned copy.
    public func copy() -> Request {
        var fields: [KnownField: String] = [:]
        for known in KnownField.allCases {
            if let value = field(known) { fields[known] = String(decoding: value, as: UTF8.self) }
        }
        return Request(
            method: method,
            path: String(decoding: path, as: UTF8.self),
            query: query.map { String(decoding: $0, as: UTF8.self) },
            fields: fields,
            body: Array(body)
        )
    }

    /// The right to answer later; the responder must then return `.later`.
    public func makeTicket() -> ReplyTicket { ReplyTicket(mailbox: mailbox, connection: connection) }

    @inlinable
    func bytes(_ range: ByteRange) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + Int(range.start), count: range.count)
    }
}

extension Request {
    /// Shows this request as a responder would see it, without a socket.
    ///
    /// - Parameters:
    ///   - mailbox: where tickets deliver; a `CollectingMailbox` keeps what it gets.
    ///   - connection: the number handed to the mailbox.
    ///   - peerIsLoopback: whether the client's address is a loopback address.
    ///   - clientOrganisation: what the client's certificate names.
    ///   - knownHead: the number of the head, when the same bytes came before.
    ///   - body: called once, while the view is valid.
    public func withView<Result>(
        mailbox: any ReplyMailbox = CollectingMailbox(),
        connection: UInt64 = 0,
        peerIsLoopback: Bool = true,
        clientOrganisation: String? = nil,
        knownHead: UInt64 = 0,
        _ body: (borrowing RequestView) throws -> Result
    ) rethrows -> Result {
        var bytes = Array(path.utf8)
        var head = RequestHead()
        head.method = method
        head.path = ByteRange(0, bytes.count)
        if let query {
            bytes.append(UInt8(ascii: "?"))
            head.query = ByteRange(bytes.count, bytes.count + query.utf8.count)
            bytes += query.utf8
        }
        head.target = ByteRange(0, bytes.count)
        for (field, value) in fields {
            head.known[Int(field.rawValue)] = ByteRange(bytes.count, bytes.count + value.utf8.count)
            bytes += value.utf8
        }
        let bodyStart = bytes.count
        bytes += self.body
        bytes.append(0)  // so that the buffer has an address even when all is empty
        return try withExtendedLifetime(mailbox) {
            try bytes.withUnsafeBytes { buffer in
                try withUnsafePointer(to: head) { head in
                    guard let base = buffer.baseAddress else { preconditionFailure("the buffer has a byte") }
                    let view = RequestView(
                        base: base,
                        head: head,
                        body: UnsafeRawBufferPointer(rebasing: buffer[bodyStart..<(buffer.count - 1)]),
                        peerIsLoopback: peerIsLoopback,
                        clientOrganisation: clientOrganisation,
                        knownHead: knownHead,
                        mailbox: mailbox,
                        connection: connection
                    )
                    return try body(view)
                }
            }
        }
    }
}
