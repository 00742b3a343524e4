import Allocation

extension State {
    /// Changes that would place a referral that waits, the smallest first. Works through other days and other asks, so it
    /// is for a reader beside the lane.
    ///
    /// Where a person has taken over nothing is sent by itself while the ask stands: more minutes and providers make room, and
    /// a named person then chooses. Where triage is wanting it comes first, whatever else is.
    ///
    /// - Parameter seesPrices: whether the reader may buy hours on the spot; others are told which hours to buy, where nothing else
    ///   would do.
    public func changesThatWouldPlace(_ referral: Referral, at now: Instant, seesPrices: Bool = true) -> [Change] {
        guard referral.status == .waiting, !referral.ask.isProvisional else { return [] }
        let today = max(self.today, London.day(at: now))
        let trial = Trial(self, referral, start: max(referral.ask.startFrom, today))
        let awaitsTriage = policy.triageBeforeStart && referral.triage == nil
        if let claims = trial.asItStands() {
            if awaitsTriage { return [.triage(hasRoom: true)] }
            return isTakenOver(referral) ? claims.first.map { [.choose($0.provider)] } ?? [] : []
        }
        var found = trial.moreSupply()
        // While another provider's part stands, the ask stands.
        if referral.acceptedPart == nil { found += trial.otherAsk(today: today) }
        if seesPrices, let change = trial.spotProposal() { found.append(change) }
        if found.isEmpty, let weekly = SpotPurchase.weekly(referral.sought) {
            found.append(
                .buy(
                    weekly,
                    from: trial.start,
                    until: trial.start.adding(days: referral.sought.days - 1),
                    isCarried: trial.isCarriedBySomebody(weekly, byName: false)
                )
            )
        }
        if awaitsTriage { found.append(.triage(hasRoom: false)) }
        return found.sorted { $0.effort < $1.effort }
    }

    /// Why somebody waits, as things stand: what was decided may be hours old, and minutes were bought and given out since. nil
    /// before triage, where that comes first.
    public func reasons(_ referral: Referral, at now: Instant) -> Decision? {
        guard referral.status == .waiting else { return referral.decision }
        if referral.decision == nil, policy.triageBeforeStart, referral.triage == nil { return nil }
        let start = max(referral.ask.startFrom, today, London.day(at: now))
        // Of the time of the state, so that it reads the same while nothing has changed.
        let open = placing(referral, start: start, at: self.now).decision.withoutChoice
        return referral.decision.flatMap { $0.verdicts == open.verdicts ? $0 : nil } ?? open
    }

    /// Whether so many offers lapsed that a person seeks care now, and nothing is sent by itself.
    func isTakenOver(_ referral: Referral) -> Bool { referral.expiries >= policy.expiriesBeforeBroker }

    /// How many providers what is sought may be shared among: a person who has taken over chooses one by name.
    func providersToChoose(for referral: Referral) -> Int { isTakenOver(referral) ? 1 : referral.providersSought }
}

/// Other things to ask for.
extension Trial {
    /// Times tried for one explanation, 48: a referral of many timed visits in a zone of many claims would keep its reader
    /// waiting.
    private static let mostTimes = 48

    /// What could be asked for in place of what is.
    fileprivate func otherAsk(today: Day) -> [Change] {
        let ask = referral.ask
        // What takes the fewest looks comes first.
        var found: [Change] = []
        if ask.maxProviders == 1, isPlacedByTwo { found.append(.twoProviders) }
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
        if let change = anotherTime() { found.append(change) }
        if let day = laterStart(today: today) { found.append(.start(day)) }
        return found
    }

    /// A quarter of an hour's steps of one timed visit that let the package through, the nearest to what was asked first.
    private func anotherTime() -> Change? {
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
