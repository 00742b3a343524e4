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
        let block = SpotPurchase.block(
            state.nextID(state.blocks),
            for: referral,
            weekly,
            from: start,
            ratePence: rate,
            awardedTo: provider.id
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
