import Seeded
import Testing

@testable import Brokerage

/// A small crowded county, somebody who waits, and every change that is named made on a copy of it by the commands that make it.
@Suite("Changes, made")
struct ChangeTrialTests {
    private static let names = ["acorn", "birch", "cedar"]
    private static let bands: [Band] = [.morning, .tea, .bed]

    /// Somebody who waits alone, where others were placed before.
    private func waiting(_ random: inout SeededGenerator) throws -> (County, Referral)? {
        var county = try County.withProviders([], minutes: 0)
        var policy = county.state.policy
        policy.spot.budgetPence = [0, 60_000, 1_000_000].randomElement(using: &random) ?? 0
        policy.expiriesBeforeBroker = .random(in: 1...2, using: &random)
        try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        for name in Self.names {
            var provider = Provider.named(name)
            provider.genders = [nil, [.female], [.male]].randomElement(using: &random) ?? nil
            provider.caseloadMax = [nil, 1, 2].randomElement(using: &random) ?? nil
            provider.skills = [nil, [], [Skill("peg")!]].randomElement(using: &random) ?? nil
            provider.personalCare = .random(in: 0...5, using: &random) > 0
            try county.must(.setProvider(provider, .absent), by: County.commissioner)
        }
        for _ in 0..<Int.random(in: 3...6, using: &random) {
            let isOpen = Int.random(in: 0...3, using: &random) == 0
            let bands = Self.bands.filter { _ in Bool.random(using: &random) }
            let terms = BlockTerms(
                zone: Slug("leam")!,
                from: county.today,
                until: county.today.adding(days: [20, 100, 200].randomElement(using: &random) ?? 200),
                ratePence: 2_500,
                funding: .council,
                skills: Bool.random(using: &random) ? [Skill("peg")!] : [],
                weekly: .daily(
                    15 * .random(in: 2...8, using: &random),
                    .random(in: 1...2, using: &random),
                    bands: bands.isEmpty ? [.morning] : bands
                ),
                eligibleProviders: isOpen && Bool.random(using: &random)
                    ? [Slug(Self.names.randomElement(using: &random) ?? "acorn")!] : nil,
                minimumClaim: isOpen && Bool.random(using: &random) ? 300 : nil,
                maxSharePercent: isOpen && Bool.random(using: &random) ? 60 : nil
            )
            let provider = isOpen ? nil : Slug(Self.names.randomElement(using: &random) ?? "acorn")
            try county.must(.buyBlock(terms, awardedTo: provider), by: County.commissioner)
        }
        for _ in 0..<12 {
            let ask = try ask(county, &random)
            let referral = try county.refer(ask)
            if referral.status == .waiting { return (county, referral) }
            if Int.random(in: 0...2, using: &random) == 0, let offer = referral.offer {
                // It says no, or nothing: another may be asked, or a person takes over.
                if Bool.random(using: &random) {
                    let name = try #require(county.state.offers[offer]).provider.description
                    try county.must(.refuse(offer, .noStaff), by: County.provider(name), body: [7])
                } else {
                    county.pass(minutes: 6 * 60)
                }
                let now = try #require(county.state.referrals[referral.id])
                if now.status == .waiting { return (county, now) }
            }
        }
        return nil
    }

