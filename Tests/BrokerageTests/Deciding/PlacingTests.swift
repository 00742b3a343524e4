import Testing

@testable import Brokerage

@Suite("Placing a referral")
struct PlacingTests {
    func reasons(_ referral: Referral) -> [Decision.Reason?] { referral.decision?.verdicts.map(\.reason) ?? [] }

    @Test("a referral is decided, held and offered in one command")
    func offered() throws {
        var county = try County.withProviders()
        let referral = try county.refer(county.ask())
        #expect(referral.status == .offered)
        #expect(county.free() == 210)
        let offer = try #require(referral.offer.flatMap { county.state.offers[$0] })
        #expect(offer.expiresAt == county.now.adding(minutes: 60))
        #expect(referral.due == county.now.adding(hours: 24))
    }

    @Test("two 08:00 visits do not fit one carer, however many minutes are free")
    func timedVisits() throws {
        var county = try County.withProviders(minutes: 240, carers: 1)
        let first = try county.refer(county.ask([.daily(.morning, 30, at: "08:00")]))
        let second = try county.refer(county.ask([.daily(.morning, 30, at: "08:15")]))
        let third = try county.refer(county.ask([.daily(.morning, 30, at: "08:30")]))
        #expect(first.status == .offered)
        #expect(second.status == .waiting)
        guard case .noCarers(_, .morning, let at) = reasons(second).first ?? nil else {
            return #expect(Bool(false), "\(reasons(second))")
        }
        #expect(at == TimeOfDay("08:15"))
        #expect(third.status == .offered)
    }

