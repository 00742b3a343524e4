/// The minutes a package needs on each claim, day and band: what is held, committed and given back as one.
public struct Footprint: Equatable, Sendable {
    /// Minutes in one cell of one claim.
    public struct Entry: Equatable, Sendable {
        public let claim: ClaimID
        public let day: Day
        public let band: Band
        public let minutes: Int
    }

    /// Ascending by claim, day and band; one entry a cell; minutes above 0.
    public let entries: [Entry]

    /// The footprint of visits on their claims from the first to the last day, inclusive. Two visits in one band on
    /// one claim are summed.
    public init(visits: [Visit], claims: [ClaimID], from: Day, until: Day) {
        var entries: [Entry] = []
        guard from <= until else {
            self.entries = entries
            return
        }
        let first = claims.first
        for claim in claims.allSatisfy({ $0 == first }) ? Array(claims.prefix(1)) : Set(claims).sorted() {
            // One week says it all: what a weekday needs, it needs every week.
            var week = [Int](repeating: 0, count: 7 * Band.count)
            for index in visits.indices where claims[index] == claim {
                let (days, band, minutes) = (visits[index].days, visits[index].band.index, visits[index].carerMinutes)
                for weekday in 0..<7 where days.bits >> UInt8(weekday) & 1 == 1 {
                    week[weekday * Band.count + band] += minutes
                }
            }
            let cellsOfWeek = week.reduce(0) { $1 > 0 ? $0 + 1 : $0 }
            entries.reserveCapacity(entries.count + cellsOfWeek * (until.days(since: from) / 7 + 1))
            var weekday = from.weekday.index
            for number in from.number...until.number {
                for band in 0..<Band.count {
                    let minutes = week[weekday * Band.count + band]
                    if minutes > 0 {
                        let entry = Entry(
                            claim: claim,
                            day: Day(number: number),
                            band: .at(band),
                            minutes: minutes
                        )
                        entries.append(entry)
                    }
                }
                weekday = weekday == 6 ? 0 : weekday + 1
            }
        }
        self.entries = entries
    }

    private init(entries: [Entry]) {
        self.entries = entries
    }

    /// Nothing.
    public static let empty = Footprint(entries: [])

    /// What this footprint needs beyond another, cell by cell.
    public func beyond(_ other: Footprint) -> Footprint {
        var theirs: [Cell: Int] = [:]
        for entry in other.entries { theirs[Cell(entry)] = entry.minutes }
        return Footprint(
            entries: entries.compactMap { entry in
                let more = entry.minutes - (theirs[Cell(entry)] ?? 0)
                guard more > 0 else { return nil }
                return Entry(claim: entry.claim, day: entry.day, band: entry.band, minutes: more)
            }
        )
    }

    /// The part on or after a day.
    public func from(_ day: Day) -> Footprint { Footprint(entries: entries.filter { $0.day >= day }) }

    /// The part before a day.
    public func before(_ day: Day) -> Footprint { Footprint(entries: entries.filter { $0.day < day }) }

    /// The part within a window.
    public func within(_ window: Window) -> Footprint {
        Footprint(entries: entries.filter { window.contains($0.day) })
    }

    private struct Cell: Hashable {
        let claim: ClaimID
        let day: Day
        let band: Band

        init(_ entry: Entry) {
            claim = entry.claim
            day = entry.day
            band = entry.band
        }
    }
}

extension Footprint {
    /// Both together, cell by cell.
    public func adding(_ other: Footprint) -> Footprint {
        let more = other.beyond(.empty)
        guard !entries.isEmpty else { return more }
        return Footprint(merging: entries + other.entries)
    }

    private init(merging all: [Entry]) {
        let sorted = all.sorted { ($0.claim, $0.day, $0.band.index) < ($1.claim, $1.day, $1.band.index) }
        var merged: [Entry] = []
        for entry in sorted {
            if let last = merged.last, last.claim == entry.claim, last.day == entry.day, last.band == entry.band {
                merged[merged.count - 1] = Entry(
                    claim: last.claim,
                    day: last.day,
                    band: last.band,
                    minutes: last.minutes + entry.minutes
                )
            } else {
                merged.append(entry)
            }
        }
        entries = merged
    }
}
