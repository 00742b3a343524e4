import Allocation

/// Offers answered by a provider. Accepting is always a named person's act.
extension Deliberation {
    mutating func accept(_ id: OfferID, _ acceptance: Acceptance) throws(Rejection) -> Outcome {
        let offer = try ownOffer(id)
        if offer.status == .accepted, let package = offer.package {
            _ = try isRepeated(.acceptance(id))
            return .package(package)
        }
        try checkOpen(offer)
        try check(acceptance, offer)
        let package = offer.replaces.flatMap { state.packages[$0] }
        let day = acceptance.firstVisit.day
        if let reason = state.barrier(offer, from: day) {
            throw Rejection(
                .clash,
                "the provider can no longer take this package: \(reason)",
                faults: [Rejection.Fault("/firstVisit/date", reason)]
            )
        }
        if let obstacle = state.obstacle(offer.ask, offer.claims, from: day, offer: offer, package: package) {
            throw Rejection(
                .clash,
                "care from \(day) no longer fits: \(obstacle.words)",
                faults: [Rejection.Fault("/firstVisit/date", obstacle.words)]
            )
        }
        record(.offerAccepted(id, state.nextID(state.packages), acceptance))
        record(.nounSet(.acceptance(id), body: stamp.body))
        if let package = state.offers[id]?.package { alertUnstaffed(package) }
        // A later start leaves the first days free, an agreed change may need less than before.
        if day > offer.startFrom || offer.replaces != nil { freed(in: zone(of: offer)) }
        guard let accepted = state.offers[id]?.package else { preconditionFailure("acceptance made no package") }
        return .package(accepted)
    }

    mutating func refuse(_ id: OfferID, _ reason: Offer.Refusal) throws(Rejection) -> Outcome {
        let offer = try ownOffer(id)
        if offer.status == .refused, try isRepeated(.refusal(id)) { return .offer(id) }
        try checkOpen(offer)
        record(.offerRefused(id, reason))
        record(.nounSet(.refusal(id), body: stamp.body))
        closed(offer)
        return .offer(id)
    }

    /// After an offer ended without acceptance: the next best is asked, and whoever waits is tried on what came free.
    mutating func closed(_ offer: Offer) {
        if offer.replaces != nil {
            alert(offer.referral, .changeUnconfirmed, again: true)
        } else {
            // Of a package that two were to share and neither has accepted, the other part is given up too: it is sought
            // anew as a whole. A part that was accepted stands.
            if let referral = state.referrals[offer.referral], referral.packages.isEmpty {
                for other in referral.offers where state.offers[other]?.status == .open {
                    record(.offerWithdrawn(other))
                }
            }
            // Where the record is full it is tried with those who wait.
            if !isFull { place(offer.referral) }
            if let referral = state.referrals[offer.referral], referral.expiries >= policy.expiriesBeforeBroker {
                alert(offer.referral, .offersUnanswered)
            }
        }
        freed(in: zone(of: offer))
    }

    /// Whether an offer can still be answered. Its time is checked here: the ticker only tidies.
    private func checkOpen(_ offer: Offer) throws(Rejection) {
        switch offer.status {
        case .open:
            if now >= offer.expiresAt { throw Rejection(.expired, "the offer lapsed at \(offer.expiresAt)") }
        case .expired: throw Rejection(.expired, "the offer lapsed at \(offer.expiresAt)")
        case .accepted, .refused, .withdrawn:
            throw Rejection(.clash, "the offer is \(offer.status.rawValue)")
        }
    }

    private func check(_ acceptance: Acceptance, _ offer: Offer) throws(Rejection) {
        let first = acceptance.firstVisit
        if first.day < offer.startFrom {
            throw .rule("/firstVisit/date", "care is asked for from \(offer.startFrom)")
        }
        try check(first, offer.ask)
        for (index, time) in acceptance.times.enumerated() {
            guard policy.bands.minute(of: time.at, in: time.band) != nil else {
                throw .rule("/visits/\(index)/at", "lies outside the \(time.band) band")
            }
            let visits = offer.ask.visits.filter { $0.band == time.band }
            guard !visits.isEmpty else {
                throw .rule("/visits/\(index)/band", "the package has no visit in the \(time.band) band")
            }
            // Each promise is for one visit of its band, and keeps that visit's time.
            guard offer.ask.promised(Array(acceptance.times[...index]), policy.bands) != nil else {
                throw .rule("/visits/\(index)/at", "is outside the time asked for and its tolerance")
            }
        }
    }

    /// Rules for any first visit: a day that can be, a band in which the profile has a visit that day.
    func check(_ first: FirstVisit, _ ask: Ask) throws(Rejection) {
        if first.day < today { throw .rule("/firstVisit/date", "the day has passed: today is \(today)") }
        if first.day > today.adding(days: policy.startAheadDays) {
            throw .rule("/firstVisit/date", "is more than \(policy.startAheadDays) days ahead")
        }
        let visits = ask.visits.filter { $0.band == first.band && $0.days.contains(first.day.weekday) }
        if visits.isEmpty {
            throw .rule(
                "/firstVisit/band",
                "the profile has no \(first.band) visit on \(first.day.weekday) \(first.day)"
            )
        }
        if let at = first.at {
            guard let minute = policy.bands.minute(of: at, in: first.band) else {
                throw .rule("/firstVisit/at", "lies outside the \(first.band) band")
            }
            guard visits.contains(where: { $0.admits(minute, policy.bands) }) else {
                throw .rule("/firstVisit/at", "is outside the time asked for and its tolerance")
            }
        }
    }

    /// Where its minutes lie.
    private func zone(of offer: Offer) -> ZoneID { state.zone(of: offer.claims[0]) }

    func ownOffer(_ id: OfferID) throws(Rejection) -> Offer {
        guard let offer = state.offers[id], actor.actsForOthers || offer.provider == actor.organisation else {
            throw Rejection(.notFound, "there is no such offer")
        }
        return offer
    }
}

extension Obstacle {
    /// In words for a person.
    var words: String {
        switch self {
        case .minutes(let day, let band, let short):
            "\(short) minutes short on \(Day(number: Int32(day))) in the \(Band.allCases[band]) band"
        case .carers(let day, let band, let at):
            "too few carers at once on \(Day(number: Int32(day))) in the \(Band.allCases[band]) band"
                + (at.flatMap { TimeOfDay(minutes: $0 % 1440) }.map { " at \($0)" } ?? "")
        }
    }
}