    @Test("a double-handed visit waits where one carer works at a time, and takes twice the minutes where two do")
    func doubleHanded() throws {
        var single = try County.withProviders(minutes: 240, carers: 1)
        let waiting = try single.refer(single.ask([.daily(.morning, 30, carers: 2)]))
        #expect(waiting.status == .waiting)
        guard case .noCarers = reasons(waiting).first ?? nil else { return #expect(Bool(false)) }
        var double = try County.withProviders(minutes: 240, carers: 2)
        _ = try double.refer(double.ask([.daily(.morning, 30, carers: 2)]))
        #expect(double.free() == 180)
    }

    @Test("every loser has its own reason")
    func everyLoser() throws {
        var county = try County.withProviders(
            ["acorn", "birch", "cedar", "dogwood"],
            minutes: 60,
            skills: ["medication"]
        )
        var birch = try #require(county.state.providers[Slug("birch")!])
        birch.personalCare = false
        try county.must(.setProvider(birch, .version(1)), by: County.commissioner)
        var cedar = try #require(county.state.providers[Slug("cedar")!])
        cedar.genders = [.male]
        try county.must(.setProvider(cedar, .version(1)), by: County.commissioner)
        var dogwood = try #require(county.state.providers[Slug("dogwood")!])
        dogwood.status = .suspended
        try county.must(.setProvider(dogwood, .version(1)), by: County.commissioner)
        let referral = try county.refer(
            county.ask([.daily(.morning, 30, skills: ["medication"])], carerGender: .female)
        )
        let byProvider = Dictionary(
            uniqueKeysWithValues: referral.decision!.verdicts.map { ($0.provider!.description, $0.reason) }
        )
        #expect(byProvider["acorn"] == .some(nil))
        #expect(byProvider["birch"] == .notRegistered)
        #expect(byProvider["cedar"] == .gender)
        #expect(byProvider["dogwood"] == .suspended)
        let lacking = try county.refer(county.ask([.daily(.morning, 30, skills: ["pegFeed"])]))
        #expect(reasons(lacking).contains(.lacksSkill(Skill("pegFeed")!)))
    }

    @Test("too few minutes says on which day, in which band and by how much")
    func noTime() throws {
        var county = try County.withProviders(minutes: 60)
        let referral = try county.refer(county.ask([.daily(.morning, 30), .daily(.tea, 75)]))
        #expect(reasons(referral) == [.noTime(day: county.today.adding(days: 1), band: .tea, shortBy: 15)])
    }

    @Test("two visits in one band share its minutes")
    func oneBand() throws {
        var county = try County.withProviders(minutes: 60)
        #expect(try county.refer(county.ask([.daily(.morning, 45), .daily(.morning, 30)])).status == .waiting)
        #expect(try county.refer(county.ask([.daily(.morning, 30), .daily(.morning, 30)])).status == .offered)
    }

    @Test("a package is split over two claims of one provider when neither carries it whole")
    func split() throws {
        var county = try County.withProviders([], minutes: 1)
        try county.must(.setProvider(.named("acorn"), .absent), by: County.commissioner)
        for bands: [Band] in [[.morning], [.tea]] {
            let terms = BlockTerms(
                zone: Slug("leam")!,
                from: county.today,
                until: county.today.adding(days: 200),
                ratePence: 1,
                funding: .council,
                skills: [],
                weekly: .daily(60, bands: bands)
            )
            try county.must(.buyBlock(terms, awardedTo: Slug("acorn")!), by: County.commissioner)
        }
        let referral = try county.refer(county.ask([.daily(.morning, 30), .daily(.tea, 30)]))
        let offer = try #require(referral.offer.flatMap { county.state.offers[$0] })
        #expect(offer.claims == [ClaimID(number: 1), ClaimID(number: 2)])
    }

    @Test("what only two providers together could carry says so")
    func tooManyProviders() throws {
        var county = try County.withProviders([], minutes: 1)
        for (name, band) in [("acorn", Band.morning), ("birch", .tea)] {
            try county.must(.setProvider(.named(name), .absent), by: County.commissioner)
            let terms = BlockTerms(
                zone: Slug("leam")!,
                from: county.today,
                until: county.today.adding(days: 200),
                ratePence: 1,
                funding: .council,
                skills: [],
                weekly: .daily(60, bands: [band])
            )
            try county.must(.buyBlock(terms, awardedTo: Slug(name)!), by: County.commissioner)
        }
        let referral = try county.refer(county.ask([.daily(.morning, 30), .daily(.tea, 30)]))
        #expect(reasons(referral) == [.tooManyProviders, .tooManyProviders])
    }

    @Test("when a full provider has one person fewer, who waits for it is tried in every zone it works in")
    func caseloadElsewhere() throws {
        var county = try County.withProviders([], minutes: 0)
        try county.must(
            .setZone(Slug("rugby")!, name: "Rugby", districts: [PostcodeDistrict("CV21")!], .absent),
            by: County.commissioner
        )
        var acorn = Provider.named("acorn")
        acorn.zones = [Slug("leam")!, Slug("rugby")!]
        acorn.caseloadMax = 1
        try county.must(.setProvider(acorn, .absent), by: County.commissioner)
        for zone in ["leam", "rugby"] {
            let terms = BlockTerms(
                zone: Slug(zone)!,
                from: county.today,
                until: county.today.adding(days: 200),
                ratePence: 2_500,
                funding: .council,
                skills: [],
                weekly: .daily(60)
            )
            try county.must(.buyBlock(terms, awardedTo: Slug("acorn")!), by: County.commissioner)
        }
        let first = try county.refer(county.ask())
        let other = try county.refer(county.ask().in("CV21"))
        #expect(first.status == .offered && other.status == .waiting && reasons(other) == [.caseloadFull])
        try county.must(.withdraw(first.id), by: County.ward, body: [1])
        #expect(county.state.referrals[other.id]?.status == .offered)
    }

    @Test("when a policy lets more through, who waits is tried at once, and has reasons")
    func policyLetsThrough() throws {
        var county = try County.withProviders(["acorn"], minutes: 60)
        func set(_ change: (inout Policy) -> Void) throws {
            var policy = county.state.policy
            change(&policy)
            try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        }
        try set { $0.triageBeforeStart = true }
        let small = try county.refer(county.ask())
        let large = try county.refer(county.ask([.daily(.morning, 90)]))
        #expect(small.decision == nil && large.decision == nil)
        try set { $0.triageBeforeStart = false }
        #expect(county.state.referrals[small.id]?.status == .offered)
        #expect(county.state.referrals[large.id]?.decision?.verdicts.count == 1)
        try set { $0.expiriesBeforeBroker = 1 }
        try county.award("acorn", minutes: 90)
        county.pass(minutes: 12 * 60)
        try county.must(.setProvider(.named("birch"), .absent), by: County.commissioner)
        try county.award("birch", minutes: 240)
        #expect(county.state.referrals[large.id]?.status == .waiting)
        try set { $0.expiriesBeforeBroker = 3 }
        #expect(county.state.referrals[large.id]?.status == .offered)
    }

    @Test("the existing provider gets first refusal of a restart")
    func restart() throws {
        var county = try County.withProviders(["acorn", "birch"], minutes: 60)
        let referral = try county.refer(county.ask([.daily(.morning, 15)], existing: "birch"))
        #expect(referral.decision?.chosen == Slug("birch"))
    }

    @Test("minutes that come free go to whoever needs them most, in the same command")
    func orderOfNeed() throws {
        var county = try County.withProviders(minutes: 60)
        let holder = try county.refer(county.ask([.daily(.morning, 60)]))
        let ordinary = try county.refer(county.ask([.daily(.morning, 60)]))
        let urgent = try county.refer(county.ask([.daily(.morning, 60)], class: .urgent))
        #expect(ordinary.status == .waiting && urgent.status == .waiting)
        try county.must(.withdraw(holder.id), by: County.ward, body: [1])
        #expect(county.state.referrals[urgent.id]?.status == .offered)
        #expect(county.state.referrals[ordinary.id]?.status == .waiting)
    }

    @Test("only claimed minutes are placed on: an unclaimed block is named as what could be claimed")
    func unclaimed() throws {
        var county = try County.withProviders([], minutes: 1)
        try county.award(nil, minutes: 500)
        let referral = try county.refer(county.ask())
        #expect(referral.status == .waiting)
        #expect(reasons(referral) == [.unclaimed])
    }

    @Test("a block that ends tomorrow, and a zone without blocks, give a reason and no crash")
    func degenerate() throws {
        var county = try County.withProviders([], minutes: 1)
        #expect(try county.refer(county.ask()).decision?.verdicts.isEmpty == true)
        try county.must(.setProvider(.named("acorn"), .absent), by: County.commissioner)
        try county.award("acorn", minutes: 500, days: 1)
        #expect(reasons(try county.refer(county.ask())) == [.contractDates])
    }

    @Test("500 people wait for one block; when it is freed at most 256 are tried at once and the rest at the next tick")
    func longQueue() throws {
        var county = try County.withProviders(minutes: 240, carers: 2)
        let holders = try (0..<4).map { _ in try county.refer(county.ask([.daily(.morning, 60)])) }
        for _ in 0..<300 { _ = try county.refer(county.ask([.daily(.morning, 200)])) }
        let small = try county.refer(county.ask([.daily(.morning, 60)]))
        #expect(small.status == .waiting)
        try county.must(.withdraw(holders[0].id), by: County.ward, body: [1])
        #expect(county.state.referrals[small.id]?.status == .waiting)
        #expect(county.state.deferrals[Slug("leam")!] == Deliberation.mostTries)
        county.submit(.advance, by: County.broker)
        #expect(county.state.referrals[small.id]?.status == .offered)
        #expect(county.state.deferrals.isEmpty)
    }

    @Test("of a long queue nobody is skipped when some of those tried before them are placed")
    func nobodySkipped() throws {
        var county = try County.withProviders(minutes: 2_890, carers: 2)
        let holder = try county.refer(county.ask(Array(repeating: Visit.daily(.morning, 240), count: 12)))
        #expect(holder.status == .offered)
        // Ten minutes are left. A hundred who will fit, 180 who never will, and 20 who will, behind them all.
        let fitting = county.ask([.daily(.morning, 15)])
        let impossible = county.ask([.daily(.morning, 15, skills: ["pegFeed"])])
        var waiting: [ReferralID] = []
        for index in 0..<300 {
            let isFitting = index < 100 || index >= 280
            let referral = try county.refer(isFitting ? fitting : impossible)
            #expect(referral.status == .waiting)
            if isFitting { waiting.append(referral.id) }
        }
        try county.must(.withdraw(holder.id), by: County.ward, body: [1])
        #expect(waiting.filter { county.state.referrals[$0]?.status == .offered }.count == 100)
        county.submit(.advance, by: County.broker)
        #expect(waiting.allSatisfy { county.state.referrals[$0]?.status == .offered })
        #expect(county.state.deferrals.isEmpty)
    }

    @Test("of a long queue nobody is skipped when somebody before them withdraws between two ticks")
    func nobodySkippedByAWithdrawal() throws {
        var county = try County.withProviders(minutes: 240, carers: 2)
        let holders = try (0..<4).map { _ in try county.refer(county.ask([.daily(.morning, 60)])) }
        let first = try county.refer(county.ask([.daily(.morning, 200)]))
        for _ in 1..<Deliberation.mostTries { _ = try county.refer(county.ask([.daily(.morning, 200)])) }
        let last = try county.refer(county.ask([.daily(.morning, 60)]))
        try county.must(.withdraw(holders[0].id), by: County.ward, body: [1])
        #expect(county.state.deferrals[Slug("leam")!] == Deliberation.mostTries)
        try county.must(.withdraw(first.id), by: County.ward, body: [2])
        county.submit(.advance, by: County.broker)
        #expect(county.state.referrals[last.id]?.status == .offered)
    }

    @Test("minutes that a question about a change held are tried by those who wait, as soon as it is withdrawn")
    func questionWithdrawn() throws {
        var county = try County.withProviders(minutes: 60, carers: 1)
        let package = try county.accepted(county.ask([.daily(.morning, 30)]))
        func amend(_ minutes: Int) throws {
            let version = try #require(county.state.referrals[package.referral]?.version)
            let ask = county.ask([.daily(.morning, minutes)])
            try county.must(
                .amend(package.referral, ask, otherwiseChanged: false, .version(version)),
                by: County.ward
            )
        }
        try amend(60)
        let other = try county.refer(county.ask([.daily(.morning, 30)], startIn: 2))
        #expect(other.status == .waiting)
        try amend(30)
        #expect(county.state.referrals[other.id]?.status == .offered)
    }

    @Test("minutes that a question about a change held are tried by those who wait, as soon as care begins without it")
    func questionOvertaken() throws {
        var county = try County.withProviders(minutes: 60, carers: 1)
        let package = try county.accepted(county.ask([.daily(.morning, 30)], startIn: 0))
        let version = try #require(county.state.referrals[package.referral]?.version)
        let ask = county.ask([.daily(.morning, 60)], startIn: 0)
        try county.must(.amend(package.referral, ask, otherwiseChanged: false, .version(version)), by: County.ward)
        let other = try county.refer(county.ask([.daily(.morning, 30)], startIn: 2))
        #expect(other.status == .waiting)
        try county.must(.start(package.id, at: county.now), by: County.provider("acorn"), body: [3])
        #expect(county.state.referrals[other.id]?.status == .offered)
    }

    @Test("a policy of a file that lets more people through places them like one that a person sets")
    func policyOfAFile() throws {
        var county = try County.withProviders()
        var policy = county.state.policy
        policy.triageBeforeStart = true
        try county.must(.adoptPolicy(policy), by: County.broker)
        let referral = try county.refer(county.ask())
        #expect(referral.status == .waiting)
        policy.triageBeforeStart = false
        try county.must(.adoptPolicy(policy), by: County.broker)
        #expect(county.state.referrals[referral.id]?.status == .offered)
    }
}
