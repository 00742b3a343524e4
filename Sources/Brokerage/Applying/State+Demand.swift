import HashTreeCollections

/// Offers and packages: who holds which minutes.
extension State {
    mutating func send(_ offer: Offer) {
        offers[offer.id] = offer
        openOffers.insert(offer.id)
        move(heldFootprint(of: offer), from: .free, to: .held)
        for claim in State.each(offer.claims) { holders[claim, default: Holders()].add(offer) }
        if offer.replaces == nil {
            count(offer.provider, 1)
            offered(offer, sign: 1)
        }
        changeReferral(offer.referral) {
            $0.offer = offer.id
            if let part = offer.part { $0.share(part) { $0.offer = offer.id } }
            if offer.replaces == nil {
                $0.status = .offered
                $0.settle(.urgentUnplaced, .answerAfterHours)
            }
        }
    }

    /// What an open offer holds: all it needs, or, when it would change an accepted package, what that package has
    /// not committed already.
    public func heldFootprint(of offer: Offer) -> Footprint {
        guard let replaces = offer.replaces, let package = packages[replaces] else { return offer.footprint }
        return offer.footprint.beyond(package.footprint)
    }

    /// Ends an offer that was not accepted: its minutes are free again, exactly once.
    mutating func close(_ id: OfferID, as status: Offer.Status, _ at: Instant, _ change: (inout Offer) -> Void) {
        guard var offer = offers[id], offer.status == .open else { preconditionFailure("no open offer \(id)") }
        move(heldFootprint(of: offer), from: .held, to: .free)
        release(offer)
        offer.status = status
        offer.answeredAt = at
        offer.version += 1
        change(&offer)
        offers[id] = offer
        absorbShortfalls(offer.claims)
        if offer.replaces == nil {
            count(offer.provider, -1)
            offered(offer, sign: -1)
        }
        if offer.replaces == nil, offer.refusal?.countsAsReceived ?? false { receive(offer) }
        let acceptedBefore = offer.replaces.flatMap { packages[$0]?.offer }
        changeReferral(offer.referral) {
            if offer.replaces != nil {
                $0.offer = acceptedBefore
            } else {
                if let part = offer.part { $0.share(part) { $0.offer = nil } }
                // Another provider may still have its part on offer, or have accepted it.
                $0.offer = $0.shares.compactMap(\.offer).last
                if $0.status.isSeekingCare {
                    $0.status = $0.shares.contains { $0.offer != nil && $0.package == nil } ? .offered : .waiting
                }
                if status != .withdrawn, !$0.declined.contains(offer.provider) {
                    $0.declined = ($0.declined + [offer.provider]).sorted()
                }
                if status == .expired { $0.expiries += 1 }
            }
        }
    }

    mutating func accept(_ id: OfferID, _ packageID: PackageID, _ acceptance: Acceptance, _ at: Instant) {
        guard var offer = offers[id], offer.status == .open, let referral = referrals[offer.referral] else {
            preconditionFailure("no open offer \(id)")
        }
        move(heldFootprint(of: offer), from: .held, to: .free)
        if let old = offer.replaces { supersede(old, at) }
        let package = Package(id: packageID, offer: offer, referral: referral, acceptance: acceptance, at: at)
        move(package.footprint, from: .free, to: .committed)
        packages[packageID] = package
        livePackages.insert(packageID)
        release(offer)
        for claim in State.each(package.claims) { holders[claim, default: Holders()].add(package) }
        if offer.replaces != nil {
            count(offer.provider, 1)
        } else {
            offered(offer, sign: -1)
            receive(offer)
        }
        offer.status = .accepted
        offer.answeredAt = at
        offer.acceptance = acceptance
        offer.package = packageID
        offer.version += 1
        offers[id] = offer
        absorbShortfalls(offer.claims + (offer.replaces.flatMap { packages[$0]?.claims } ?? []))
        changeReferral(offer.referral) {
            $0.offer = id
            $0.package = packageID
            if let part = offer.part {
                $0.share(part) {
                    $0.offer = id
                    $0.package = packageID
                }
            }
            // Until the other part is accepted too, care is still sought.
            $0.status =
                $0.shares.allSatisfy { $0.package != nil }
                ? .accepted : $0.shares.contains { $0.offer != nil && $0.package == nil } ? .offered : .waiting
            $0.settle(.urgentUnplaced, .answerAfterHours, .offersUnanswered, .notStarted)
            // One of two providers does not answer for the other.
            if offer.part == nil { $0.settle(.changeUnconfirmed) }
        }
    }

