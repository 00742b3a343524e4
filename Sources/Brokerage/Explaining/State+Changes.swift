import Allocation

extension State {
    /// Changes that would place a referral that waits, the smallest first. Works through other days and other asks, so it
    /// is for a reader beside the lane.
    public func changesThatWouldPlace(_ referral: Referral, at now: Instant) -> [Change] {
        guard referral.status == .waiting, !referral.ask.isProvisional else { return [] }
        let today = max(self.today, London.day(at: now))
        let start = max(referral.ask.startFrom, today)
        var found: [Change] = []
        if let change = fewestMinutes(referral, start: start) { found.append(change) }
        if clashes(referral), let change = anotherTime(referral, start: start) { found.append(change) }
        if let day = laterStart(referral, start: start, today: today) { found.append(.start(day)) }
        if let block = blockToClaim(referral, start: start) { found.append(.claim(block)) }
        if referral.ask.maxProviders == 1, couldShare(referral, start: start) { found.append(.twoProviders) }
        found += liftedBarriers(referral, start: start)
        let ask = referral.ask
        if ask.visits.contains(where: { $0.carers > 1 }) {
            let single = ask.visits.map { visit in
                var visit = visit
                visit.carers = 1
                return visit
            }
            if couldPlace(referral, ask.with(visits: single), start: start) { found.append(.singleHanded) }
        }
        if let weeks = (1..<max(ask.weeks, 1)).reversed().first(where: {
            couldPlace(referral, ask.with(weeks: $0), start: start)
        }) {
            found.append(.weeks(weeks))
        }
        if ask.carerGender != nil, couldPlace(referral, ask.with(anyGender: true), start: start) {
            found.append(.anyGender)
        }
        if let change = spotProposal(referral.sought) { found.append(change) }
        if found.isEmpty, let weekly = SpotPurchase.weekly(referral.sought) {
            found.append(.buy(weekly, from: start, until: start.adding(days: referral.sought.days - 1)))
        }
        return found.sorted { $0.effort < $1.effort }
    }

    /// Whether an ask in place of the referral's own would be placed on a day.
    func couldPlace(_ referral: Referral, _ ask: Ask, start: Day) -> Bool {
        var changed = referral
        changed.ask = ask
        let survey = survey(changed, start: start, only: nil)
        let candidates = survey.candidates.map(\.candidate)
        return Choice(survey.need, among: candidates, providers: changed.providersSought, masks: State.mostMasks).best
            != nil
    }

    /// The claim that is short of the fewest minutes for all of the package, and has the carers.
    private func fewestMinutes(_ referral: Referral, start: Day) -> Change? {
        let survey = survey(referral, start: start, only: nil)
        var best: Change?
        for (claim, candidate) in survey.candidates {
            guard candidate.capacity.carersObstacle(to: survey.need, visits: survey.need.allVisits) == nil else {
                continue
            }
            let cells = candidate.capacity.shortages(of: survey.need, visits: survey.need.allVisits)
            guard !cells.isEmpty else { continue }
            let shortages = Band.allCases.compactMap { band -> Change.Shortage? in
                let mine = cells.filter { $0.band == band.index }
                guard let first = mine.first, let last = mine.last else { return nil }
                return Change.Shortage(
                    band: band,
                    minutes: mine.reduce(0) { max($0, $1.shortBy) },
                    days: mine.count,
                    first: Day(number: Int32(first.day)),
                    last: Day(number: Int32(last.day))
                )
            }
            let change = Change.moreMinutes(claim.provider, claim.block, shortages)
            if best.map({ change.effort < $0.effort }) ?? true { best = change }
        }
        return best
    }

    /// Times tried for one explanation, 48: a referral of many timed visits in a zone of many claims would keep its reader
    /// waiting.
    private static let mostTimes = 48
    /// Ways to part a package looked at in each trial of an explanation, 256; a decision looks at more.
    private static let mostMasks = 256

    /// A quarter of an hour's steps of one timed visit that let the package through, the nearest to what was asked first.
    private func anotherTime(_ referral: Referral, start: Day) -> Change? {
        let ask = referral.ask
        var left = State.mostTimes
        for (index, visit) in ask.visits.enumerated() {
            guard let time = visit.time, let at = policy.bands.minute(of: time.at, in: visit.band) else { continue }
            let first = policy.bands.start(of: visit.band)
            let last = policy.bands.end(of: visit.band) - visit.minutes
            let others = stride(from: first, through: last, by: 15).filter { $0 != at }
                .sorted { (abs($0 - at), $0) < (abs($1 - at), $1) }
            for minute in others.prefix(left) {
                left -= 1
                guard let other = TimeOfDay(minutes: minute % 1_440) else { continue }
                var visits = ask.visits
                visits[index].time = Visit.Time(at: other, toleranceMinutes: time.toleranceMinutes)
                if couldPlace(referral, ask.with(visits: visits), start: start) {
                    return .otherTime(visit: index, at: other)
                }
            }
        }
        return nil
    }

