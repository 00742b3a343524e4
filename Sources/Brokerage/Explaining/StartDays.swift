/// First days on which a package might find its minutes: eighty-five of them are looked at for little more than the price of one.
///
/// For each claim and visit the days on which the visit by itself is short of minutes are bits. What it says may come to
/// nothing, since visits of one band share its minutes, and dates, carers and the number of providers have their say, too;
/// where it says no there is no way.
struct StartDays {
    private let first: Day
    private let length: Int
    private let all: UInt16
    /// For each claim and visit the days, counted from `first`, on which it is short.
    private let short: [[UInt128]]

    /// Looks at the claims of the referral's zone that no rule bars for good.
    init(_ state: State, _ referral: Referral, from first: Day) {
        self.first = first
        let ask = referral.sought
        length = ask.days
        all = UInt16((1 << ask.visits.count) - 1)
        var short: [[UInt128]] = []
        for block in state.blocks(of: referral.zone).compactMap({ state.blocks[$0] }) where block.spotFor == nil {
            for claim in block.claims.compactMap({ state.claims[$0] }) where claim.until >= state.today {
                switch state.barrier(ask, start: first, block, claim, declined: referral.declined) {
                // Both may be over on a later day.
                case nil, .contractDates, .notRegistered: break
                default: continue
                }
                guard let slab = state.slabs[claim.id] else { continue }
                short.append(ask.visits.map { Self.short($0, slab, from: first, until: state.window.last) })
            }
        }
        self.short = short
    }

    private static func short(_ visit: Visit, _ slab: Slab, from first: Day, until last: Day) -> UInt128 {
        var days: UInt128 = 0
        for offset in 0...max(0, last.days(since: first)) {
            let day = first.adding(days: offset)
            if visit.days.contains(day.weekday), slab[.free, day, visit.band] < visit.carerMinutes {
                days |= 1 << UInt128(offset)
            }
        }
        return days
    }

    /// Whether each visit of a package that begins on a day has its minutes somewhere, on at most two claims.
    func mayHold(_ day: Day) -> Bool {
        let offset = day.days(since: first)
        // Days beyond the ledger are nobody's; none is asked for.
        let asked = (UInt128(1) << UInt128(length) - 1) << UInt128(offset)
        var parts: Set<UInt16> = []
        for claim in short {
            var part: UInt16 = 0
            for visit in claim.indices where claim[visit] & asked == 0 { part |= 1 << UInt16(visit) }
            if part == all { return true }
            if part != 0 { parts.insert(part) }
        }
        return parts.contains { part in parts.contains { part | $0 == all } }
    }
}
