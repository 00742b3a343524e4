import HashTreeCollections

/// Zones, providers, blocks, claims and the ledger's days.
extension State {
    mutating func set(_ zone: Zone) {
        for district in zones[zone.id]?.districts ?? [] { zoneOfDistrict[district] = nil }
        for district in zone.districts { zoneOfDistrict[district] = zone.id }
        zones[zone.id] = zone
        supplyChanged(in: zone.id)
    }

    mutating func set(_ provider: Provider) {
        providers[provider.id] = provider
        for claim in claims(of: provider.id) { supplyChanged(in: claim) }
    }

    mutating func add(_ claim: Claim) {
        claims[claim.id] = claim
        claimsOfProvider[claim.provider, default: []].append(claim.id)
        blocks[claim.block]?.claims.append(claim.id)
        blocks[claim.block]?.version += 1
        var slab = Slab()
        for number in window.clamp(claim.from, claim.until) { claim.fill(&slab, on: Day(number: number)) }
        slabs[claim.id] = slab
        supplyChanged(in: claim.id)
    }

    mutating func reduce(_ id: ClaimID, _ term: Claim.Term) {
        guard var claim = claims[id] else { preconditionFailure("no claim \(id)") }
        let before = claim
        claim.terms.removeAll { $0.from >= term.from }
        claim.terms.append(term)
        claims[id] = claim
        blocks[claim.block]?.version += 1
        for number in window.clamp(term.from, claim.until) {
            let day = Day(number: number)
            for band in Band.allCases {
                let less = Int(before.cell(day, band).minutes) - Int(claim.cell(day, band).minutes)
                let account: Slab.Account = day < claim.firmFrom ? .unavailable : .free
                slabs[id, default: Slab()][account, day, band] -= less
            }
        }
        checkConservation(of: id, from: term.from)
        supplyChanged(in: id)
    }

    mutating func report(_ shortfall: Shortfall) {
        shortfalls[shortfall.id] = shortfall
        shortfallsOfClaim[shortfall.claim, default: []].append(shortfall.id)
        slabs[shortfall.claim, default: Slab()]
            .move(shortfall.taken, from: .free, to: .unavailable, shortfall.day, shortfall.band)
        blocks[shortfall.block]?.version += 1
        supplyChanged(in: shortfall.claim)
    }

    /// Midnight: rows of days gone by become the rows of the days that come into view.
    mutating func begin(_ day: Day) {
        let before = window
        today = day
        dropHoldersThatEnded()
        letGoWhoLeft()
        let first = max(before.last.number + 1, window.first.number)
        if first <= window.last.number {
            for (id, claim) in claims {
                claim.renew(&slabs[id, default: Slab()], on: first...window.last.number)
            }
        }
        for zone in zones.keys { supplyChanged(in: zone) }
    }

    /// Packages that ended earlier leave their claims when their last day has passed.
    private mutating func dropHoldersThatEnded() {
        for (id, held) in holders {
            for package in held.packages where !livePackages.contains(package) {
                let stays = packages.look(package) { $0.value.status != .ended || $0.value.lastDay >= today } ?? false
                if !stays { holders[id]?.remove(package) }
            }
        }
    }

    /// Minutes that come free on a day for which more were reported missing than could leave then are missing too:
    /// nobody staffs them.
    mutating func absorbShortfalls(_ claims: [ClaimID]) {
        for id in State.each(claims) where shortfallsOfClaim[id] != nil {
            for day in Set(shortfalls(of: id).compactMap { shortfalls[$0]?.day }).sorted() where window.contains(day) {
                for band in Band.allCases {
                    let more = outstandingShortfall(of: id, day, band)
                    let taken = min(more, slabs[id]?[.free, day, band] ?? 0)
                    if taken > 0 { slabs[id, default: Slab()].move(taken, from: .free, to: .unavailable, day, band) }
                }
            }
        }
    }

    /// Minutes reported missing on a day in a band that are still under someone's care.
    func outstandingShortfall(of id: ClaimID, _ day: Day, _ band: Band) -> Int {
        guard let claim = claims[id], day >= claim.firmFrom, let slab = slabs[id] else { return 0 }
        let missing = shortfalls(of: id).compactMap { shortfalls[$0] }.filter { $0.day == day && $0.band == band }
            .reduce(0) { $0 + $1.minutes }
        return max(0, min(missing, Int(claim.cell(day, band).minutes)) - slab[.unavailable, day, band])
    }

    mutating func supplyChanged(in claim: ClaimID) {
        guard let block = claims[claim]?.block, let zone = blocks[block]?.zone else {
            preconditionFailure("claim \(claim) has no block")
        }
        supplyChanged(in: zone)
    }

    /// Moves a footprint between accounts on every claim it touches, as far as the window reaches, and checks that
    /// each touched cell still adds up to what was claimed.
    mutating func move(_ footprint: Footprint, from: Slab.Account, to: Slab.Account) {
        let window = window
        var touched: [ClaimID] = []
        var index = 0
        let entries = footprint.entries
        while index < entries.count {
            let id = entries[index].claim
            guard let claim = claims[id] else { preconditionFailure("no claim \(id)") }
            var end = index
            while end < entries.count, entries[end].claim == id { end += 1 }
            State.move(entries[index..<end], on: &slabs[id, default: Slab()], of: claim, from, to, window)
            touched.append(id)
            index = end
        }
        for id in touched { supplyChanged(in: id) }
    }

    private static func move(
        _ entries: ArraySlice<Footprint.Entry>,
        on slab: inout Slab,
        of claim: Claim,
        _ from: Slab.Account,
        _ to: Slab.Account,
        _ window: Window
    ) {
        // Most claims have one term: its pattern is looked up once and not for each cell.
        let only = claim.terms.count == 1 ? claim.terms[0].weekly : nil
        slab.change { cells in
            for entry in entries where window.contains(entry.day) {
                Slab.move(entry.minutes, from: from, to: to, entry.day, entry.band.index, in: cells)
                let claimed: WeeklyPattern.Cell
                if let only {
                    let cell = entry.day.weekday.index * Band.count + entry.band.index
                    claimed = claim.covers(entry.day) ? only.cells[cell] : .empty
                } else {
                    claimed = claim.cell(entry.day, entry.band)
                }
                precondition(
                    Slab.total(entry.day, entry.band.index, in: cells) == Int(claimed.minutes),
                    "ledger of \(claim.id) does not add up on \(entry.day) in \(entry.band)"
                )
            }
        }
    }
}

extension Claim {
    /// Writes what is claimed on days that come into view over what stood in their rows.
    fileprivate func renew(_ slab: inout Slab, on days: ClosedRange<Int32>) {
        for number in days {
            let day = Day(number: number)
            for account in Slab.Account.allCases {
                for band in Band.allCases { slab[account, day, band] = 0 }
            }
            fill(&slab, on: day)
        }
    }

    /// Writes one day's claimed minutes into an empty row: free once the claim is firm, not staffed before.
    func fill(_ slab: inout Slab, on day: Day) {
        guard let weekly = weekly(on: day) else { return }
        for band in Band.allCases {
            let minutes = Int(weekly[day.weekday, band].minutes)
            if minutes > 0 { slab[day < firmFrom ? .unavailable : .free, day, band] = minutes }
        }
    }
}
