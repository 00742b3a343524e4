import Testing

@testable import Brokerage

@Suite("A named person's override")
struct OverrideTests {
    private func terms(_ provider: String, spot: Int64? = nil, words: UInt32 = 1) -> OverrideTerms {
        OverrideTerms(provider: Slug(provider)!, spotRatePence: spot, role: "broker", words: words)
    }

    private func rejection(_ result: Result<Outcome, Rejection>) -> Rejection? {
        if case .failure(let rejection) = result { rejection } else { nil }
    }

    @Test("it moves an open offer to the provider chosen, and says so in the decision")
    func moves() throws {
        var county = try County.withProviders(["acorn", "birch"])
        let referral = try county.refer(county.ask())
        let first = try #require(referral.offer.flatMap { county.state.offers[$0] })
        let other = first.provider.description == "acorn" ? "birch" : "acorn"
        try county.must(.override(referral.id, terms(other)), by: County.broker, body: [1])
        let now = try #require(county.state.referrals[referral.id])
        let offer = try #require(now.offer.flatMap { county.state.offers[$0] })
        #expect(offer.provider.description == other && offer.origin == .overridden)
        #expect(county.state.offers[first.id]?.status == .withdrawn)
        #expect(now.decision?.method == .override && now.decision?.chosen?.description == other)
        #expect(
            now.decision?.verdicts.first { $0.provider == first.provider }?.reason
                == .beaten(by: .override, difference: 0)
        )
        #expect(now.override?.provider.description == other)
        // The same words again change nothing; other words clash while the provider has not answered.
        try county.must(.override(referral.id, terms(other)), by: County.broker, body: [1])
        #expect(county.events.isEmpty)
        let again = county.submit(
            .override(referral.id, terms(first.provider.description)),
            by: County.broker,
            body: [2]
        )
        #expect(rejection(again)?.kind == .clash)
    }

    @Test(
        "two that were decided on one reading of the referral do not share a reason: the later is asked to read again"
    )
    func oneReading() throws {
        var county = try County.withProviders(["acorn", "birch"])
        let read = try county.refer(county.ask())
        try county.must(.override(read.id, terms("acorn", words: read.version)), by: County.broker, body: [1])
        let offer = try #require(county.state.referrals[read.id]?.offer)
        try county.must(.refuse(offer, .noStaff), by: County.provider("acorn"), body: [2])
        let late = county.submit(
            .override(read.id, terms("birch", words: read.version)),
            by: County.broker,
            body: [3]
        )
        #expect(rejection(late)?.kind == .clash)
        #expect(county.state.referrals[read.id]?.override?.provider.description == "acorn")
        let now = try #require(county.state.referrals[read.id])
        try county.must(.override(read.id, terms("birch", words: now.version)), by: County.broker, body: [3])
        #expect(county.state.referrals[read.id]?.override?.words == now.version)
    }

    @Test("it may ask a provider again that refused, and one whose caseload is full")
    func passesOver() throws {
        var county = try County.withProviders(["acorn"])
        let referral = try county.refer(county.ask())
        try county.must(.refuse(try #require(referral.offer), .noStaff), by: County.provider("acorn"), body: [1])
        #expect(county.state.referrals[referral.id]?.status == .waiting)
        var full = Provider.named("acorn")
        full.caseloadMax = 0
        try county.must(.setProvider(full, .version(1)), by: County.commissioner)
        try county.must(.override(referral.id, terms("acorn")), by: County.broker, body: [2])
        #expect(county.state.referrals[referral.id]?.status == .offered)
    }

    @Test("it never passes over skills, registration, minutes or carers at once")
    func neverPassesOver() throws {
        var county = try County.withProviders(["acorn"], minutes: 60, carers: 1)
        let unskilled = try county.refer(county.ask([.daily(skills: ["medication"])]))
        let long = try county.refer(county.ask([.daily(.morning, 90)]))
        let double = try county.refer(county.ask([.daily(.morning, 15, carers: 2)]))
        for id in [unskilled.id, long.id, double.id] {
            #expect(rejection(county.submit(.override(id, terms("acorn")), by: County.broker)) != nil, "\(id)")
            #expect(county.state.referrals[id]?.status == .waiting)
        }
        var unregistered = Provider.named("acorn")
        unregistered.personalCare = false
        try county.must(.setProvider(unregistered, .version(1)), by: County.commissioner)
        let plain = try county.refer(county.ask())
        #expect(rejection(county.submit(.override(plain.id, terms("acorn")), by: County.broker))?.kind == .againstRule)
    }

    @Test("accepted care is not moved, and only who acts for others overrides")
    func limits() throws {
        var county = try County.withProviders(["acorn", "birch"])
        let package = try county.accepted(county.ask())
        let accepted = county.submit(.override(package.referral, terms("birch")), by: County.broker)
        #expect(rejection(accepted)?.kind == .clash)
        let other = try county.refer(county.ask())
        let ward = county.submit(.override(other.id, terms("birch")), by: County.ward)
        #expect(rejection(ward)?.kind == .forbidden)
    }

    // MARK: On the spot

    private func withBudget(_ pence: Int) throws -> (County, Referral) {
        var county = try County.withProviders(["acorn"], minutes: 10)
        var policy = county.state.policy
        policy.spot.budgetPence = pence
        try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        let referral = try county.refer(county.ask())
        #expect(referral.status == .waiting)
        return (county, referral)
    }

    @Test("minutes are bought on the spot for one person, within ceiling and budget, and are nobody else's")
    func spot() throws {
        // 30 minutes a day for 42 days at £30 an hour: £630.
        var (county, referral) = try withBudget(63_000)
        let before = county.free()
        try county.must(.override(referral.id, terms("acorn", spot: 3_000)), by: County.broker, body: [1])
        let now = try #require(county.state.referrals[referral.id])
        #expect(now.status == .offered)
        let block = try #require(now.override?.spot.flatMap { county.state.blocks[$0] })
        #expect(block.spotFor == referral.id && block.pence == 63_000)
        #expect(county.state.spotCommitted == 63_000)
        #expect(county.free() == before)
        let next = try county.refer(county.ask())
        #expect(next.status == .waiting)
        let second = county.submit(.override(next.id, terms("acorn", spot: 3_000)), by: County.broker, body: [2])
        #expect(rejection(second)?.kind == .clash)
        // Refused, nothing was spent, and the budget is whole again.
        try county.must(.refuse(try #require(now.offer), .noStaff), by: County.provider("acorn"), body: [3])
        #expect(county.state.spotCommitted == 0)
        try county.must(.override(next.id, terms("acorn", spot: 3_000)), by: County.broker, body: [4])
        #expect(county.state.recount().isEmpty)
    }

    @Test("care bought on the spot may begin some days later than asked, and is postponed like any other")
    func spotBeginsLater() throws {
        var (county, referral) = try withBudget(63_000)
        try county.must(.override(referral.id, terms("acorn", spot: 3_000)), by: County.broker, body: [1])
        let offer = try #require(county.state.referrals[referral.id]?.offer)
        let visit = FirstVisit(day: county.today.adding(days: 3), band: .morning)
        try county.must(
            .accept(offer, Acceptance(firstVisit: visit, role: "m")),
            by: County.provider("acorn"),
            body: [2]
        )
        let package = try #require(county.state.referrals[referral.id]?.package)
        let later = FirstVisit(day: county.today.adding(days: 6), band: .morning)
        try county.must(.postponeFirstVisit(package, later), by: County.provider("acorn"), body: [3])
        #expect(county.state.spotCommitted == 63_000 && county.state.recount().isEmpty)
    }

    @Test("the engine never buys on the spot by itself, not with what was bought for the same person before")
    func neverByItself() throws {
        var (county, referral) = try withBudget(63_000)
        try county.must(.override(referral.id, terms("acorn", spot: 3_000)), by: County.broker, body: [1])
        let known = try #require(county.state.referrals[referral.id])
        try county.must(
            .amend(referral.id, known.ask, needsChanged: true, otherwiseChanged: false, .version(known.version)),
            by: County.ward
        )
        #expect(county.state.referrals[referral.id]?.status == .waiting)
        #expect(county.state.spotCommitted == 0)
        county.pass(minutes: 1_440)
        #expect(county.state.referrals[referral.id]?.status == .waiting)
    }

    @Test("where policy has triage come first, an override waits for it too")
    func triageFirst() throws {
        var county = try County.withProviders(["acorn"])
        var policy = county.state.policy
        policy.triageBeforeStart = true
        try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        let referral = try county.refer(county.ask())
        #expect(rejection(county.submit(.override(referral.id, terms("acorn")), by: County.broker))?.kind == .clash)
        try county.must(.triage(referral.id, .careOnly, role: "ot"), by: County.clinician)
        #expect(county.state.referrals[referral.id]?.status == .offered)
    }

    @Test("a price above the ceiling is refused with its place")
    func ceiling() throws {
        var (county, referral) = try withBudget(1_000_000)
        let result = county.submit(.override(referral.id, terms("acorn", spot: 3_215)), by: County.broker)
        #expect(rejection(result)?.faults.first?.pointer == "/spot/ratePence")
        #expect(county.state.referrals[referral.id]?.status == .waiting)
        #expect(county.state.blocks.count == 1)
    }
}
