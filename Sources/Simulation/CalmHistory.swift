import Broker
import Brokerage
import Journal
import Vault

/// A county's history without faults, written to any keeper as fast as one pipeline goes: for measuring what a large
/// journal costs to keep, to start from and to check. The same seed gives the same history.
public struct CalmHistory {
    /// What was written.
    public struct Written: Sendable {
        public var records = 0
        public var events = 0
        public var referrals = 0
        public var packages = 0
    }

    /// Minutes between two moments at which people act, 12: more referrals come in than a longer one has room for.
    static let step = 12

    private let seed: UInt64
    private let days: Int
    private let scale: Scale

    /// A county of a scale, for so many days.
    public init(seed: UInt64, days: Int, scale: Scale) {
        self.seed = seed
        self.days = days
        self.scale = scale
    }

    /// Lives through all days.
    ///
    /// - Parameters:
    ///   - keeper: an empty journal.
    ///   - keyring: seals what identifies the people invented.
    ///   - progress: called after each day with its number and what was written so far.
    /// - Throws: what the keeper throws; `failed` when it is not empty.
    public func write(
        to keeper: any JournalKeeper,
        system: String,
        keyring: Keyring,
        progress: (Int, Written) -> Void = { _, _ in }
    ) throws(JournalError) -> Written {
        guard try keeper.lastPosition() == .start else { throw .failed("there is a history in it already") }
        guard var now = Instant("2027-01-04T07:00:00Z") else { preconditionFailure("a start") }
        var dice = Dice(seed: seed)
        let county = County(scale: scale, firstDay: London.day(at: now), days: days)
        var work = Work(county: county, dice: Dice(seed: dice.next()))
        var pipeline = Pipeline(
            durable: Published(state: State(today: Day(number: 0)), position: 0),
            secrets: Secrets(system: system, keyring: keyring),
            numbers: KnownNumbers()
        )
        var written = Written()
        var serial = 0
        func perform(_ errands: [Errand]) throws(JournalError) {
            for errand in errands {
                serial += 1
                pipeline.take(CalmHistory.pending(errand, serial, at: now, &dice))
            }
            while let batch = pipeline.nextBatch() {
                let after = Position(pipeline.durable.position)
                let records = batch.records
                let end = records.isEmpty ? after : try keeper.append(records, after: after)
                _ = pipeline.committed(at: end)
                written.records += records.count
                for record in records {
                    written.events += (try? RecordCodec.decode(record.body))?.events.count ?? 0
                }
            }
        }
        for commands in county.founding(&dice) {
            try perform(commands.map { Errand($0, by: County.commissioner) })
        }
        for day in 1...max(1, days) {
            let end = London.instant(county.firstDay.adding(days: day), minuteOfDay: 0)
            while now < end {
                now = now.adding(minutes: CalmHistory.step)
                try perform(work.errands(of: CalmHistory.step, until: now, pipeline.durable.state))
            }
            written.referrals = pipeline.durable.state.referrals.count
            written.packages = pipeline.durable.state.packages.count
            progress(day, written)
        }
        return written
    }

    private static func pending(_ errand: Errand, _ serial: Int, at now: Instant, _ dice: inout Dice) -> Pending {
        var submission = Submission(errand.command, by: errand.actor, nhsNumber: errand.number)
        submission.body = Array("{\"request\":\(serial)}".utf8)
        if errand.isPost { submission.idempotency = IdempotencyKey(route: "POST", value: "key-\(serial)") }
        if case .refer = errand.command {
            // As long as what an ordinary referral seals.
            let number = errand.number?.digits ?? ""
            submission.texts = [
                SensitiveText(
                    kind: "person",
                    json: Array(
                        "{\"reference\":\"R-\(serial)\",\"name\":\"Person \(serial)\",\"nhsNumber\":\"\(number)\"}".utf8
                    )
                ),
                SensitiveText(
                    kind: "needs",
                    json: Array("{\"transfers\":\"\(String(repeating: "with a frame ", count: 30))\"}".utf8)
                ),
                SensitiveText(
                    kind: "home",
                    json: Array("{\"access\":\"\(String(repeating: "key safe ", count: 12))\"}".utf8)
                ),
            ]
        }
        return Pending(
            submission: submission,
            command: CommandID(high: dice.next(), low: dice.next()),
            takenAt: now,
            person: PersonID(high: dice.next(), low: dice.next()),
            answer: { _ in }
        )
    }
}
