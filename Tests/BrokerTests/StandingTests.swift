import Dispatch
import Journal
import Synchronization
import Testing
import Vault

@testable import Broker
@testable import Brokerage

/// How a broker stands with its store, its clock and the other writers, and what it says of that.
@Suite("A broker takes no command on what it cannot trust")
struct StandingTests {
    @Test("while no write succeeds it is not ready, however well the store can be read")
    func unwritable() throws {
        let journal = FailingJournal(TestBroker.journal())
        let broker = try TestBroker.open(journal)
        broker.setUp()
        journal.mode.withLock { $0 = .failBefore(.readOnly("mounted so")) }
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isUnavailable)
        // Two tries to come back, at which everything could be read.
        broker.turn(until: { journal.proofs.load(ordering: .relaxed) >= 2 })
        #expect(journal.proofs.load(ordering: .relaxed) >= 2)
        #expect(broker.health != .ready)
        journal.mode.withLock { $0 = .sound }
        broker.turn(until: { broker.health == .ready })
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
    }

    @Test("an append that finds the store damaged ends the taking of commands for good")
    func damagedAppend() throws {
        let journal = FailingJournal(TestBroker.journal())
        let broker = try TestBroker.open(journal)
        broker.setUp()
        journal.mode.withLock { $0 = .failBefore(.damaged(at: .start, "a page is not what was written")) }
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isUnavailable)
        journal.mode.withLock { $0 = .sound }
        #expect(broker.isCondemned && broker.health != .ready)
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isUnavailable)
    }

    @Test(
        "a journal that ends in another record than was read there, or before it, is damage and no other writer",
        arguments: [0, 2] as [UInt64]
    )
    func falseConflict(lost: UInt64) throws {
        let journal = FailingJournal(TestBroker.journal())
        let broker = try TestBroker.open(journal)
        broker.setUp()
        let end = broker.published().position
        journal.mode.withLock { $0 = .failBefore(.conflict(last: Position(end - lost))) }
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isUnavailable)
        #expect(broker.isCondemned)
        #expect(broker.published().position == end)
    }

    @Test("what another process wrote is proved before anything is decided on it")
    func alteredElsewhere() throws {
        let journal = TestBroker.journal()
        let writer = try TestBroker.open(journal)
        writer.setUp()
        let end = writer.published().position
        // The next record reads well, and says something else than was written.
        let reader = try TestBroker.open(RewrittenJournal(journal, "\"minutes\":30", as: "\"minutes\":31"))
        #expect(reader.health == .ready)
        #expect(writer.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
        #expect(reader.answer(.refer(TestBroker.ask), by: TestBroker.ward).isUnavailable)
        #expect(reader.isCondemned)
        #expect(reader.published().position == end)
    }

    @Test("when what others wrote cannot be read, whoever waits is told so, and the broker closes")
    func unreadableElsewhere() throws {
        let journal = TestBroker.journal()
        let writer = try TestBroker.open(journal)
        writer.setUp()
        let blind = BlindJournal(journal)
        let reader = try TestBroker.open(blind)
        #expect(writer.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
        blind.isBlind.store(true, ordering: .relaxed)
        #expect(reader.answer(.refer(TestBroker.ask), by: TestBroker.ward).isUnavailable)
        #expect(reader.health != .ready && !reader.isCondemned)
        blind.isBlind.store(false, ordering: .relaxed)
        reader.turn(until: { reader.health == .ready })
        #expect(reader.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
        let closed = DispatchSemaphore(value: 0)
        reader.close { closed.signal() }
        closed.wait()
    }

    @Test("a disk that does not answer keeps nobody waiting when the broker closes, and may answer later")
    func stuckDisk() throws {
        let journal = StuckJournal(TestBroker.journal())
        let broker = try TestBroker.open(journal)
        broker.setUp()
        journal.isStuck.store(true, ordering: .relaxed)
        let told = Mutex<Ruled?>(nil)
        broker.submit(Submission(.refer(TestBroker.ask), by: TestBroker.ward)) { ruled in told.withLock { $0 = ruled } }
        journal.met.wait()
        let closed = DispatchSemaphore(value: 0)
        broker.close(within: 0) { closed.signal() }
        closed.wait()
        #expect(told.withLock { $0?.isUnavailable } == true)
        // What it answers now is for nobody.
        journal.release.signal()
        broker.turn(until: { journal.isDone.load(ordering: .acquiring) })
        broker.turn(times: 100)
        let isDone = journal.isDone.load(ordering: .acquiring)
        #expect(isDone)
    }

    @Test("a clock that leaps ahead is not believed until it is set right; one that goes back is")
    func leaps() throws {
        let clock = Mutex(TestBroker.monday)
        let uptime = Mutex<Int64>(1_000)
        let broker = try Broker.open(
            system: "test",
            keeper: TestBroker.journal(),
            keyring: TestBroker.keyring(),
            clock: { clock.withLock { $0 } },
            uptime: { uptime.withLock { $0 } }
        )
        broker.setUp()
        clock.withLock { $0 = TestBroker.monday.adding(hours: 24 * 400) }
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isUnavailable)
        #expect(broker.health != .ready)
        #expect(broker.published().state.now == TestBroker.monday, "nothing was decided at that hour")
        clock.withLock { $0 = TestBroker.monday.adding(minutes: 1) }
        #expect(broker.health == .ready)
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
        clock.withLock { $0 = TestBroker.monday.adding(hours: -2) }
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
        #expect(broker.secondsAheadOfClock == 2 * 3_600 + 60)
        // Far back, and right again.
        clock.withLock { $0 = TestBroker.monday.adding(hours: -24 * 400) }
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
        clock.withLock { $0 = TestBroker.monday.adding(minutes: 2) }
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
        // Time that has really passed is no leap.
        clock.withLock { $0 = TestBroker.monday.adding(hours: 20) }
        uptime.withLock { $0 += 22 * 3_600 }
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
        #expect(broker.secondsAheadOfClock == 0)
    }

    @Test(
        "a store that is no longer where it was opened is noticed while nothing is written, and trusted again once it is back"
    )
    func displaced() throws {
        let journal = DisplacedJournal(TestBroker.journal())
        let broker = try TestBroker.open(journal)
        broker.setUp()
        broker.follow(everyMilliseconds: 1)
        journal.isDisplaced.store(true, ordering: .relaxed)
        broker.turn(until: { broker.health != .ready })
        #expect(broker.health == .readOnly("\(DisplacedJournal.error)"))
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isUnavailable)
        #expect(!broker.isCondemned)
        journal.isDisplaced.store(false, ordering: .relaxed)
        broker.turn(until: { broker.health == .ready })
        #expect(broker.answer(.refer(TestBroker.ask), by: TestBroker.ward).isAccepted)
    }

    @Test("a number that was corrected or taken out finds nobody any more, before a restart and after it")
    func numbers() throws {
        let journal = FailingJournal(TestBroker.journal())
        let broker = try TestBroker.open(journal)
        broker.setUp()
        let (first, second) = (NHSNumber("943 476 5919")!, NHSNumber("450 557 7104")!)
        let person = SensitiveText(kind: "person", json: Array("{}".utf8))
        func duplicates(_ broker: Broker, of number: NHSNumber) -> [ReferralID] {
            let ruled = broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, texts: [person], number: number)
            guard case .referral(let referral) = ruled.resource else { return [] }
            #expect(broker.answer(.withdraw(referral.id), by: TestBroker.ward, body: [1]).isAccepted)
            return referral.duplicates
        }
        #expect(duplicates(broker, of: second) == [])
        let kept = broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, texts: [person], number: first)
        guard case .referral(let referral) = kept.resource else { throw Missing() }
        func amend(_ number: NHSNumber?) {
            let command = Command.amend(
                referral.id,
                TestBroker.ask,
                needsChanged: false,
                otherwiseChanged: true,
                .version(broker.published().state.referrals[referral.id]?.version ?? 0)
            )
            #expect(broker.answer(command, by: TestBroker.ward, texts: [person], number: number).isAccepted)
        }
        #expect(duplicates(broker, of: first) == [referral.id])
        amend(second)
        #expect(duplicates(broker, of: first) == [])
        #expect(duplicates(broker, of: second) == [referral.id])
        // What was not written has changed nothing, and is sealed when it is asked for again.
        journal.mode.withLock { $0 = .failBefore(.full("no space")) }
        let version = broker.published().state.referrals[referral.id]?.version ?? 0
        let removal = Command.amend(
            referral.id,
            TestBroker.ask,
            needsChanged: false,
            otherwiseChanged: true,
            .version(version)
        )
        #expect(broker.answer(removal, by: TestBroker.ward, texts: [person]).isUnavailable)
        journal.mode.withLock { $0 = .sound }
        broker.turn(until: { broker.health == .ready })
        #expect(duplicates(broker, of: second) == [referral.id])
        amend(nil)
        #expect(duplicates(broker, of: second) == [])
        #expect(duplicates(try TestBroker.open(journal), of: second) == [])
    }

    @Test("a number that comes again is not tied to a person whom another process forgot")
    func forgottenElsewhere() throws {
        let journal = TestBroker.journal()
        let broker = try TestBroker.open(journal)
        broker.follow(everyMilliseconds: 5)
        broker.setUp()
        let number = NHSNumber("943 476 5919")!
        let person = SensitiveText(kind: "person", json: Array("{}".utf8))
        func refer() throws -> Referral {
            let ruled = broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, texts: [person], number: number)
            guard case .referral(let referral) = ruled.resource else { throw Missing() }
            return referral
        }
        let first = try refer()
        #expect(try refer().duplicates == [first.id])
        #expect(try journal.forget(subject: first.person.description) > 0)
        var found: [ReferralID] = [first.id]
        // Each answer lets every queue run; their number is bounded, and no time is waited for.
        for _ in 0..<2_000 where found.contains(first.id) { found = try refer().duplicates }
        #expect(!found.contains(first.id))
    }

    struct Missing: Error {}
}

