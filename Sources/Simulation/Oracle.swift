import Brokerage

/// Minutes by other arithmetic: reckoned from what clients were told, never from the ledger. For every claim, day
/// and band of the window it says where each minute must be, and the ledger must say the same.
struct Oracle: Sendable {
    private var blocks: [BlockID: Block] = [:]
    private var claims: [ClaimID: Claim] = [:]
    private var shortfalls: [ShortfallID: Shortfall] = [:]
    /// The latest package of each referral, as it was last told.
    private var packages: [ReferralID: Package] = [:]

    /// Notes an answer. Answers may arrive late or twice, so each thing knows which telling is newer.
    mutating func told(_ resource: Resource) {
        switch resource {
        case .block(let block, let claims):
            blocks[block.id] = block
            for claim in claims { note(claim) }
        case .claim(let claim): note(claim)
        case .shortfall(let shortfall): shortfalls[shortfall.id] = shortfall
        case .package(let package):
            if let known = packages[package.referral],
                (known.id.number, known.version) >= (package.id.number, package.version)
            {
                return
            }
            packages[package.referral] = package
        case .zone, .provider, .referral, .offer, .person, .key, .policy, .nothing: break
        }
    }

    /// A reduction is agreed from an ever later day, or to ever fewer minutes.
    private mutating func note(_ claim: Claim) {
        func age(_ claim: Claim) -> (Day, Int) {
            (claim.terms.last?.from ?? claim.from, -(claim.terms.last?.weekly.minutesPerWeek ?? 0))
        }
        if let known = claims[claim.id], age(known) >= age(claim) { return }
        claims[claim.id] = claim
    }

    private mutating func forget(before day: Day) {
        packages = packages.filter { $0.value.status != .ended || $0.value.lastDay >= day }
        shortfalls = shortfalls.filter { $0.value.day >= day }
    }

    // MARK: Reckoning

    /// Reads from a state, as a client would, how far care ran on by itself, which nobody is told, and drops what can no longer
    /// touch its window.
    mutating func catchUp(with state: State) {
        readOverruns(state)
        forget(before: Oracle.firstDay(of: state))
    }

    /// The first day that is reckoned: yesterday.
    private static func firstDay(of state: State) -> Day { state.today.adding(days: -1) }

    /// Compares with the state that it last caught up with, in which everything asked for has been answered. The offers that are
    /// open are read from it too.
    func compare(with state: State) throws(Fault) {
        let first = Oracle.firstDay(of: state)
        var sheet = Sheet(first: first, claims: state.claims.count)
        guard claims.count == state.claims.count, blocks.count == state.blocks.count else {
            throw Fault(
                "clients know \(claims.count) claims and \(blocks.count) blocks, the state \(state.claims.count)"
                    + " and \(state.blocks.count)"
            )
        }
        for id in claims.keys.sorted() { if let claim = claims[id] { fill(&sheet, claim) } }
        for id in shortfalls.keys.sorted() {
            guard let shortfall = shortfalls[id] else { continue }
            sheet.add(shortfall.taken, .unavailable, shortfall.claim, shortfall.day, shortfall.band)
        }
        for id in packages.keys.sorted() { if let package = packages[id] { place(&sheet, package) } }
        for id in state.offersOpen { if let offer = state.offers[id] { hold(&sheet, offer, state) } }
        absorb(&sheet)
        try checkSold(sheet)
        try match(sheet, state)
    }

    /// What was reported missing beyond what was free takes whatever came free since.
    private func absorb(_ sheet: inout Sheet) {
        var cells: [ClaimID: [Day: [Band: Int]]] = [:]
        for shortfall in shortfalls.values {
            cells[shortfall.claim, default: [:]][shortfall.day, default: [:]][shortfall.band, default: 0] +=
                shortfall.minutes
        }
        for (claim, days) in cells {
            for (day, bands) in days where claims[claim].map({ day >= $0.firmFrom }) ?? false {
                guard let last = sheet.days.last, day <= last else { continue }
                for (band, missing) in bands {
                    let claimed = sheet.claimed(claim, day, band)
                    let used = [Slab.Account.held, .committed, .retained, .unavailable]
                        .reduce(0) { $0 + sheet[$1, claim, day, band] }
                    let more = min(missing, claimed) - sheet[.unavailable, claim, day, band]
                    let taken = min(more, claimed - used)
                    if taken > 0 { sheet.add(taken, .unavailable, claim, day, band) }
                }
            }
        }
    }

    private mutating func readOverruns(_ state: State) {
        for id in state.packagesInCare {
            guard let package = state.packages[id], package.status == .started,
                package.dayCount(on: state.today) > package.ask.days - 10 || !package.uncovered.isEmpty
                    || packages[package.referral].map({ !$0.uncovered.isEmpty }) ?? false
            else { continue }
            told(.package(package))
        }
    }

    private func fill(_ sheet: inout Sheet, _ claim: Claim) {
        for day in sheet.days where day >= claim.from && day <= claim.until {
            guard let weekly = claim.terms.last(where: { $0.from <= day })?.weekly else { continue }
            for band in Band.allCases {
                let minutes = Int(weekly[day.weekday, band].minutes)
                sheet.claim(minutes, claim.id, day, band)
                if day < claim.firmFrom { sheet.add(minutes, .unavailable, claim.id, day, band) }
            }
        }
    }

