import Testing

@testable import Brokerage

@Suite("Fairness over four weeks")
struct FairnessTests {
    /// The provider a referral was offered to.
    private func offered(_ county: inout County) throws -> String {
        let referral = try county.refer(county.ask())
        return try #require(referral.offer.flatMap { county.state.offers[$0] }?.provider).description
    }

    @Test("providers that hold the same hours are offered the same minutes, turn by turn")
    func evenly() throws {
        var county = try County.withProviders(["acorn", "birch"], minutes: 600)
        var counts: [String: Int] = [:]
        for _ in 0..<8 { counts[try offered(&county), default: 0] += 1 }
        #expect(counts == ["acorn": 4, "birch": 4])
    }

    @Test("a provider that holds three times the hours is offered three times the minutes")
    func byShare() throws {
        var county = try County.withProviders(["acorn"], minutes: 600)
        try county.must(.setProvider(.named("birch"), .absent), by: County.commissioner)
        try county.award("birch", minutes: 200)
        var counts: [String: Int] = [:]
        for _ in 0..<8 { counts[try offered(&county), default: 0] += 1 }
        #expect(counts == ["acorn": 6, "birch": 2])
    }

    /// What the account says of acorn after it refused for a reason.
    private func given(afterRefusing reason: Offer.Refusal) throws -> Int {
        var county = try County.withProviders(["acorn"], minutes: 600)
        let referral = try county.refer(county.ask())
        let offer = try #require(referral.offer)
        try county.must(.refuse(offer, reason), by: County.provider("acorn"), body: [1])
        return FairnessAccount(county.state, zone: Slug("leam")!, on: county.today).given
    }

    @Test("refusing for want of time or staff counts as received", arguments: [Offer.Refusal.timing, .noStaff])
    func counts(reason: Offer.Refusal) throws {
        #expect(try given(afterRefusing: reason) == 210)
    }

    @Test(
        "refusing what is unsafe, not told or beyond its competence costs nothing",
        arguments: [
            Offer.Refusal.unsafe, .informationMissing, .beyondCompetence, .geography, .personDeclined, .other,
        ]
    )
    func costsNothing(reason: Offer.Refusal) throws {
        #expect(try given(afterRefusing: reason) == 0)
    }

    @Test("an offer left unanswered costs nothing")
    func unanswered() throws {
        var county = try County.withProviders(["acorn"], minutes: 600)
        _ = try county.refer(county.ask(startIn: 3))
        county.pass(minutes: 61)
        #expect(FairnessAccount(county.state, zone: Slug("leam")!, on: county.today).given == 0)
    }

    @Test("what was received leaves the account after the policy's days")
    func window() throws {
        var county = try County.withProviders(["acorn"], minutes: 600)
        _ = try county.accepted(county.ask())
        let zone = Slug("leam")!
        county.pass(minutes: 27 * 1_440)
        #expect(FairnessAccount(county.state, zone: zone, on: county.today).given == 210)
        county.pass(minutes: 1_440)
        #expect(FairnessAccount(county.state, zone: zone, on: county.today).given == 0)
    }
}
