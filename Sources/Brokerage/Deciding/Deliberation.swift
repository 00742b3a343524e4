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
        decide(command, by: actor, stamp: stamp, mostEntries: Deliberation.mostEntries)
    }

    func decide(_ command: Command, by actor: Actor, stamp: Stamp, mostEntries: Int) -> Ruling {
        var deliberation = Deliberation(state: self, actor: actor, stamp: stamp, mostEntries: mostEntries)
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
    /// Whether all its rules are looked at before it records anything. Any other command may be refused half-way, so it is decided
    /// on a copy.
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

    /// Referrals tried for one command at most, 256; the rest at the next tick. Bounds one slice of the queue.
    static let mostTries = 256
    /// What one record may hold before all that can wait is left to the next tick, 40,000 entries (`Event.entries`) of seldom
    /// more than 250 bytes. Far below what a record may have (`JournalLimits.bodyBytes`, 16 MiB): what time asks for, a new day
    /// or offers that lapse, comes with whichever command is next, and no command may be refused because of it.
    static let mostEntries = 40_000

    private let mostEntries: Int
    /// Entries of what was recorded.
    private var entries = 0

    /// Whether what can wait is left to the next tick.
    var isFull: Bool { entries >= mostEntries }

    init(state: State, actor: Actor, stamp: Stamp, mostEntries: Int = Deliberation.mostEntries) {
        self.mostEntries = mostEntries
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
        entries += event.entries
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
        case .policyAdopted, .policySet, .dayBegan, .keyAdded, .keyRevoked, .zoneSet, .providerSet, .blockBought,
            .minutesClaimed, .claimReduced, .shortfallReported, .referralReceived, .referralAmended, .referralRezoned,
            .referralTriaged, .readyDateRecorded, .referralWithdrawn, .placementDecided, .placementOverridden,
            .offerSent, .offerAccepted, .firstVisitPostponed, .careStarted, .careOverran, .coverFound, .alertRaised,
            .triesDeferred, .scarcitySet, .personDisclosed, .requestRemembered, .nounSet, .requestsForgotten:
            nil
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
        case .adoptPolicy(let policy): try adopt(policy)
        case .setPolicy(let policy, let precondition): try setPolicy(policy, precondition)
        case .improve(let improvement): improve(improvement)
        case .advance: advance()
        }
    }

    /// Tries people who wait in zones where minutes came free, in order of need.
    mutating func tryThoseWhoWait() {
        guard !zonesToTry.isEmpty else { return }
        var left = Deliberation.mostTries
        // A deferred zone goes on where it stopped; freshly freed minutes start from the top.
        let tried = zonesToTry.sorted().map { ($0, tryQueue(of: $0, after: 0, &left)) }
        zonesToTry = []
        noteDeferrals(tried)
    }

    /// Goes on trying people in zones where a command could not try everyone.
    mutating func tryDeferred() {
        var left = Deliberation.mostTries
        noteDeferrals(
            state.deferrals.keys.sorted().map { ($0, tryQueue(of: $0, after: state.deferrals[$0] ?? 0, &left)) }
        )
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
            if left == 0 || isFull { return index - placed }
            left -= 1
            place(id, within: headroom)
            if state.referrals.look(id, { $0.value.status != .waiting || $0.value.zone != zone }) ?? false {
                placed += 1
            }
        }
        return nil
    }

    /// Notes how far zones were tried; nil: to the end.
    private mutating func noteDeferrals(_ tried: [(zone: ZoneID, count: Int?)]) {
        var all: [ZoneID: Int] = [:]
        for (zone, count) in state.deferrals { all[zone] = count }
        let known = all
        for (zone, count) in tried { all[zone] = count }
        if all != known { record(.triesDeferred(all.keys.sorted().map { Deferral(zone: $0, tried: all[$0] ?? 0) })) }
    }
}

extension Event {
    /// Roughly how long it is in a record: one, and one more for each part whose number grows with the claims or days.
    fileprivate var entries: Int {
        switch self {
        case .placementDecided(_, let decision): 1 + decision.verdicts.count
        case .careStarted(_, _, _, _, let gaps), .careOverran(_, _, let gaps), .coverFound(_, let gaps):
            1 + gaps.count / 4
        case .triesDeferred(let zones): 1 + zones.count
        case .scarcitySet(_, let claims): 1 + claims.count
        // An offer says the whole ask.
        case .referralReceived, .referralAmended, .offerSent: 10
        case .policyAdopted, .policySet, .dayBegan, .keyAdded, .keyRevoked, .zoneSet, .providerSet, .blockBought,
            .minutesClaimed,
            .claimReduced, .shortfallReported, .referralRezoned, .referralTriaged, .readyDateRecorded,
            .referralWithdrawn,
            .placementOverridden, .offerAccepted, .offerRefused, .offerExpired, .offerWithdrawn, .firstVisitPostponed,
            .packageEnded, .alertRaised, .personDisclosed, .requestRemembered, .nounSet, .requestsForgotten:
            1
        }
    }
}
