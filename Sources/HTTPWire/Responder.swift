/// What answers requests on one lane. The server makes one per lane and calls it on that lane's queue only,
/// so it may keep caches without a lock; it must never block.
public protocol Responder: AnyObject {
    /// Answers a whole request (head and body received).
    ///
    /// - Parameter request: ranges into the lane's buffer, valid only during this call.
    func respond(to request: borrowing RequestView) -> Answer

    /// Answers a client that waits to be asked for its body, where the head alone rules the request out (RFC 9110
    /// section 10.1.1). Nil when the body is needed to tell.
    ///
    /// - Parameter request: ranges into the lane's buffer, without a body, valid only during this call.
    func refusal(of request: borrowing RequestView) -> Response?

    /// Told of requests that were answered by what `respond` gave last: they came behind its request in one block, the
    /// same byte for byte.
    ///
    /// - Parameters:
    ///   - answer: what they were answered.
    ///   - count: how many there were.
    func noteRepeats(of answer: PreparedResponse, count: Int)
}

extension Responder {
    /// Who does not count has nothing to note.
    public func noteRepeats(of answer: PreparedResponse, count: Int) {}

    /// Every body is waited for.
    public func refusal(of request: borrowing RequestView) -> Response? { nil }
}

/// How a responder answers.
public enum Answer {
    /// At once.
    case now(Response)
    /// At once, from bytes serialised before; costs no allocation.
    case prepared(PreparedResponse)
    /// Later and from any queue, through the `ReplyTicket` the responder took from the request. Later requests
    /// on the same connection wait, so that answers keep their order.
    case later
}
