import HashTreeCollections

/// Questions that readers and decisions both ask of the state.
extension State {
    /// The zone a claim's block lies in.
    func zone(of claim: ClaimID) -> ZoneID {
        guard let block = claims[claim]?.block, let zone = blocks[block]?.zone else {
            preconditionFailure("claim \(claim) has no block")
        }
        return zone
    }

    /// Minutes of a block that nobody has claimed on a date.
    public func unclaimed(of block: Block, _ day: Day, _ band: Band) -> Int {
        block.claims.reduce(block.bought(day, band)) { $0 - Int(claims[$1]?.cell(day, band).minutes ?? 0) }
    }

    /// What of a block could still be claimed throughout a period: for each (weekday, band) the least that any of
    /// its dates leaves. Carers are the block's own wherever minutes are left: they say how many of one claim's
    /// carers work at once, and claims do not use each other's.
    public func unclaimed(of block: Block, from: Day, until: Day) -> WeeklyPattern {
        guard from <= until else { return WeeklyPattern() }
        var left = block.weekly
        // A period of less than a week has no minutes on the weekdays it does not meet.
        let met = Weekdays(met: from, until)
        for weekday in Weekday.allCases where !met.contains(weekday) {
            for band in Band.allCases { left[weekday, band] = .empty }
        }
        var edges: Set<Day> = [from]
        let claims = block.claims.compactMap { self.claims[$0] }
        for claim in claims {
            for edge in claim.terms.map(\.from) + [claim.from, claim.until.adding(days: 1)]
            where edge > from && edge <= until { edges.insert(edge) }
        }
        for edge in edges.sorted() {
            // What holds on an edge holds until the next; a week from it meets every weekday the stretch has, and
            // dates beyond the stretch are seen from their own edge.
            let end = edges.filter { $0 > edge }.min()?.adding(days: -1) ?? until
            for number in edge.number...min(end.number, edge.number + 6) {
                let day = Day(number: number)
                for band in Band.allCases where left[day.weekday, band].minutes > 0 {
                    let minutes = unclaimed(of: block, day, band)
                    if minutes < left[day.weekday, band].minutes {
                        left[day.weekday, band] =
                            minutes > 0
                            ? WeeklyPattern.Cell(
                                minutes: Int32(minutes),
                                carers: block.weekly[day.weekday, band].carers
                            )
                            : .empty
                    }
                }
            }
        }
        return left
    }

    /// Whether any minutes of a block could still be claimed throughout a period.
    func isUnclaimed(_ block: Block, from: Day, until: Day) -> Bool {
        guard until.days(since: from) >= 6 else {
            return unclaimed(of: block, from: from, until: until).minutesPerWeek > 0
        }
        // Where each claim is the same from the first day to the last, one sum says it all.
        var left = block.weekly.cells.map(\.minutes)
        for id in block.claims {
            guard let claim = claims[id] else { continue }
            if claim.until < from || claim.from > until { continue }
            guard claim.from <= from, claim.until >= until, claim.terms.count == 1 else {
                return unclaimed(of: block, from: from, until: until).minutesPerWeek > 0
            }
            let weekly = claim.terms[0].weekly.cells
            for index in left.indices { left[index] -= weekly[index].minutes }
        }
        return left.contains { $0 > 0 }
    }

    /// The most weekly minutes that a provider's claims on a block come to on any day of a period.
    func mostHeld(by provider: ProviderID, of block: Block, from: Day, until: Day) -> Int {
        let claims = block.claims.compactMap { self.claims[$0] }.filter { $0.provider == provider }
        // What is held changes where a claim or one of its terms begins, and falls where one ends.
        let edges = claims.flatMap { [$0.from] + $0.terms.map(\.from) }.filter { $0 > from && $0 <= until } + [from]
        return edges.map { day in
            claims.reduce(0) { $0 + ($1.weekly(on: day)?.minutesPerWeek ?? 0) }
        }.max() ?? 0
    }

    /// Who waits in a zone: whoever is unsafe now, then class, then time to breach, then who came first.
    public func inOrderOfNeed(_ zone: ZoneID, at now: Instant) -> [ReferralID] {
        let referrals = (waiting[zone] ?? IDSet()).compactMap { self.referrals[$0] }
        return referrals.sorted { a, b in
            let (x, y) = (a.rankOfNeed(at: now), b.rankOfNeed(at: now))
            return x != y ? x.lexicographicallyPrecedes(y) : a.id < b.id
        }.map(\.id)
    }

