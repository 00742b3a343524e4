import Synchronization

/// A mailbox that keeps what it is given: for tests of responders and of tickets.
public final class CollectingMailbox: ReplyMailbox {
    /// One delivered answer.
    public struct Delivery: Sendable {
        /// The number the ticket carried.
        public let connection: UInt64
        /// The answer.
        public let reply: Reply
    }

    private let box = Mutex<[Delivery]>([])

    /// An empty mailbox.
    public init() {}

    /// Keeps an answer.
    public func deliver(_ reply: Reply, to connection: UInt64) {
        box.withLock { $0.append(Delivery(connection: connection, reply: reply)) }
    }

    /// What came since the last call, in order of arrival.
    public func takeAll() -> [Delivery] {
        box.withLock { deliveries in
            defer { deliveries = [] }
            return deliveries
        }
    }
}
