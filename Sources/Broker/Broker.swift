import Brokerage
import Dispatch
import Journal
import Synchronization
import Vault

/// One system's brokerage at work. Owns the speculative state on a serial queue of its own; the store is written
/// from a second one, so that deciding never waits for a disk and a disk never waits for a decision.
///
/// Readers take `published()` from any thread. Writers `submit`; the answer comes when it is durable.
public final class Broker: Brokering {
    /// How the broker stands with its store.
    public enum Health: Sendable, Equatable {
        case ready
        /// Reads are answered, commands are not taken; the reason is for an operator.
        case readOnly(String)
    }

    /// Submissions that may be unanswered at a time, 4,096: at 10,000 commands a second less than half a second of
    /// work. Past it the answer is 503 at once. Also what one append may hold (`JournalLimits.recordsInAppend`).
    public static let mostUnanswered = 4_096
    /// Submissions that are decided in a row, 16: then what they came to is on its way to the disk, where that is idle, and
    /// what became durable meanwhile is answered, before the next are decided. With all of them in a row everybody
    /// waits for the disk together, and nobody works.
    static let mostDecidedInARow = 16
    /// Look-ups that may wait for the vault, 1,024; past it the answer is 503.
    public static let mostLookUps = 1_024
    /// Seconds a client is told to wait when a bound is met.
    static let retryAfter = 1

    /// The system this broker is for.
    public let system: String
    private let keeper: any JournalKeeper
    private let secrets: Secrets
    private let clock: @Sendable () -> Instant
    private let queue: DispatchQueue
    private let writer: DispatchQueue
    private let readers: DispatchQueue
    private let answering: DispatchQueue

    private let current: Mutex<Published>
    public let publications = Publications()
    /// Numbers what is submitted, for pseudonyms.
    private let submissions = Atomic<UInt64>(0)
    private let inbox = Mutex<Inbox>(Inbox())
    private let lookUps = Atomic<Int>(0)
    private let commits = CommitCounters()
    private let standing = Mutex<Health>(.ready)
    /// Why no command is taken any more until someone has looked: what was stored is not what was written.
    private let condemned = Mutex<String?>(nil)
    private let attendants = Mutex(Attendants())
    private let owned: QueueOwned
    /// The batch, once it runs.
    let improving = Mutex<Improver?>(nil)
    /// Set while a check of the store's end is on its way, so that polls do not pile up behind a slow disk.
    private let following = Atomic<Bool>(false)

    private struct Inbox {
        var waiting: [Pending] = []
        var unanswered = 0
        var closed = false
        var failing = false
    }

    /// What only `queue` touches.
    ///
    /// `@unchecked Sendable` is sound: every access is from closures on `queue`, which `dispatchPrecondition` checks.
    private final class QueueOwned: @unchecked Sendable {
        var pipeline: Pipeline
        /// Taken from the inbox and not decided yet, in order.
        var taken: ArraySlice<Pending> = []
        /// Set while the store is being read to its end, or reopened: nothing is decided meanwhile.
        var isCatchingUp = false
        var timers: [any DispatchSourceTimer] = []

        init(_ pipeline: Pipeline) { self.pipeline = pipeline }
    }

    /// What works in the background beside it.
    private struct Attendants: Sendable {
        var check: BackgroundCheck?
        var writer: SnapshotWriter?
    }

    /// Where its state came from a snapshot: older records were not read at the start.
    public let snapshot: Position

    /// A broker on a recovered state.
    init(
        system: String,
        keeper: any JournalKeeper,
        secrets: Secrets,
        recovered: Recovered,
        clock: @escaping @Sendable () -> Instant
    ) {
        self.system = system
        self.keeper = keeper
        self.secrets = secrets
        self.clock = clock
        queue = DispatchQueue(label: "homeward.broker.\(system)")
        writer = DispatchQueue(label: "homeward.journal.\(system)")
        answering = DispatchQueue(label: "homeward.answers.\(system)")
        readers = DispatchQueue(label: "homeward.vault.\(system)", attributes: .concurrent)
        current = Mutex(recovered.published)
        snapshot = recovered.snapshot
        owned = QueueOwned(Pipeline(durable: recovered.published, secrets: secrets, numbers: recovered.numbers))
    }

