import CLinux
import Glibc
import HTTPWire
import Synchronization

/// Where other queues leave what a lane must do: late answers and orders. Waking the lane costs one write to an
/// event descriptor, and only when the box was empty.
final class LaneMailbox: ReplyMailbox {
    /// An order to a lane.
    enum Order: Sendable {
        /// Close when what was read is answered; call when nothing is open any more.
        case drain(completion: @Sendable () -> Void)
        /// Look at the deadlines now.
        case tick
        /// Close now.
        case stop
    }

    /// What was left.
    struct Content: Sendable {
        var replies: [(reply: Reply, connection: UInt64)] = []
        var orders: [Order] = []
        var isEmpty: Bool { replies.isEmpty && orders.isEmpty }
    }

    /// The descriptor in the lane's epoll set; closed with the mailbox, since tickets may outlive the lane.
    let descriptor: Int32
    private let content = Mutex(Content())

    init() throws(Server.StartError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw .system(call: "eventfd", code: errno) }
    }

    deinit { close(descriptor) }

    /// Takes a late answer. At most one per open connection waits here, since a ticket answers once and a
    /// connection holds one request at a time.
    func deliver(_ reply: Reply, to connection: UInt64) {
        leave { $0.replies.append((reply, connection)) }
    }

    /// Takes an order.
    func order(_ order: Order) {
        leave { $0.orders.append(order) }
    }

    private func leave(_ change: (inout Content) -> Void) {
        let wasEmpty = content.withLock { content in
            let wasEmpty = content.isEmpty
            change(&content)
            return wasEmpty
        }
        if wasEmpty {
            var one: UInt64 = 1
            write(descriptor, &one, 8)
        }
    }

    /// Empties the box; called by the lane when the descriptor is readable.
    func takeAll() -> Content {
        var count: UInt64 = 0
        read(descriptor, &count, 8)
        return content.withLock { content in
            defer { content = Content() }
            return content
        }
    }
}