    private func ask(_ county: County, _ random: inout SeededGenerator) throws -> Ask {
        let visits = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            let isTimed = Int.random(in: 0...2, using: &random) == 0
            return Visit.daily(
                isTimed ? .morning : Self.bands.randomElement(using: &random) ?? .tea,
                15 * .random(in: 1...4, using: &random),
                carers: .random(in: 0...4, using: &random) == 0 ? 2 : 1,
                skills: .random(in: 0...5, using: &random) == 0 ? ["peg"] : [],
                at: isTimed ? ["08:00", "08:30"].randomElement(using: &random) ?? nil : nil
            )
        }
        return county.ask(
            visits,
            startIn: .random(in: 0...10, using: &random),
            carerGender: [nil, nil, .female].randomElement(using: &random) ?? nil,
            maxProviders: .random(in: 1...2, using: &random)
        ).with(weeks: .random(in: 2...6, using: &random))
    }

    /// The county once an ask takes the place of what was asked for, and whether that was let through.
    private func places(_ county: County, _ referral: Referral, _ ask: Ask) -> Bool {
        var county = county
        _ = county.submit(
            .amend(referral.id, ask, otherwiseChanged: false, .version(referral.version)),
            by: County.ward
        )
        return isOffered(county, referral)
    }

    private func isOffered(_ county: County, _ referral: Referral) -> Bool {
        county.state.referrals[referral.id]?.status == .offered
    }

    private func overrides(_ county: County, _ referral: Referral, _ provider: ProviderID, spot: Int? = nil) -> Bool {
        var county = county
        let terms = OverrideTerms(
            provider: provider,
            spotRatePence: spot.map(Int64.init),
            role: "broker",
            words: referral.version
        )
        _ = county.submit(.override(referral.id, terms), by: County.broker, body: [3])
        return isOffered(county, referral)
    }

    /// Whether some provider could claim of a block what a package takes, and then have it.
    private func claims(_ county: County, _ referral: Referral, _ block: BlockID) throws -> Bool {
        let ask = referral.sought
        let last = referral.ask.startFrom.adding(days: ask.days - 1)
        let bought = try #require(county.state.blocks[block])
        let left = county.state.unclaimed(of: bought, from: referral.ask.startFrom, until: last)
        var needed = left
        for weekday in Weekday.allCases {
            for band in Band.allCases {
                let asked = ask.visits.filter { $0.band == band }.reduce(0) { $0 + $1.carerMinutes }
                needed[weekday, band].minutes = min(left[weekday, band].minutes, Int32(asked))
                if needed[weekday, band].minutes == 0 { needed[weekday, band] = .empty }
            }
        }
        // What the package takes, as little more as the block lets anybody claim, and all that is left.
        var least = needed
        for index in left.cells.indices {
            let more = max(0, (bought.minimumClaim ?? 0) - least.minutesPerWeek)
            let room = Int(left.cells[index].minutes - least.cells[index].minutes)
            guard more > 0, room > 0 else { continue }
            least.cells[index] = left.cells[index]
            least.cells[index].minutes = needed.cells[index].minutes + Int32(min(more, room))
        }
        return Self.names.contains { name in
            [needed, least, left].contains { weekly in
                var county = county
                let terms = ClaimTerms(
                    provider: Slug(name)!,
                    weekly: weekly,
                    from: referral.ask.startFrom,
                    until: last
                )
                _ = county.submit(.claim(block, terms), by: County.broker)
                return isOffered(county, referral)
            }
        }
    }

    /// Whether making the change places the person.
    private func places(_ county: County, _ referral: Referral, _ change: Change) throws -> Bool {
        let ask = referral.ask
        var changed = county
        switch change {
        case .triage: return false
        case .choose(let provider), .askAgain(let provider): return overrides(county, referral, provider)
        case .twoProviders: return places(county, referral, ask.sharable(2))
        case .start(let day): return places(county, referral, ask.starting(day))
        case .weeks(let weeks): return places(county, referral, ask.with(weeks: weeks))
        case .anyGender: return places(county, referral, ask.with(anyGender: true))
        case .singleHanded: return places(county, referral, ask.with(visits: ask.singleHanded))
        case .otherTime(let visit, let at):
            var visits = ask.visits
            visits[visit].time?.at = at
            return places(county, referral, ask.with(visits: visits))
        case .claim(let block): return try claims(county, referral, block)
        case .oneMorePerson(let id):
            var provider = try #require(county.state.providers[id])
            provider.caseloadMax = (county.state.caseloads[id] ?? 0) + 1
            try changed.must(.setProvider(provider, .version(provider.version)), by: County.commissioner)
            return isOffered(changed, referral)
        case .moreMinutes(let provider, let block, let shortages):
            // No command gives a claim more minutes: they are laid on its ledger.
            let bought = try #require(county.state.blocks[block])
            return bought.claims.contains { id in
                guard county.state.claims[id]?.provider == provider, var slab = county.state.slabs[id] else {
                    return false
                }
                for short in shortages {
                    for number in short.first.number...short.last.number {
                        slab[.free, Day(number: number), short.band] += short.minutes
                    }
                }
                var state = county.state
                state.slabs[id] = slab
                return state.placing(referral, start: ask.startFrom, at: county.now).claims != nil
            }
        case .spot(let ceiling, _, _):
            return Self.names.contains { overrides(county, referral, Slug($0)!, spot: ceiling) }
        case .buy(let weekly, let from, let until, _):
            return Self.names.contains { name in
                var county = county
                let terms = BlockTerms(
                    zone: Slug("leam")!,
                    from: from,
                    until: until,
                    ratePence: 2_500,
                    funding: .council,
                    skills: ask.skills,
                    weekly: weekly
                )
                _ = county.submit(.buyBlock(terms, awardedTo: Slug(name)!), by: County.commissioner)
                return isOffered(county, referral)
            }
        }
    }

    @Test("whatever is named places once it is made, and what of the ask would place is named")
    func everyChange() throws {
        var seen: [String: Int] = [:]
        for seed in 1...6 as ClosedRange<UInt64> {
            print("seed \(seed)")
            var random = SeededGenerator(seed: seed)
            for round in 0..<60 {
                guard let (county, referral) = try waiting(&random) else { continue }
                try check(county, referral, "seed \(seed) round \(round)", &seen)
                if seed <= 2 { checkTimes(county, referral, "seed \(seed) round \(round)") }
            }
        }
        for kind in [
            "choose", "moreMinutes", "otherTime", "start", "claim", "twoProviders", "singleHanded", "weeks",
            "anyGender",
            "oneMorePerson", "askAgain", "spot", "buy",
        ] {
            #expect(seen[kind] ?? 0 > 2, "\(kind) of \(seen)")
        }
    }

    /// Every quarter of an hour of every timed visit, tried by amending: where one places, one is named.
    private func checkTimes(_ county: County, _ referral: Referral, _ place: String) {
        guard !county.state.isTakenOver(referral) else { return }
        let found = county.state.changesThatWouldPlace(referral, at: county.now)
        let (ask, bands) = (referral.ask, county.state.policy.bands)
        let isPlacedAtAnother = ask.visits.indices.contains { index in
            guard let time = ask.visits[index].time else { return false }
            let band = ask.visits[index].band
            let steps = stride(
                from: bands.start(of: band),
                through: bands.end(of: band) - ask.visits[index].minutes,
                by: 15
            )
            return steps.contains { minute in
                guard let at = TimeOfDay(minutes: minute % 1_440), at != time.at else { return false }
                var visits = ask.visits
                visits[index].time?.at = at
                return places(county, referral, ask.with(visits: visits))
            }
        }
        #expect(found.contains { if case .otherTime = $0 { true } else { false } } == isPlacedAtAnother, "\(place)")
    }

    private func check(_ county: County, _ referral: Referral, _ place: String, _ seen: inout [String: Int]) throws {
        let found = county.state.changesThatWouldPlace(referral, at: county.now)
        let isTakenOver = county.state.isTakenOver(referral)
        for change in found {
            let kind = "\(change)".prefix { $0 != "(" }.description
            seen[kind, default: 0] += 1
            if isTakenOver {
                // With room nothing is sent by itself; what is amended is the engine's again.
                switch change {
                case .moreMinutes, .claim, .oneMorePerson, .buy: continue
                default: break
                }
            }
            // To buy is the last resort, and needs a provider that may carry it.
            if case .buy(_, _, _, let isCarried) = change, !isCarried || !isCarriedBySomebody(county, referral) {
                continue
            }
            #expect(try places(county, referral, change), "\(place): \(change)")
        }
        guard !isTakenOver else { return }
        let ask = referral.ask
        #expect(
            found.contains(.twoProviders)
                == (ask.maxProviders == 1 && places(county, referral, ask.sharable(2))),
            "\(place)"
        )
        #expect(
            found.contains(.anyGender)
                == (ask.carerGender != nil && places(county, referral, ask.with(anyGender: true))),
            "\(place)"
        )
        let isDouble = ask.visits.contains { $0.carers > 1 }
        #expect(
            found.contains(.singleHanded)
                == (isDouble && places(county, referral, ask.with(visits: ask.singleHanded))),
            "\(place)"
        )
        let weeks = (1..<ask.weeks).last { places(county, referral, ask.with(weeks: $0)) }
        #expect(found.first { if case .weeks = $0 { true } else { false } } == weeks.map(Change.weeks), "\(place)")
        for name in Self.names {
            let isAskedAgain = referral.declined.contains(Slug(name)!) && overrides(county, referral, Slug(name)!)
            #expect(!isAskedAgain || found.contains { if case .askAgain = $0 { true } else { false } }, "\(place)")
        }
        let claimable = try county.state.blocks(of: referral.zone).contains {
            try claims(county, referral, $0)
        }
        #expect(found.contains { if case .claim = $0 { true } else { false } } == claimable, "\(place)")
    }

    /// Whether some provider may carry it at all, had it the minutes.
    private func isCarriedBySomebody(_ county: County, _ referral: Referral) -> Bool {
        var rich = county
        return Self.names.contains { name in
            let terms = BlockTerms(
                zone: Slug("leam")!,
                from: rich.today,
                until: rich.today.adding(days: 200),
                ratePence: 2_500,
                funding: .council,
                skills: [Skill("peg")!],
                weekly: .daily(2_000, 16)
            )
            _ = rich.submit(.buyBlock(terms, awardedTo: Slug(name)!), by: County.commissioner)
            return isOffered(rich, referral)
        }
    }
}

extension Ask {
    /// The same with one carer a visit.
    fileprivate var singleHanded: [Visit] {
        visits.map { visit in
            var visit = visit
            visit.carers = 1
            return visit
        }
    }
}
