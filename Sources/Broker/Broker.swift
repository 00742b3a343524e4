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
    public static let mostUnanswered = JournalLimits.recordsInAppend
    /// Submissions that are decided in a row, 16: then what they came to is on its way to the disk, where that is idle, and
    /// what became durable meanwhile is answered, before the next are decided. Were all decided in a row, deciding and the disk
    /// would take turns, each idle while the other works.
    static let mostDecidedInARow = 16
    /// Look-ups that may wait for the vault, 1,024; past it the answer is 503.
    public static let mostLookUps = 1_024
    /// Explanations that may wait at a time, 128: each takes about a third of a second at worst. Past it the answer is 503 at once.
    public static let mostWorkOuts = 128
    /// Seconds for which `close` waits for what was taken, 10: a disk that hangs must not keep the process for ever.
    public static let longestClose = 10
    /// Seconds a client is told to wait when a bound is met.
    static let retryAfter = 1
    /// Milliseconds between attempts to come back to a store that failed, 500.
    static let millisecondsBetweenAttempts = 500
    /// Milliseconds between looks whether everything was answered, while `close` waits, 5.
    static let millisecondsBetweenLooks = 5

    /// The system this broker is for.
    public let system: String
    let keeper: any JournalKeeper
    private let secrets: Secrets
    private let clock: @Sendable () -> Instant
    private let uptime: (@Sendable () -> Int64)?
    private let clockWatch: Mutex<ClockWatch?>
    let queue: DispatchQueue
    private let writer: DispatchQueue
    let readers: DispatchQueue
    private let workshop: DispatchQueue
    private let answering: DispatchQueue

    private let current: Mutex<Published>
    public let publications = Publications()
    /// Numbers what is submitted, for pseudonyms.
    private let submissions = Atomic<UInt64>(0)
    private let inbox = Mutex<Inbox>(Inbox())
    private let lookUps = Atomic<Int>(0)
    private let workOuts = Atomic<Int>(0)
    private let commits = CommitCounters()
    private let standing = Mutex<Health>(.ready)
    /// Why time does not pass here; nil where it does.
    private let stall = Mutex<String?>(nil)
    /// Why no command is taken any more until someone has looked: what was stored is not what was written.
    private let condemned = Mutex<String?>(nil)
    private let attendants = Mutex(Attendants())
    let owned: QueueOwned
    /// The batch, once it runs.
    let improving = Mutex<Improver?>(nil)
    /// Set while a check of the store's end is on its way, so that polls do not pile up behind a slow disk.
    let following = Atomic<Bool>(false)

    private struct Inbox {
        var waiting: [Pending] = []
        var unanswered = 0
        var closed = false
        var failing = false
    }

    /// What only `queue` touches.
    ///
    /// `@unchecked Sendable` is sound: every access is from closures on `queue`, here and in `Broker+Following`, which
    /// `dispatchPrecondition` checks.
    final class QueueOwned: @unchecked Sendable {
        var pipeline: Pipeline
        /// Taken from the inbox and not decided yet, in order.
        var taken: ArraySlice<Pending> = []
        /// Set while the store is being read to its end, or reopened: nothing is decided meanwhile.
        var isCatchingUp = false
        /// Set once `close` waits no longer: what the store still answers is for nobody.
        var hasGivenUp = false
        /// How many persons are known to be forgotten.
        var forgottenCount = 0
        var timers: [any DispatchSourceTimer] = []

        init(_ pipeline: Pipeline) { self.pipeline = pipeline }
    }

    /// What works in the background beside it.
    private struct Attendants: Sendable {
        var check: BackgroundCheck?
        var writer: SnapshotWriter?
    }

    /// The position of the snapshot that its state came from, 0 without one: older records were not read at the start.
    public let startedFrom: Position

    /// A broker on a recovered state.
    init(
        system: String,
        keeper: any JournalKeeper,
        secrets: Secrets,
        recovered: Recovered,
        clock: @escaping @Sendable () -> Instant,
        uptime: (@Sendable () -> Int64)? = nil
    ) {
        self.system = system
        self.keeper = keeper
        self.secrets = secrets
        self.clock = clock
        self.uptime = uptime
        // A clock that is not yet set at boot is not taken as the truth: the journal's later time stands.
        let begun = max(clock(), recovered.published.state.now)
        clockWatch = Mutex(uptime.map { ClockWatch(begun, uptime: $0()) })
        queue = DispatchQueue(label: "homeward.broker.\(system)")
        writer = DispatchQueue(label: "homeward.journal.\(system)")
        answering = DispatchQueue(label: "homeward.answers.\(system)")
        readers = DispatchQueue(label: "homeward.vault.\(system)", attributes: .concurrent)
        workshop = DispatchQueue(label: "homeward.workshop.\(system)")
        current = Mutex(recovered.published)
        startedFrom = recovered.snapshot
        owned = QueueOwned(Pipeline(durable: recovered.published, secrets: secrets, numbers: recovered.numbers))
    }

    // MARK: Reading

    public func published() -> Published { current.withLock { $0 } }

    /// How the broker stands with its store.
    public var health: Health { health(at: clock()) }

    private func health(at now: Instant) -> Health {
        if let fault = condemned.withLock({ $0 }) { return .readOnly(fault) }
        if let uptime, let leap = clockWatch.withLock({ $0?.leap(now, uptime: uptime()) ?? nil }) {
            return .readOnly(ClockWatch.words(leap))
        }
        return standing.withLock { $0 }
    }

    /// Seconds by which the journal's time is ahead of the clock: 0 unless the clock was ahead, or another node's was. Until it
    /// has caught up, care cannot be asked for from an earlier day than the journal's.
    public var secondsAheadOfClock: UInt64 { UInt64(clamping: published().state.now.seconds - clock().seconds) }

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

    /// Why time does not pass here, so that offers do not lapse and no alarm rings; nil where it does. No such case is known; if
    /// one comes, an operator must learn of it.
    public var stalled: String? { stall.withLock { $0 } }

    func note(stalled reason: String?) { stall.withLock { $0 = reason } }

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

    public func workOut(_ work: @escaping @Sendable () -> Void) -> Bool {
        guard workOuts.add(1, ordering: .relaxed).newValue <= Broker.mostWorkOuts else {
            workOuts.subtract(1, ordering: .relaxed)
            return false
        }
        workshop.async { [self] in
            work()
            workOuts.subtract(1, ordering: .relaxed)
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
        let takenAt = clock()
        if case .readOnly(let reason) = health(at: takenAt) {
            return answer(.unavailable(reason, retryAfter: Broker.retryAfter))
        }
        let random = RandomBytes.fresh(24).withUnsafeBytes { bytes in
            (0..<3).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
        }
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
    ///
    /// - Parameter seconds: after which nothing is waited for any more: what is still unanswered gets 503.
    public func close(within seconds: Int = Broker.longestClose, _ done: @escaping @Sendable () -> Void) {
        inbox.withLock { $0.closed = true }
        attendants.withLock { attendants in
            attendants.check?.close()
            attendants.writer?.close()
        }
        queue.async { [self] in
            for timer in owned.timers { timer.cancel() }
            owned.timers = []
            awaitEmpty(until: .now() + .seconds(seconds), done)
        }
    }

    private func awaitEmpty(until end: DispatchTime, _ done: @escaping @Sendable () -> Void) {
        if inbox.withLock({ $0.unanswered == 0 }) { return done() }
        if DispatchTime.now() >= end {
            owned.hasGivenUp = true
            giveUp("the service is stopping")
            // Behind the answers.
            return answering.async(execute: done)
        }
        queue.asyncAfter(deadline: .now() + .milliseconds(Broker.millisecondsBetweenLooks)) {
            self.awaitEmpty(until: end, done)
        }
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
                if records.isEmpty && last != after { throw .conflict(last: last) }
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
        guard !owned.hasGivenUp else { return }
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
        let check = BackgroundCheck(keeper, secrets, upTo: startedFrom, of: last) { [weak self] fault in
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
            from: startedFrom
        ) { [weak self] in
            // What is condemned is not saved for the next start.
            self.flatMap { $0.condemned.withLock { $0 } == nil ? $0.published() : nil }
        }
        attendants.withLock { $0.writer = writer }
    }

    // MARK: Other writers, and a store that fails

    func refused(_ error: JournalError) {
        dispatchPrecondition(condition: .onQueue(queue))
        guard !owned.hasGivenUp else { return }
        switch error {
        case .conflict(let last) where last.value > owned.pipeline.durable.position: catchUp()
        case .conflict(let last):
            // Nobody else has written: the journal ends before what was read of it, or in something else.
            let place = Position(owned.pipeline.durable.position)
            let damage = JournalError.damaged(
                at: place,
                "the journal now ends at \(last), in another record than was read there"
            )
            condemn("\(damage)")
            fail("\(damage)")
        case .damaged:
            condemn("\(error)")
            fail("\(error)")
        case .busy, .full, .readOnly, .refused, .failed, .tooLarge: fail("\(error)")
        }
    }

    /// Reads the store to its end and goes on from there.
    func catchUp() {
        dispatchPrecondition(condition: .onQueue(queue))
        guard !owned.isCatchingUp else { return }
        owned.isCatchingUp = true
        read(from: Position(owned.pipeline.durable.position), reopening: false)
    }

    private func read(from position: Position, reopening: Bool) {
        writer.async { [self] in
            do throws(JournalError) {
                if reopening {
                    try keeper.reopen()
                    try keeper.proveWritable()
                }
            } catch {
                // Also what was found missing: a disk that was unmounted may come back.
                let reason = "\(error)"
                return queue.async { self.stillFailing(reason) }
            }
            do throws(JournalError) {
                let found = try Recovery.entries(of: keeper, after: position, knowing: published().state)
                queue.async { self.caughtUp(found) }
            } catch {
                if case .damaged = error { condemn("\(error)") }
                let reason = "\(error)"
                queue.async { reopening ? self.stillFailing(reason) : self.fail(reason) }
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
        giveUp(reason)
        stillFailing(reason)
    }

    /// Answers everything that is pending with 503.
    private func giveUp(_ reason: String) {
        let undecided = owned.taken + takeWaiting()
        owned.taken = []
        give(
            owned.pipeline.giveUp(reason, retryAfter: Broker.retryAfter)
                + undecided.map {
                    DueAnswer(ruled: .unavailable(reason, retryAfter: Broker.retryAfter), answer: $0.answer)
                }
        )
    }

    private func stillFailing(_ reason: String) {
        dispatchPrecondition(condition: .onQueue(queue))
        standing.withLock { $0 = .readOnly(reason) }
        // What was found damaged stays so until a restart.
        guard !isCondemned else { return }
        queue.asyncAfter(deadline: .now() + .milliseconds(Broker.millisecondsBetweenAttempts)) { [self] in
            read(from: Position(owned.pipeline.durable.position), reopening: true)
        }
    }
}
