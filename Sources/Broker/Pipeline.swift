import Brokerage
import Journal
import Vault

/// The order of things between a submission and its answer, without a queue, a clock or a disk, so that it can be
/// simulated step by step:
///
///     take -> decided on the speculative state -> gathered -> in flight -> durable, published -> answered
///
/// One batch is in flight at a time; what is decided meanwhile gathers for the next. When an append is refused
/// because another node wrote first, everything not yet durable is decided again, in its order, on what was read.
package struct Pipeline: Sendable {
    /// The state readers may see, and the position it stands on.
    package private(set) var durable: Published
    /// The state after everything decided, durable or not.
    package private(set) var speculative: State
    private var gathering: [Decided] = []
    private var inFlight: Batch?
    private var numbers = KnownNumbers()
    private let secrets: Secrets

    /// What is appended at once.
    package struct Batch: Sendable {
        let decided: [Decided]
        /// The state once it is durable.
        let after: State

        package var records: [NewRecord] { decided.compactMap(\.record) }
        package var needsTheEnd: Bool { decided.contains(where: \.needsTheEnd) }
    }

    package init(durable: Published, secrets: Secrets, numbers: KnownNumbers) {
        self.durable = durable
        speculative = durable.state
        self.secrets = secrets
        self.numbers = numbers
    }

    /// Submissions that were taken and not answered.
    package var unanswered: Int { gathering.count + (inFlight?.decided.count ?? 0) }

    /// Decides a submission on the speculative state and gathers it for the next batch.
    package mutating func take(_ pending: Pending) {
        gathering.append(decide(pending))
    }

    /// The next batch to append; nil while one is in flight or nothing is gathered.
    package mutating func nextBatch() -> Batch? {
        guard inFlight == nil, !gathering.isEmpty else { return nil }
        let batch = Batch(decided: gathering, after: speculative)
        gathering = []
        inFlight = batch
        return batch
    }

    /// The batch in flight is durable up to a position. Readers must see `durable` before the answers are given.
    package mutating func committed(at position: Position) -> [DueAnswer] {
        guard let batch = inFlight else { preconditionFailure("nothing was in flight") }
        inFlight = nil
        durable = Published(state: batch.after, position: position.value)
        return batch.decided.map { answer($0, position) }
    }

    /// Goes on after the store was read to its end: applies what others wrote, answers those of ours whose append
    /// had an unknown outcome and is found to have happened, and decides the rest again.
    package mutating func caughtUp(
        _ entries: [(position: Position, entry: JournalEntry)],
        foreign: [(PersonID, [UInt8])]
    )
        -> [DueAnswer]
    {
        takeBackNumbers()
        var waiting = (inFlight?.decided ?? []).map(\.pending) + gathering.map(\.pending)
        inFlight = nil
        gathering = []
        var answers: [DueAnswer] = []
        var state = durable.state
        var position = durable.position
        for (person, digest) in foreign { numbers.set(person, digest) }
        for (at, entry) in entries where at.value > position {
            if let index = waiting.firstIndex(where: { $0.command == entry.command }) {
                let mine = waiting.remove(at: index)
                // The same command with the same stamp on the same state: its ruling says what the record came to.
                speculative = state
                answers.append(answer(decide(mine), at))
            }
            for event in entry.events { state.apply(event, at: entry.at) }
            position = at.value
        }
        durable = Published(state: state, position: position)
        speculative = state
        for pending in waiting { take(pending) }
        return answers
    }

    /// Gives up on everything not answered: the store cannot be written, and what was in flight may or may not
    /// have been. The speculative state is dropped.
    package mutating func giveUp(_ reason: String, retryAfter: Int) -> [DueAnswer] {
        takeBackNumbers()
        let all = (inFlight?.decided ?? []) + gathering
        inFlight = nil
        gathering = []
        speculative = durable.state
        return all.map { DueAnswer(ruled: .unavailable(reason, retryAfter: retryAfter), answer: $0.pending.answer) }
    }

    /// Numbers that were changed by what is not durable are what they were before.
    private mutating func takeBackNumbers() {
        for decided in ((inFlight?.decided ?? []) + gathering).reversed() {
            if let before = decided.numberBefore { numbers.set(before.person, before.digest) }
        }
    }

    private func answer(_ decided: Decided, _ position: Position) -> DueAnswer {
        let ruled: Ruled =
            switch decided.verdict {
            case .accepted(let outcome, let resource): .accepted(outcome, resource, position: position.value)
            case .refused(let rejection): .refused(rejection, position: position.value)
            }
        return DueAnswer(ruled: ruled, answer: decided.pending.answer)
    }

    /// Forgets whose numbers were forgotten elsewhere: a number that comes again must not be tied to them.
    package mutating func forget(_ persons: Set<PersonID>) { numbers.remove(persons) }

    // MARK: Deciding

    private mutating func decide(_ pending: Pending) -> Decided {
        let submission = pending.submission
        let body = secrets.bodyDigest(submission.body)
        let olderBodies = secrets.olderBodyDigests(submission.body)
        let scopes = submission.idempotency.map { secrets.scopes($0, submission.actor) } ?? []
        if let known = scopes.compactMap({ speculative.remembered[$0] }).first {
            let verdict: Decided.Verdict =
                known.body == body || olderBodies.contains(known.body)
                ? .accepted(known.outcome, known.resource)
                : .refused(Rejection(.keyReused, "this Idempotency-Key was used with another body"))
            return Decided(pending: pending, verdict: verdict, record: nil)
        }
        let number = submission.nhsNumber.map(secrets.numberDigests) ?? []
        let at = max(pending.takenAt, speculative.now)
        let stamp = Stamp(
            at: at,
            person: pending.person,
            sameNumber: numbers.persons(number, but: pending.person),
            body: body,
            olderBodies: olderBodies
        )
        let (result, events) = speculative.settle(submission.command, by: submission.actor, stamp: stamp)
        switch result {
        case .failure(let rejection): return Decided(pending: pending, verdict: .refused(rejection), record: nil)
        case .success(let outcome):
            return accept(pending, outcome, events, at: at, scope: scopes.first, body: body, number: number.first)
        }
    }

    private mutating func accept(
        _ pending: Pending,
        _ outcome: Outcome,
        _ events: [Event],
        at: Instant,
        scope: RequestScope?,
        body: [UInt8],
        number: [UInt8]?
    ) -> Decided {
        var events = events
        let resource = speculative.resource(outcome)
        // Nothing happened (the same words again): nothing is written, and the texts are those already kept.
        guard !events.isEmpty else {
            return Decided(pending: pending, verdict: .accepted(outcome, resource), record: nil)
        }
        if let scope {
            let event = Event.requestRemembered(RememberedRequest(scope: scope, body: body, outcome: outcome))
            speculative.apply(event, at: at)
            events.append(event)
        }
        let subject = SensitiveText.subject(of: resource, in: speculative)
        // A number that is taken out of a referral must not go on finding it.
        var digest = number
        if number == nil, pending.submission.saysWho, case .referral(_, created: false) = outcome {
            digest = Secrets.noNumber
        }
        let record: NewRecord
        do {
            let entry = JournalEntry(at: at, command: pending.command, by: pending.submission.actor, events: events)
            record = NewRecord(
                body: RecordCodec.encode(entry),
                enclosures: try secrets.seal(pending.submission, subject: subject, number: digest)
            )
        } catch {
            return takeBack(pending, "a text is too long to be sealed")
        }
        if let objection = JournalLimits.objection(to: record) {
            return takeBack(pending, "too much in one request: \(objection)")
        }
        var decided = Decided(pending: pending, verdict: .accepted(outcome, resource), record: record)
        if case .referral(let referral) = resource, pending.submission.saysWho {
            decided.numberBefore = (referral.person, numbers.digest(of: referral.person))
            numbers.set(referral.person, number)
        }
        return decided
    }

    /// Refuses what was decided and cannot be written. The state before it was not kept, since next to nothing comes here: it
    /// is made again from what was gathered before.
    private mutating func takeBack(_ pending: Pending, _ reason: String) -> Decided {
        speculative = inFlight?.after ?? durable.state
        for record in gathering.compactMap(\.record) {
            guard let entry = try? RecordCodec.decode(record.body) else {
                preconditionFailure("a record that was just written does not read")
            }
            for event in entry.events { speculative.apply(event, at: entry.at) }
        }
        return Decided(pending: pending, verdict: .refused(Rejection(.againstRule, reason)), record: nil)
    }
}

