import Allocation

/// Everyone in one zone who waits or whose offer may still move, and all minutes they could have, as the flat problem that
/// the batch searches. Zones share no minutes, so each is a problem of its own.
///
/// A value made from a snapshot of the state: it can be searched on any queue while the state goes on, and what it finds
/// is an `Improvement`, which is looked at again when it is carried out.
public struct ZoneProblem: Sendable {
    let zone: ZoneID
    let instance: Instance
    /// Where everyone stands now.
    let start: Plan
    /// Behind need i: the referral, its open offer, and the band of each visit.
    private let people: [Person]
    /// Behind block i.
    private let claims: [ClaimID]
    private let isScarcityDue: Bool

    private struct Person {
        let referral: ReferralID
        let offer: OfferID?
        let bands: [Int]
    }

    /// People looked at in one run. Bounds its memory and its time.
    public static let mostPeople = Objective.mostPeople

    /// The problem of a zone; nil when nothing could be gained there: nobody waits whom minutes could be found for, and no
    /// offer that may still move misses a wish. To even out shares alone no offer is moved.
    public init?(_ state: State, zone: ZoneID, at now: Instant) {
        let people = state.movable(in: zone, at: now, most: ZoneProblem.mostPeople)
        guard people.contains(where: { state.couldGain($0.referral, $0.offer, at: now) }) else { return nil }
        let today = state.today
        let objective = state.policy.objective
        var builder = Builder(state, zone: zone)
        guard !builder.claims.isEmpty else { return nil }
        var start: [Plan.Placement?] = []
        var kept: [Person] = []
        for person in people {
            var placement: Plan.Placement?
            if let offer = person.offer {
                guard let found = builder.placement(of: offer) else { continue }
                placement = found
                builder.giveBack(offer)
            }
            let ask = person.referral.ask
            let first = max(ask.startFrom, today).days(since: today)
            builder.instance.needs.append(
                Instance.Need(
                    place: 0,
                    days: first..<first + ask.days,
                    calls: builder.calls(ask, first: first),
                    skills: builder.skills(ask),
                    genderRequired: ask.carerGender.map(Builder.bit) ?? 0,
                    languagePreferred: builder.language(ask.language),
                    waiting: objective.points(waiting: person.referral, at: now),
                    twoProviders: ask.maxProviders > 1,
                    declined: builder.closed(to: person.referral, from: today.adding(days: first)),
                    // To even out shares alone nobody is moved, before an offer has settled either.
                    stayCost: person.offer.map {
                        now < $0.settlesAt ? objective.mostInFairness : objective.offerWithdrawn
                    } ?? 0
                )
            )
            start.append(placement)
            kept.append(
                Person(referral: person.referral.id, offer: person.offer?.id, bands: ask.visits.map(\.band.index))
            )
        }
        guard !kept.isEmpty else { return nil }
        builder.stand(apartFrom: Set(kept.compactMap(\.offer)))
        builder.share(among: kept.map(\.referral))
        self.zone = zone
        self.people = kept
        claims = builder.claims
        isScarcityDue = state.isScarcityDue(in: zone, at: now)
        instance = builder.instance
        var plan = Plan(waiting: kept.count)
        plan.placements = start
        self.start = plan
        // Rules that changed since an offer was sent (a provider suspended, a skill lost) are a person's to deal with.
        guard (try? instance.account(plan)) != nil else { return nil }
    }

    /// Claims that a run looks at for each person, 64; other ones in the next run. In a zone of hundreds of claims who could
    /// go where takes longer to work out than the search itself, and each claim is as good as another but for what is free.
    static let mostClaimsEach = 64

    /// People in it.
    public var size: Int { people.count }
    /// Of those, who waits.
    public var waiting: Int { start.waiting }

    /// Searches, and says what it would change; nil when nothing. The same problem, seed and moves give the same answer,
    /// on every machine.
    public func improvement(seed: UInt64, moves: Int) -> Improvement? {
        let allocator = Allocator(
            instance,
            workers: .alone,
            sample: CandidateSample(most: ZoneProblem.mostClaimsEach, seed: seed, keeping: start)
        )
        let found = allocator.improve(start, seed: seed, budget: .moves(moves)).plan
        let exchanges = allocator.exchanges(from: start, to: found, most: Improvement.mostInExchange).map { needs in
            needs.map { move($0, found.placements[$0]) }.sorted { $0.referral < $1.referral }
        }
        let scarcities = isScarcityDue ? scarcities(allocator.pressure()) : []
        guard !exchanges.isEmpty || !scarcities.isEmpty else { return nil }
        return Improvement(zone: zone, exchanges: exchanges, scarcities: scarcities)
    }

