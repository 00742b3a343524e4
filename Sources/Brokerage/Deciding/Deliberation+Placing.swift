import Allocation

/// Placing: which claims may carry a referral, which one does, and why not the others.
extension Deliberation {
    /// Decides where a referral goes, and offers it there. `keepingQuiet`: a referral that still cannot be placed is
    /// left as it is, so that a long queue does not write its reasons again with every minute that comes free.
    mutating func place(_ id: ReferralID, keepingQuiet: Bool) {
        guard let referral = state.referrals[id], referral.status == .waiting,
            !policy.triageBeforeStart || referral.triage != nil
        else { return }
        let start = max(referral.ask.startFrom, today)
        guard referral.expiries < policy.expiriesBeforeBroker else {
            // A person takes over: what could be done is written down, and nothing is sent.
            if !keepingQuiet {
                let open = state.placing(referral, start: start, at: now).decision
                record(.placementDecided(id, open.withoutChoice))
            }
            return
        }
        if keepingQuiet, !state.mayFit(referral, start: start) { return }
        let placing = state.placing(referral, start: start, at: now)
        guard let claims = placing.claims, let provider = placing.decision.chosen,
            let block = claims.first.flatMap({ state.claims[$0]?.block })
        else {
            if !keepingQuiet { record(.placementDecided(id, placing.decision)) }
            return
        }
        record(.placementDecided(id, placing.decision))
        send(referral, to: provider, claims, block, start: start, replaces: nil)
    }

    mutating func send(
        _ referral: Referral,
        to provider: ProviderID,
        _ claims: [ClaimID],
        _ block: BlockID,
        start: Day,
        replaces: PackageID?
    ) {
        let urgent = referral.ask.class == .urgent
        let minutes = urgent ? policy.answerMinutesUrgent : policy.answerMinutes
        let expires = state.providers[provider]?.answerDue(sent: now, minutes: minutes) ?? now.adding(minutes: minutes)
        guard let ask = state.referrals[referral.id]?.ask else { preconditionFailure("no referral \(referral.id)") }
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
                    replaces: replaces
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
        for offer in state.offersOpen where state.offers[offer]?.replaces == id { record(.offerWithdrawn(offer)) }
        let start = max(ask.startFrom, max(today, package.firstDay))
        let placing = state.placing(referral, start: start, at: now, only: package)
        if let claims = placing.claims, let block = claims.first.flatMap({ state.claims[$0]?.block }) {
            send(referral, to: package.provider, claims, block, start: start, replaces: id)
        } else {
            alert(package.referral, .changeUnconfirmed, again: true)
        }
    }
}

/// Where a referral would go, on a state that nothing is written to.
struct Placing {
    let decision: Decision
    /// The claim for each visit; nil when nobody can.
    let claims: [ClaimID]?
}

extension State {
    /// Whether placing could succeed: each visit by itself has the minutes on some claim that may carry it. Most
    /// people who wait fail here, so that a long queue costs little with every minute that comes free.
    func mayFit(_ referral: Referral, start: Day) -> Bool {
        let ask = referral.ask
        var open: [Slab] = []
        for block in blocks(of: referral.zone).compactMap({ blocks[$0] }) {
            for claim in block.claims.compactMap({ self.claims[$0] }) where claim.until >= today {
                if barrier(ask, start: start, block, claim, declined: referral.declined) == nil,
                    let slab = slabs[claim.id]
                {
                    open.append(slab)
                }
            }
        }
        return ask.visits.allSatisfy { visit in
            open.contains { slab in
                (0..<ask.days).allSatisfy {
                    let day = start.adding(days: $0)
                    return !visit.days.contains(day.weekday) || slab[.free, day, visit.band] >= visit.carerMinutes
                }
            }
        }
    }

    /// Looks at every claim in the referral's zone. With `only`, at the claims of one package's provider, as if
    /// that package's minutes were free.
    func placing(_ referral: Referral, start: Day, at now: Instant, only package: Package? = nil) -> Placing {
        let ask = referral.ask
        let need = Need(ask, from: start, bands: policy.bands)
        var verdicts: [Decision.Verdict] = []
        var candidates: [(claim: Claim, candidate: Candidate)] = []
        for blockID in blocks(of: referral.zone) {
            guard let block = blocks[blockID] else { continue }
            for claim in block.claims.compactMap({ self.claims[$0] }) where claim.until >= today {
                if let package, claim.provider != package.provider { continue }
                let reason = barrier(
                    ask,
                    start: start,
                    block,
                    claim,
                    declined: package == nil ? referral.declined : [],
                    asksAgain: package != nil
                )
                if let reason {
                    verdicts.append(Decision.Verdict(provider: claim.provider, block: blockID, reason: reason))
                } else {
                    candidates.append((claim, candidate(ask, claim, start: start, excluding: package)))
                }
            }
            if package == nil, unclaimed(of: block, from: max(today, block.from), until: block.until).minutesPerWeek > 0
            {
                verdicts.append(Decision.Verdict(provider: nil, block: blockID, reason: .unclaimed))
            }
        }
        let choice = Choice(need, among: candidates.map(\.candidate))
        for (index, verdict) in choice.verdicts.enumerated() {
            let claim = candidates[index].claim
            verdicts.append(
                Decision.Verdict(provider: claim.provider, block: claim.block, reason: reason(verdict))
            )
        }
        let claims = choice.best.map { best in best.carriers.map { candidates[$0].claim.id } }
        return Placing(
            decision: Decision(
                at: now,
                policyVersion: policy.version,
                chosen: choice.best.map { candidates[$0.carriers[0]].claim.provider },
                verdicts: tidy(verdicts)
            ),
            claims: claims
        )
    }

