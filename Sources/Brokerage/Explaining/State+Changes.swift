import Allocation

extension State {
    /// Changes that would place a referral that waits, the smallest first. Works through other days and other asks, so it
    /// is for a reader beside the lane.
    ///
    /// Where a person has taken over nothing is sent by itself while the ask stands: more minutes and providers make room, and
    /// a named person then chooses.
    public func changesThatWouldPlace(_ referral: Referral, at now: Instant) -> [Change] {
        guard referral.status == .waiting, !referral.ask.isProvisional else { return [] }
        let today = max(self.today, London.day(at: now))
        let trial = Trial(self, referral, start: max(referral.ask.startFrom, today))
        if let claims = trial.asItStands() {
            if policy.triageBeforeStart, referral.triage == nil { return [.triage] }
            return isTakenOver(referral) ? claims.first.map { [.choose($0.provider)] } ?? [] : []
        }
        var found = trial.moreSupply()
        // While another provider's part stands, the ask stands.
        if referral.acceptedPart == nil { found += trial.otherAsk(today: today) }
        if let change = trial.spotProposal() { found.append(change) }
        if found.isEmpty, let weekly = SpotPurchase.weekly(referral.sought) {
            found.append(
                .buy(weekly, from: trial.start, until: trial.start.adding(days: referral.sought.days - 1))
            )
        }
        return found.sorted { $0.effort < $1.effort }
    }

    /// Why somebody waits, as things stand: what was decided may be hours old, and minutes were bought and given out since.
    public func reasons(_ referral: Referral, at now: Instant) -> Decision? {
        guard referral.status == .waiting, let decided = referral.decision else { return referral.decision }
        let start = max(referral.ask.startFrom, today, London.day(at: now))
        let open = placing(referral, start: start, at: now).decision.withoutChoice
        return open.verdicts == decided.verdicts ? decided : open
    }

    /// Whether so many offers lapsed that a person seeks care now, and nothing is sent by itself.
    func isTakenOver(_ referral: Referral) -> Bool { referral.expiries >= policy.expiriesBeforeBroker }
}

/// Other things to ask for.
extension Trial {
    /// Times tried for one explanation, 48: a referral of many timed visits in a zone of many claims would keep its reader
    /// waiting.
    private static let mostTimes = 48

    /// What could be asked for in place of what is.
    fileprivate func otherAsk(today: Day) -> [Change] {
        let ask = referral.ask
        var found: [Change] = []
        if let change = anotherTime() { found.append(change) }
        if let day = laterStart(today: today) { found.append(.start(day)) }
        if ask.maxProviders == 1, places(sharedBy: 2) { found.append(.twoProviders) }
        if ask.visits.contains(where: { $0.carers > 1 }) {
            let single = ask.visits.map { visit in
                var visit = visit
                visit.carers = 1
                return visit
            }
            if places(single) { found.append(.singleHanded) }
        }
        if let weeks = (1..<max(ask.weeks, 1)).reversed().first(where: { places(ask.with(weeks: $0), from: start) }) {
            found.append(.weeks(weeks))
        }
        if ask.carerGender != nil, places(ask.with(anyGender: true), from: start) { found.append(.anyGender) }
        return found
    }

    /// A quarter of an hour's steps of one timed visit that let the package through, the nearest to what was asked first.
    private func anotherTime() -> Change? {
        guard clashes else { return nil }
        let (ask, bands) = (referral.ask, state.policy.bands)
        var left = Trial.mostTimes
        for (index, visit) in ask.visits.enumerated() {
            guard let time = visit.time, let at = bands.minute(of: time.at, in: visit.band) else { continue }
            // Where it would not be placed at any time of its band, no time is looked at.
            var untimed = ask.visits
            untimed[index].time = nil
            guard places(untimed) else { continue }
            let first = bands.start(of: visit.band)
            let last = bands.end(of: visit.band) - visit.minutes
            let others = stride(from: first, through: last, by: 15).filter { $0 != at }
                .sorted { (abs($0 - at), $0) < (abs($1 - at), $1) }
            for minute in others.prefix(left) {
                left -= 1
                guard let other = TimeOfDay(minutes: minute % 1_440) else { continue }
                var visits = ask.visits
                visits[index].time = Visit.Time(at: other, toleranceMinutes: time.toleranceMinutes)
                if places(visits) { return .otherTime(visit: index, at: other) }
            }
        }
        return nil
    }

    /// Whether a fixed time stands in somebody's way.
    private var clashes: Bool {
        candidates.contains { candidate in
            if case .carers(_, _, _?)? = candidate.capacity.obstacle(to: survey.need, visits: survey.need.allVisits) {
                true
            } else {
                false
            }
        }
    }

    private func laterStart(today: Day) -> Day? {
        let last = today.adding(days: state.policy.startAheadDays)
        guard start < last else { return nil }
        let days = StartDays(state, referral, from: start)
        return (1...last.days(since: start)).lazy.map { start.adding(days: $0) }.first {
            days.mayHold($0) && places(referral.ask, from: $0)
        }
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
