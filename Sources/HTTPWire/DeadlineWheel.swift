/// Which of many connections are due, without a timer for each.
///
/// A wheel of buckets, one a tick; each bucket is a doubly linked list through the entries. Arming for later is one
/// store: an entry stays where it hangs, and is hung up again when its bucket comes round too early. Time is an
/// argument, in ticks of the caller's choice.
public struct DeadlineWheel: Sendable {
    private struct Entry {
        var due: UInt32 = 0
        var bucket: Int32 = -1
        var next: Int32 = -1
        var previous: Int32 = -1
    }

    private var entries: ContiguousArray<Entry> = []
    private var heads: ContiguousArray<Int32>
    private var current: UInt32
    /// Entries that hang somewhere.
    public private(set) var armed = 0

    /// An empty wheel.
    ///
    /// - Parameters:
    ///   - buckets: how many ticks ahead are told apart; a power of two.
    ///   - now: the present tick.
    public init(buckets: Int, now: UInt32) {
        precondition(buckets > 1 && buckets & (buckets - 1) == 0, "a power of two")
        heads = ContiguousArray(repeating: -1, count: buckets)
        current = now
    }

    /// Sets when an entry is due, in place of what was set before.
    ///
    /// - Parameters:
    ///   - index: the entry, a small number.
    ///   - due: the tick; one that is past counts as the next.
    public mutating func arm(_ index: Int, due: UInt32) {
        while entries.count <= index { entries.append(Entry()) }
        let due = max(due, current + 1)
        entries[index].due = due
        let bucket = entries[index].bucket
        if bucket >= 0 {
            // Where it hangs comes round early enough: nothing to move.
            let mask = UInt32(heads.count - 1)
            let turn = (UInt32(bucket) &- (current + 1)) & mask
            if current + 1 + turn <= due { return }
            unhang(index)
        }
        hang(index)
    }

    /// Takes an entry off.
    public mutating func disarm(_ index: Int) {
        guard index < entries.count, entries[index].bucket >= 0 else { return }
        unhang(index)
    }

    /// The next entry that is due, which is taken off; nil when there is none up to `now`. Call until nil.
    public mutating func popExpired(now: UInt32) -> Int? {
        while current < now {
            let tick = current + 1
            let bucket = Int(tick & UInt32(heads.count - 1))
            while heads[bucket] >= 0 {
                let index = Int(heads[bucket])
                // Those that are due later leave this bucket, so that each pass shortens it.
                let isDue = entries[index].due <= now
                unhang(index)
                if isDue { return index }
                current = tick
                hang(index)
                current = tick - 1
            }
            current = tick
        }
        return nil
    }

    private mutating func hang(_ index: Int) {
        let farthest = current + UInt32(heads.count - 1)
        let tick = min(entries[index].due, farthest)
        let bucket = Int(tick & UInt32(heads.count - 1))
        let head = heads[bucket]
        entries[index].bucket = Int32(bucket)
        entries[index].next = head
        entries[index].previous = -1
        if head >= 0 { entries[Int(head)].previous = Int32(index) }
        heads[bucket] = Int32(index)
        armed += 1
    }

    private mutating func unhang(_ index: Int) {
        let entry = entries[index]
        if entry.previous >= 0 {
            entries[Int(entry.previous)].next = entry.next
        } else {
            heads[Int(entry.bucket)] = entry.next
        }
        if entry.next >= 0 { entries[Int(entry.next)].previous = entry.previous }
        entries[index].bucket = -1
        armed -= 1
    }
}