    /// Whether a fixed time stands in somebody's way.
    private func clashes(_ referral: Referral) -> Bool {
        referral.decision?.verdicts.contains { verdict in
            if case .noCarers(_, _, let at)? = verdict.reason { at != nil } else { false }
        } ?? false
    }

    private func laterStart(_ referral: Referral, start: Day, today: Day) -> Day? {
        let last = today.adding(days: policy.startAheadDays)
        guard start < last else { return nil }
        let days = StartDays(self, referral, from: start)
        return (1...last.days(since: start)).lazy.map { start.adding(days: $0) }.first {
            days.mayHold($0) && couldPlace(referral, referral.ask, start: $0)
        }
    }

    /// A block with minutes that nobody has claimed, enough of them for all of the package.
    private func blockToClaim(_ referral: Referral, start: Day) -> BlockID? {
        let ask = referral.sought
        let last = start.adding(days: ask.days - 1)
        let need = SpotPurchase.weekly(ask) ?? WeeklyPattern()
        return blocks(of: referral.zone).first { id in
            guard let block = blocks[id], block.spotFor == nil, block.from <= start, block.until >= last,
                ask.skills.allSatisfy(block.skills.contains)
            else { return false }
            let left = unclaimed(of: block, from: start, until: last)
            return zip(need.cells, left.cells).allSatisfy { $0.minutes <= $1.minutes && $0.carers <= $1.carers }
        }
    }

    /// Whether two claims of different providers could carry the package between them.
    private func couldShare(_ referral: Referral, start: Day) -> Bool {
        let survey = survey(referral, start: start, only: nil)
        return Choice(survey.need, among: survey.candidates.map(\.candidate)).verdicts.contains(.needsAnotherProvider)
    }

    /// Providers that could carry it but for a full caseload, or for having said no before.
    private func liftedBarriers(_ referral: Referral, start: Day) -> [Change] {
        var full: ProviderID?
        var declined: ProviderID?
        for block in blocks(of: referral.zone).compactMap({ blocks[$0] }) where block.spotFor == nil {
            for claim in block.claims.compactMap({ claims[$0] }) where claim.until >= today {
                let ask = referral.sought
                let reason = barrier(ask, start: start, block, claim, declined: referral.declined)
                guard reason == .caseloadFull || reason == .declined,
                    barrier(ask, start: start, block, claim, declined: [], asksAgain: true) == nil,
                    case .success = best(of: [claim], for: ask, start: start)
                else { continue }
                if reason == .caseloadFull {
                    full = full ?? claim.provider
                } else {
                    declined = declined ?? claim.provider
                }
            }
        }
        return [full.map(Change.oneMorePerson), declined.map(Change.askAgain)].compactMap { $0 }
    }

    /// What the spot rules would allow; nil where they allow nothing.
    private func spotProposal(_ ask: Ask) -> Change? {
        let left = policy.spot.budgetPence - spotCommitted
        let most = (ask.weeklyMinutes * ask.weeks * policy.spot.ceilingPence + 59) / 60
        guard left > 0, policy.spot.ceilingPence > 0, SpotPurchase.weekly(ask) != nil else { return nil }
        return .spot(ceilingPence: policy.spot.ceilingPence, mostPence: most, budgetLeftPence: left)
    }
}

extension Ask {
    /// The same ask but for what is named.
    func with(visits: [Visit]? = nil, weeks: Int? = nil, anyGender: Bool = false) -> Ask {
        Ask(
            district: district,
            sector: sector,
            pathway: pathway,
            source: source,
            class: `class`,
            readyAt: readyAt,
            dischargeReadyDate: dischargeReadyDate,
            startFrom: startFrom,
            weeks: weeks ?? self.weeks,
            visits: visits ?? self.visits,
            carerGender: anyGender ? nil : carerGender,
            language: language,
            existingProvider: existingProvider,
            maxProviders: maxProviders,
            funding: funding,
            safeUntil: safeUntil,
            unsafeNow: unsafeNow,
            facts: facts,
            livesAlone: livesAlone
        )
    }
}
