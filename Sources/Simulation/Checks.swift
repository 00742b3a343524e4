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
        try oracle.compare(with: state)
        try checkTold(told[toldChecked...], state)
        toldChecked = told.count
        // Each day for four weeks, then each fourth: to read all of a growing state back each day would take the square of a
        // year's time.
        if day < 28 || day % 4 == 0 || isLast { try takeSnapshot(nodes[0].pipeline.durable) }
        prints = prints.filter { $0.key > nodes[0].pipeline.durable.position }
        guard day % 7 == 0 || isLast else { return }
        if let fault = state.recount().first { throw Fault("the recount: \(fault)") }
        for node in nodes {
            let differences = node.pipeline.durable.state.differences(from: state)
            guard differences.isEmpty else { throw Fault("nodes 0 and \(node.name) differ in \(differences)") }
            let ahead = node.pipeline.speculative.differences(from: node.pipeline.durable.state)
            guard ahead.isEmpty else { throw Fault("node \(node.name) is ahead of itself in \(ahead)") }
        }
        guard day % 56 == 0 || isLast else { return }
        try checkReplay(state)
    }

    /// Saves a state as a service does, and reads it back.
    private func takeSnapshot(_ published: Published) throws(Fault) {
        let position = Position(published.position)
        guard position > .start, let record = try? journal.read(after: Position(position.value - 1), limit: 1).first
        else { return }
        let body = published.state.snapshot()
        kept = Snapshot(
            system: secrets.system,
            version: State.snapshotFormat,
            position: position,
            hash: record.hash,
            body: body
        )
        do {
            let read = try body.withUnsafeBytes { try State(snapshot: $0) }
            let differences = read.differences(from: published.state)
            guard differences.isEmpty else { throw Fault("a snapshot read back differs in \(differences)") }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault("a snapshot cannot be read back: \(error)")
        }
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
        try checkTold(told[...], replayed.state)
    }

    /// What a client was told is still so, or has gone on from there.
    private func checkTold(_ told: ArraySlice<Resource>, _ state: State) throws(Fault) {
        for resource in told where !Simulation.stands(resource, in: state) {
            throw Fault("no longer so: \(String(describing: resource).prefix(400))")
        }
    }

    private static func stands(_ resource: Resource, in state: State) -> Bool {
        switch resource {
        case .policy(let policy): return state.policy.version > policy.version || state.policy == policy
        case .zone(let zone):
            return state.zones[zone.id].map { $0.version > zone.version || $0 == zone } ?? false
        case .provider(let provider):
            return state.providers[provider.id].map { $0.version > provider.version || $0 == provider } ?? false
        case .block(let block, let claims):
            guard let current = state.blocks[block.id] else { return false }
            return current.version >= block.version && current.weekly == block.weekly && current.from == block.from
                && current.until == block.until && current.zone == block.zone
                && claims.allSatisfy { stands(.claim($0), in: state) }
        case .claim(let claim):
            guard let current = state.claims[claim.id] else { return false }
            return current.provider == claim.provider && current.block == claim.block && current.from == claim.from
                && current.until == claim.until && current.firmFrom == claim.firmFrom
        case .shortfall(let shortfall): return state.shortfalls[shortfall.id] == shortfall
        case .referral(let referral):
            guard let current = state.referrals[referral.id], current.person == referral.person else { return false }
            return current.version > referral.version || current == referral
        case .offer(let offer):
            // An answered offer never changes again.
            return state.offers[offer.id] == offer
        case .package(let package):
            guard let current = state.packages[package.id], current.person == package.person,
                current.offer == package.offer,
                current.claims == package.claims, package.status != .ended || current.status == .ended
            else { return false }
            return current.version > package.version || current == package
        case .person(let referral, let person): return state.referrals[referral]?.person == person
        case .key(let key): return state.keys[key.id]?.hash == key.hash
        case .nothing: return true
        }
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
