import Allocation

/// Where a referral would go, on a state that nothing is written to.
struct Placing {
    let decision: Decision
    /// The claim for each visit; nil when nobody can.
    let claims: [ClaimID]?
}

/// What stands in the way of a provider's taking a package.
struct Obstruction: Error {
    let obstacle: Obstacle

    /// Fewer minutes are nearer; carers at once are further than any minutes.
    static func size(_ obstacle: Obstacle) -> Int {
        switch obstacle {
        case .minutes(_, _, let short): short
        case .carers: .max
        }
    }
}

extension State {
    /// Whether placing could succeed: each visit by itself has the minutes on some claim that may carry it. Most
    /// people who wait fail here, so that a long queue costs little with every minute that comes free.
    func mayFit(_ referral: Referral, start: Day, _ headroom: Headroom) -> Bool {
        let ask = referral.sought
        let need = Need(ask, from: start, bands: policy.bands)
        var missing: [Demand] = []
        for visit in ask.visits.indices {
            let demand = Demand(need, visits: 1 << UInt16(visit))
            guard headroom.mayHold(demand) else { return false }
            missing.append(demand)
        }
        for block in blocks(of: referral.zone).compactMap({ blocks[$0] }) where block.spotFor == nil {
            for id in block.claims {
                // Minutes first: that takes less than the rules do, and most have none.
                guard let slab = slabs[id], missing.contains(where: { $0.fits(slab.cells) }),
                    let claim = claims[id], claim.until >= today,
                    barrier(ask, start: start, block, claim, declined: referral.declined) == nil
                else { continue }
                missing.removeAll { $0.fits(slab.cells) }
                if missing.isEmpty { return true }
            }
        }
        return missing.isEmpty
    }

    /// Looks at every claim in the referral's zone and takes the best option. With `only`, at the claims of one
    /// package's provider, as if that package's minutes were free.
    func placing(_ referral: Referral, start: Day, at now: Instant, only package: Package? = nil) -> Placing {
        let survey = survey(referral, start: start, only: package)
        let choice = Choice(
            survey.need,
            among: survey.candidates.map(\.candidate),
            providers: package == nil ? providersToChoose(for: referral) : 1
        )
        let verdicts = zip(survey.candidates, choice.verdicts).map { looked, verdict in
            Decision.Verdict(
                provider: looked.claim.provider,
                block: looked.claim.block,
                reason: Decision.Reason(verdict)
            )
        }
        return Placing(
            decision: Decision(
                at: now,
                policyVersion: policy.version,
                chosen: choice.best.map { survey.candidates[$0.carriers[0]].claim.provider },
                verdicts: tidy(survey.barred + verdicts),
                weighed: choice.best.map { Array($0.rank.dropLast()) } ?? []
            ),
            claims: choice.best.map { best in best.carriers.map { survey.candidates[$0].claim.id } }
        )
    }

    /// Explains a placement that something other than the choice made (the batch, a named person): the claims that carry it win,
    /// and every other that could have carried it lost to `criterion` by `difference`.
    func placing(
        _ referral: Referral,
        on chosen: [ClaimID],
        start: Day,
        at now: Instant,
        method: Decision.Method,
        criterion: Decision.Criterion,
        difference: Int
    ) -> Placing {
        let survey = survey(referral, start: start, only: nil, spot: chosen.first.flatMap { claims[$0]?.block })
        let choice = Choice(
            survey.need,
            among: survey.candidates.map(\.candidate),
            providers: referral.providersSought
        )
        let verdicts = zip(survey.candidates, choice.verdicts).map { looked, verdict -> Decision.Verdict in
            let reason: Decision.Reason?
            if chosen.contains(looked.claim.id) {
                reason = nil
            } else {
                switch verdict {
                case .chosen, .beaten: reason = .beaten(by: criterion, difference: difference)
                case .blocked, .needsAnotherProvider: reason = Decision.Reason(verdict)
                }
            }
            return Decision.Verdict(provider: looked.claim.provider, block: looked.claim.block, reason: reason)
        }
        // A named person may pass over a refusal, say: then the barred claim won all the same.
        let barred = survey.barred.map { verdict in
            chosen.contains { claims[$0].map { $0.block == verdict.block && $0.provider == verdict.provider } ?? false }
                ? Decision.Verdict(provider: verdict.provider, block: verdict.block, reason: nil) : verdict
        }
        return Placing(
            decision: Decision(
                at: now,
                policyVersion: policy.version,
                chosen: chosen.first.flatMap { claims[$0]?.provider },
                verdicts: tidy(barred + verdicts),
                method: method,
                weighed: weigh(survey, chosen)
            ),
            claims: chosen
        )
    }

    /// The best option among some claims of one provider, or what stands in the way of the one that comes nearest.
    func best(of claims: [Claim], for ask: Ask, start: Day) -> Result<[ClaimID], Obstruction> {
        let need = Need(ask, from: start, bands: policy.bands)
        let candidates = claims.map { candidate(ask, $0, start: start, fairness: 0, excluding: nil) }
        let choice = Choice(need, among: candidates)
        if let best = choice.best { return .success(best.carriers.map { claims[$0].id }) }
        let obstacles = choice.verdicts.compactMap { verdict -> Obstacle? in
            if case .blocked(let obstacle) = verdict { obstacle } else { nil }
        }
        let nearest = obstacles.min { Obstruction.size($0) < Obstruction.size($1) }
        guard let nearest else { preconditionFailure("claims that fit are an option") }
        return .failure(Obstruction(obstacle: nearest))
    }

