/// The scopes of remembered requests in the order in which they came: new ones go to the end, old ones leave at the front.
///
/// A value like every map of the state. It lies in runs of 64, so that what is appended copies one run and a list of runs,
/// however many are remembered.
struct RequestOrder: Sendable, Equatable {
    private static let runLength = 64

    /// All but the first are full or the last; none is empty.
    private var runs: [ArraySlice<RequestScope>] = []
    /// How many there are.
    private(set) var count = 0

    /// The oldest; nil when there is none.
    var oldest: RequestScope? { runs.first?.first }

    mutating func append(_ scope: RequestScope) {
        if runs.isEmpty || runs[runs.count - 1].endIndex == RequestOrder.runLength { runs.append([]) }
        runs[runs.count - 1].append(scope)
        count += 1
    }

    mutating func removeOldest() {
        runs[0].removeFirst()
        if runs[0].isEmpty { runs.removeFirst() }
        count -= 1
    }

    /// Oldest first.
    var all: [RequestScope] { runs.flatMap { $0 } }

    static func == (a: RequestOrder, b: RequestOrder) -> Bool {
        // Where the runs end depends on what has left at the front.
        a.count == b.count && a.all == b.all
    }
}

extension SnapshotCoder {
    /// The scopes with their numbers from the oldest one's on, as a map would have them.
    mutating func order(_ value: @autoclosure () -> RequestOrder?, from oldest: UInt64?) throws(SnapshotError)
        -> RequestOrder
    {
        fieldCounted()
        if isWriting, let value = value(), let oldest {
            write(UInt64(value.count))
            for (offset, scope) in value.all.enumerated() {
                _ = try UInt64.code(&self, oldest + UInt64(offset))
                _ = try RequestScope.code(&self, scope)
            }
            return value
        }
        var order = RequestOrder()
        for _ in 0..<(try readCount()) {
            _ = try UInt64.code(&self, nil)
            order.append(try RequestScope.code(&self, nil))
        }
        return order
    }
}
