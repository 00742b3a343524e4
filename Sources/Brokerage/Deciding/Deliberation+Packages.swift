import Allocation

/// Packages: the first visit postponed, care started, care ended. None of it ever happens by itself.
extension Deliberation {
    mutating func postpone(_ id: PackageID, _ visit: FirstVisit) throws(Rejection) -> Outcome {
        let package = try ownPackage(id)
        if isSameAsLast(.firstVisit(id)) { return .package(id) }
        guard package.status == .accepted else {
            throw Rejection(.clash, "the package is \(package.status.rawValue): its first visit cannot move")
        }
        guard let referral = state.referrals[package.referral] else { preconditionFailure("no referral") }
        if visit.day < referral.ask.startFrom {
            throw .rule("/date", "care is asked for from \(referral.ask.startFrom)")
        }
        do {
            try check(visit, package.ask)
        } catch {
            throw Rejection(
                error.kind,
                error.detail,
                faults: error.faults.map {
                    Rejection.Fault($0.pointer.replacingPrefix("/firstVisit", with: ""), $0.detail)
                }
            )
        }
        let wasAsked = withdrawQuestions(about: id)
        if let obstacle = state.obstacle(to: package, from: visit.day) {
            throw Rejection(
                .clash,
                "care from \(visit.day) does not fit: \(obstacle.words)",
                faults: [Rejection.Fault("/date", obstacle.words)]
            )
        }
        record(.firstVisitPostponed(id, visit, retainedUntil: now.adding(hours: policy.postponementHours)))
        record(.nounSet(.firstVisit(id), body: stamp.body))
        alertUnstaffed(id)
        // What the provider was asked it is asked again, from the new day on.
        if wasAsked { askAgain(id, referral.ask) }
        if visit.day < package.firstDay { freed(in: zone(of: package)) }
        return .package(id)
    }

    mutating func start(_ id: PackageID, _ at: Instant) throws(Rejection) -> Outcome {
        let package = try ownPackage(id)
        if try isRepeated(.start(id)) { return .package(id) }
        guard package.status == .accepted else {
            throw Rejection(.clash, "the package is \(package.status.rawValue)")
        }
        // The other provider has not said yes: half of what was asked for is no care, unless a named person says so.
        if let referral = state.referrals[package.referral], referral.status.isSeekingCare, !actor.actsForOthers {
            throw Rejection(.clash, "another provider has yet to accept its part: a broker decides on a partial start")
        }
        let day = London.day(at: at)
        // A rota system may confirm the first visit ahead of its hour; the alarm for a visit that did not happen
        // then stands (`startToldAhead`).
        if day > max(today, package.firstVisit.day) {
            throw .rule("/at", "lies after the day of the first visit, \(package.firstVisit.day)")
        }
        if day < London.day(at: package.acceptedAt).adding(days: -1) {
            throw .rule("/at", "lies before the package was accepted, \(package.acceptedAt)")
        }
        let wasAsked = withdrawQuestions(about: id)
        let last = day.adding(days: package.ask.days - 1)
        let uncovered = uncovered(package, from: day, until: last)
        record(.careStarted(id, at: at, firstDay: day, lastDay: last, uncovered: uncovered))
        record(.nounSet(.start(id), body: stamp.body))
        if uncovered.isEmpty { alertUnstaffed(id) } else { alert(package.referral, .coverNeeded, again: true) }
        // The change that the provider was asked about has had no answer, and care goes on without it.
        if wasAsked { alert(package.referral, .changeUnconfirmed, again: true) }
        if package.retainedUntil != nil || last < package.lastDay || day > package.firstDay {
            freed(in: zone(of: package))
        }
        return .package(id)
    }

    /// The visits of a package in care that find no minutes, or no carers at once, on these days. That care began is a fact, so
    /// what is free never refuses it: what stays uncovered goes to a person. Days that are the package's own stay its own.
    private func uncovered(_ package: Package, from first: Day, until last: Day) -> [Package.Uncovered] {
        if state.obstacle(package.ask, package.claims, from: first, package: package) == nil { return [] }
        var uncovered: [Package.Uncovered] = []
        for number in first.number...last.number where !package.owns(Day(number: number)) {
            uncovered += self.uncovered(package, on: Day(number: number))
        }
        return uncovered
    }

