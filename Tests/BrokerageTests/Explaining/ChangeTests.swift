import Seeded
import Testing

@testable import Brokerage

/// Every change that is named is made, and then the person is placed: that is what a reason is worth.
@Suite("Changes that would place somebody")
struct ChangeTests {
    private func changes(_ county: County, _ referral: Referral) throws -> [Change] {
        let now = try #require(county.state.referrals[referral.id])
        #expect(now.status == .waiting)
        return county.state.changesThatWouldPlace(now, at: county.now)
    }

    @Test("so many more minutes, and with them the package fits")
    func minutes() throws {
        var county = try County.withProviders(["acorn"], minutes: 20)
        let referral = try county.refer(county.ask([.daily(.tea, 60)]))
        guard case .moreMinutes(let provider, _, let shortages) = try #require(try changes(county, referral).first)
        else {
            return #expect(Bool(false))
        }
        #expect(provider.description == "acorn")
        #expect(shortages.map(\.band) == [.tea] && shortages[0].minutes == 40 && shortages[0].days == 42)
        let minutes = 20 + shortages[0].minutes
        var fewer = county
        try fewer.award("acorn", minutes: minutes - 1)
        #expect(fewer.state.referrals[referral.id]?.status == .waiting)
        try county.award("acorn", minutes: minutes)
        #expect(county.state.referrals[referral.id]?.status == .offered)
    }

    @Test("another day: care begins then, and not a day sooner")
    func laterStart() throws {
        var county = try County.withProviders(["acorn"], minutes: 30)
        let first = try county.accepted(county.ask())
        let referral = try county.refer(county.ask())
        let found = try changes(county, referral)
        let day = try #require(found.compactMap { if case .start(let day) = $0 { day } else { nil } }.first)
        #expect(day == first.lastDay.adding(days: 1))
        let placed = try county.refer(county.ask(startIn: day.days(since: county.today)))
        #expect(placed.status == .offered)
        var sooner = county
        try sooner.must(.withdraw(placed.id), by: County.ward, body: [1])
        #expect(try sooner.refer(sooner.ask(startIn: day.days(since: sooner.today) - 1)).status == .waiting)
    }

    @Test(
        "the day is the first on which anybody could: no day that is passed over could",
        arguments: [1, 2, 3] as [UInt64]
    )
    func everyStart(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var (passedOver, found) = (0, 0)
        for _ in 0..<6 {
            var county = try County.withProviders(["acorn", "birch"], minutes: 30)
            for provider in ["acorn", "birch"] {
                try county.award(
                    provider,
                    minutes: 15 * .random(in: 1...6, using: &random),
                    days: .random(in: 20...120, using: &random)
                )
            }
            let bands: [Band] = [.morning, .tea, .bed]
            for _ in 0..<8 {
                let visits = (0...Int.random(in: 0...2, using: &random)).map { index in
                    Visit.daily(bands[index], [30, 45, 60].randomElement(using: &random) ?? 30)
                }
                let ask = county.ask(
                    visits,
                    startIn: .random(in: 0...40, using: &random),
                    maxProviders: .random(in: 1...2, using: &random)
                ).with(weeks: .random(in: 1...6, using: &random))
                let referral = try county.refer(ask)
                guard referral.status == .waiting else { continue }
                let start = max(ask.startFrom, county.today)
                let days = StartDays(county.state, referral, from: start)
                let trial = Trial(county.state, referral, start: start)
                var first: Day?
                for ahead in 1...84 - start.days(since: county.today) {
                    let day = start.adding(days: ahead)
                    let could = trial.places(ask, from: day)
                    if could { first = first ?? day }
                    if !days.mayHold(day) {
                        passedOver += 1
                        #expect(!could, "seed \(seed): day \(day)")
                    }
                }
                if first != nil { found += 1 }
                let named = try changes(county, referral).compactMap {
                    if case .start(let day) = $0 { day } else { nil }
                }.first
                #expect(named == first, "seed \(seed)")
            }
        }
        #expect(passedOver > 100 && found > 1, "\(passedOver) days, \(found) found")
    }