/// A keeper whose files are somewhere else for a while.
final class DisplacedJournal: WrappedJournal {
    static let error = JournalError.readOnly("the file was moved away")
    let inner: any JournalKeeper
    let isDisplaced = Atomic<Bool>(false)

    init(_ inner: any JournalKeeper) { self.inner = inner }

    func lastPosition() throws(JournalError) -> Position {
        if isDisplaced.load(ordering: .relaxed) { throw Self.error }
        return try inner.lastPosition()
    }

    func reopen() throws(JournalError) {
        if isDisplaced.load(ordering: .relaxed) { throw Self.error }
        try inner.reopen()
    }
}

/// A keeper that cannot be read for a while.
final class BlindJournal: WrappedJournal {
    let inner: any JournalKeeper
    let isBlind = Atomic<Bool>(false)

    init(_ inner: any JournalKeeper) { self.inner = inner }

    func read(after position: Position, limit: Int) throws(JournalError) -> [Record] {
        if isBlind.load(ordering: .relaxed) { throw .failed("the disk does not answer") }
        return try inner.read(after: position, limit: limit)
    }
}

/// A keeper whose next append hangs until it is let go.
final class StuckJournal: WrappedJournal {
    let inner: any JournalKeeper
    let isStuck = Atomic<Bool>(false)
    let isDone = Atomic<Bool>(false)
    /// Signalled when an append hangs, and to let it go.
    let met = DispatchSemaphore(value: 0)
    let release = DispatchSemaphore(value: 0)

    init(_ inner: any JournalKeeper) { self.inner = inner }

    func append(_ records: [NewRecord], after position: Position) throws(JournalError) -> Position {
        let hangs = isStuck.exchange(false, ordering: .relaxed)
        if hangs {
            met.signal()
            release.wait()
        }
        let last = try inner.append(records, after: position)
        if hangs { isDone.store(true, ordering: .releasing) }
        return last
    }
}

/// A keeper in which words of a record are others of the same length, and its hash is as it was.
final class RewrittenJournal: WrappedJournal {
    let inner: any JournalKeeper
    private let words: [UInt8]
    private let others: [UInt8]

    init(_ inner: any JournalKeeper, _ words: String, as others: String) {
        self.inner = inner
        self.words = Array(words.utf8)
        self.others = Array(others.utf8)
    }

    func read(after position: Position, limit: Int) throws(JournalError) -> [Record] {
        try inner.read(after: position, limit: limit).map { record in
            var body = record.body
            if let range = body.firstRange(of: words) { body.replaceSubrange(range, with: others) }
            return Record(position: record.position, hash: record.hash, body: body)
        }
    }
}