    mutating func end(
        _ id: PackageID,
        _ at: Instant,
        _ outcome: Package.Outcome,
        _ role: String
    ) throws(Rejection) -> Outcome {
        let package = try ownPackage(id)
        let day = London.day(at: at)
        // An end that was planned can come sooner than planned: the person died, say.
        let isSooner = package.status == .ended && package.ending.map { at < $0.at && $0.at > now } ?? false
        if !isSooner, try isRepeated(.ending(id)) { return .package(id) }
        guard package.status != .ended || isSooner else { throw Rejection(.clash, "the package has ended") }
        let last: Day
        if let started = package.startedAt, !isOnlyTold(package, endingAt: at, outcome) {
            if outcome == .neverStarted { throw .rule("/outcome", "care started at \(started)") }
            if at < started { throw .rule("/at", "lies before care started, \(started)") }
            if day > max(today, package.lastDay) { throw .rule("/at", "lies after the last day, \(package.lastDay)") }
            last = min(day, package.lastDay)
        } else {
            if day > today {
                throw .rule("/at", "lies ahead: care that has not begun is ended when it is known that it will not")
            }
            if day < London.day(at: package.acceptedAt).adding(days: -1) {
                throw .rule("/at", "lies before the package was accepted, \(package.acceptedAt)")
            }
            last = package.firstDay.adding(days: -1)
        }
        withdrawQuestions(about: id)
        guard let referral = state.referrals[package.referral] else { preconditionFailure("package without referral") }
        let others = referral.packages.filter { $0 != id && state.packages[$0]?.status != .ended }
        // With the only part in care the referral ends, and what is still on offer of it goes.
        if others.isEmpty, referral.status.isSeekingCare { withdrawOffers(of: referral) }
        record(.packageEnded(id, Package.Ending(at: at, outcome: outcome, role: role), lastDay: last))
        record(.nounSet(.ending(id), body: stamp.body))
        // Another provider goes on with its part, and nobody with this one.
        if !others.isEmpty { alert(referral.id, .coverNeeded, again: true) }
        freed(in: zone(of: package))
        return .package(id)
    }

    /// Whether care that was told ahead of its hour never came to be: it ends before that hour, or nobody has confirmed it and a
    /// named person says that it never started (docs/decisions/0006).
    private func isOnlyTold(_ package: Package, endingAt at: Instant, _ outcome: Package.Outcome) -> Bool {
        guard let started = package.startedAt, let recorded = package.startRecordedAt, started > recorded else {
            return false
        }
        if now < started, at < started { return true }
        let isUnconfirmed = state.referrals.look(package.referral) { $0.value.hasAlert(.startToldAhead) } ?? false
        return outcome == .neverStarted && (now < started || isUnconfirmed)
    }

    /// Withdraws offers that ask the provider again about a package: what they hold beside it was reckoned from
    /// the package as it was.
    ///
    /// - Returns: whether any was open: the provider has not agreed to the change yet.
    @discardableResult private mutating func withdrawQuestions(about id: PackageID) -> Bool {
        let questions = state.offersOpen.filter { state.offers[$0]?.replaces == id }
        for offer in questions {
            record(.offerWithdrawn(offer))
            if let claim = state.offers[offer]?.claims.first { freed(in: state.zone(of: claim)) }
        }
        return !questions.isEmpty
    }

    /// Where its minutes lie.
    private func zone(of package: Package) -> ZoneID { state.zone(of: package.claims[0]) }

    func ownPackage(_ id: PackageID) throws(Rejection) -> Package {
        guard let package = state.packages[id], state.isVisible(package, to: actor) else {
            throw Rejection(.notFound, "there is no such package")
        }
        return package
    }
}

extension String {
    func replacingPrefix(_ prefix: String, with new: String) -> String {
        hasPrefix(prefix) ? new + dropFirst(prefix.count) : self
    }
}
