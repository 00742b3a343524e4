import Allocation

/// What claims have to give and asks need, as the flat numbers that the allocator works on.
extension State {
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
            // Minutes that are kept are of no use without the carers.
            if let last = other.lastRetainedDay {
                timed += other.ask.timed(on: claim.id, other.claims, other.promisedDay, last, policy.bands)
            }
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

    /// Whether visits on their claims fit from a day on, beside everything else that stands there: for as many days as the ask
    /// has, unless it is given for how many.
    func obstacle(
        _ ask: Ask,
        _ claimIDs: [ClaimID],
        from day: Day,
        days: Int? = nil,
        offer: Offer? = nil,
        package: Package? = nil
    ) -> Obstacle? {
        // Days behind the window are past: nothing can clash there any more.
        let last = day.adding(days: (days ?? ask.days) - 1)
        guard last >= window.first else { return nil }
        var need = Need(ask, from: day, bands: policy.bands)
        need.lastDay = Int(last.number)
        need.firstDay = max(need.firstDay, Int(window.first.number))
        for id in Set(claimIDs).sorted() {
            guard let claim = claims[id] else { preconditionFailure("no claim \(id)") }
            let mask = claimIDs.mask(of: id)
            let capacity = capacity(of: claim, from: day, until: last, excludingOffer: offer, excludingPackage: package)
            if let obstacle = capacity.obstacle(to: need, visits: mask) { return obstacle }
        }
        return nil
    }
}

extension State {
    /// What is in the way of a package's beginning on another day: its own days never are, whoever is absent on them.
    func obstacle(to package: Package, from day: Day) -> Obstacle? {
        var first: Day?
        for number in day.number...day.number + Int32(package.ask.days) {
            let next = Day(number: number)
            if next.days(since: day) < package.ask.days, !package.owns(next) {
                first = first ?? next
            } else if let begin = first {
                let days = next.days(since: begin)
                if let obstacle = obstacle(package.ask, package.claims, from: begin, days: days, package: package) {
                    return obstacle
                }
                first = nil
            }
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
                    at: visit.time.map { bands.standingMinute(of: $0.at, in: visit.band) },
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
            guard carrier == claim, let time = visit.time else { return nil }
            let from = bands.standingMinute(of: time.at, in: visit.band)
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
