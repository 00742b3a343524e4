/// Time passing: the new day, offers that lapse, alerts, people past their last free day. Time reminds and tidies;
/// it never accepts, ends, moves or reduces care.
extension Deliberation {
    mutating func advance() -> Outcome {
        expireOffers()
        // Whoever the record of the day's beginning had no room for.
        for id in packagesToExtend() where !isFull { extend(id) }
        alertThoseWhoSeek()
        alertFirstVisits()
        forgetRequests()
        tryDeferred()
        return .advanced
    }

    /// Moves the ledger's window to the stamp's London date; every command does, so none stands on a stale day.
    mutating func beginDay() {
        let day = London.day(at: now)
        guard day > state.today else { return }
        record(.dayBegan(day))
        for id in state.packagesInCare where !isFull { extend(id) }
        // Whom a full record leaves out is looked at tomorrow: a person was told of each of these when it was left uncovered.
        for id in packagesToCover() where !isFull { coverAgain(id) }
        // Yesterday's failures may fit now: another day has come into view and starts have moved.
        for zone in state.zones.keys.sorted() where state.waitingCount(in: zone) > 0 { freed(in: zone) }
    }

    /// Care past the last free day goes on: a few days ahead are committed where the claim has them free, the rest
    /// is for a person to cover.
    private mutating func extend(_ id: PackageID) {
        guard let package = state.packages[id], package.status == .started else { return }
        let ahead = today.adding(days: policy.overstayDaysAhead - 1)
        if today > package.lastFreeDay { alert(package.referral, .overstayed) }
        guard package.lastDay < ahead, today > package.lastFreeDay.adding(days: -policy.overstayDaysAhead),
            ahead > package.lastFreeDay
        else { return }
        var uncovered: [Package.Uncovered] = []
        for number in max(package.lastDay, today.adding(days: -1)).number + 1...ahead.number {
            uncovered += self.uncovered(package, on: Day(number: number))
        }
        // Days on which nobody ran the service are gone: they were neither committed nor free.
        if package.lastDay < today.adding(days: -1) {
            for number in package.lastDay.number + 1..<today.number {
                let day = Day(number: number)
                for (index, visit) in package.ask.visits.enumerated() where visit.days.contains(day.weekday) {
                    uncovered.append(Package.Uncovered(day: day, visit: index))
                }
            }
        }
        record(
            .careOverran(id, lastDay: ahead, uncovered: uncovered.sorted { ($0.day, $0.visit) < ($1.day, $1.visit) })
        )
        if !uncovered.isEmpty { alert(package.referral, .coverNeeded, again: true) }
    }

    /// Packages whose days ahead are not all committed yet, though their last free day has come near.
    private func packagesToExtend() -> [PackageID] {
        let (today, days) = (today, state.policy.overstayDaysAhead)
        let ahead = today.adding(days: days - 1)
        return state.packagesInCare.filter { id in
            state.packages.look(id) { package in
                package.value.status == .started && package.value.lastDay < ahead && ahead > package.value.lastFreeDay
            } ?? false
        }
    }

    /// The days ahead for which care that is to go on looks for minutes, as day numbers.
    private var daysToCover: ClosedRange<Int32> {
        today.number...today.adding(days: policy.overstayDaysAhead - 1).number
    }

    private func packagesToCover() -> [PackageID] {
        let near = daysToCover
        return state.packagesInCare.filter { id in
            state.packages.look(id) { package in
                package.value.status == .started
                    && package.value.uncovered.contains { near.contains($0.day.number) }
            } ?? false
        }
    }

    /// Visits of the days ahead that were uncovered and for which somebody else's end has made room.
    private mutating func coverAgain(_ id: PackageID) {
        guard let package = state.packages[id] else { preconditionFailure("no package \(id)") }
        let near = daysToCover
        var found: [Package.Uncovered] = []
        for gap in package.uncovered where near.contains(gap.day.number) {
            // Beside those of the day that are covered: the package's own minutes are free to it here.
            let covered = package.ask.visits.indices.filter { visit in
                let own = Package.Uncovered(day: gap.day, visit: visit)
                return package.ask.visits[visit].days.contains(gap.day.weekday)
                    && (found.contains(own) || !package.uncovered.contains(own))
            }
            if fits(package, covered + [gap.visit], on: gap.day) { found.append(gap) }
        }
        if !found.isEmpty { record(.coverFound(id, found)) }
    }

    /// The visits of a package that find no minutes, or no carers at once beside everybody else's visits, on a day that is not
    /// its own.
    func uncovered(_ package: Package, on day: Day) -> [Package.Uncovered] {
        var covered: [Int] = []
        var uncovered: [Package.Uncovered] = []
        for (index, visit) in package.ask.visits.enumerated() where visit.days.contains(day.weekday) {
            if fits(package, covered + [index], on: day) {
                covered.append(index)
            } else {
                uncovered.append(Package.Uncovered(day: day, visit: index))
            }
        }
        return uncovered
    }

    private func fits(_ package: Package, _ visits: [Int], on day: Day) -> Bool {
        let ask = package.ask.with(visits: visits.map { package.ask.visits[$0] })
        return state.obstacle(ask, visits.map { package.claims[$0] }, from: day, days: 1, package: package) == nil
    }