    // MARK: Reading

    public func published() -> Published { current.withLock { $0 } }

    /// How the broker stands with its store.
    public var health: Health { condemned.withLock { $0 }.map(Health.readOnly) ?? standing.withLock { $0 } }

    /// How far what the start took on trust has been proved; nil when nobody proves it.
    public var verified: Verified? { attendants.withLock { $0.check }?.verified }

    /// The position of the newest snapshot known, and why the last one failed; nil when none are written.
    public var snapshots: (position: UInt64, failure: String?)? {
        attendants.withLock { $0.writer }.map { ($0.position, $0.failure) }
    }

    /// Seconds since this process wrote a snapshot, or since it started; nil when none are written.
    public var secondsSinceSnapshot: UInt64? { attendants.withLock { $0.writer }.map(\.secondsSinceLast) }

    /// Whether something that was stored was found not to be what was written: no command is taken until a restart.
    public var isCondemned: Bool { condemned.withLock { $0 != nil } }

    /// What was counted since the start; waits for no queue.
    public var figures: BrokerFigures { commits.figures(unanswered: inbox.withLock { $0.unanswered }) }

    public func keyHash(_ secret: UnsafeRawBufferPointer) -> [UInt8] { SHA256.digest(Array(secret)) }

    public func lookUp(_ work: @escaping @Sendable (any VaultReader) -> Void) -> Bool {
        guard lookUps.add(1, ordering: .relaxed).newValue <= Broker.mostLookUps else {
            lookUps.subtract(1, ordering: .relaxed)
            return false
        }
        readers.async { [self] in
            work(Reader(keeper: keeper, secrets: secrets))
            lookUps.subtract(1, ordering: .relaxed)
        }
        return true
    }

    private struct Reader: VaultReader {
        let keeper: any JournalKeeper
        let secrets: Secrets

        func text(subject: String, kind: String) throws(JournalError) -> [UInt8]? {
            guard let sealed = try keeper.enclosure(subject: subject, kind: kind) else { return nil }
            do {
                return try secrets.open(sealed, subject: subject, kind: kind)
            } catch {
                throw .failed("a text of the vault does not open: \(error)")
            }
        }
    }

    // MARK: Writing

    public func submit(_ submission: Submission, _ answer: @escaping @Sendable (Ruled) -> Void) {
        if case .readOnly(let reason) = health {
            return answer(.unavailable(reason, retryAfter: Broker.retryAfter))
        }
        let random = RandomBytes.fresh(24).withUnsafeBytes { bytes in
            (0..<3).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
        }
        let takenAt = clock()
        let pending = Pending(
            submission: submission,
            command: CommandID(high: random[0], low: random[1]),
            takenAt: takenAt,
            person: PersonID(
                at: takenAt,
                number: UInt32(truncatingIfNeeded: submissions.add(1, ordering: .relaxed).newValue),
                random: random[2]
            ),
            answer: answer
        )
        enum Taken { case first, joined, full, closed, failing }
        let taken = inbox.withLock { inbox -> Taken in
            if inbox.closed { return .closed }
            // Looked at again under the lock: the store may have failed since, and the inbox been emptied.
            if inbox.failing { return .failing }
            if inbox.unanswered >= Broker.mostUnanswered { return .full }
            inbox.unanswered += 1
            inbox.waiting.append(pending)
            return inbox.waiting.count == 1 ? .first : .joined
        }
        switch taken {
        case .first: queue.async { self.work() }
        case .joined: break
        case .full: answer(.unavailable("too many requests are waiting", retryAfter: Broker.retryAfter))
        case .failing: answer(.unavailable("the store cannot be written", retryAfter: Broker.retryAfter))
        case .closed: answer(.unavailable("the service is stopping", retryAfter: Broker.retryAfter))
        }
    }

    /// Takes no more submissions; `done` is called when everything taken has been answered.
    public func close(_ done: @escaping @Sendable () -> Void) {
        inbox.withLock { $0.closed = true }
        attendants.withLock { attendants in
            attendants.check?.close()
            attendants.writer?.close()
        }
        queue.async { [self] in
            for timer in owned.timers { timer.cancel() }
            owned.timers = []
            awaitEmpty(done)
        }
    }