    @Test("one carer in place of two, where one works at a time")
    func singleHanded() throws {
        var county = try County.withProviders(["acorn"], minutes: 240, carers: 1)
        let referral = try county.refer(county.ask([.daily(.morning, 30, carers: 2)]))
        #expect(try changes(county, referral).contains(.singleHanded))
        #expect(try county.refer(county.ask([.daily(.morning, 30)])).status == .offered)
    }

    @Test("another time for a timed visit, the nearest that fits")
    func otherTime() throws {
        var county = try County.withProviders(["acorn"], minutes: 240, carers: 1)
        _ = try county.refer(county.ask([.daily(.morning, 30, at: "08:00")]))
        let referral = try county.refer(county.ask([.daily(.morning, 30, at: "08:00")]))
        let found = try changes(county, referral)
        #expect(found.contains(.otherTime(visit: 0, at: TimeOfDay("07:30")!)))
        #expect(try county.refer(county.ask([.daily(.morning, 30, at: "07:30")])).status == .offered)
    }

    @Test("minutes that nobody has claimed, once somebody claims them")
    func unclaimed() throws {
        var county = try County.withProviders(["acorn"], minutes: 10)
        let block = try county.award(nil, minutes: 60)
        let referral = try county.refer(county.ask())
        #expect(try changes(county, referral).contains(.claim(block)))
        try county.must(
            .claim(block, ClaimTerms(provider: Slug("acorn")!, weekly: .daily(30))),
            by: County.provider("acorn")
        )
        #expect(county.state.referrals[referral.id]?.status == .offered)
    }

