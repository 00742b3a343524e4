import Allocation

/// Carrying out what a run of the batch found on an older state. Each exchange is looked at again: whole when it still
/// makes things better for somebody, tier by tier, or not at all. Accepted care is no part of any.
extension Deliberation {
    mutating func improve(_ improvement: Improvement) -> Outcome {
        for exchange in improvement.exchanges {
            let moves = exchange.prefix(Improvement.mostInExchange).filter { stands($0, in: improvement.zone) }
            var tried = self
            if !moves.isEmpty, tried.carryOut(moves, in: improvement.zone) { self = tried }
        }
        let known = improvement.scarcities.filter { state.claims[$0.claim] != nil && $0.bands.count == Band.count }
        if !known.isEmpty, state.isScarcityDue(in: improvement.zone, at: now) {
            record(.scarcitySet(improvement.zone, known))
        }
        return .advanced
    }

    /// Whether a move is still about what it was found for.
    private func stands(_ move: Improvement.Move, in zone: ZoneID) -> Bool {
        // The policy may be another since.
        guard let referral = state.referrals[move.referral], referral.zone == zone, state.isForTheEngine(referral)
        else {
            return false
        }
        guard let from = move.from else { return referral.status == .waiting }
        return referral.status == .offered && referral.offer == from && state.offers[from]?.origin != .overridden
    }

    /// Carries one exchange out; false when it no longer makes anything better, and then nothing may be kept of it.
    private mutating func carryOut(_ exchange: [Improvement.Move], in zone: ZoneID) -> Bool {
        let people = exchange.map(\.referral)
        let before = state.tiers(of: people, in: zone, at: now)
        var settled = 0
        var settling: [ReferralID: Instant] = [:]
        for move in exchange {
            guard let id = move.from, let offer = state.offers[id] else { continue }
            if now >= offer.settlesAt { settled += 1 }
            // Moved once, it settles when it would have: nobody is moved for ever.
            settling[move.referral] = max(now, offer.settlesAt)
            record(.offerWithdrawn(id))
        }
        guard let placements = placements(of: exchange) else { return false }
        let gain = placements.count - settling.count
        for placement in placements {
            offer(placement.referral, on: placement.claims, settlesAt: settling[placement.referral], gain: gain)
        }
        // Whoever gave way takes what is left, or is told what is in the way.
        for move in exchange where move.from != nil && state.referrals[move.referral]?.status == .waiting {
            place(move.referral, settlesAt: settling[move.referral])
        }
        // To even out shares alone nobody's offer is moved.
        var (stood, stands) = (before, state.tiers(of: people, in: zone, at: now, withdrawn: settled))
        (stood.fairness, stands.fairness) = (0, 0)
        return stands < stood
    }

    /// What of an exchange can be done when its offers have been withdrawn, the neediest first. Whoever waits and no longer
    /// fits goes on waiting; nil when somebody who was moved out of the way has no place: then nothing is done.
    private func placements(of exchange: [Improvement.Move]) -> [(referral: ReferralID, claims: [ClaimID])]? {
        var tried = self
        var found: [(referral: ReferralID, claims: [ClaimID])] = []
        let inOrder = exchange.compactMap { move in state.referrals[move.referral].map { (move, $0) } }.sorted { a, b in
            let (x, y) = (a.1.rankOfNeed(at: now), b.1.rankOfNeed(at: now))
            return x != y ? x.lexicographicallyPrecedes(y) : a.1.id < b.1.id
        }
        for (move, referral) in inOrder {
            guard let claims = move.to else { continue }
            if tried.state.carries(referral, on: claims) {
                // Only what it takes counts here; it is explained when it is done.
                let start = max(referral.ask.startFrom, today)
                tried.send(referral, on: claims, start: start, origin: .improved, settlesAt: nil)
                found.append((referral.id, claims))
            } else if move.from != nil {
                return nil
            }
        }
        return found
    }

    private mutating func offer(_ id: ReferralID, on claims: [ClaimID], settlesAt: Instant?, gain: Int) {
        guard let referral = state.referrals[id] else { preconditionFailure("no referral \(id)") }
        let start = max(referral.ask.startFrom, today)
        let placing = state.placing(
            referral,
            on: claims,
            start: start,
            at: now,
            method: .batch,
            criterion: .together,
            difference: gain
        )
        record(.placementDecided(id, placing.decision))
        send(referral, on: claims, start: start, origin: .improved, settlesAt: settlesAt)
    }
}

extension State {
    /// Whether claims can carry a referral now: every rule, its minutes on every day, its carers at every moment.
    func carries(_ referral: Referral, on claims: [ClaimID]) -> Bool {
        let ask = referral.ask
        let start = max(ask.startFrom, today)
        guard claims.count == ask.visits.count, referral.status == .waiting, referral.shares.isEmpty else {
            return false
        }
        let carriers = Set(claims).sorted().compactMap { self.claims[$0] }
        guard (1...ask.maxProviders).contains(Set(carriers.map(\.provider)).count) else { return false }
        for claim in carriers {
            guard let block = blocks[claim.block], block.zone == referral.zone, block.spotFor == nil,
                barrier(ask, start: start, block, claim, declined: referral.declined) == nil
            else { return false }
        }
        return obstacle(ask, claims, from: start) == nil
    }

    /// Where some people of a zone stand, tier by tier. What is uneven is the whole zone's.
    ///
    /// - Parameter withdrawn: offers withdrawn after they settled, on the way here.
    func tiers(of people: [ReferralID], in zone: ZoneID, at now: Instant, withdrawn: Int = 0) -> Tiers {
        let objective = policy.objective
        var tiers = Tiers()
        tiers.withdrawn = withdrawn
        for referral in people.compactMap({ referrals[$0] }) {
            if referral.status == .waiting {
                if referral.isUnsafe(at: now) {
                    tiers.unsafeWaiting += 1
                } else if referral.ask.class == .fastTrack {
                    tiers.fastTrackWaiting += 1
                } else {
                    tiers.hoursOfNeed += referral.hoursOfNeed(objective, at: now)
                }
            } else {
                let offers = referral.offers.compactMap { self.offers[$0] }
                for offer in offers {
                    let wishes = preferences(referral.ask, offer.provider)
                    tiers.wishes += wishes[0] * objective.restartMissed + wishes[1] * objective.preferenceMissed
                }
                if Set(offers.flatMap(\.claims)).count > 1 { tiers.wishes += objective.split }
            }
        }
        tiers.fairness = FairnessAccount(self, zone: zone, on: today).unevenness
        return tiers
    }
}