    /// The first rule that keeps a claim from carrying an ask, apart from its minutes and carers.
    private func barrier(
        _ ask: Ask,
        start: Day,
        _ block: Block,
        _ claim: Claim,
        declined: [ProviderID],
        asksAgain: Bool = false
    ) -> Decision.Reason? {
        guard let provider = providers[claim.provider] else { return .outOfZone }
        if provider.status == .suspended { return .suspended }
        if !provider.zones.contains(block.zone) { return .outOfZone }
        if declined.contains(provider.id) { return .declined }
        let last = start.adding(days: ask.days - 1)
        if start < claim.firmFrom || last > claim.until { return .contractDates }
        if ask.needsPersonalCare, !provider.personalCare || provider.registeredFrom.map({ $0 > start }) ?? false {
            return .notRegistered
        }
        for skill in ask.skills {
            if !block.skills.contains(skill) || !(provider.skills?.contains(skill) ?? true) {
                return .lacksSkill(skill)
            }
        }
        if let gender = ask.carerGender, !(provider.genders?.contains(gender) ?? true) { return .gender }
        // Asked again about someone it has already, a full provider takes on nobody.
        if !asksAgain, let most = provider.caseloadMax, usage[provider.id]?.people ?? 0 >= most { return .caseloadFull }
        return nil
    }

    /// What keeps a provider from accepting an offer it has: it was suspended or lost its registration since, or its
    /// claims no longer cover the days.
    func barrier(_ offer: Offer, from day: Day) -> String? {
        for id in Set(offer.claims).sorted() {
            guard let claim = claims[id], let block = blocks[claim.block] else { continue }
            switch barrier(offer.ask, start: day, block, claim, declined: [], asksAgain: true) {
            case nil: continue
            case .suspended: return "it is suspended"
            case .notRegistered: return "it is not registered for personal care"
            case .contractDates: return "its claim does not cover the whole package from \(day)"
            case .outOfZone: return "it no longer works in this zone"
            case .lacksSkill(let skill): return "it lacks the skill \(skill)"
            case .gender: return "it has no carer of the gender asked for"
            case .declined, .noTime, .noCarers, .caseloadFull, .ringFenced, .tooManyProviders, .beaten, .unclaimed:
                continue
            }
        }
        return nil
    }

    private func candidate(_ ask: Ask, _ claim: Claim, start: Day, excluding package: Package?) -> Candidate {
        let provider = providers[claim.provider]
        var unmet = 0
        if ask.carerGender != nil, provider?.genders == nil { unmet += 1 }
        if let language = ask.language, !(provider?.languages?.contains(language) ?? false) { unmet += 1 }
        let restart = ask.existingProvider.map { $0 == claim.provider ? 0 : 1 } ?? 0
        let use = usage[claim.provider] ?? Usage()
        return Candidate(
            provider: Int(claims(of: claim.provider).first?.number ?? 0),
            preferences: [restart, unmet],
            load: use.claimed > 0 ? use.inUse * 1000 / use.claimed : 0,
            capacity: capacity(
                of: claim,
                from: start,
                until: start.adding(days: ask.days - 1),
                excludingPackage: package
            )
        )
    }

    private func reason(_ verdict: Allocation.Verdict) -> Decision.Reason? {
        switch verdict {
        case .chosen: nil
        case .beaten(let rank, let difference):
            .beaten(by: Decision.Criterion.allCases[rank], difference: difference)
        case .blocked(.minutes(let day, let band, let short)):
            .noTime(day: Day(number: Int32(day)), band: Band.allCases[band], shortBy: short)
        case .blocked(.carers(let day, let band, let at)):
            .noCarers(
                day: Day(number: Int32(day)),
                band: Band.allCases[band],
                at: at.flatMap { TimeOfDay(minutes: $0 % 1440) }
            )
        case .needsAnotherProvider: .tooManyProviders
        }
    }

