import Dispatch
import Journal
import Synchronization
import Testing
import Vault

@testable import Broker
@testable import Brokerage

@Suite("A start from a snapshot")
struct SnapshotRestartTests {
    @Test("reads only the records behind it, and comes to the same state as a start from the beginning")
    func restart() throws {
        let journal = CountingJournal(TestBroker.journal())
        let shelf = Shelf()
        let broker = try TestBroker.open(journal)
        broker.setUp()
        broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, body: [1], key: "once")
        try SnapshotWriter.write(broker.published(), of: "test", journal, to: shelf)
        let saved = broker.published().position
        broker.answer(.withdraw(ReferralID(number: 1)), by: TestBroker.ward, body: [9])
        broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, body: [2], key: "twice")
        journal.forgetReads()
        let fromSnapshot = try Recovered(from: journal, system: "test", snapshots: shelf)
        #expect(fromSnapshot.snapshot == Position(saved))
        // The snapshot's own record is read to compare its hash; none before it.
        #expect(try #require(journal.positionsRead.min()) == Position(saved))
        let fromStart = try Recovered(from: journal)
        #expect(fromSnapshot.published.state.differences(from: fromStart.published.state) == [])
        #expect(fromSnapshot.published.position == broker.published().position)
        // What was promised before the snapshot is kept behind it.
        let again = try Broker.open(
            system: "test",
            keeper: journal,
            keyring: TestBroker.keyring(),
            snapshots: shelf,
            clock: { TestBroker.monday }
        )
        let repeated = again.answer(.refer(TestBroker.ask), by: TestBroker.ward, body: [1], key: "once")
        #expect(repeated.resource != nil && again.published().state.referrals.count == 2)
    }

    @Test("passes over one that is damaged, of another format or of another history, for the one before or the journal")
    func fallingBack() throws {
        let journal = TestBroker.journal()
        let broker = try TestBroker.open(journal)
        broker.setUp()
        let shelf = Shelf()
        try SnapshotWriter.write(broker.published(), of: "test", journal, to: shelf)
        let first = broker.published().position
        broker.answer(.refer(TestBroker.ask), by: TestBroker.ward)
        try SnapshotWriter.write(broker.published(), of: "test", journal, to: shelf)
        let second = broker.published().position
        func begun() throws -> UInt64 {
            try Recovered(from: journal, system: "test", snapshots: shelf).snapshot.value
        }
        #expect(try begun() == second)
        let good = try #require(shelf.newest)
        shelf.newest?.body.removeLast(20)
        #expect(try begun() == first)
        shelf.newest = good
        shelf.newest?.version += 1
        #expect(try begun() == first)
        shelf.newest = good
        shelf.newest?.hash[3] ^= 1
        #expect(try begun() == first)
        shelf.removeAll()
        #expect(try begun() == 0)
    }

    @Test("is refused when a record behind it was altered")
    func alteredTail() throws {
        let journal = TestBroker.journal()
        let broker = try TestBroker.open(journal)
        broker.setUp()
        let shelf = Shelf()
        try SnapshotWriter.write(broker.published(), of: "test", journal, to: shelf)
        broker.answer(.refer(TestBroker.ask), by: TestBroker.ward)
        let end = Position(broker.published().position)
        let altered = AlteredJournal(journal, at: end)
        #expect(throws: JournalError.self) { try Recovered(from: altered, system: "test", snapshots: shelf) }
    }

    @Test("an altered record before it is found in the background: commands end, reads go on, and the place is told")
    func alteredBefore() throws {
        let journal = TestBroker.journal()
        let broker = try TestBroker.open(journal)
        broker.setUp()
        let shelf = Shelf()
        try SnapshotWriter.write(broker.published(), of: "test", journal, to: shelf)
        let altered = AlteredJournal(journal, at: Position(2))
        let again = try Broker.open(
            system: "test",
            keeper: altered,
            keyring: TestBroker.keyring(),
            snapshots: shelf,
            clock: { TestBroker.monday }
        )
        #expect(again.health == .ready)
        again.checkInBackground()
        again.turn(until: { again.health != .ready })
        guard case .readOnly(let reason) = again.health else {
            Issue.record("the broker goes on")
            return
        }
        #expect(reason.contains("position 2"))
        #expect(again.answer(.refer(TestBroker.ask), by: TestBroker.ward).isUnavailable)
        #expect(again.published().state.referrals.count == broker.published().state.referrals.count)
        #expect(again.verified?.isDone == false && again.verified?.fault != nil)
    }

    @Test("a sealed value that does not open is found in the background")
    func alteredVault() throws {
        let journal = TestBroker.journal()
        let broker = try TestBroker.open(journal)
        broker.setUp()
        // The other one opens: a start could not tell a single value that was altered from a wrong key.
        for _ in 0..<2 {
            broker.answer(
                .refer(TestBroker.ask),
                by: TestBroker.ward,
                texts: [SensitiveText(kind: "needs", json: Array("{}".utf8))]
            )
        }
        let person = try #require(broker.published().state.referrals[ReferralID(number: 1)]?.person)
        let sealed = try #require(try journal.enclosure(subject: person.description, kind: "needs"))
        broker.checkInBackground()
        broker.turn(until: { broker.verified?.isDone == true })
        #expect(broker.health == .ready && broker.verified?.sealed == 2)
        var bad = sealed
        bad[20] ^= 1
        #expect(
            try journal.replace(sealed, by: Enclosure(subject: person.description, kind: "needs", sealed: bad))
        )
        let again = try TestBroker.open(journal)
        again.checkInBackground()
        again.turn(until: { again.health != .ready })
        #expect(again.health != .ready && again.verified?.fault?.contains("needs") == true)
    }

    @Test("a store that cannot be read for a while is no finding: the check goes on once it can")
    func unreadable() throws {
        let journal = UnreadableJournal(TestBroker.journal())
        let broker = try TestBroker.open(journal)
        broker.setUp()
        journal.isUnreadable.store(true, ordering: .relaxed)
        broker.checkInBackground()
        broker.turn(until: { journal.refusals.load(ordering: .relaxed) > 0 })
        #expect(broker.health == .ready && broker.verified?.isDone == false)
        journal.isUnreadable.store(false, ordering: .relaxed)
        broker.turn(until: { broker.verified?.isDone == true })
        #expect(broker.health == .ready && broker.verified?.isDone == true)
    }

    @Test("a running broker writes one once enough was recorded, and none while nothing was")
    func schedule() throws {
        let journal = TestBroker.journal()
        let broker = try TestBroker.open(journal)
        let shelf = Shelf()
        var schedule = SnapshotSchedule()
        schedule.records = 3
        schedule.seconds = 0
        broker.writeSnapshots(to: shelf, schedule)
        broker.setUp()
        broker.turn(until: { shelf.newest != nil })
        let written = try #require(shelf.newest)
        #expect(written.position.value >= 3 && written.version == State.snapshotFormat)
        #expect(broker.snapshots?.failure == nil)
    }
}