    private func move(_ need: Int, _ placement: Plan.Placement?) -> Improvement.Move {
        let person = people[need]
        return Improvement.Move(
            referral: person.referral,
            from: person.offer,
            to: placement.map { placement in person.bands.map { claims[placement.block(for: $0)] } }
        )
    }

    /// How sought after each claim's minutes are, in tenths, so that small differences decide nothing.
    func scarcities(_ pressure: [Int]) -> [Scarcity] {
        claims.enumerated().map { block, claim in
            Scarcity(
                claim: claim,
                bands: (0..<Instance.bands).map { min(pressure[block * Instance.bands + $0] / 100, 1_000) }
            )
        }
    }
}

extension Objective {
    /// Points for as long as somebody waits, as the search weighs them.
    func points(waiting referral: Referral, at now: Instant) -> Int {
        if referral.isUnsafe(at: now) { return unsafeWaiting }
        if referral.ask.class == .fastTrack { return fastTrackWaiting }
        return waitingPerHour * referral.hoursOfNeed(self, at: now)
    }
}

extension Referral {
    /// Whether the person is unsafe now: at home alone, or care that was there has ended.
    func isUnsafe(at now: Instant) -> Bool { ask.unsafeNow || ask.safeUntil.map { $0 <= now } ?? false }

    /// Hours of need of somebody who waits (`Objective.hoursOfNeed`).
    func hoursOfNeed(_ objective: Objective, at now: Instant) -> Int {
        let waited = completedAt.map { Int((now.seconds - $0.seconds) / 3600) } ?? 0
        let left = due.map { Int(($0.seconds - now.seconds) / 3600) } ?? objective.hoursBeforeBreach
        return objective.hoursOfNeed(waited: waited, left: left)
    }
}

extension State {
    /// Who in a zone may be placed or placed elsewhere: those who wait, in order of need, and those whose offer neither a
    /// person chose nor an accepted package stands behind, the latest offer first, since it has settled least. What two
    /// providers share stays as it is, and so does a part that is still sought: the choice for one referral sees to it.
    ///
    /// - Parameter most: how many at most, of whom those who wait take half and no more while there are others.
    func movable(in zone: ZoneID, at now: Instant, most: Int) -> [(referral: Referral, offer: Offer?)] {
        var found: [(referral: Referral, offer: Offer?)] = []
        let offered = offersOpen(in: zone)
        for id in inOrderOfNeed(zone, at: now) {
            guard found.count < max(most / 2, most - offered.count) else { break }
            guard let referral = referrals[id], referral.ask.visits.count <= Instance.mostCalls,
                isForTheEngine(referral),
                referral.shares.isEmpty
            else { continue }
            found.append((referral, nil))
        }
        for id in offered.reversed() {
            guard found.count < most else { break }
            guard let offer = offers[id], offer.replaces == nil, offer.origin != .overridden,
                offer.startFrom >= today, offer.part == nil, offer.ask.visits.count <= Instance.mostCalls,
                let referral = referrals[offer.referral], referral.status == .offered, isForTheEngine(referral),
                barrier(offer, from: offer.startFrom) == nil
            else { continue }
            found.append((referral, offer))
        }
        return found
    }

    /// Whether the batch could do somebody any good: who waits could be placed, who is on offer could have a wish met.
    fileprivate func couldGain(_ referral: Referral, _ offer: Offer?, at now: Instant) -> Bool {
        guard let offer else { return true }
        return now < offer.settlesAt
            && (preferences(referral.ask, offer.provider) != [0, 0] || Set(offer.claims).count > 1)
    }

    /// Whether the engine still seeks for a referral, or a person has taken over.
    func isForTheEngine(_ referral: Referral) -> Bool {
        !isTakenOver(referral) && (!policy.triageBeforeStart || referral.triage != nil)
    }

    /// Open offers on a zone's claims, ascending.
    func offersOpen(in zone: ZoneID) -> [OfferID] {
        var found: Set<OfferID> = []
        for block in blocks(of: zone).compactMap({ blocks[$0] }) {
            for claim in block.claims { found.formUnion(holders[claim]?.offers ?? IDSet()) }
        }
        return found.sorted()
    }
}
