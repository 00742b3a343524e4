import Testing

@testable import Brokerage

@Suite("Zones")
struct ZoneTests {
    private static let rugby = Slug("rugby")!
    private static let acorn = County.provider("acorn")

    /// Moves CV32 from one zone to another, in which a provider has minutes free.
    private static func move(_ county: inout County) throws {
        let leam = Slug("leam")!
        let version = try #require(county.state.zones[leam]).version
        try county.must(
            .setZone(leam, name: "Leamington", districts: [PostcodeDistrict("CV31")!], .version(version)),
            by: County.commissioner
        )
        try county.must(
            .setZone(rugby, name: "Rugby", districts: [PostcodeDistrict("CV32")!], .version(1)),
            by: County.commissioner
        )
    }

    /// Acorn works in Leamington with so many minutes, birch in Rugby.
    private static func county(minutes: Int) throws -> County {
        var county = try County.withProviders(minutes: minutes)
        try county.must(.setZone(rugby, name: "Rugby", districts: [], .absent), by: County.commissioner)
        var birch = Provider.named("birch")
        birch.zones = [rugby]
        try county.must(.setProvider(birch, .absent), by: County.commissioner)
        let terms = BlockTerms(
            zone: rugby,
            from: county.today,
            until: county.today.adding(days: 200),
            ratePence: 2_500,
            funding: .council,
            skills: [],
            weekly: .daily(240)
        )
        try county.must(.buyBlock(terms, awardedTo: Slug("birch")!), by: County.commissioner)
        return county
    }

    @Test("who waits when their district is moved to another zone is sought care for there")
    func waiting() throws {
        var county = try Self.county(minutes: 10)
        let referral = try county.refer(county.ask())
        #expect(referral.status == .waiting)
        try Self.move(&county)
        let moved = try #require(county.state.referrals[referral.id])
        #expect(moved.zone == Self.rugby && moved.status == .offered)
        #expect(moved.offer.flatMap { county.state.offers[$0] }?.provider == Slug("birch")!)
        #expect(county.state.waitingCount(in: Slug("leam")!) == 0)
        #expect(county.state.recount().isEmpty)
    }

    @Test("an offer that stands is left to its provider; what it refuses is sought where the district lies now")
    func offered() throws {
        var county = try Self.county(minutes: 30)
        let first = try county.refer(county.ask())
        let second = try county.refer(county.ask())
        #expect(second.status == .waiting)
        try Self.move(&county)
        #expect(county.state.referrals[first.id]?.offer == first.offer)
        #expect(county.state.referrals[second.id]?.zone == Self.rugby)
        let offer = try #require(first.offer)
        try county.must(.refuse(offer, .noStaff), by: Self.acorn, body: [1])
        let moved = try #require(county.state.referrals[first.id])
        #expect(moved.zone == Self.rugby && moved.status == .offered)
        // What came free lies where it lay.
        #expect(county.free() == 30)
        #expect(county.state.recount().isEmpty)
    }

    @Test("care that was accepted stays with its provider, and its minutes come free where they lie")
    func accepted() throws {
        var county = try Self.county(minutes: 30)
        let package = try county.accepted(county.ask())
        try Self.move(&county)
        #expect(county.state.referrals[package.referral]?.zone == Slug("leam")!)
        let near = Ask(
            district: PostcodeDistrict("CV31")!,
            pathway: 1,
            source: .ward,
            class: .stepDown,
            startFrom: county.today.adding(days: 1),
            visits: [.daily()]
        )
        let waits = try county.refer(near)
        #expect(waits.status == .waiting)
        try county.must(.end(package.id, at: county.now, .neverStarted, role: "ot"), by: County.broker, body: [2])
        #expect(county.state.referrals[waits.id]?.status == .offered)
    }
}