    /// Takes the place of a package whose provider agreed to the changed ask.
    private mutating func supersede(_ id: PackageID, _ at: Instant) {
        guard var old = packages[id] else { preconditionFailure("no package \(id)") }
        move(old.footprint, from: .committed, to: .free)
        move(old.retained, from: .retained, to: .free)
        leave(old, keepingVisits: false)
        old.status = .ended
        old.retainedUntil = nil
        old.lastDay = old.firstDay.adding(days: -1)
        old.ending = Package.Ending(at: at, outcome: .other, role: "superseded")
        old.version += 1
        packages[id] = old
    }

    mutating func postpone(_ id: PackageID, _ visit: FirstVisit, _ until: Instant) {
        changePackage(id) {
            $0.firstVisit = visit
            $0.lastDay = visit.day.adding(days: $0.ask.days - 1)
            $0.firstDay = visit.day
            $0.promisedDay = min($0.promisedDay, visit.day)
            // Back on its first day nothing is kept.
            $0.retainedUntil = visit.day > $0.promisedDay ? until : nil
        }
        guard let package = packages[id] else { preconditionFailure("no package \(id)") }
        changeReferral(package.referral) { $0.settle(.notStarted, .postponedTooLong) }
    }

    mutating func start(
        _ id: PackageID,
        _ at: Instant,
        _ first: Day,
        _ last: Day,
        _ uncovered: [Package.Uncovered],
        _ recordedAt: Instant
    ) {
        changePackage(id) {
            $0.status = .started
            $0.startedAt = at
            $0.startRecordedAt = recordedAt
            $0.firstDay = first
            $0.lastDay = last
            $0.uncovered += uncovered
            $0.retainedUntil = nil
        }
        guard let package = packages[id] else { preconditionFailure("no package \(id)") }
        let status = statusInCare(package.referral)
        changeReferral(package.referral) {
            // One that a broker let begin in part is still sought in part.
            if !$0.status.isSeekingCare { $0.status = status }
            $0.settle(.notStarted, .postponedTooLong)
        }
    }

    /// Ends a package, or brings forward an end that was planned.
    mutating func end(_ id: PackageID, _ ending: Package.Ending, _ last: Day, _ recordedAt: Instant) {
        let hadEnded = packages.look(id) { $0.value.status == .ended } ?? false
        changePackage(id) {
            $0.status = .ended
            $0.ending = ending
            $0.lastDay = last
            $0.retainedUntil = nil
        }
        guard let package = packages[id] else { preconditionFailure("no package \(id)") }
        // One that ended before its first day has no visits left, however far ahead that day lies.
        let keepsVisits = package.lastDay >= max(today, package.firstDay)
        // Whoever is visited until a day that was planned is in the provider's hands until then.
        let isPlanned = keepsVisits && ending.at > recordedAt
        if hadEnded {
            if !keepsVisits { for claim in State.each(package.claims) { holders[claim]?.remove(package.id) } }
            if !isPlanned, leaving.contains(id) { letGo(id) }
            return
        }
        leave(package, keepingVisits: keepsVisits)
        if isPlanned {
            leaving.insert(id)
            count(package.provider, 1)
        }
        let status = statusInCare(package.referral)
        changeReferral(package.referral) {
            if status == .ended || !$0.status.isSeekingCare { $0.status = status }
        }
    }

    /// How far a referral has come by its packages: of two that share it, the one that has yet to begin says so.
    private func statusInCare(_ id: ReferralID) -> Referral.Status {
        let packages = (referrals[id]?.packages ?? []).compactMap { self.packages[$0]?.status }
        if packages.contains(.accepted) { return .accepted }
        return packages.allSatisfy { $0 == .ended } ? .ended : .started
    }

    mutating func overrun(_ id: PackageID, _ last: Day, _ uncovered: [Package.Uncovered]) {
        changePackage(id) {
            $0.lastDay = last
            $0.uncovered += uncovered
        }
    }

