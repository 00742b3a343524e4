import Broker
import Brokerage
import Journal

/// What can be told of a state at little cost, to compare two nodes at the same position.
struct Fingerprint: Equatable {
    let now: Instant
    let today: Day
    let counts: [Int]

    init(_ state: State) {
        now = state.now
        today = state.today
        counts = [
            state.zones.count, state.providers.count, state.blocks.count, state.claims.count, state.shortfalls.count,
            state.referrals.count, state.offers.count, state.packages.count, state.keys.count, state.remembered.count,
            state.nouns.count, state.packagesInCareCount, Int(state.disclosures), state.policy.version,
        ]
    }
}

/// What must be true, after every step and after every day.
extension Simulation {
    /// The cheap checks: positions never fall, two nodes are alike at the same position, one ledger adds up.
    func checkStep(_ index: Int) throws(Fault) {
        let durable = nodes[index].pipeline.durable
        guard durable.position >= seen[index] else {
            throw Fault("node \(index) went back from position \(seen[index]) to \(durable.position)")
        }
        guard durable.position <= chronicle.position else {
            throw Fault("node \(index) published \(durable.position), the journal ends at \(chronicle.position)")
        }
        guard durable.position > seen[index] else { return }
        seen[index] = durable.position
        let print = Fingerprint(durable.state)
        if let known = prints[durable.position] {
            guard known == print else {
                throw Fault("at position \(durable.position) node \(index) has \(print), another node \(known)")
            }
        } else {
            prints[durable.position] = print
        }
        try checkOneClaim(durable.state)
    }

    /// Claimed = free + held + committed + retained + unavailable, on every day of one claim.
    private func checkOneClaim(_ state: State) throws(Fault) {
        guard !state.claims.isEmpty else { return }
        let id = ClaimID(number: UInt32(dice.number(1...state.claims.count)))
        guard let claim = state.claims[id], let slab = state.slabs[id] else { throw Fault("\(id) has no ledger") }
        for number in state.window.first.number...state.window.last.number {
            let day = Day(number: number)
            for band in Band.allCases {
                let total = slab.total(day, band)
                guard total == Int(claim.cell(day, band).minutes) else {
                    throw Fault(
                        "\(id) holds \(total) minutes on \(day) in \(band), claimed are \(claim.cell(day, band))"
                    )
                }
            }
        }
    }

    /// The thorough checks at the end of a day: everything is let come to rest first.
    func checkDay(_ day: Int, isLast: Bool) throws(Fault) {
        try settle()
        let state = nodes[0].pipeline.durable.state
        tally.records = Int(chronicle.position)
        tally.referrals = state.referrals.count
        tally.packages = state.packages.count
        tally.appendsFailed = weather.failures
        tally.appendsUnknown = weather.unknown
        tally.steps = step
        oracle.catchUp(with: state)
        try awaitInspection()
        // Each day for four weeks, then each fourth: to read all of a growing state back each day would take the square of a
        // year's time.
        let saves = day < 28 || day % 4 == 0 || isLast
        let isWeekly = day % 7 == 0 || isLast
        inspection = Inspection(
            step: step,
            state: state,
            oracle: oracle,
            // A copy: a slice would share the list, and the next answer copy all of it.
            told: Array(told[toldChecked...]),
            saving: saves ? mark(of: nodes[0].pipeline.durable) : nil,
            nodes: isWeekly ? nodes : []
        )
        toldChecked = told.count
        prints = prints.filter { $0.key > nodes[0].pipeline.durable.position }
        if isLast { try awaitInspection() }
        guard isLast || day % 56 == 0 else { return }
        try checkReplay(state)
    }

    /// The snapshot of a published state, still without its body; nil where the journal has no record.
    private func mark(of published: Published) -> Snapshot? {
        let position = Position(published.position)
        guard position > .start, let record = try? journal.read(after: Position(position.value - 1), limit: 1).first
        else { return nil }
        return Snapshot(
            system: secrets.system,
            version: State.snapshotFormat,
            position: position,
            hash: record.hash,
            body: []
        )
    }

    /// The journal from its beginning must give what is in memory, and keep every promise ever made.
    private func checkReplay(_ state: State) throws(Fault) {
        tally.replays += 1
        let replayed: Published
        do {
            replayed = try Recovered(from: journal).published
        } catch {
            throw Fault("the journal cannot be replayed: \(error)")
        }
        guard replayed.position == chronicle.position else {
            throw Fault("the replay ends at \(replayed.position), the journal at \(chronicle.position)")
        }
        let differences = replayed.state.differences(from: state)
        guard differences.isEmpty else { throw Fault("replay and memory differ in \(differences)") }
        try Inspection.checkTold(told, replayed.state)
    }
}

/// What a simulation came to.
public struct Tally: Sendable, CustomStringConvertible {
    /// Steps taken: each a point at which anything can fail.
    public var steps = 0
    /// Attempts that reached a node.
    public var commands = 0
    /// Answers that said yes.
    public var accepted = 0
    /// Answers that said no.
    public var refused = 0
    /// Attempts without an answer, or with 503.
    public var unheard = 0
    /// Requests that were sent again under their key and accepted.
    public var repeats = 0
    /// Nodes dropped and recovered.
    public var crashes = 0
    /// Of those, recovered from a snapshot.
    public var fromSnapshots = 0
    /// Appends that failed and were not written.
    public var appendsFailed = 0
    /// Appends reported as failed that were written or not.
    public var appendsUnknown = 0
    /// Times the whole journal was replayed and compared.
    public var replays = 0
    /// Records in the journal.
    public var records = 0
    /// Referrals.
    public var referrals = 0
    /// Packages.
    public var packages = 0

    /// One line.
    public var description: String {
        """
        \(steps) steps, \(commands) commands (\(accepted) accepted, \(refused) refused, \(unheard) unheard, \
        \(repeats) repeated), \(crashes) crashes (\(fromSnapshots) back from a snapshot), \(appendsFailed) appends failed, \(appendsUnknown) of unknown \
        outcome, \(records) records, \(referrals) referrals, \(packages) packages, \(replays) replays
        """
    }
}
