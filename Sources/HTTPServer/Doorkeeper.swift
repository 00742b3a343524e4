import Synchronization

/// Counts connections over all lanes, in all and per address. Asked at the door only, so a lock is cheap enough.
final class Doorkeeper: Sendable {
    private struct Book {
        var total = 0
        var byAddress: [UInt64: Int] = [:]
    }

    private let book = Mutex(Book())
    private let threshold = Mutex(())
    private let maxTotal: Int
    private let maxPerAddress: Int

    init(maxTotal: Int, maxPerAddress: Int) {
        self.maxTotal = maxTotal
        self.maxPerAddress = maxPerAddress
    }

    /// Takes connections from the kernel, one lane at a time: where descriptors have run out, the one that a lane gives
    /// up to tell a client so must not be taken by another lane.
    func passing<Result>(_ accept: () -> Result) -> Result { threshold.withLock { _ in accept() } }

    /// Lets a connection in (nil), or says why not.
    func admit(_ address: UInt64) -> ServerStatistics.TurnedAway? {
        book.withLock { book in
            if book.total >= maxTotal { return .total }
            if book.byAddress[address, default: 0] >= maxPerAddress { return .address }
            book.total += 1
            book.byAddress[address, default: 0] += 1
            return nil
        }
    }

    /// Counts a connection out that was let in.
    func leave(_ address: UInt64) {
        book.withLock { book in
            book.total -= 1
            guard let count = book.byAddress[address] else { return }
            book.byAddress[address] = count > 1 ? count - 1 : nil
        }
    }
}