/// Snapshots on a shelf in memory, the newest last.
final class Shelf: SnapshotKeeper {
    private let kept = Mutex<[Snapshot]>([])

    var newest: Snapshot? {
        get { kept.withLock(\.last) }
        set {
            kept.withLock { kept in
                if let newValue { kept[kept.count - 1] = newValue }
            }
        }
    }

    func removeAll() { kept.withLock { $0 = [] } }

    func write(_ snapshot: Snapshot) throws(JournalError) { kept.withLock { $0.append(snapshot) } }

    func newest(of system: String, version: UInt32, before position: Position?) -> Snapshot? {
        kept.withLock { kept in
            kept.last { snapshot in
                snapshot.system == system && snapshot.version == version
                    && (position.map { snapshot.position < $0 } ?? true)
            }
        }
    }

    func newestPosition(of system: String) -> Position? { newest?.position }
}

/// A keeper that notes which records were read.
final class CountingJournal: WrappedJournal {
    let inner: any JournalKeeper
    private let reads = Mutex<[Position]>([])

    init(_ inner: any JournalKeeper) { self.inner = inner }

    var positionsRead: [Position] { reads.withLock { $0 } }

    func forgetReads() { reads.withLock { $0 = [] } }

    func read(after position: Position, limit: Int) throws(JournalError) -> [Record] {
        let records = try inner.read(after: position, limit: limit)
        reads.withLock { $0 += records.map(\.position) }
        return records
    }
}

/// A keeper in which one record's body is not what was written.
final class AlteredJournal: WrappedJournal {
    let inner: any JournalKeeper
    let place: Position

    init(_ inner: any JournalKeeper, at place: Position) {
        self.inner = inner
        self.place = place
    }

    func read(after position: Position, limit: Int) throws(JournalError) -> [Record] {
        try inner.read(after: position, limit: limit).map { record in
            guard record.position == place else { return record }
            var body = record.body
            body[body.count / 2] ^= 1
            return Record(position: record.position, hash: record.hash, body: body)
        }
    }
}

/// A keeper whose sealed values cannot be listed for a while.
final class UnreadableJournal: WrappedJournal {
    let inner: any JournalKeeper
    let isUnreadable = Atomic<Bool>(false)
    let refusals = Atomic<Int>(0)

    init(_ inner: any JournalKeeper) { self.inner = inner }

    func enclosures(after place: EnclosurePlace?, limit: Int) throws(JournalError) -> [Enclosure] {
        if isUnreadable.load(ordering: .relaxed) {
            refusals.add(1, ordering: .relaxed)
            throw .failed("the disk does not answer")
        }
        return try inner.enclosures(after: place, limit: limit)
    }
}

/// A keeper that passes everything on to another, but for what it does itself.
protocol WrappedJournal: JournalKeeper {
    var inner: any JournalKeeper { get }
}

extension WrappedJournal {
    var chain: HashChain { inner.chain }
    func append(_ records: [NewRecord], after position: Position) throws(JournalError) -> Position {
        try inner.append(records, after: position)
    }
    func lastPosition() throws(JournalError) -> Position { try inner.lastPosition() }
    func read(after position: Position, limit: Int) throws(JournalError) -> [Record] {
        try inner.read(after: position, limit: limit)
    }
    func enclosure(subject: String, kind: String) throws(JournalError) -> [UInt8]? {
        try inner.enclosure(subject: subject, kind: kind)
    }
    func enclosures(kind: String, after subject: String?, limit: Int) throws(JournalError) -> [Enclosure] {
        try inner.enclosures(kind: kind, after: subject, limit: limit)
    }
    func enclosures(after place: EnclosurePlace?, limit: Int) throws(JournalError) -> [Enclosure] {
        try inner.enclosures(after: place, limit: limit)
    }
    func replace(_ sealed: [UInt8], by enclosure: Enclosure) throws(JournalError) -> Bool {
        try inner.replace(sealed, by: enclosure)
    }
    func forget(subject: String) throws(JournalError) -> Int { try inner.forget(subject: subject) }
    func forgotten(beyond known: Int) throws(JournalError) -> [String] { try inner.forgotten(beyond: known) }
    func proveWritable() throws(JournalError) { try inner.proveWritable() }
    func reopen() throws(JournalError) { try inner.reopen() }
}