    /// What an option weighs in the criteria from `restart` to `fit`.
    private func weigh(_ survey: Survey, _ chosen: [ClaimID]) -> [Int] {
        let carriers = chosen.map { id in survey.candidates.firstIndex { $0.claim.id == id } }
        guard !carriers.isEmpty, !carriers.contains(nil) else { return [] }
        let used = Set(carriers.compactMap { $0 }).sorted()
        let candidates = used.map { survey.candidates[$0].candidate }
        let preferences = candidates.dropFirst().reduce(candidates[0].preferences) { zip($0, $1.preferences).map(max) }
        let slack = used.map { index in
            survey.candidates[index].candidate.capacity.slack(of: survey.need, visits: carriers.mask(of: index))
        }
        let isShared = Set(candidates.map(\.provider)).count > 1
        return preferences + [
            isShared ? 2 : used.count - 1, candidates.map(\.scarcity).max() ?? 0,
            isShared ? candidates.reduce(0) { $0 + $1.fairness } : candidates[0].fairness, slack.min() ?? 0,
        ]
    }

    /// Every claim of a referral's zone, looked at once.
    struct Survey {
        let need: Need
        /// Claims that a rule keeps from carrying it, and minutes that nobody has claimed.
        var barred: [Decision.Verdict] = []
        /// Claims that may carry it, should their minutes and carers do.
        var candidates: [(claim: Claim, candidate: Candidate)] = []
    }

    /// Looks at every claim of a referral's zone. What was bought on the spot for the person counts when its own provider is
    /// asked again, or a named person chose it (`spot`): the engine never offers it by itself.
    func survey(_ referral: Referral, start: Day, only package: Package?, spot: BlockID? = nil) -> Survey {
        let ask = referral.sought
        var survey = Survey(need: Need(ask, from: start, bands: policy.bands))
        let fairness = FairnessAccount(self, zone: referral.zone, on: start)
        for blockID in blocks(of: referral.zone) {
            guard let block = blocks[blockID],
                block.spotFor == nil || block.spotFor == referral.id && (package != nil || spot == blockID)
            else { continue }
            for claimID in block.claims {
                guard let claim = claims[claimID], claim.until >= today else { continue }
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
                    survey.barred.append(
                        Decision.Verdict(provider: claim.provider, block: blockID, reason: reason)
                    )
                } else {
                    let points = fairness.points(claim.provider, more: ask.weeklyMinutes)
                    survey.candidates.append(
                        (claim, candidate(ask, claim, start: start, fairness: points, excluding: package))
                    )
                }
            }
            if package == nil, isUnclaimed(block, from: max(today, block.from), until: block.until) {
                survey.barred.append(Decision.Verdict(provider: nil, block: blockID, reason: .unclaimed))
            }
        }
        return survey
    }

    /// The first rule that keeps a claim from carrying an ask, apart from its minutes and carers.
    func barrier(
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
        if !asksAgain, let most = provider.caseloadMax, caseloads[provider.id] ?? 0 >= most { return .caseloadFull }
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

    /// A claim as one that may carry an ask.
    ///
    /// - Parameter capacity: what it has, where it is none of the ledger's.
    func candidate(
        _ ask: Ask,
        _ claim: Claim,
        start: Day,
        fairness: Int,
        excluding package: Package?,
        capacity: Capacity? = nil
    ) -> Candidate {
        Candidate(
            provider: Int(claims(of: claim.provider).first?.number ?? 0),
            preferences: preferences(ask, claim.provider),
            scarcity: scarcity(of: ask, on: claim.id),
            fairness: fairness,
            capacity: capacity
                ?? self.capacity(
                    of: claim,
                    from: start,
                    until: start.adding(days: ask.days - 1),
                    excludingPackage: package
                )
        )
    }

    /// Whether a restart would miss the existing provider, and how many requirements and preferences a provider has not
    /// said it meets. Where it is urgent, being there to answer before the first visit is due is one of them.
    func preferences(_ ask: Ask, _ provider: ProviderID) -> [Int] {
        let known = providers[provider]
        var unmet = 0
        if ask.carerGender != nil, known?.genders == nil { unmet += 1 }
        if let language = ask.language, !(known?.languages?.contains(language) ?? false) { unmet += 1 }
        if ask.class == .urgent, let known {
            let answer = known.answerDue(sent: now, minutes: policy.answerMinutesUrgent)
            if answer > now.adding(hours: policy.hoursToPlace.urgent) { unmet += 1 }
        }
        return [ask.existingProvider.map { $0 == provider ? 0 : 1 } ?? 0, unmet]
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
}

extension Decision.Reason {
    /// What the choice says of a candidate, in the brokerage's words; nil: chosen.
    init?(_ verdict: Allocation.Verdict) {
        switch verdict {
        case .chosen: return nil
        case .beaten(let rank, let difference):
            self = .beaten(by: Decision.Criterion.allCases[rank], difference: difference)
        case .blocked(.minutes(let day, let band, let short)):
            self = .noTime(day: Day(number: Int32(day)), band: Band.allCases[band], shortBy: short)
        case .blocked(.carers(let day, let band, let at)):
            self = .noCarers(
                day: Day(number: Int32(day)),
                band: Band.allCases[band],
                at: at.flatMap { TimeOfDay(minutes: $0 % 1440) }
            )
        case .needsAnotherProvider: self = .tooManyProviders
        }
    }
}