    // Every tick asks the same of thousands, and next to nothing is due: so it is looked for first, which copies nothing, and
    // carried out then. What a closure catches of `self` in a function that changes it is a copy of the whole state.

    private mutating func expireOffers() {
        for id in offersToExpire() where !isFull {
            // One that was sent to two may have been withdrawn with the one before it.
            guard let offer = state.offers[id], offer.status == .open else { continue }
            record(.offerExpired(id))
            closed(offer)
        }
    }

    private func offersToExpire() -> [OfferID] {
        let now = now
        return state.offersOpen.filter { id in
            state.offers.look(id) { $0.value.status == .open && now >= $0.value.expiresAt } ?? false
        }
    }

    private mutating func alertThoseWhoSeek() {
        for (id, kind) in placementAlerts() where !isFull { alert(id, kind) }
    }

    private func placementAlerts() -> [(ReferralID, Referral.Alert.Kind)] {
        var found: [(ReferralID, Referral.Alert.Kind)] = []
        for id in state.referralsSeekingCare {
            for kind in state.referrals.look(id, { alertsDue($0) }) ?? [] { found.append((id, kind)) }
        }
        return found
    }

    private func alertsDue(_ referral: DenseTable<ReferralID, Referral>.Entry) -> [Referral.Alert.Kind] {
        guard let completedAt = referral.value.completedAt, let due = referral.value.due, now >= completedAt else {
            return []
        }
        let urgency = referral.value.ask.class
        let hours = state.policy.hoursToPlace[urgency]
        var found: [Referral.Alert.Kind] = []
        // The three marks are shares of the class's own clock: 12, 20 and 24 of 24 hours.
        for (index, mark) in state.policy.alertHours.enumerated() {
            let left = (24 - mark) * hours * 60 / 24
            guard now >= due.adding(minutes: -left) else { continue }
            let kind = [Referral.Alert.Kind.placementEarly, .placementLate, .placementBreached][index]
            if !referral.value.alerts.contains(where: { $0.kind == kind }) { found.append(kind) }
        }
        // An offer that nobody can answer in time is no place found.
        if urgency == .urgent, now >= completedAt.adding(minutes: state.policy.urgentUnplacedMinutes),
            referral.value.status == .waiting
                || referral.value.offer.flatMap({
                    state.offers.look($0) { $0.value.status == .open && $0.value.expiresAt > due }
                })
                    ?? false
        {
            found.append(.urgentUnplaced)
        }
        return found
    }

    private mutating func alertFirstVisits() {
        for id in packagesThatMayAlert() where !isFull {
            guard let package = state.packages[id] else { continue }
            switch package.status {
            case .accepted:
                if now >= alarm(package) { alert(package.referral, .notStarted) }
                // The clock runs to a first visit being available: one promised for later is a breach too.
                // Asked for early, it is due on the day asked for, at whichever hour the first visit of that day is.
                if let due = state.referrals[package.referral]?.due, now >= due, begins(package) > due,
                    package.firstVisit.day > London.day(at: due)
                        || due > London.instant(London.day(at: due), minuteOfDay: 0)
                {
                    alert(package.referral, .placementBreached)
                }
                if let until = package.retainedUntil, now >= until { alert(package.referral, .postponedTooLong) }
            case .started:
                if let recorded = package.startRecordedAt, recorded < begins(package),
                    package.startedAt.map({ $0 > recorded }) ?? false, now >= alarm(package)
                {
                    alert(package.referral, .startToldAhead)
                }
            case .paused, .ended: break
            }
        }
    }

    /// Whether there can be an alarm for a first visit: told at a glance, since every tick asks it of everybody in care, and
    /// nearly all have begun as they were to.
    private func packagesThatMayAlert() -> [PackageID] {
        state.packagesInCare.filter { id in
            state.packages.look(id) { package in
                switch package.value.status {
                case .accepted: true
                case .started:
                    if let recorded = package.value.startRecordedAt, let started = package.value.startedAt {
                        started > recorded
                    } else {
                        false
                    }
                case .paused, .ended: false
                }
            } ?? false
        }
    }

    private func begins(_ package: Package) -> Instant {
        let visit = package.firstVisit
        if let told = package.startToldEarly { return told }
        let minute = package.firstMinute(policy.bands) ?? policy.bands.start(of: visit.band)
        return London.instant(visit.day, minuteOfDay: minute)
    }

    /// When the first visit's window has passed: its time with the leeway it bears (30 minutes where nothing closer
    /// was asked for), or the end of its band.
    private func alarm(_ package: Package) -> Instant {
        let visit = package.firstVisit
        if let told = package.startToldEarly {
            return told.adding(minutes: policy.usualTolerance + policy.startAlarmMinutes)
        }
        let end: Int
        if let minute = package.firstMinute(policy.bands) {
            end = min(minute + package.firstTolerance(policy), policy.bands.end(of: visit.band))
        } else {
            end = policy.bands.end(of: visit.band)
        }
        return London.instant(visit.day, minuteOfDay: end).adding(minutes: policy.startAlarmMinutes)
    }

    private mutating func forgetRequests() {
        let before = now.adding(hours: -RememberedRequest.hoursKept)
        // At most once an hour: a record each is enough.
        guard before.seconds / 3600 > state.requestsForgottenBefore.seconds / 3600 else { return }
        if let oldest = state.remembered.oldest, oldest.at < before { record(.requestsForgotten(before: before)) }
    }
}
