/// A named person's choice, against or beside the engine's. It may pass over what the engine takes for a no (a refusal, a
/// full caseload, offers that lapsed, the order of preference), never over what keeps the person safe or the ledger whole:
/// registration, skills, the gender of carer asked for, contract dates, minutes, carers at once.
extension Deliberation {
    mutating func override(_ id: ReferralID, _ terms: OverrideTerms) throws(Rejection) -> Outcome {
        guard actor.actsForOthers else { throw Rejection(.forbidden, "a broker or commissioner overrides") }
        let referral = try ownReferral(id)
        if let offer = referral.offer.flatMap({ state.offers[$0] }), offer.status == .open, offer.origin == .overridden,
            try isRepeated(.override(id))
        {
            return .referral(id, created: false)
        }
        if policy.triageBeforeStart, referral.triage == nil {
            throw Rejection(.clash, "the referral waits for triage")
        }
        switch referral.status {
        case .waiting, .offered: break
        case .provisional: throw Rejection(.clash, "the referral has no visits yet: complete it first")
        case .accepted, .started, .paused:
            throw Rejection(.clash, "care was accepted: accepted care is never moved, only ended by a named person")
        case .ended, .withdrawn, .adviceOnly:
            throw Rejection(.clash, "the referral is \(referral.status.rawValue)")
        }
        // The text that says who and why goes by the version that was read: one on the same reading would lie over it.
        if let before = referral.override, before.words >= terms.words {
            throw Rejection(.clash, "somebody else overrode it meanwhile: read the referral again")
        }
        guard let provider = state.providers[terms.provider] else {
            throw .rule("/provider", "there is no such provider")
        }
        guard provider.status == .open else { throw .rule("/provider", "\(provider.id) is suspended") }
        withdrawOffers(of: referral)
        guard let referral = state.referrals[id] else { preconditionFailure("no referral \(id)") }
        let start = max(referral.ask.startFrom, today)
        let spot = try terms.spotRatePence.map { (rate) throws(Rejection) in
            try buySpot(referral, from: provider, at: rate, start: start)
        }
        let claims = try claims(for: referral, of: provider.id, start: start, spot: spot)
        let override = Referral.Override(
            provider: provider.id,
            spot: spot,
            role: terms.role,
            at: now,
            words: terms.words
        )
        record(.placementOverridden(id, override))
        let placing = state.placing(
            referral,
            on: claims,
            start: start,
            at: now,
            method: .override,
            criterion: .override,
            difference: 0
        )
        record(.placementDecided(id, placing.decision))
        send(referral, on: claims, start: start, origin: .overridden)
        record(.nounSet(.override(id), body: stamp.body))
        return .referral(id, created: false)
    }

    /// The claims of one provider that carry a referral, whatever the engine would prefer.
    private func claims(
        for referral: Referral,
        of provider: ProviderID,
        start: Day,
        spot: BlockID?
    ) throws(Rejection) -> [ClaimID] {
        var barrier: Decision.Reason?
        var looked: [Claim] = []
        for block in state.blocks(of: referral.zone).compactMap({ state.blocks[$0] })
        where spot.map({ $0 == block.id }) ?? (block.spotFor == nil) {
            for claim in block.claims.compactMap({ state.claims[$0] })
            where claim.provider == provider && claim.until >= today {
                let reason = state.barrier(referral.sought, start: start, block, claim, declined: [], asksAgain: true)
                if let reason { barrier = barrier ?? reason } else { looked.append(claim) }
            }
        }
        guard !looked.isEmpty else {
            throw barrier.map { Rejection.rule("/provider", "\(provider) cannot take this package: \($0)") }
                ?? Rejection.rule("/provider", "\(provider) has claimed no minutes in zone \(referral.zone)")
        }
        switch state.best(of: looked, for: referral.sought, start: start) {
        case .success(let claims): return claims
        case .failure(let obstruction):
            let words = obstruction.obstacle.words
            throw Rejection(
                .clash,
                "\(provider) has no room for this package: \(words)",
                faults: [Rejection.Fault("/provider", words)]
            )
        }
    }

    // MARK: On the spot