/// Which pseudonyms share an NHS number, by keyed digest. Held in memory, rebuilt from the vault at start: the
/// journal never holds a trace of a number, so that a person can be forgotten.
package struct KnownNumbers: Sendable {
    private var persons: [[UInt8]: [PersonID]] = [:]
    private var digests: [PersonID: [UInt8]] = [:]

    package init() {}

    /// Takes a person's number for what the vault says it is now; nil, or the mark of none: it has none.
    mutating func set(_ person: PersonID, _ digest: [UInt8]?) {
        let digest = digest == Secrets.noNumber ? nil : digest
        guard digests[person] != digest else { return }
        remove([person])
        guard let digest else { return }
        digests[person] = digest
        persons[digest, default: []].append(person)
    }

    /// The digest of a person's number; nil: none.
    func digest(of person: PersonID) -> [UInt8]? { digests[person] }

    mutating func remove(_ gone: Set<PersonID>) {
        for person in gone {
            guard let digest = digests.removeValue(forKey: person) else { continue }
            let left = (persons[digest] ?? []).filter { $0 != person }
            persons[digest] = left.isEmpty ? nil : left
        }
    }

    /// The other persons under a number, given its digests under each key.
    func persons(_ digests: [[UInt8]], but own: PersonID) -> [PersonID] {
        Set(digests.flatMap { persons[$0] ?? [] }).filter { $0 != own }.sorted()
    }
}
