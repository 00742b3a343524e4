/// How many standard packages could begin: free minutes mislead where they are scattered over claims and days.
public struct Startable: Hashable, Sendable {
    /// Of four visits a day by one carer.
    public var single4 = 0
    /// Of four visits a day by two carers.
    public var double4 = 0
}

extension State {
    /// Weeks of a standard package: as long as care is free.
    private static let standardWeeks = 6

    /// Standard packages that could all begin in a zone on a day: visits with personal care in the morning, at lunch, tea and bed,
    /// every day for six weeks, each package on one claim or on two of one provider. What is counted fits together;
    /// singles are counted before splits, so at times one more could be found.
    public func startable(in zone: ZoneID, skills: [Skill], on day: Day) -> Startable {
        Startable(
            single4: standardPackages(in: zone, skills, on: day, carers: 1),
            double4: standardPackages(in: zone, skills, on: day, carers: 2)
        )
    }

    private func standardPackages(in zone: ZoneID, _ skills: [Skill], on day: Day, carers: Int) -> Int {
        let last = day.adding(days: State.standardWeeks * 7 - 1)
        guard window.contains(day), window.contains(last) else { return 0 }
        // For each provider, claim by claim: how many visits of each band would fit on every day.
        var fitting: [ProviderID: [[Int]]] = [:]
        for block in blocks(of: zone).compactMap({ blocks[$0] })
        where block.spotFor == nil && skills.allSatisfy(block.skills.contains) {
            for claim in block.claims.compactMap({ claims[$0] }) where claim.firmFrom <= day && claim.until >= last {
                guard let provider = providers[claim.provider], provider.status == .open, provider.personalCare,
                    provider.zones.contains(zone), provider.registeredFrom.map({ $0 <= day }) ?? true,
                    skills.allSatisfy({ provider.skills?.contains($0) ?? true }), let slab = slabs[claim.id]
                else { continue }
                let visits = Band.standard.map { band in
                    (0..<State.standardWeeks * 7).reduce(Int.max) { least, offset in
                        let date = day.adding(days: offset)
                        guard Int(claim.cell(date, band).carers) >= carers else { return 0 }
                        return min(least, slab[.free, date, band] / (policy.standardVisit * carers))
                    }
                }
                fitting[provider.id, default: []].append(visits)
            }
        }
        return fitting.reduce(0) { sum, entry in
            let room = providers[entry.key]?.caseloadMax.map { max(0, $0 - (caseloads[entry.key] ?? 0)) } ?? .max
            return sum + min(room, State.packages(on: entry.value))
        }
    }

    /// Packages that claims of one provider carry: whole ones first, then parted over two claims, every way to part the
    /// bands.
    private static func packages(on claims: [[Int]]) -> Int {
        var left = claims
        var count = 0
        for index in left.indices {
            let whole = left[index].min() ?? 0
            count += whole
            for band in left[index].indices { left[index][band] -= whole }
        }
        for a in left.indices {
            for b in left.indices where b != a {
                for mask in 1..<(1 << Band.standard.count) - 1 {
                    let parted = Band.standard.indices.reduce(Int.max) { least, band in
                        min(least, mask >> band & 1 == 1 ? left[a][band] : left[b][band])
                    }
                    guard parted > 0 else { continue }
                    count += parted
                    for band in Band.standard.indices {
                        if mask >> band & 1 == 1 { left[a][band] -= parted } else { left[b][band] -= parted }
                    }
                }
            }
        }
        return count
    }
}

extension Band {
    /// The bands of a standard package's four visits a day.
    static let standard: [Band] = [.morning, .lunch, .tea, .bed]
}
