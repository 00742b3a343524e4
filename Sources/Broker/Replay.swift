import Brokerage
import Dispatch
import Journal
import Synchronization

/// Reads a journal from a place to its end and hands its events over in order. Records are proved and decoded on other
/// cores while those before them are applied: deciding what happened is sequential, reading it is not.
struct Replay {
    /// Records read at a time, 1,000, and runs of them on the way, 6: bounds the memory of a restart (about 1.5 kB a
    /// record before it is decoded, five times that after).
    static let chunk = 1_000
    static let mostOnTheWay = 6

    private let keeper: any JournalKeeper
    private let begin: ChainCheck

    /// A replay of what stands behind the place where `begin` is.
    init(_ keeper: any JournalKeeper, from begin: ChainCheck) {
        self.keeper = keeper
        self.begin = begin
    }

    /// Applies every event. Blocks until the end is reached.
    ///
    /// - Returns: the last position.
    /// - Throws: `damaged` at the first record that is not what was written or cannot be understood; what was read before
    ///   it has been applied.
    func run(_ apply: (Event, Instant) -> Void) throws(JournalError) -> Position {
        let belt = Belt()
        let reading = DispatchQueue(label: "homeward.replay.read")
        reading.async { [keeper, begin] in Replay.read(keeper, begin, onto: belt) }
        // Whatever ends the applying early ends the reading too.
        defer { belt.abandon() }
        var last = begin.position
        while let run = belt.next() {
            let decoded = try run.value()
            for entry in decoded.entries { for event in entry.events { apply(event, entry.at) } }
            last = decoded.last
        }
        return last
    }

    private struct Decoded: Sendable {
        var entries: [JournalEntry]
        var last: Position
    }

    /// Reads run after run; each is proved and decoded on any core.
    private static func read(_ keeper: any JournalKeeper, _ begin: ChainCheck, onto belt: Belt) {
        var place = begin
        while belt.takeRoom() {
            do throws(JournalError) {
                let records = try keeper.read(after: place.position, limit: chunk)
                guard let last = records.last else { return belt.end() }
                let check = place
                belt.put(Eventually { () throws(JournalError) in try decode(records, check) })
                // The next run is proved against the hash that this one's last record says: whether that is right, this
                // run's own check tells, and it is asked first.
                place = ChainCheck(keeper.chain, after: last.position, hash: last.hash)
            } catch {
                belt.put(Eventually { () throws(JournalError) in throw error })
                return belt.end()
            }
        }
    }

    private static func decode(_ records: [Record], _ place: ChainCheck) throws(JournalError) -> Decoded {
        var check = place
        var decoded = Decoded(entries: [], last: place.position)
        decoded.entries.reserveCapacity(records.count)
        for record in records {
            try check.check(record)
            decoded.entries.append(try Recovery.decode(record))
        }
        decoded.last = check.position
        return decoded
    }

    /// The runs on the way from reading to applying, in order.
    private final class Belt: Sendable {
        private struct Contents {
            var runs: [Eventually<Decoded>] = []
            var isAbandoned = false
        }

        private let contents = Mutex(Contents())
        private let filled = DispatchSemaphore(value: 0)
        private let room = DispatchSemaphore(value: 0)

        init() { for _ in 0..<Replay.mostOnTheWay { room.signal() } }

        /// Waits until another run may be put; false when nobody wants one any more.
        func takeRoom() -> Bool {
            room.wait()
            return !contents.withLock(\.isAbandoned)
        }

        func put(_ run: Eventually<Decoded>) {
            contents.withLock { $0.runs.append(run) }
            filled.signal()
        }

        /// No more follow.
        func end() { filled.signal() }

        /// The next run; nil at the end.
        func next() -> Eventually<Decoded>? {
            filled.wait()
            let run = contents.withLock { $0.runs.isEmpty ? nil : $0.runs.removeFirst() }
            room.signal()
            return run
        }

        func abandon() {
            contents.withLock { $0.isAbandoned = true }
            room.signal()
        }
    }
}
