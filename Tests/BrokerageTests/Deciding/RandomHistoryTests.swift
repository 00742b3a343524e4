import Seeded
import Testing

@testable import Brokerage

@Suite("Random histories of a county")
struct RandomHistoryTests {
    @Test(
        "after every command the ledger equals a recount, nothing is oversold and a replay gives the same state",
        arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64]
    )
    func conservation(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var county = try County.withProviders(["acorn", "birch", "cedar"], minutes: 120, carers: 2)
        try county.award(nil, minutes: 200, carers: 2, days: 60)
        var policy = county.state.policy
        policy.spot.budgetPence = 200_000
        try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        for step in 0..<160 {
            county.step(&random)
            county.expectNobodyOverlooked("seed \(seed) step \(step)")
            let faults = county.state.recount()
            #expect(faults.isEmpty, "seed \(seed) step \(step): \(faults.prefix(3))")
            if !faults.isEmpty { return }
        }
        // It must have been a history worth the name.
        #expect(county.state.packages.count > 3)
    }
}

extension County {
    /// The quick look that spares a long queue never overlooks someone who could be placed.
    func expectNobodyOverlooked(_ place: String) {
        for id in state.referralsSeekingCare {
            guard let referral = state.referrals[id], referral.status == .waiting else { continue }
            let start = max(referral.ask.startFrom, state.today)
            let claims = state.placing(referral, start: start, at: now).claims
            let headroom = Headroom(state, referral.zone)
            #expect(claims == nil || state.mayFit(referral, start: start, headroom), "\(place): \(id)")
        }
    }

    /// One random command by whoever may give it.
    mutating func step(_ random: inout SeededGenerator) {
        let hub = County.broker
        let body = [UInt8.random(in: 0...255, using: &random), UInt8.random(in: 0...255, using: &random)]
        switch Int.random(in: 0..<19, using: &random) {
        case 0...3: submit(.refer(randomAsk(&random)), by: County.ward)
        case 4, 5, 6:
            guard let id = state.offersOpen.randomElement(using: &random), let offer = state.offers[id] else { return }
            let day = offer.startFrom.adding(days: Int.random(in: 0...3, using: &random))
            let band = offer.ask.visits.randomElement(using: &random)?.band ?? .tea
            submit(
                .accept(id, Acceptance(firstVisit: FirstVisit(day: day, band: band), role: "m")),
                by: hub,
                body: body
            )
        case 7:
            guard let id = state.offersOpen.randomElement(using: &random) else { return }
            submit(.refuse(id, .noStaff), by: hub, body: body)
        case 8:
            guard let id = state.packagesInCare.randomElement(using: &random) else { return }
            submit(.start(id, at: now), by: hub, body: body)
        case 9:
            guard let id = state.packagesInCare.randomElement(using: &random) else { return }
            submit(.end(id, at: now, .independent, role: "ot"), by: hub, body: body)
        case 10:
            guard let id = state.packagesInCare.randomElement(using: &random), let package = state.packages[id] else {
                return
            }
            let day = package.firstVisit.day.adding(days: Int.random(in: -1...4, using: &random))
            submit(.postponeFirstVisit(id, FirstVisit(day: day, band: package.firstVisit.band)), by: hub, body: body)
        case 11:
            guard state.referrals.count > 0 else { return }
            let id = ReferralID(number: UInt32.random(in: 1...UInt32(state.referrals.count), using: &random))
            guard let version = state.referrals[id]?.version else { return }
            submit(
                .amend(id, randomAsk(&random), otherwiseChanged: false, .version(version)),
                by: hub
            )
        case 12:
            guard state.referrals.count > 0 else { return }
            let id = ReferralID(number: UInt32.random(in: 1...UInt32(state.referrals.count), using: &random))
            submit(.withdraw(id), by: hub, body: body)
        case 13:
            let id = ClaimID(number: UInt32.random(in: 1...UInt32(state.claims.count), using: &random))
            guard let claim = state.claims[id] else { return }
            let band = Band.allCases.randomElement(using: &random) ?? .tea
            submit(
                .reportShortfall(
                    claim.block,
                    id,
                    day: today.adding(days: Int.random(in: 0...9, using: &random)),
                    band: band,
                    minutes: Int.random(in: 1...60, using: &random),
                    carers: Int.random(in: 0...1, using: &random)
                ),
                by: hub
            )
        case 14:
            let weekly = WeeklyPattern.daily(Int.random(in: 10...60, using: &random), 2)
            if Bool.random(using: &random) {
                submit(
                    .claim(
                        BlockID(number: UInt32(state.blocks.count)),
                        ClaimTerms(
                            provider: Slug("acorn")!,
                            weekly: weekly,
                            firmFrom: today.adding(days: Int.random(in: 0...5, using: &random))
                        )
                    ),
                    by: hub
                )
            } else {
                let id = ClaimID(number: UInt32.random(in: 1...UInt32(state.claims.count), using: &random))
                guard let claim = state.claims[id] else { return }
                submit(.reduceClaim(claim.block, id, from: today.adding(days: 28), weekly: weekly), by: hub, body: body)
            }
        case 15, 16: improve(&random)
        case 17:
            guard let id = state.referralsSeekingCare.randomElement(using: &random) else { return }
            let name = ["acorn", "birch", "cedar"].randomElement(using: &random) ?? "acorn"
            let rate: Int64? = Int.random(in: 0..<4, using: &random) == 0 ? 3_000 : nil
            submit(
                .override(
                    id,
                    OverrideTerms(
                        provider: Slug(name)!,
                        spotRatePence: rate,
                        role: "broker",
                        words: state.referrals[id]?.version ?? 1
                    )
                ),
                by: hub,
                body: body
            )
        default: pass(minutes: [5, 30, 70, 600, 1440, 4000].randomElement(using: &random) ?? 5)
        }
    }

    /// A run of the batch; at times on what was so some minutes ago, so that parts of it no longer fit.
    mutating func improve(_ random: inout SeededGenerator) {
        guard let problem = ZoneProblem(state, zone: Slug("leam")!, at: now),
            let improvement = problem.improvement(seed: random.next(), moves: 300)
        else { return }
        // A step's events are all of its commands'.
        var before: [Event] = []
        if Bool.random(using: &random) {
            submit(.refer(randomAsk(&random)), by: County.ward)
            before = events
        }
        let accepted = state.packages
        submit(.improve(improvement), by: County.broker)
        events = before + events
        #expect(accepted.allSatisfy { state.packages[$0.key] == $0.value }, "accepted care was moved")
    }

    func randomAsk(_ random: inout SeededGenerator) -> Ask {
        let bands = Band.allCases.dropLast().shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random))
        let visits = bands.map { band in
            Visit(
                band: band,
                minutes: [15, 30, 45, 60].randomElement(using: &random) ?? 30,
                carers: Int.random(in: 1...2, using: &random),
                days: Weekdays(bits: UInt8.random(in: 1...127, using: &random)),
                personalCare: true,
                time: Int.random(in: 0..<4, using: &random) == 0 && band == .morning
                    ? Visit.Time(at: TimeOfDay("08:00")!, toleranceMinutes: 15) : nil,
                hasShortVisitReason: true
            )
        }
        return Ask(
            district: PostcodeDistrict("CV31")!,
            pathway: 1,
            source: .ward,
            class: Ask.Class.allCases.randomElement(using: &random) ?? .stepDown,
            startFrom: today.adding(days: Int.random(in: 0...6, using: &random)),
            weeks: Int.random(in: 1...6, using: &random),
            visits: visits,
            maxProviders: Int.random(in: 1...2, using: &random)
        )
    }
}