    /// Ascending by block, then by provider, so that the same decision is written the same way everywhere.
    private func tidy(_ verdicts: [Decision.Verdict]) -> [Decision.Verdict] {
        verdicts.enumerated().sorted { a, b in
            let (x, y) = (a.element, b.element)
            if x.block != y.block { return x.block < y.block }
            if x.provider != y.provider {
                guard let p = x.provider else { return false }
                guard let q = y.provider else { return true }
                return p < q
            }
            return a.offset < b.offset
        }.map(\.element)
    }

    /// What a claim has to give, as flat numbers; with an offer's hold or a package's minutes counted as free.
    func capacity(
        of claim: Claim,
        from first: Day,
        until last: Day,
        excludingOffer offer: Offer? = nil,
        excludingPackage package: Package? = nil
    ) -> Capacity {
        guard var slab = slabs[claim.id] else { preconditionFailure("claim \(claim.id) has no ledger") }
        func free(_ footprint: Footprint, _ account: Slab.Account) {
            for entry in footprint.entries where entry.claim == claim.id && window.contains(entry.day) {
                slab.move(entry.minutes, from: account, to: .free, entry.day, entry.band)
            }
        }
        if let offer { free(heldFootprint(of: offer), .held) }
        if let package {
            free(package.footprint, .committed)
            free(package.retained, .retained)
        }
        let held = holders[claim.id] ?? Holders()
        var timed: [Capacity.Timed] = []
        for id in held.timedOffers where id != offer?.id {
            guard let other = offers[id] else { continue }
            let last = other.startFrom.adding(days: other.ask.days - 1)
            timed += other.ask.timed(on: claim.id, other.claims, other.startFrom, last, policy.bands)
        }
        for id in held.timedPackages where id != package?.id && id != offer?.replaces {
            guard let other = packages[id] else { continue }
            timed += other.ask.timed(on: claim.id, other.claims, other.firstDay, other.lastDay, policy.bands)
        }
        // Carers at once of the term with the fewest of those in force while the package runs.
        let terms = claim.terms.indices.filter { index in
            claim.terms[index].from <= last
                && (index + 1 == claim.terms.count || claim.terms[index + 1].from > first)
        }.map { claim.terms[$0] }
        let carers = terms.dropFirst().reduce((terms.first ?? claim.terms[0]).weekly.cells.map(\.carers)) {
            least,
            term in
            zip(least, term.weekly.cells).map { min($0, $1.carers) }
        }
        let absences = shortfalls(of: claim.id).compactMap { shortfalls[$0] }.filter {
            $0.carers > 0 && $0.day >= today
        }
        .map { Capacity.Absence(day: Int($0.day.number), band: $0.band.index, carers: $0.carers) }
        return Capacity(free: slab.cells, carers: carers, timed: timed, absences: absences)
    }

    /// Whether visits on their claims fit from a day on, beside everything else that stands there.
    func obstacle(
        _ ask: Ask,
        _ claimIDs: [ClaimID],
        from day: Day,
        offer: Offer? = nil,
        package: Package? = nil
    ) -> Obstacle? {
        // Days behind the window are past: nothing can clash there any more.
        let last = day.adding(days: ask.days - 1)
        guard last >= window.first else { return nil }
        var need = Need(ask, from: day, bands: policy.bands)
        need.firstDay = max(need.firstDay, Int(window.first.number))
        for id in Set(claimIDs).sorted() {
            guard let claim = claims[id] else { preconditionFailure("no claim \(id)") }
            let mask = claimIDs.enumerated().reduce(UInt16(0)) { $1.element == id ? $0 | 1 << UInt16($1.offset) : $0 }
            let capacity = capacity(of: claim, from: day, until: last, excludingOffer: offer, excludingPackage: package)
            if let obstacle = capacity.obstacle(to: need, visits: mask) { return obstacle }
        }
        return nil
    }
}

extension Need {
    /// What an ask needs when care starts on a day.
    init(_ ask: Ask, from day: Day, bands: BandHours) {
        self.init(
            visits: ask.visits.map { visit in
                Need.Visit(
                    band: visit.band.index,
                    carerMinutes: visit.carerMinutes,
                    carers: visit.carers,
                    days: visit.days.bits,
                    at: visit.time.flatMap { bands.minute(of: $0.at, in: visit.band) },
                    length: visit.minutes
                )
            },
            firstDay: Int(day.number),
            lastDay: Int(day.number) + ask.days - 1
        )
    }
}

extension Ask {
    /// Its visits at fixed times on one claim, as the allocator sees them.
    func timed(on claim: ClaimID, _ claims: [ClaimID], _ first: Day, _ last: Day, _ bands: BandHours) -> [Capacity
        .Timed]
    {
        zip(visits, claims).compactMap { visit, carrier in
            guard carrier == claim, let time = visit.time, let from = bands.minute(of: time.at, in: visit.band) else {
                return nil
            }
            return Capacity.Timed(
                firstDay: Int(first.number),
                lastDay: Int(last.number),
                days: visit.days.bits,
                band: visit.band.index,
                from: from,
                until: from + visit.minutes,
                carers: visit.carers
            )
        }
    }
}