    private func awaitEmpty(_ done: @escaping @Sendable () -> Void) {
        if inbox.withLock({ $0.unanswered == 0 }) { return done() }
        queue.asyncAfter(deadline: .now() + .milliseconds(5)) { self.awaitEmpty(done) }
    }

    /// Decides what came in and sends the next batch on its way.
    private func work() {
        dispatchPrecondition(condition: .onQueue(queue))
        guard !owned.isCatchingUp else { return }
        if owned.taken.isEmpty { owned.taken = takeWaiting()[...] }
        for pending in owned.taken.prefix(Broker.mostDecidedInARow) { owned.pipeline.take(pending) }
        owned.taken = owned.taken.dropFirst(Broker.mostDecidedInARow)
        append()
        if owned.taken.isEmpty {
            // An empty slice would keep what it was cut from.
            owned.taken = []
        } else {
            // Behind what became durable meanwhile. As long as anything is taken there is one such block on the queue.
            queue.async { self.work() }
        }
    }

    private func takeWaiting() -> [Pending] {
        inbox.withLock { inbox in
            defer { inbox.waiting = [] }
            return inbox.waiting
        }
    }

    private func append() {
        guard !owned.isCatchingUp, let batch = owned.pipeline.nextBatch() else { return }
        let after = Position(owned.pipeline.durable.position)
        let records = batch.records
        // Repeats alone need no disk; a refusal is given only from the store's end. By way of the queue and not by a
        // call, since what follows may be another such batch, and another.
        if records.isEmpty && !batch.needsTheEnd { return queue.async { self.committed(at: after) } }
        writer.async { [self] in
            do throws(JournalError) {
                let last = try records.isEmpty ? keeper.lastPosition() : timedAppend(records, after: after)
                if records.isEmpty && last > after { throw .conflict(last: last) }
                queue.async { self.committed(at: last) }
            } catch {
                if !records.isEmpty { commits.count(AppendFailure(error)) }
                queue.async { self.refused(error) }
            }
        }
    }

    private func timedAppend(_ records: [NewRecord], after position: Position) throws(JournalError) -> Position {
        let began = DispatchTime.now().uptimeNanoseconds
        let last = try keeper.append(records, after: position)
        commits.count(appendOf: DispatchTime.now().uptimeNanoseconds - began)
        return last
    }

    private func committed(at position: Position) {
        dispatchPrecondition(condition: .onQueue(queue))
        let before = owned.pipeline.durable.position
        let answers = owned.pipeline.committed(at: position)
        if position.value > before {
            commits.count(records: position.value - before)
            publish()
        }
        give(answers)
        // More may have gathered while the disk was busy.
        work()
    }

    private func publish() {
        let durable = owned.pipeline.durable
        current.withLock { $0 = durable }
        publications.add()
    }

    /// Answers are rendered on a queue of their own: the next batch is decided meanwhile.
    private func give(_ answers: [DueAnswer]) {
        guard !answers.isEmpty else { return }
        answering.async { [self] in
            for answer in answers { answer.give() }
            inbox.withLock { $0.unanswered -= answers.count }
        }
    }

    // MARK: In the background

    /// Begins to prove what the start took on trust. What it finds wrong ends the taking of commands.
    public func checkInBackground() {
        let last = Position(published().position)
        let check = BackgroundCheck(keeper, secrets, upTo: snapshot, of: last) { [weak self] fault in
            self?.condemn(fault)
        }
        attendants.withLock { $0.check = check }
        check.start()
    }

    /// Takes no more commands, for good: what was stored is not what was written. Reads go on. Only a restart ends it.
    public func condemn(_ fault: String) {
        condemned.withLock { $0 = $0 ?? fault }
    }

    /// Begins to write snapshots.
    public func writeSnapshots(to snapshots: any SnapshotKeeper, _ schedule: SnapshotSchedule) {
        let writer = SnapshotWriter(
            system: system,
            keeper: keeper,
            snapshots: snapshots,
            schedule: schedule,
            from: snapshot
        ) { [weak self] in
            // What is condemned is not saved for the next start.
            self.flatMap { $0.condemned.withLock { $0 } == nil ? $0.published() : nil }
        }
        attendants.withLock { $0.writer = writer }
    }

