import HashTreeCollections

/// What a command came to: its events, the state after them, and the outcome or the refusal. A refusal has no events.
public struct Ruling: Sendable {
    public let result: Result<Outcome, Rejection>
    public let events: [Event]
    /// The state after the events.
    public let state: State
}

extension State {
    /// Decides a command. Pure: the same command, stamp and state give the same ruling on every machine.
    public func decide(_ command: Command, by actor: Actor, stamp: Stamp) -> Ruling {
        var deliberation = Deliberation(state: self, actor: actor, stamp: stamp)
        do {
            deliberation.beginDay()
            let outcome = try deliberation.decide(command)
            deliberation.tryThoseWhoWait()
            return Ruling(result: .success(outcome), events: deliberation.events, state: deliberation.state)
        } catch {
            return Ruling(result: .failure(error), events: [], state: self)
        }
    }
}

extension State {
    /// Decides a command like `decide` and becomes the state after it; one that is refused leaves it as it was.
    ///
    /// Where a command cannot be refused once it has recorded anything, nothing of the state before is kept, so that the maps
    /// that nobody else shares are changed where they lie: of many commands between two publications only the first copies.
    public mutating func settle(
        _ command: Command,
        by actor: Actor,
        stamp: Stamp
    ) -> (result: Result<Outcome, Rejection>, events: [Event]) {
        guard command.isRefusedBeforeItsFirstEvent, London.day(at: stamp.at) <= today else {
            let ruling = decide(command, by: actor, stamp: stamp)
            self = ruling.state
            return (ruling.result, ruling.events)
        }
        var deliberation = Deliberation(state: consume self, actor: actor, stamp: stamp)
        let result: Result<Outcome, Rejection>
        do {
            let outcome = try deliberation.decide(command)
            deliberation.tryThoseWhoWait()
            result = .success(outcome)
        } catch {
            precondition(deliberation.events.isEmpty, "a command was refused after it had recorded something")
            result = .failure(error)
        }
        self = deliberation.state
        return (result, deliberation.events)
    }
}

extension Command {
    /// Whether its rules are all looked at before it records anything: who does not say so may be refused half-way.
    fileprivate var isRefusedBeforeItsFirstEvent: Bool {
        switch self {
        case .refer: true
        case .setZone, .setProvider, .buyBlock, .claim, .reduceClaim, .reportShortfall, .amend, .triage,
            .recordReadyDate, .withdraw, .override, .accept, .refuse, .postponeFirstVisit, .start, .end,
            .disclosePerson, .addKey, .revokeKey, .adoptPolicy, .setPolicy, .improve, .advance:
            false
        }
    }
}

/// One command being decided: the state as it becomes, and the events so far. Every event is applied as it is
/// recorded, so each rule looks at what the ones before it left.
struct Deliberation {
    private(set) var state: State
    private(set) var events: [Event] = []
    let actor: Actor
    let stamp: Stamp
    /// Zones in which minutes came free: whoever waits there is tried before the command is done.
    private var zonesToTry: Set<ZoneID> = []

    /// Referrals tried for one command at most; the rest at the next tick. Bounds one record and one queue slice.
    static let mostTries = 256

    init(state: State, actor: Actor, stamp: Stamp) {
        self.state = state
        self.actor = actor
        self.stamp = stamp
    }

    var now: Instant { stamp.at }
    var today: Day { state.today }
    var policy: Policy { state.policy }

    mutating func record(_ event: Event) {
        let provider = provider(losing: event)
        state.apply(event, at: stamp.at)
        events.append(event)
        // One who was full takes somebody on again, in whichever of its zones they wait.
        guard let provider, state.providers[provider]?.caseloadMax != nil else { return }
        for claim in state.claims(of: provider) { freed(in: state.zone(of: claim)) }
    }

    /// Whoever has one person fewer in hand after an event.
    private func provider(losing event: Event) -> ProviderID? {
        switch event {
        case .offerRefused(let id, _), .offerExpired(let id), .offerWithdrawn(let id):
            state.offers.look(id) { $0.value.provider }
        case .packageEnded(let id, _, _): state.packages.look(id) { $0.value.provider }
        default: nil
        }
    }