    private func place(_ sheet: inout Sheet, _ package: Package) {
        var gaps: Set<Package.Uncovered> = []
        for gap in package.uncovered { gaps.insert(gap) }
        for day in sheet.days {
            for (index, visit) in package.ask.visits.enumerated() where visit.days.contains(day.weekday) {
                let minutes = visit.minutes * visit.carers
                if day >= package.firstDay, day <= package.lastDay {
                    if gaps.contains(Package.Uncovered(day: day, visit: index)) { continue }
                    sheet.add(minutes, .committed, package.claims[index], day, visit.band)
                } else if package.retainedUntil != nil, day >= package.promisedDay, day < package.firstDay,
                    day.days(since: package.promisedDay) < 7 * package.ask.weeks
                {
                    sheet.add(minutes, .retained, package.claims[index], day, visit.band)
                }
            }
        }
    }

    /// What an open offer holds: all it asks for, or what the package it would change does not have there.
    private func hold(_ sheet: inout Sheet, _ offer: Offer, _ state: State) {
        let old = offer.replaces.flatMap { state.packages[$0] }
        for day in sheet.days where day >= offer.startFrom && day < offer.startFrom.adding(days: offer.ask.weeks * 7) {
            for claim in Set(offer.claims) {
                for band in Band.allCases {
                    let wanted = Oracle.minutes(offer.ask.visits, offer.claims, claim, day, band)
                    var has = 0
                    if let old, day >= old.firstDay, day <= old.lastDay {
                        has = Oracle.minutes(old.ask.visits, old.claims, claim, day, band)
                    }
                    if wanted > has { sheet.add(wanted - has, .held, claim, day, band) }
                }
            }
        }
    }

    private static func minutes(_ visits: [Visit], _ claims: [ClaimID], _ claim: ClaimID, _ day: Day, _ band: Band)
        -> Int
    {
        var sum = 0
        for (visit, its) in zip(visits, claims)
        where its == claim && visit.band == band && visit.days.contains(day.weekday) {
            sum += visit.minutes * visit.carers
        }
        return sum
    }

    /// Claimed is at most bought, used at most claimed: no minute is sold twice.
    private func checkSold(_ sheet: Sheet) throws(Fault) {
        for id in blocks.keys.sorted() {
            guard let block = blocks[id] else { continue }
            let mine = claims.values.filter { $0.block == id }.map(\.id)
            for day in sheet.days {
                for band in Band.allCases {
                    let bought = day >= block.from && day <= block.until ? block.weekly[day.weekday, band].minutes : 0
                    let sold = mine.reduce(0) { $0 + sheet.claimed($1, day, band) }
                    if sold > Int(bought) {
                        throw Fault("\(id) sold \(sold) of \(bought) minutes on \(day) in \(band)")
                    }
                }
            }
        }
    }

    private func match(_ sheet: Sheet, _ state: State) throws(Fault) {
        for id in claims.keys.sorted() {
            guard let slab = state.slabs[id] else { throw Fault("\(id) has no ledger") }
            for day in sheet.days {
                for band in Band.allCases {
                    var used = 0
                    for account in Slab.Account.allCases where account != .free {
                        let minutes = sheet[account, id, day, band]
                        used += minutes
                        guard slab[account, day, band] == minutes else {
                            throw Fault(
                                "\(id) has \(slab[account, day, band]) minutes \(account) on \(day) in \(band), and "
                                    + "from the answers it has \(minutes)"
                            )
                        }
                    }
                    let free = sheet.claimed(id, day, band) - used
                    guard free >= 0 else { throw Fault("\(id) is sold twice on \(day) in \(band): \(-free) minutes") }
                    guard slab[.free, day, band] == free else {
                        throw Fault(
                            "\(id) has \(slab[.free, day, band]) free minutes on \(day) in \(band), not \(free)"
                        )
                    }
                }
            }
        }
    }
}

/// Every claim's minutes in the window, by account.
struct Sheet {
    let days: [Day]
    private let first: Day
    private var cells: [Int32]
    private var totals: [Int32]

    init(first: Day, claims: Int) {
        self.first = first
        days = (0..<Slab.horizon).map { first.adding(days: $0) }
        let cellsOfClaim = Slab.horizon * Band.count
        totals = Array(repeating: 0, count: claims * cellsOfClaim)
        cells = Array(repeating: 0, count: claims * cellsOfClaim * Slab.Account.allCases.count)
    }

    private func index(_ claim: ClaimID, _ day: Day, _ band: Band) -> Int {
        (Int(claim.number - 1) * Slab.horizon + day.days(since: first)) * Band.count + band.index
    }

    mutating func claim(_ minutes: Int, _ claim: ClaimID, _ day: Day, _ band: Band) {
        totals[index(claim, day, band)] += Int32(minutes)
    }

    /// Adds minutes on a day; days outside the window are nobody's concern any more, or not yet.
    mutating func add(_ minutes: Int, _ account: Slab.Account, _ claim: ClaimID, _ day: Day, _ band: Band) {
        guard day >= first, day.days(since: first) < Slab.horizon else { return }
        cells[account.rawValue * totals.count + index(claim, day, band)] += Int32(minutes)
    }

    func claimed(_ claim: ClaimID, _ day: Day, _ band: Band) -> Int { Int(totals[index(claim, day, band)]) }

    subscript(account: Slab.Account, claim: ClaimID, day: Day, band: Band) -> Int {
        Int(cells[account.rawValue * totals.count + index(claim, day, band)])
    }
}
