/// The ledger as people read it, and the proof that it adds up.
extension State {
    /// One block's ledger from a date on: bought, unclaimed and the accounts of all its claims together; a row of
    /// five bands a day.
    public struct LedgerView: Hashable, Sendable {
        public let from: Day
        public var bought: [[Int]]
        public var unclaimed: [[Int]]
        /// By `Slab.Account.rawValue`.
        public var accounts: [[[Int]]]
    }

    /// The ledger of a block. Days outside the window hold nothing: the caller asks for days inside it.
    public func ledger(of block: Block, from: Day, days: Int) -> LedgerView {
        let empty = Array(repeating: Array(repeating: 0, count: Band.count), count: days)
        var view = LedgerView(
            from: from,
            bought: empty,
            unclaimed: empty,
            accounts: Array(repeating: empty, count: Slab.Account.allCases.count)
        )
        for row in 0..<days {
            let day = from.adding(days: row)
            for band in Band.allCases {
                view.bought[row][band.index] = block.bought(day, band)
                view.unclaimed[row][band.index] = unclaimed(of: block, day, band)
                guard window.contains(day) else { continue }
                for id in block.claims {
                    guard let slab = slabs[id] else { continue }
                    for account in Slab.Account.allCases {
                        view.accounts[account.rawValue][row][band.index] += slab[account, day, band]
                    }
                }
            }
        }
        return view
    }

    /// Free minutes of a zone that can be placed on: of claims in force and firm, of providers that are open, on
    /// blocks with every skill asked for. Rows of five bands, a day each.
    public func freeMinutes(in zone: ZoneID, skills: [Skill], from: Day, days: Int) -> [[Int]] {
        var rows = Array(repeating: Array(repeating: 0, count: Band.count), count: days)
        for blockID in blocks(of: zone) {
            // What was bought on the spot for one person is nobody else's.
            guard let block = blocks[blockID], block.spotFor == nil, skills.allSatisfy(block.skills.contains) else {
                continue
            }
            for id in block.claims {
                guard let claim = claims[id], let provider = providers[claim.provider], provider.status == .open,
                    skills.allSatisfy({ provider.skills?.contains($0) ?? true }), let slab = slabs[id]
                else { continue }
                for row in 0..<days {
                    let day = from.adding(days: row)
                    guard window.contains(day) else { continue }
                    for band in Band.allCases { rows[row][band.index] += slab[.free, day, band] }
                }
            }
        }
        return rows
    }

    /// Checks one claim's cells against what is claimed, and its block against what was bought. A ledger that does
    /// not add up stops the process.
    func checkConservation(of id: ClaimID, from: Day) {
        guard let claim = claims[id], let block = blocks[claim.block], let slab = slabs[id] else {
            preconditionFailure("claim \(id) has no ledger")
        }
        for number in window.clamp(max(from, claim.from), claim.until) {
            let day = Day(number: number)
            for band in Band.allCases {
                precondition(
                    slab.total(day, band) == Int(claim.cell(day, band).minutes),
                    "ledger of \(id) does not add up on \(day) in \(band)"
                )
                precondition(unclaimed(of: block, day, band) >= 0, "\(block.id) is oversold on \(day) in \(band)")
            }
        }
    }

    /// Recounts every ledger from the claims, offers, packages and shortfalls alone, and compares. Returns what
    /// differs, in words; nothing when all is well. For `journal verify`, tests and simulations.
    public func recount() -> [String] {
        var fresh: [ClaimID: Slab] = [:]
        var faults: [String] = []
        for number in 0..<UInt32(claims.count) {
            let id = ClaimID(number: number + 1)
            guard let claim = claims[id], let block = blocks[claim.block] else {
                faults.append("\(id) is missing or has no block")
                continue
            }
            var slab = Slab()
            for number in window.clamp(claim.from, claim.until) {
                let day = Day(number: number)
                claim.fill(&slab, on: day)
                for band in Band.allCases where unclaimed(of: block, day, band) < 0 {
                    faults.append("\(block.id) is oversold on \(day) in \(band)")
                }
            }
            for shortfall in shortfalls(of: id).compactMap({ shortfalls[$0] }) where window.contains(shortfall.day) {
                slab[.free, shortfall.day, shortfall.band] -= shortfall.taken
                slab[.unavailable, shortfall.day, shortfall.band] += shortfall.taken
            }
            fresh[id] = slab
        }
        func take(_ footprint: Footprint, _ account: Slab.Account, _ owner: String) {
            for entry in footprint.entries where window.contains(entry.day) {
                let free = fresh[entry.claim]?[.free, entry.day, entry.band] ?? 0
                guard free >= entry.minutes else {
                    faults.append(
                        "\(owner) stands on minutes \(entry.claim) does not have on \(entry.day) in \(entry.band)"
                    )
                    continue
                }
                fresh[entry.claim]?.move(entry.minutes, from: .free, to: account, entry.day, entry.band)
            }
        }
        for number in 0..<UInt32(packages.count) {
            guard let package = packages[PackageID(number: number + 1)] else { continue }
            take(package.footprint, .committed, "\(package.id)")
            take(package.retained, .retained, "\(package.id)")
        }
        for id in offersOpen {
            if let offer = offers[id] { take(heldFootprint(of: offer), .held, "\(id)") }
        }
        for id in fresh.keys.sorted() {
            var uncovered: [Day: [Band: Int]] = [:]
            for shortfall in shortfalls(of: id).compactMap({ shortfalls[$0] }) where window.contains(shortfall.day) {
                uncovered[shortfall.day, default: [:]][shortfall.band, default: 0] += shortfall.uncovered
            }
            for (day, bands) in uncovered.sorted(by: { $0.key < $1.key }) {
                for (band, most) in bands.sorted(by: { $0.key.index < $1.key.index }) {
                    let kept = slabs[id]?[.unavailable, day, band] ?? 0
                    // Later releases were absorbed into the shortfall, as far as it was reported.
                    let absorbed = kept - (fresh[id]?[.unavailable, day, band] ?? 0)
                    if absorbed > 0, absorbed <= most, fresh[id]?[.free, day, band] ?? 0 >= absorbed {
                        fresh[id]?.move(absorbed, from: .free, to: .unavailable, day, band)
                    }
                    if outstandingShortfall(of: id, day, band) > 0, slabs[id]?[.free, day, band] ?? 0 > 0 {
                        faults.append("\(id) shows minutes free on \(day) in \(band) that were reported missing")
                    }
                }
            }
        }
        for id in fresh.keys.sorted() where fresh[id] != slabs[id] { faults.append("the ledger of \(id) differs") }
        return faults
    }
}
