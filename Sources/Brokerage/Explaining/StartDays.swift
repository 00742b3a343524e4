/// First days on which a package might find its minutes: eighty-five of them are looked at for little more than the price of one.
///
/// For each claim and visit the days on which the visit by itself is short of minutes are bits. What it says may come to
/// nothing, since visits of one band share its minutes, and dates, carers and the number of providers have their say, too;
/// where it says no there is no way.
struct StartDays {
    private let first: Day
    private let length: Int
    private let all: UInt16
    private let providers: Int
    private let claims: [Claimed]

    /// What one claim has for the package.
    private struct Claimed {
        let provider: ProviderID
        /// For each visit the days, counted from the first, on which it is short; all of them where too few carers work.
        let short: [UInt128]
        /// The days on which the visits together are short.
        let shortTogether: UInt128
    }

    /// Looks at the claims of the referral's zone that no rule bars for good.
    init(_ state: State, _ referral: Referral, from first: Day) {
        self.first = first
        let ask = referral.sought
        length = ask.days
        all = UInt16((1 << ask.visits.count) - 1)
        providers = referral.providersSought
        var claims: [Claimed] = []
        for block in state.blocks(of: referral.zone).compactMap({ state.blocks[$0] }) where block.spotFor == nil {
            for claim in block.claims.compactMap({ state.claims[$0] }) where claim.until >= state.today {
                switch state.barrier(ask, start: first, block, claim, declined: referral.declined) {
                // Both may be over on a later day.
                case nil, .contractDates, .notRegistered: break
                default: continue
                }
                guard let slab = state.slabs[claim.id] else { continue }
                claims.append(
                    Claimed(
                        provider: claim.provider,
                        short: ask.visits.map { visit in
                            Self.hasCarers(claim, visit)
                                ? Self.short([visit], slab, from: first, until: state.window.last) : .max
                        },
                        shortTogether: Self.short(ask.visits, slab, from: first, until: state.window.last)
                    )
                )
            }
        }
        self.claims = claims
    }

    /// Whether as many carers as a visit takes work at once, by some term of the claim, on each of its weekdays.
    private static func hasCarers(_ claim: Claim, _ visit: Visit) -> Bool {
        visit.days.days.allSatisfy { day in
            claim.terms.contains { Int($0.weekly[day, visit.band].carers) >= visit.carers }
        }
    }

    /// The days on which visits are short of minutes in some band.
    private static func short(_ visits: [Visit], _ slab: Slab, from first: Day, until last: Day) -> UInt128 {
        var days: UInt128 = 0
        for offset in 0...max(0, last.days(since: first)) {
            let day = first.adding(days: offset)
            for band in Band.allCases {
                let asked = visits.reduce(0) {
                    $1.band == band && $1.days.contains(day.weekday) ? $0 + $1.carerMinutes : $0
                }
                if asked > 0, slab[.free, day, band] < asked { days |= 1 << UInt128(offset) }
            }
        }
        return days
    }

    /// Whether each visit of a package that begins on a day has its minutes somewhere: on one claim, or on two of those who may
    /// share it.
    func mayHold(_ day: Day) -> Bool {
        let offset = day.days(since: first)
        // Days beyond the ledger are nobody's; none is asked for.
        let asked = (UInt128(1) << UInt128(length) - 1) << UInt128(offset)
        var parts: [(provider: ProviderID, visits: UInt16)] = []
        for claim in claims {
            var part: UInt16 = 0
            for visit in claim.short.indices where claim.short[visit] & asked == 0 { part |= 1 << UInt16(visit) }
            if part == all, claim.shortTogether & asked == 0 { return true }
            if part != 0 { parts.append((claim.provider, part)) }
        }
        return parts.indices.contains { second in
            parts[..<second].contains { first in
                first.visits | parts[second].visits == all
                    && (providers > 1 || first.provider == parts[second].provider)
            }
        }
    }
}
