/// Where late answers are put: the lane that owns the connection. Called from any queue.
public protocol ReplyMailbox: AnyObject, Sendable {
    /// Takes the answer to one request.
    ///
    /// - Parameters:
    ///   - reply: the answer.
    ///   - connection: which connection, as the mailbox's owner numbered it; a connection that is gone
    ///     or has moved on makes this a no-op.
    func deliver(_ reply: Reply, to connection: UInt64)
}

/// A late answer.
public enum Reply: Sendable {
    /// Serialised by the lane.
    case response(Response)
    /// Serialised before.
    case prepared(PreparedResponse)
}

/// The right to answer one request later, once, from any queue.
///
/// Dropping a ticket without answering leaves the client waiting until the answer deadline closes the
/// connection with 503; answering twice, or after the connection went away, does nothing.
public struct ReplyTicket: Sendable {
    private let mailbox: any ReplyMailbox
    private let connection: UInt64

    /// A ticket for one request of a connection.
    public init(mailbox: any ReplyMailbox, connection: UInt64) {
        self.mailbox = mailbox
        self.connection = connection
    }

    /// Answers the request.
    public func reply(_ response: Response) {
        mailbox.deliver(.response(response), to: connection)
    }

    /// Answers the request with bytes serialised before.
    public func reply(_ response: PreparedResponse) {
        mailbox.deliver(.prepared(response), to: connection)
    }
}