    @Test("a block to buy, where nothing could be found, moved or asked for; with it the person is placed")
    func buying() throws {
        var county = try County.withProviders([], minutes: 0)
        try county.must(.setProvider(.named("acorn"), .absent), by: County.commissioner)
        let visits: [Visit] = [.daily(.morning, 30, carers: 2), .daily(.tea, 45, at: "16:00")]
        let referral = try county.refer(county.ask(visits))
        let found = try changes(county, referral)
        guard case .buy(let weekly, let from, let until, true) = try #require(found.first), found.count == 1 else {
            return #expect(Bool(false), "\(found)")
        }
        #expect(weekly.minutesPerWeek == 7 * (60 + 45))
        #expect(from == county.today.adding(days: 1) && until.days(since: from) == 41)
        let terms = BlockTerms(
            zone: Slug("leam")!,
            from: from,
            until: until,
            ratePence: 2500,
            funding: .council,
            skills: [],
            weekly: weekly
        )
        try county.must(.buyBlock(terms, awardedTo: Slug("acorn")!), by: County.commissioner)
        #expect(county.state.referrals[referral.id]?.status == .offered)
    }

    @Test("fewer weeks, a carer of any gender, one person more, asking again: each tried before it is named")
    func others() throws {
        var county = try County.withProviders([], minutes: 0)
        var acorn = Provider.named("acorn")
        acorn.genders = [.male]
        try county.must(.setProvider(acorn, .absent), by: County.commissioner)
        try county.award("acorn", minutes: 60, days: 20)
        let short = try county.refer(county.ask())
        #expect(try changes(county, short).contains(.weeks(2)))
        try county.award("acorn", minutes: 60)
        #expect(county.state.referrals[short.id]?.status == .offered)
        let her = try county.refer(county.ask(carerGender: .female))
        #expect(try changes(county, her).contains(.anyGender))
        acorn.caseloadMax = 1
        try county.must(.setProvider(acorn, .version(1)), by: County.commissioner)
        let one = try county.refer(county.ask())
        #expect(try changes(county, one).contains(.oneMorePerson(Slug("acorn")!)))
        try county.must(
            .refuse(try #require(county.state.referrals[short.id]?.offer), .timing),
            by: County.provider("acorn"),
            body: [1]
        )
        #expect(try changes(county, short).contains(.askAgain(Slug("acorn")!)))
    }

    @Test("the spot is proposed when there is a budget, and only then; nothing is bought by itself")
    func spot() throws {
        var county = try County.withProviders(["acorn"], minutes: 10)
        let referral = try county.refer(county.ask())
        func spot(_ found: [Change]) -> Change? { found.first { if case .spot = $0 { true } else { false } } }
        #expect(spot(try changes(county, referral)) == nil)
        var policy = county.state.policy
        policy.spot.budgetPence = 100_000
        try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        let proposal = spot(try changes(county, referral))
        #expect(proposal == .spot(ceilingPence: 3_214, mostPence: 67_494, budgetLeftPence: 100_000))
        county.pass(minutes: 120)
        #expect(county.state.spotCommitted == 0)
        // A budget that would not bear it, or nobody who has the skill: then a named person could not buy it either.
        func budget(_ pence: Int) throws {
            var policy = county.state.policy
            policy.spot.budgetPence = pence
            try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        }
        try budget(67_493)
        #expect(spot(try changes(county, referral)) == nil)
        try budget(1_000_000)
        var acorn = Provider.named("acorn")
        acorn.skills = []
        try county.must(.setProvider(acorn, .version(1)), by: County.commissioner)
        let skilled = try county.refer(county.ask([.daily(.morning, 30, skills: ["peg"])]))
        #expect(spot(try changes(county, skilled)) == nil)
        #expect(spot(try changes(county, referral)) != nil)
    }

    @Test("before triage the one thing to do is triage, where there is room; once there is none, the rest is told, too")
    func triage() throws {
        var county = try County.withProviders(["acorn"], minutes: 60)
        var policy = county.state.policy
        policy.triageBeforeStart = true
        try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        let referral = try county.refer(county.ask())
        #expect(try changes(county, referral) == [.triage(hasRoom: true)])
        let large = try county.refer(county.ask([.daily(.morning, 90)]))
        let told = try changes(county, large)
        #expect(told.first == .triage(hasRoom: false))
        #expect(told.dropFirst().map(\.effort.0) == [0])
        try county.must(.triage(referral.id, .careOnly, role: "ot"), by: County.clinician)
        #expect(county.state.referrals[referral.id]?.status == .offered)
    }

    @Test(
        "once a person has taken over, the provider that has room is among the reasons and is the one thing to choose"
    )
    func takenOver() throws {
        var county = try County.withProviders(["acorn", "birch", "cedar"], minutes: 60)
        let referral = try county.refer(county.ask([.daily(.morning, 45)]))
        for _ in 0..<county.state.policy.expiriesBeforeBroker { county.pass(minutes: 12 * 60) }
        let now = try #require(county.state.referrals[referral.id])
        let decision = try #require(now.decision)
        #expect(decision.chosen == nil)
        let open = decision.verdicts.filter { $0.reason == nil }
        #expect(open.map { $0.provider?.description } == ["cedar"] && decision.verdicts.count == 3)
        #expect(try changes(county, referral) == [.choose(Slug("cedar")!)])
        // Nothing is sent by itself while it stands, however much there is; what the change says places.
        try county.award("birch", minutes: 240)
        #expect(county.state.referrals[referral.id]?.status == .waiting)
        try county.must(.override(referral.id, .choosing("cedar", now.version)), by: County.broker, body: [1])
        #expect(county.state.referrals[referral.id]?.status == .offered)
    }

    @Test("while another provider's part stands, nothing is named that would be refused")
    func partAccepted() throws {
        var county = try County.withProviders([], minutes: 0)
        for (name, band, days) in [("acorn", Band.morning, 200), ("birch", .bed, 20), ("cedar", .bed, 10)] {
            try county.must(.setProvider(.named(name), .absent), by: County.commissioner)
            try county.block([band], to: name, minutes: 60, days: days)
        }
        let ask = county.ask([.daily(.morning), .daily(.bed)], maxProviders: 2)
        let referral = try county.refer(ask.with(weeks: 2))
        let offers = referral.offers.compactMap { county.state.offers[$0] }
        let visit = FirstVisit(day: offers[0].startFrom, band: .morning)
        try county.must(
            .accept(offers[0].id, Acceptance(firstVisit: visit, role: "manager")),
            by: County.provider("acorn"),
            body: [1]
        )
        try county.must(.refuse(offers[1].id, .noStaff), by: County.provider("birch"), body: [2])
        // Cedar could for a week, birch if it is asked again; only the latter can be done now.
        #expect(try changes(county, referral) == [.askAgain(Slug("birch")!)])
    }

    @Test("minutes that nobody may claim, or that could not be offered once claimed, are not named")
    func unclaimable() throws {
        var county = try County.withProviders(["acorn"], minutes: 10)
        var birch = Provider.named("birch")
        birch.personalCare = false
        try county.must(.setProvider(birch, .absent), by: County.commissioner)
        let referral = try county.refer(county.ask())
        func claims() throws -> [Change] {
            try changes(county, referral).filter { if case .claim = $0 { true } else { false } }
        }
        try county.block([.morning], to: nil, eligible: ["birch"])
        try county.block([.morning], to: nil, eligible: ["acorn"], share: 49)
        #expect(try claims().isEmpty)
        let open = try county.block([.morning], to: nil, eligible: ["acorn"], minimum: 300, share: 75)
        #expect(try claims() == [.claim(open)])
    }

    @Test("where nobody may hold more than a share, a part is enough for who has the rest")
    func partOfAShare() throws {
        var county = try County.withProviders([], minutes: 0)
        try county.must(.setProvider(.named("acorn"), .absent), by: County.commissioner)
        try county.block([.morning], to: "acorn", minutes: 30)
        let referral = try county.refer(county.ask([.daily(.morning, 30), .daily(.tea, 30)]))
        #expect(try !changes(county, referral).contains { if case .claim = $0 { true } else { false } })
        let open = try county.block([.morning, .tea], to: nil, minutes: 30, share: 50)
        #expect(try changes(county, referral).contains(.claim(open)))
        try county.must(
            .claim(open, ClaimTerms(provider: Slug("acorn")!, weekly: .daily(30, bands: [.tea]))),
            by: County.provider("acorn")
        )
        #expect(county.state.referrals[referral.id]?.status == .offered)
    }

    @Test("sixteen visits beside a block of which nobody may hold enough are looked at so often and no more")
    func manyVisits() throws {
        var county = try County.withProviders([], minutes: 0)
        for number in 0..<12 { try county.must(.setProvider(.named("p\(number)"), .absent), by: County.commissioner) }
        for _ in 0..<3 { try county.block(Band.allCases, to: nil, minutes: 400, share: 1) }
        let visits = (0..<16).map { Visit.daily(Band.allCases[$0 % 4], 30) }
        let referral = try county.refer(county.ask(visits))
        // Every set of them is too much for a share: without a bound that is 65,536 sets for each provider and block.
        #expect(try !changes(county, referral).contains { if case .claim = $0 { true } else { false } })
        let trial = Trial(county.state, referral, start: referral.ask.startFrom)
        _ = trial.moreSupply()
        #expect(trial.looksLeft > 0)
    }

    @Test("who may not see prices is told which hours to buy")
    func withoutPrices() throws {
        var county = try County.withProviders([], minutes: 0)
        try county.must(.setProvider(.named("acorn"), .absent), by: County.commissioner)
        var policy = county.state.policy
        policy.spot.budgetPence = 1_000_000
        try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        let referral = try county.refer(county.ask())
        guard case .spot = try #require(try changes(county, referral).first) else { return #expect(Bool(false)) }
        let seen = county.state.changesThatWouldPlace(referral, at: county.now, seesPrices: false)
        guard case .buy(_, _, _, isCarried: true) = try #require(seen.first), seen.count == 1 else {
            return #expect(Bool(false), "\(seen)")
        }
        // Nor does it help to buy where the only provider is full: it would not be asked.
        var full = Provider.named("acorn")
        full.caseloadMax = 0
        var crowded = county
        try crowded.must(.setProvider(full, .version(1)), by: County.commissioner)
        let there = crowded.state.changesThatWouldPlace(referral, at: crowded.now, seesPrices: false)
        guard case .buy(_, _, _, isCarried: false) = try #require(there.first), there.count == 1 else {
            return #expect(Bool(false), "\(there)")
        }
        // Where no provider may carry it, that is said: to buy alone does not place.
        let skilled = try county.refer(county.ask([.daily(.morning, 30, skills: ["peg"])]))
        var acorn = Provider.named("acorn")
        acorn.skills = []
        try county.must(.setProvider(acorn, .version(1)), by: County.commissioner)
        guard case .buy(_, _, _, isCarried: false) = try #require(try changes(county, skilled).first) else {
            return #expect(Bool(false))
        }
    }

    @Test("once a person has taken over, who could carry it only with another says so: one is chosen by name")
    func takenOverByTwo() throws {
        var county = try County.withProviders(["acorn"], minutes: 60)
        var policy = county.state.policy
        policy.expiriesBeforeBroker = 1
        try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        let referral = try county.refer(county.ask([.daily(.morning), .daily(.tea)], maxProviders: 2))
        for (name, band) in [("birch", Band.morning), ("cedar", .tea)] {
            try county.must(.setProvider(.named(name), .absent), by: County.commissioner)
            try county.block([band], to: name, minutes: 60, days: 200)
        }
        county.pass(minutes: 12 * 60)
        let now = try #require(county.state.referrals[referral.id])
        #expect(now.status == .waiting && county.state.isTakenOver(now))
        #expect(now.decision?.verdicts.map(\.reason) == [.declined, .tooManyProviders, .tooManyProviders])
        #expect(county.state.reasons(now, at: county.now)?.verdicts == now.decision?.verdicts)
    }

    @Test("another time is found also where it is not the first thing in anybody's way")
    func otherTimeBehind() throws {
        var county = try County.withProviders([], minutes: 0)
        try county.must(.setProvider(.named("acorn"), .absent), by: County.commissioner)
        // On the first a visit stands at eight and one carer works; on the second there are two, and little morning.
        for (morning, tea, carers) in [(240, 10, UInt8(1)), (10, 240, 2)] {
            let rows = [(Band.morning, morning), (.tea, tea)].map { band, minutes in
                WeeklyPattern.Row(
                    days: .all,
                    band: band,
                    cell: WeeklyPattern.Cell(minutes: Int32(minutes), carers: carers)
                )
            }
            let terms = BlockTerms(
                zone: Slug("leam")!,
                from: county.today,
                until: county.today.adding(days: 200),
                ratePence: 2_500,
                funding: .council,
                skills: [],
                weekly: WeeklyPattern(rows: rows)!
            )
            try county.must(.buyBlock(terms, awardedTo: Slug("acorn")!), by: County.commissioner)
        }
        _ = try county.refer(county.ask([.daily(.morning, 30, at: "08:00")]))
        let visits: [Visit] = [.daily(.tea, 30, carers: 2), .daily(.morning, 30, at: "08:00")]
        let referral = try county.refer(county.ask(visits))
        #expect(try changes(county, referral).contains(.otherTime(visit: 1, at: TimeOfDay("07:30")!)))
    }

    @Test("a band in which nobody works is short of minutes, not of carers")
    func emptyBand() throws {
        var county = try County.withProviders([], minutes: 0)
        try county.must(.setProvider(.named("acorn"), .absent), by: County.commissioner)
        try county.block([.morning], to: "acorn", minutes: 60, days: 200)
        let referral = try county.refer(county.ask([.daily(.tea, 30)]))
        guard case .noTime(_, .tea, shortBy: 30)? = referral.decision?.verdicts.first?.reason else {
            return #expect(Bool(false), "\(String(describing: referral.decision))")
        }
    }

    @Test("beside what a provider has on one claim, few more minutes on another are enough")
    func fewerMinutes() throws {
        var county = try County.withProviders([], minutes: 0)
        try county.must(.setProvider(.named("acorn"), .absent), by: County.commissioner)
        for (minutes, band) in [(60, Band.morning), (40, .tea)] {
            try county.block([band], to: "acorn", minutes: minutes, days: 200)
        }
        let referral = try county.refer(county.ask([.daily(.morning, 45), .daily(.tea, 45)]))
        guard case .moreMinutes(_, let block, let short) = try #require(try changes(county, referral).first) else {
            return #expect(Bool(false))
        }
        #expect(block == BlockID(number: 2) && short.map(\.band) == [.tea] && short[0].minutes == 5)
    }

    @Test("two claims of a provider that is full, or said no, count together")
    func claimsTogether() throws {
        var county = try County.withProviders([], minutes: 0)
        var acorn = Provider.named("acorn")
        try county.must(.setProvider(acorn, .absent), by: County.commissioner)
        for band in [Band.morning, .tea] {
            try county.block([band], to: "acorn", minutes: 60, days: 200)
        }
        let ask = county.ask([.daily(.morning, 45), .daily(.tea, 45)])
        let referral = try county.refer(ask)
        try county.must(
            .refuse(try #require(referral.offer), .timing),
            by: County.provider("acorn"),
            body: [1]
        )
        #expect(try changes(county, referral).contains(.askAgain(Slug("acorn")!)))
        acorn.caseloadMax = 0
        try county.must(.setProvider(acorn, .version(1)), by: County.commissioner)
        let other = try county.refer(ask)
        #expect(try changes(county, other).contains(.oneMorePerson(Slug("acorn")!)))
    }

    @Test("two providers are proposed only where two could: three visits in a morning that each hold one are for three")
    func neitherTwo() throws {
        var county = try County.withProviders(["acorn", "birch"], minutes: 45)
        let visits: [Visit] = [.daily(.morning, 45), .daily(.morning, 45), .daily(.morning, 45)]
        let referral = try county.refer(county.ask(visits))
        #expect(
            referral.decision?.verdicts.allSatisfy {
                if case .noTime(_, .morning, 90)? = $0.reason { true } else { false }
            } ?? false
        )
        #expect(try !changes(county, referral).contains(.twoProviders))
        let two = try county.refer(county.ask(Array(visits.dropLast())))
        #expect(two.decision?.verdicts.map(\.reason) == [.tooManyProviders, .tooManyProviders])
        #expect(try changes(county, two).contains(.twoProviders))
    }

    @Test("the reasons of who waits are those of now: minutes bought since are told of")
    func reasonsOfNow() throws {
        var county = try County.withProviders(["acorn"], minutes: 20)
        let referral = try county.refer(county.ask())
        #expect(county.state.reasons(referral, at: county.now) == referral.decision)
        try county.award("acorn", minutes: 25)
        let now = try #require(county.state.referrals[referral.id])
        #expect(now.decision == referral.decision)
        let reasons = try #require(county.state.reasons(now, at: county.now))
        #expect(reasons.verdicts.map(\.block.number) == [1, 2])
        // While nothing changes they read the same.
        #expect(county.state.reasons(now, at: county.now.adding(minutes: 1)) == reasons)
        #expect(
            reasons.verdicts.map { if case .noTime(_, _, let short)? = $0.reason { short } else { 0 } } == [10, 5]
        )
    }

    @Test("somebody who is placed needs no change")
    func placed() throws {
        var county = try County.withProviders(["acorn"])
        let referral = try county.refer(county.ask())
        #expect(county.state.changesThatWouldPlace(referral, at: county.now).isEmpty)
    }
}