    /// Whether an actor may see a block: a provider sees open blocks it may claim, and those it has a claim on.
    public func isVisible(_ block: Block, to actor: Actor) -> Bool {
        switch actor.role {
        case .broker, .commissioner, .administrator: return true
        case .referrer, .clinician, .dashboard: return false
        case .provider:
            if block.claims.contains(where: { claims[$0]?.provider == actor.organisation }) { return true }
            // What was awarded as a whole was never open to anyone else.
            if block.awardedTo != nil { return false }
            return block.eligibleProviders?.contains(actor.organisation) ?? true
        }
    }

    /// Whether an actor may see a referral: its referrer, clinicians and brokers. A commissioner sees it without
    /// the person.
    public func isVisible(_ referral: Referral, to actor: Actor) -> Bool {
        switch actor.role {
        case .clinician, .broker, .commissioner, .administrator: true
        case .referrer: referral.referrer == actor.organisation
        case .provider, .dashboard: false
        }
    }

    /// Whether an actor may see an offer: the provider it was made to, and who may act for providers.
    public func isVisible(_ offer: Offer, to actor: Actor) -> Bool {
        actor.actsForOthers || (actor.role == .provider && offer.provider == actor.organisation)
    }

    /// Whether an actor may see a package.
    public func isVisible(_ package: Package, to actor: Actor) -> Bool {
        switch actor.role {
        case .clinician, .broker, .commissioner, .administrator: true
        case .referrer: package.referrer == actor.organisation
        case .provider: package.provider == actor.organisation
        case .dashboard: false
        }
    }

    /// Whether a referral's person can leave hospital for it: accepted, complete, triaged, with a first visit set that was
    /// neither missed nor put off for too long, and the provider knows of every change.
    public func isSafeToLeave(_ referral: Referral) -> Bool {
        guard referral.status == .accepted || referral.status == .started,
            let triage = referral.triage, triage.outcome != .adviceOnly
        else { return false }
        return policy.essentialFacts.allSatisfy(referral.ask.facts.contains)
            && isCarriedAsAsked(referral)
            && ![.changeUnconfirmed, .notStarted, .postponedTooLong].contains(where: referral.hasAlert)
    }

    /// Whether every visit asked for stands in an accepted package, as it is asked for now.
    private func isCarriedAsAsked(_ referral: Referral) -> Bool {
        guard !referral.shares.isEmpty else {
            guard let package = referral.package.flatMap({ packages[$0] }) else { return false }
            return !package.ask.placesDifferently(from: referral.ask) && referral.offer == package.offer
        }
        return referral.shares.allSatisfy { share in
            guard let package = share.package.flatMap({ packages[$0] }), package.status != .ended else { return false }
            let part = referral.ask.with(visits: share.visits.map { referral.ask.visits[$0] })
            return !package.ask.placesDifferently(from: part) && share.offer == package.offer
        }
    }

    /// What a referral waits for; nil when nothing is awaited.
    public func waitingFor(_ referral: Referral) -> WaitingFor? {
        switch referral.status {
        case .provisional: return .information
        case .waiting:
            if policy.triageBeforeStart, referral.triage == nil { return .triage }
            return .broker
        case .offered: return .reply
        case .accepted:
            // Another offer than the one accepted is a question the provider has not answered yet.
            if referral.shares.isEmpty, referral.offer != referral.package.flatMap({ packages[$0] })?.offer {
                return .reply
            }
            if referral.hasAlert(.changeUnconfirmed) || referral.hasAlert(.postponedTooLong) { return .broker }
            if referral.triage == nil { return .triage }
            return .firstVisit
        case .started, .paused, .ended, .withdrawn, .adviceOnly: return nil
        }
    }

    /// What someone waits for, as the board shows it.
    public enum WaitingFor: String, CaseIterable, Sendable {
        case triage, information, reply, firstVisit, broker
    }
}

extension Referral {
    /// Smaller is needier.
    func rankOfNeed(at now: Instant) -> [Int64] {
        let order: Int64 =
            switch ask.class {
            case .urgent: 0
            case .fastTrack: 1
            case .stepDown: 2
            case .stepUp: 2
            }
        return [isUnsafe(at: now) ? 0 : 1, order, due?.seconds ?? .max]
    }
}
