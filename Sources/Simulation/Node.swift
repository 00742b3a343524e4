import Broker
import Brokerage
import Journal

/// One process that writes the journal: the real pipeline, and around it the waits and messages that `Broker` has on
/// its queues, taken one step at a time so that anything can happen between two of them.
struct Node {
    /// What is on its way between the broker's queue and the journal's.
    enum Phase {
        case idle
        /// An append, or a look at the journal's end, that has not reached the journal.
        case sent([NewRecord], after: Position)
        /// What the journal said, which the broker has not heard.
        case heard(Result<Position, JournalError>)
        /// The journal is to be read to its end; nothing is decided meanwhile.
        case behind
        /// What was read, which the broker has not heard.
        case read(Recovery.Found)
    }

    let name: Int
    var pipeline: Pipeline
    /// Taken from clients and not decided; the simulation bounds what it submits at a moment.
    var inbox: [Pending] = []
    var phase = Phase.idle
    /// After a failed append no command is taken until the journal was read again.
    var isDown = false
    /// Minutes by which this node's clock is wrong.
    var clockError = 0

    init(name: Int, pipeline: Pipeline) {
        self.name = name
        self.pipeline = pipeline
    }

    var isIdle: Bool {
        guard case .idle = phase else { return false }
        return inbox.isEmpty && pipeline.unanswered == 0
    }

    private var isReading: Bool {
        switch phase {
        case .behind, .read: true
        case .idle, .sent, .heard: false
        }
    }

    /// Decides one submission, as far as the node decides now.
    mutating func take() {
        guard !isReading, !inbox.isEmpty else { return }
        pipeline.take(inbox.removeFirst())
    }

    /// Goes one step on with the journal. Returns what is to be answered.
    mutating func move(_ journal: MemoryJournal, _ weather: inout Weather) throws(Fault) -> [DueAnswer] {
        switch phase {
        case .idle: return send()
        case .sent(let records, let after):
            phase = .heard(weather.append(records, after: after, to: journal))
            return []
        case .heard(let result): return hear(result, &weather)
        case .behind:
            if weather.readFails() { return [] }
            do {
                phase = .read(
                    try Recovery.entries(
                        of: journal,
                        after: Position(pipeline.durable.position),
                        knowing: pipeline.durable.state
                    )
                )
            } catch {
                throw Fault("node \(name) cannot read the journal: \(error)")
            }
            return []
        case .read(let found):
            phase = .idle
            isDown = false
            return pipeline.caughtUp(found.entries, foreign: found.numbers)
        }
    }

    /// Looks for what others wrote, when nothing of its own is on the way.
    mutating func follow(_ journal: MemoryJournal) {
        guard case .idle = phase, pipeline.unanswered == 0, let last = try? journal.lastPosition(),
            last.value > pipeline.durable.position
        else { return }
        phase = .behind
    }

    private mutating func send() -> [DueAnswer] {
        guard let batch = pipeline.nextBatch() else { return [] }
        let after = Position(pipeline.durable.position)
        let records = batch.records
        if records.isEmpty && !batch.needsTheEnd { return pipeline.committed(at: after) }
        phase = .sent(records, after: after)
        return []
    }

    private mutating func hear(_ result: Result<Position, JournalError>, _ weather: inout Weather) -> [DueAnswer] {
        switch result {
        case .success(let position):
            phase = .idle
            return pipeline.committed(at: position)
        case .failure(.conflict):
            phase = .behind
            return []
        case .failure(let error):
            phase = .behind
            // An append of unknown outcome may also be waited for: the journal tells what became of it.
            if error.leavesOutcomeUnknown, weather.waitsForOutcome() { return [] }
            isDown = true
            let waiting = inbox
            inbox = []
            return pipeline.giveUp("\(error)", retryAfter: 1)
                + waiting.map { DueAnswer(ruled: .unavailable("\(error)", retryAfter: 1), answer: $0.answer) }
        }
    }
}

/// What befalls the journal: appends that fail before or after they were written, reads that fail.
struct Weather {
    var dice: Dice
    /// Off while the simulation waits for everything to be answered.
    var isFair = false
    private(set) var failures = 0
    private(set) var unknown = 0

    init(dice: Dice) { self.dice = dice }

    mutating func append(_ records: [NewRecord], after position: Position, to journal: MemoryJournal)
        -> Result<Position, JournalError>
    {
        let luck = isFair ? 1000 : dice.number(1...1000)
        if luck <= 8 {
            failures += 1
            let errors: [JournalError] = [.full("no space"), .busy("locked"), .readOnly("mounted so")]
            return .failure(dice.one(of: errors) ?? .busy("locked"))
        }
        if luck <= 14 {
            unknown += 1
            return .failure(.failed("lost on its way there"))
        }
        do throws(JournalError) {
            let last: Position
            if records.isEmpty {
                last = try journal.lastPosition()
                if last > position { throw .conflict(last: last) }
            } else {
                last = try journal.append(records, after: position)
            }
            if luck <= 24 {
                unknown += 1
                return .failure(.failed("lost on its way back"))
            }
            return .success(last)
        } catch {
            return .failure(error)
        }
    }

    mutating func readFails() -> Bool { !isFair && dice.chance(30) }

    mutating func waitsForOutcome() -> Bool { dice.chance(500) }
}

/// The one snapshot there is.
struct OneSnapshot: SnapshotKeeper {
    let snapshot: Snapshot

    func write(_ snapshot: Snapshot) {}

    func newest(of system: String, version: UInt32, before position: Position?) -> Snapshot? {
        guard snapshot.system == system, snapshot.version == version else { return nil }
        return position.map { snapshot.position < $0 } ?? true ? snapshot : nil
    }

    func newestPosition(of system: String) -> Position? { snapshot.position }
}