    // MARK: Other writers, and a store that fails

    private func refused(_ error: JournalError) {
        dispatchPrecondition(condition: .onQueue(queue))
        switch error {
        case .conflict: catchUp()
        case .busy, .full, .readOnly, .failed, .tooLarge, .damaged: fail("\(error)")
        }
    }

    /// Reads the store to its end and goes on from there.
    private func catchUp() {
        dispatchPrecondition(condition: .onQueue(queue))
        guard !owned.isCatchingUp else { return }
        owned.isCatchingUp = true
        read(from: Position(owned.pipeline.durable.position), reopening: false)
    }

    private func read(from position: Position, reopening: Bool) {
        writer.async { [self] in
            do throws(JournalError) {
                if reopening { try keeper.reopen() }
                let found = try Recovery.entries(of: keeper, after: position, knowing: published().state)
                queue.async { self.caughtUp(found) }
            } catch {
                let reason = "\(error)"
                queue.async { self.stillFailing(reason) }
            }
        }
    }

    private func caughtUp(_ found: Recovery.Found) {
        let before = owned.pipeline.durable.position
        let answers = owned.pipeline.caughtUp(found.entries, foreign: found.numbers)
        owned.isCatchingUp = false
        inbox.withLock { $0.failing = false }
        standing.withLock { $0 = .ready }
        if owned.pipeline.durable.position > before { publish() }
        give(answers)
        work()
    }

    /// The store refused for a reason of its own: stop taking commands, answer what is pending with 503, keep
    /// answering reads, and try to come back. The outcome of the append in flight may be unknown, so the store's end
    /// is read before anything is written again.
    private func fail(_ reason: String) {
        standing.withLock { $0 = .readOnly(reason) }
        owned.isCatchingUp = true
        inbox.withLock { $0.failing = true }
        let undecided = owned.taken + takeWaiting()
        owned.taken = []
        give(
            owned.pipeline.giveUp(reason, retryAfter: Broker.retryAfter)
                + undecided.map {
                    DueAnswer(ruled: .unavailable(reason, retryAfter: Broker.retryAfter), answer: $0.answer)
                }
        )
        stillFailing(reason)
    }

    private func stillFailing(_ reason: String) {
        dispatchPrecondition(condition: .onQueue(queue))
        standing.withLock { $0 = .readOnly(reason) }
        queue.asyncAfter(deadline: .now() + .milliseconds(500)) { [self] in
            read(from: Position(owned.pipeline.durable.position), reopening: true)
        }
    }

    /// Looks whether another node has written, every so many milliseconds: a node that only reads shows the others'
    /// writes within 100 ms.
    public func follow(everyMilliseconds interval: Int) {
        repeating(interval) { broker in
            guard !broker.owned.isCatchingUp, !broker.following.exchange(true, ordering: .acquiringAndReleasing) else {
                return
            }
            broker.readers.async {
                let last = try? broker.keeper.lastPosition()
                broker.following.store(false, ordering: .releasing)
                guard let last, last.value > broker.published().position else { return }
                broker.queue.async {
                    // With a batch in flight its append will find out; reading beside it would race with it.
                    if broker.owned.pipeline.unanswered == 0, last.value > broker.owned.pipeline.durable.position {
                        broker.catchUp()
                    }
                }
            }
        }
    }

    /// Submits `advance` every so many milliseconds.
    public func tick(everyMilliseconds interval: Int) {
        repeating(interval) { $0.submit(Submission(.advance, by: Broker.itself)) { _ in } }
    }

    /// The service itself, for commands that time gives.
    public static let itself: Actor = {
        guard let name = Slug("homeward") else { preconditionFailure("a slug") }
        return Actor(key: nil, role: .administrator, organisation: name)
    }()

    func repeating(_ interval: Int, _ body: @escaping @Sendable (Broker) -> Void) {
        queue.async { [self] in
            let timer = DispatchSource.makeTimerSource(queue: queue)
            timer.schedule(deadline: .now() + .milliseconds(interval), repeating: .milliseconds(interval))
            timer.setEventHandler { [weak self] in
                if let self { body(self) }
            }
            timer.resume()
            owned.timers.append(timer)
        }
    }
}
