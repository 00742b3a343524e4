import Allocation

/// Packages: the first visit postponed, care started, care ended. None of it ever happens by itself.
extension Deliberation {
    mutating func postpone(_ id: PackageID, _ visit: FirstVisit) throws(Rejection) -> Outcome {
        let package = try ownPackage(id)
        if let kept = state.nouns[.firstVisit(id)], stamp.isSameBody(kept), !kept.isEmpty { return .package(id) }
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
        withdrawQuestions(about: id)
        if let obstacle = state.obstacle(package.ask, package.claims, from: visit.day, package: package) {
            throw Rejection(
                .clash,
                "care from \(visit.day) does not fit: \(obstacle.words)",
                faults: [Rejection.Fault("/date", obstacle.words)]
            )
        }
        record(.firstVisitPostponed(id, visit, retainedUntil: now.adding(hours: policy.postponementHours)))
        record(.nounSet(.firstVisit(id), body: stamp.body))
        if visit.day < package.firstDay { freed(in: referral.zone) }
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
        withdrawQuestions(about: id)
        let (first, last, whole) = committedDays(package, startingOn: day)
        record(.careStarted(id, at: at, firstDay: first, lastDay: last))
        record(.nounSet(.start(id), body: stamp.body))
        if !whole { alert(package.referral, .coverNeeded) }
        if package.retainedUntil != nil || last < package.lastDay || first > package.firstDay {
            freed(in: zone(of: package))
        }
        return .package(id)
    }

    /// The days that can be committed when care began on this day. That it began is a fact, so minutes that are
    /// not free elsewhere never refuse it: what stays uncovered goes to a person.
    private func committedDays(_ package: Package, startingOn day: Day) -> (first: Day, last: Day, whole: Bool) {
        let last = day.adding(days: package.ask.days - 1)
        if state.obstacle(package.ask, package.claims, from: day, package: package) == nil { return (day, last, true) }
        return (max(day, package.firstDay), min(last, package.lastDay), false)
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
        if let started = package.startedAt {
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

    /// Withdraws offers that ask the provider again about a package: what they hold beside it was reckoned from
    /// the package as it was.
    private mutating func withdrawQuestions(about id: PackageID) {
        for offer in state.offersOpen where state.offers[offer]?.replaces == id { record(.offerWithdrawn(offer)) }
    }

    private func zone(of package: Package) -> ZoneID {
        guard let referral = state.referrals[package.referral] else { preconditionFailure("package without referral") }
        return referral.zone
    }

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