    /// Notes that minutes came free in a zone.
    mutating func freed(in zone: ZoneID) { zonesToTry.insert(zone) }

    mutating func decide(_ command: Command) throws(Rejection) -> Outcome {
        switch command {
        case .setZone(let id, let name, let districts, let precondition):
            try setZone(id, name, districts, precondition)
        case .setProvider(let provider, let precondition): try setProvider(provider, precondition)
        case .buyBlock(let terms, let provider): try buyBlock(terms, awardedTo: provider)
        case .claim(let block, let terms): try claim(block, terms)
        case .reduceClaim(let block, let claim, let from, let weekly):
            try reduceClaim(block, claim, from, weekly)
        case .reportShortfall(let block, let claim, let day, let band, let minutes, let carers):
            try reportShortfall(block, claim, day, band, minutes, carers)
        case .refer(let ask): try refer(ask)
        case .amend(let id, let ask, let needs, let otherwise, let precondition):
            try amend(id, ask, needsChanged: needs, otherwiseChanged: otherwise, precondition)
        case .triage(let id, let outcome, let role): try triage(id, outcome, role)
        case .recordReadyDate(let id, let at): try recordReadyDate(id, at)
        case .withdraw(let id): try withdraw(id)
        case .override(let id, let terms): try override(id, terms)
        case .accept(let id, let acceptance): try accept(id, acceptance)
        case .refuse(let id, let reason): try refuse(id, reason)
        case .postponeFirstVisit(let id, let visit): try postpone(id, visit)
        case .start(let id, let at): try start(id, at)
        case .end(let id, let at, let outcome, let role): try end(id, at, outcome, role)
        case .disclosePerson(let via): try disclose(via)
        case .addKey(let hash, let role, let organisation): addKey(hash, role, organisation)
        case .revokeKey(let id): try revokeKey(id)
        case .adoptPolicy(let policy): adopt(policy)
        case .setPolicy(let policy, let precondition): try setPolicy(policy, precondition)
        case .improve(let improvement): improve(improvement)
        case .advance: advance()
        }
    }

    /// Tries people who wait in zones where minutes came free, in order of need.
    mutating func tryThoseWhoWait() {
        guard !zonesToTry.isEmpty else { return }
        var left = Deliberation.mostTries
        var rest: [ZoneID: Int] = [:]
        for zone in state.deferrals.keys.sorted() { rest[zone] = state.deferrals[zone] }
        // A deferred zone goes on where it stopped; freshly freed minutes start from the top.
        for zone in zonesToTry.sorted() { rest[zone] = tryQueue(of: zone, after: 0, &left) }
        zonesToTry = []
        noteDeferrals(rest)
    }

    /// Goes on trying people in zones where a command could not try everyone.
    mutating func tryDeferred() {
        var rest: [ZoneID: Int] = [:]
        var left = Deliberation.mostTries
        for zone in state.deferrals.keys.sorted() {
            rest[zone] = tryQueue(of: zone, after: state.deferrals[zone] ?? 0, &left)
        }
        noteDeferrals(rest)
    }

    /// Tries those who wait in a zone, in order of need, behind the first `tried`. Returns how many were tried and still wait,
    /// where not everyone was.
    private mutating func tryQueue(of zone: ZoneID, after tried: Int, _ left: inout Int) -> Int? {
        let queue = state.inOrderOfNeed(zone, at: now)
        guard tried < queue.count else { return nil }
        let headroom = Headroom(state, zone)
        // Whoever is placed leaves the queue, so the next tick goes on behind those tried and still waiting.
        var placed = 0
        for (index, id) in queue.enumerated().dropFirst(tried) {
            if left == 0 { return index - placed }
            left -= 1
            place(id, within: headroom)
            if state.referrals.look(id, { $0.value.status != .waiting || $0.value.zone != zone }) ?? false {
                placed += 1
            }
        }
        return nil
    }

    private mutating func noteDeferrals(_ rest: [ZoneID: Int]) {
        let entries = rest.keys.sorted().map { Deferral(zone: $0, tried: rest[$0] ?? 0) }
        let known = state.deferrals.keys.sorted().map { Deferral(zone: $0, tried: state.deferrals[$0] ?? 0) }
        if entries != known { record(.triesDeferred(entries)) }
    }
}