    mutating func cover(_ id: PackageID, _ found: [Package.Uncovered]) {
        changePackage(id) { package in package.uncovered.removeAll(where: found.contains) }
    }

    /// The claims of visits, each once.
    static func each(_ claims: [ClaimID]) -> [ClaimID] {
        let first = claims.first
        return claims.allSatisfy { $0 == first } ? Array(claims.prefix(1)) : Set(claims).sorted()
    }

    /// Changes a package and moves its minutes with it: all it had is free for a moment, then all it needs is taken.
    private mutating func changePackage(_ id: PackageID, _ change: (inout Package) -> Void) {
        guard
            let (claims, footprint, retained) = packages.look(
                id,
                { ($0.value.claims, $0.value.footprint, $0.value.retained) }
            )
        else {
            preconditionFailure("no package \(id)")
        }
        move(footprint, from: .committed, to: .free)
        move(retained, from: .retained, to: .free)
        let (footprintNow, retainedNow) = packages.change(id) { package in
            change(&package)
            package.version += 1
            return (package.footprint, package.retained)
        }
        move(footprintNow, from: .free, to: .committed)
        move(retainedNow, from: .free, to: .retained)
        absorbShortfalls(claims)
    }

    /// A package that has ended no longer counts; but visits up to its last day go on, and their carers are busy:
    /// it holds its claims until that day has passed (`State.begin`).
    private mutating func leave(_ package: Package, keepingVisits: Bool) {
        livePackages.remove(package.id)
        if !keepingVisits {
            for claim in State.each(package.claims) { holders[claim]?.remove(package.id) }
        }
        count(package.provider, -1)
    }

    /// Those whose planned end has come are in nobody's hands any more.
    mutating func letGoWhoLeft() {
        for id in Array(leaving) where packages.look(id, { $0.value.lastDay < today }) ?? false { letGo(id) }
    }

    private mutating func letGo(_ id: PackageID) {
        leaving.remove(id)
        if let provider = packages.look(id, { $0.value.provider }) { count(provider, -1) }
    }

    private mutating func release(_ offer: Offer) {
        openOffers.remove(offer.id)
        for claim in State.each(offer.claims) { holders[claim]?.remove(offer.id) }
    }

    /// Notes that a provider has one person more or fewer in hand.
    private mutating func count(_ provider: ProviderID, _ people: Int) {
        caseloads[provider, default: 0] += people
        // Where a provider takes so many and no more, it can begin with fewer in every zone it works in.
        if providers[provider]?.caseloadMax != nil { for claim in claims(of: provider) { supplyChanged(in: claim) } }
    }

    /// Notes what a provider received of a zone's packages, or is held to have received.
    private mutating func receive(_ offer: Offer) {
        guard let receiver = receiver(of: offer) else { return }
        received[receiver, default: Receipts()].add(offer.ask.weeklyMinutes, on: today)
    }

    /// Notes what a provider has on offer in a zone.
    private mutating func offered(_ offer: Offer, sign: Int) {
        guard let receiver = receiver(of: offer) else { return }
        onOffer[receiver, default: 0] += sign * offer.ask.weeklyMinutes
    }

    /// Whose account an offer counts in; nil for what was bought for one person on the spot: it is none of the zone's
    /// shares.
    private func receiver(of offer: Offer) -> Receiver? {
        guard let block = blocks[offer.block] else { preconditionFailure("offer without block") }
        return block.spotFor == nil ? Receiver(zone: block.zone, provider: offer.provider) : nil
    }
}

extension Referral {
    /// Changes the share with these visits, which is new when there is none. Shares of which nothing is left are gone:
    /// the package is sought as a whole again.
    fileprivate mutating func share(_ visits: [Int], _ change: (inout Share) -> Void) {
        if let index = shares.firstIndex(where: { $0.visits == visits }) {
            change(&shares[index])
        } else {
            var share = Share(visits: visits)
            change(&share)
            shares = (shares + [share]).sorted { $0.visits.lexicographicallyPrecedes($1.visits) }
        }
        if shares.allSatisfy({ $0.offer == nil && $0.package == nil }) { shares = [] }
    }
}