    /// Buys exactly the minutes one package needs, outside every block bought ahead: a block of its own, awarded whole.
    private mutating func buySpot(
        _ referral: Referral,
        from provider: Provider,
        at rate: Int64,
        start: Day
    ) throws(Rejection) -> BlockID {
        let rules = policy.spot
        guard rate <= rules.ceilingPence else {
            throw .rule("/spot/ratePence", "the ceiling is \(rules.ceilingPence) pence an hour")
        }
        guard let weekly = SpotPurchase.weekly(referral.sought) else {
            throw .rule("/spot", "the package has more minutes in one band than a block can hold")
        }
        let block = Block(
            id: state.nextID(state.blocks),
            zone: referral.zone,
            from: start,
            until: start.adding(days: referral.ask.days - 1 + SpotPurchase.daysOfLeeway),
            ratePence: rate,
            funding: referral.ask.funding,
            skills: referral.sought.skills,
            weekly: weekly,
            awardedTo: provider.id,
            spotFor: referral.id
        )
        let left = max(0, rules.budgetPence - state.spotCommitted)
        guard block.pence <= left else {
            throw Rejection(
                .clash,
                "this would cost \(block.pence) pence; of the spot budget of \(rules.budgetPence) pence for "
                    + "\(rules.budgetDays) days \(left) are left",
                faults: [Rejection.Fault("/spot", "\(block.pence - left) pence above the budget")]
            )
        }
        record(.blockBought(block))
        record(
            .minutesClaimed(
                Claim(
                    id: state.nextID(state.claims),
                    block: block.id,
                    provider: provider.id,
                    from: block.from,
                    until: block.until,
                    firmFrom: block.from,
                    claimedAt: now,
                    weekly: weekly
                )
            )
        )
        return block.id
    }
}

/// Minutes bought by the hour for one person.
enum SpotPurchase {
    /// Days by which care may begin later than asked for, 14: nights, weekdays without a visit, a postponement. The package is
    /// paid for, not these.
    static let daysOfLeeway = 14

    /// The pattern that holds exactly an ask's visits; nil when a cell would be too large. Visits of one band that both
    /// have a fixed time get carers of their own: they may overlap.
    static func weekly(_ ask: Ask) -> WeeklyPattern? {
        var weekly = WeeklyPattern()
        for weekday in Weekday.allCases {
            for band in Band.allCases {
                let visits = ask.visits.filter { $0.band == band && $0.days.contains(weekday) }
                guard !visits.isEmpty else { continue }
                let minutes = visits.reduce(0) { $0 + $1.carerMinutes }
                let timed = visits.filter { $0.time != nil }.reduce(0) { $0 + $1.carers }
                let carers = max(timed, visits.map(\.carers).max() ?? 1)
                guard minutes <= WeeklyPattern.mostMinutes, carers <= WeeklyPattern.mostCarers else { return nil }
                weekly[weekday, band] = WeeklyPattern.Cell(minutes: Int32(minutes), carers: UInt8(carers))
            }
        }
        return weekly
    }
}

extension Block {
    /// Pence that the package it was bought for costs, rounded up.
    var pence: Int {
        let weeks = (until.days(since: from) + 1 - SpotPurchase.daysOfLeeway) / 7
        return (weekly.minutesPerWeek * weeks * Int(ratePence) + 59) / 60
    }
}

extension State {
    /// Pence committed on the spot within the budget's window: purchases that are on offer or were accepted, but for
    /// those that never started.
    public var spotCommitted: Int {
        let first = today.adding(days: 1 - policy.spot.budgetDays)
        return spotPurchases.sorted().reduce(0) { sum, id in
            guard let block = blocks[id], let claim = block.claims.first,
                claims[claim].map({ London.day(at: $0.claimedAt) >= first }) ?? false,
                let referral = block.spotFor.flatMap({ referrals[$0] })
            else { return sum }
            let isOnOffer = referral.offers.compactMap { offers[$0] }.contains {
                $0.status == .open && $0.claims.contains(claim)
            }
            let isInCare = referral.packages.compactMap { packages[$0] }.contains {
                $0.claims.contains(claim) && $0.ending?.outcome != .neverStarted
            }
            return isOnOffer || isInCare ? sum + block.pence : sum
        }
    }
}
