/// Placing: which claims may carry a referral, which one does, and why not the others.
extension Deliberation {
    /// Decides where a referral goes, and offers it there.
    ///
    /// - Parameters:
    ///   - headroom: of the referral's zone, for one of those who wait: who still cannot be placed is left as they are, so
    ///     that a long queue does not write its reasons again with every minute that comes free.
    ///   - settlesAt: when the offer settles, where it stands for an earlier one; nil: some time from now.
    mutating func place(_ id: ReferralID, within headroom: Headroom? = nil, settlesAt: Instant? = nil) {
        // Who has no reasons yet gets them: triage came first, or an offer came to nothing in a record that was full.
        let isNew =
            followDistrict(id)
            || state.referrals.look(id) { $0.value.decision?.chosen != nil || $0.value.decision == nil } ?? true
        let headroom = isNew ? nil : headroom
        guard let referral = state.referrals[id], referral.status == .waiting,
            !policy.triageBeforeStart || referral.triage != nil
        else { return }
        let start = max(referral.ask.startFrom, today)
        guard !state.isTakenOver(referral) else {
            // A person takes over: what could be done is written down, and nothing is sent.
            if headroom == nil {
                let open = state.placing(referral, start: start, at: now).decision
                record(.placementDecided(id, open.withoutChoice))
            }
            return
        }
        if let headroom, !state.mayFit(referral, start: start, headroom) { return }
        let placing = state.placing(referral, start: start, at: now)
        guard let claims = placing.claims else {
            if headroom == nil { record(.placementDecided(id, placing.decision)) }
            return
        }
        record(.placementDecided(id, placing.decision))
        send(referral, on: claims, start: start, settlesAt: settlesAt)
    }

    /// Offers what is sought to whoever holds the claims: to one provider, or to two their own visits each.
    mutating func send(
        _ referral: Referral,
        on claims: [ClaimID],
        start: Day,
        origin: Offer.Origin = .placed,
        settlesAt: Instant? = nil
    ) {
        let missing = referral.missingVisits
        let visits = missing.isEmpty ? Array(referral.ask.visits.indices) : missing
        var parts: [(provider: ProviderID, visits: [Int], claims: [ClaimID])] = []
        for (visit, claim) in zip(visits, claims) {
            guard let provider = state.claims[claim]?.provider else { preconditionFailure("no claim \(claim)") }
            let index = parts.firstIndex { $0.provider == provider } ?? parts.count
            if index == parts.count { parts.append((provider, [], [])) }
            parts[index].visits.append(visit)
            parts[index].claims.append(claim)
        }
        let isWhole = parts.count == 1 && missing.isEmpty
        for part in parts {
            guard let block = state.claims[part.claims[0]]?.block else {
                preconditionFailure("a claim without a block")
            }
            send(
                referral,
                to: part.provider,
                part.claims,
                block,
                start: start,
                replaces: nil,
                origin: origin,
                settlesAt: settlesAt,
                part: isWhole ? nil : part.visits
            )
        }
    }

    private mutating func send(
        _ referral: Referral,
        to provider: ProviderID,
        _ claims: [ClaimID],
        _ block: BlockID,
        start: Day,
        replaces: PackageID?,
        origin: Offer.Origin = .placed,
        settlesAt: Instant? = nil,
        part: [Int]? = nil
    ) {
        let urgent = referral.ask.class == .urgent
        let minutes = urgent ? policy.answerMinutesUrgent : policy.answerMinutes
        let expires = state.providers[provider]?.answerDue(sent: now, minutes: minutes) ?? now.adding(minutes: minutes)
        guard let whole = state.referrals[referral.id]?.ask else { preconditionFailure("no referral \(referral.id)") }
        let ask = part.map { part in whole.with(visits: part.map { whole.visits[$0] }) } ?? whole
        record(
            .offerSent(
                Offer(
                    id: state.nextID(state.offers),
                    referral: referral.id,
                    provider: provider,
                    claims: claims,
                    block: block,
                    ask: ask,
                    startFrom: start,
                    sentAt: now,
                    expiresAt: expires,
                    firstVisitBy: max(referral.due.map(London.day(at:)) ?? start, start),
                    replaces: replaces,
                    origin: origin,
                    settlesAt: settlesAt ?? now.adding(seconds: policy.settlingSeconds),
                    part: part
                )
            )
        )
        if expires > now.adding(minutes: minutes) { alert(referral.id, .answerAfterHours) }
    }

    /// Asks the provider that accepted once more, after the referral changed: its package stands until it answers.
    mutating func askAgain(_ id: PackageID, _ ask: Ask) {
        guard let package = state.packages[id], let referral = state.referrals[package.referral] else {
            preconditionFailure("no package \(id)")
        }
        for offer in state.offersOpen where state.offers[offer]?.replaces == id {
            record(.offerWithdrawn(offer))
            freed(in: referral.zone)
        }
        let start = max(ask.startFrom, max(today, package.firstDay))
        let placing = state.placing(referral, start: start, at: now, only: package)
        if let claims = placing.claims, let block = claims.first.flatMap({ state.claims[$0]?.block }) {
            send(referral, to: package.provider, claims, block, start: start, replaces: id)
        } else {
            alert(package.referral, .changeUnconfirmed, again: true)
        }
    }
}
