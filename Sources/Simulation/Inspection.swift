import Broker
import Brokerage
import Journal

/// The thorough checks of a day's end. They look at values, so they go on beside the days that follow; what they find wrong is
/// told with the step they were begun at.
struct Inspection {
    private let step: Int
    private let work: Eventually<Result<Snapshot?, Fault>>

    /// Begins.
    /// - Parameters:
    ///   - told: what clients were told since the last one.
    ///   - snapshot: what to save of the state, without its body; nil: nothing.
    ///   - nodes: those to compare with the state and with themselves.
    init(
        step: Int,
        state: State,
        oracle: Oracle,
        told: [Resource],
        saving snapshot: Snapshot?,
        nodes: [Node]
    ) {
        self.step = step
        let others = nodes.map { (name: $0.name, durable: $0.pipeline.durable.state, ahead: $0.pipeline.speculative) }
        work = Eventually { () throws(JournalError) in
            Result { () throws(Fault) in
                try oracle.compare(with: state)
                try Inspection.checkTold(told, state)
                if !others.isEmpty, let fault = state.recount().first { throw Fault("the recount: \(fault)") }
                for other in others {
                    let differences = other.durable.differences(from: state)
                    guard differences.isEmpty else { throw Fault("nodes 0 and \(other.name) differ in \(differences)") }
                    let ahead = other.ahead.differences(from: other.durable)
                    guard ahead.isEmpty else { throw Fault("node \(other.name) is ahead of itself in \(ahead)") }
                }
                return try snapshot.map { (snapshot) throws(Fault) in try Inspection.saved(state, snapshot) }
            }
        }
    }

    /// Waits for its end. The snapshot that was saved, if one was.
    func result() throws(Fault) -> Snapshot? {
        let result: Result<Snapshot?, Fault>
        do {
            result = try work.value()
        } catch {
            preconditionFailure("nothing in it touches a journal: \(error)")
        }
        do {
            return try result.get()
        } catch {
            var fault = error
            fault.step = step
            throw fault
        }
    }

    /// Saves a state as a service does, and reads it back.
    private static func saved(_ state: State, _ mark: Snapshot) throws(Fault) -> Snapshot {
        var snapshot = mark
        snapshot.body = state.snapshot()
        guard let read = try? snapshot.body.withUnsafeBytes({ try State(snapshot: $0) }) else {
            throw Fault("a snapshot cannot be read back")
        }
        let differences = read.differences(from: state)
        guard differences.isEmpty else { throw Fault("a snapshot read back differs in \(differences)") }
        return snapshot
    }

    /// What a client was told is still so, or has gone on from there.
    static func checkTold(_ told: [Resource], _ state: State) throws(Fault) {
        for resource in told where !stands(resource, in: state) {
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
