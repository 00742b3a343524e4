import Testing

@testable import Brokerage

/// Visits that someone counts on and nobody is there for: each is named to a person, and minutes without staff are sold to nobody.
@Suite("Cover")
struct CoverTests {
    private static let acorn = County.provider("acorn")

    private static func short(
        _ county: inout County,
        _ package: Package,
        inDays days: Int,
        minutes: Int,
        carers: Int = 0
    ) throws {
        let claim = try #require(county.state.claims[package.claims[0]])
        try county.must(
            .reportShortfall(
                claim.block,
                claim.id,
                day: county.today.adding(days: days),
                band: .morning,
                minutes: minutes,
                carers: carers
            ),
            by: acorn
        )
    }

    private static func needsCover(_ county: County, _ referral: ReferralID) -> Bool {
        county.state.referrals[referral]?.hasAlert(.coverNeeded) ?? false
    }

    @Test("care that begins on kept days stays on them, whatever stands in its way on another day")
    func keptDays() throws {
        var county = try County.withProviders(minutes: 30, carers: 1)
        let package = try county.accepted(county.ask(startIn: 0))
        try county.must(
            .postponeFirstVisit(package.id, FirstVisit(day: county.today.adding(days: 4), band: .morning)),
            by: Self.acorn,
            body: [2]
        )
        try Self.short(&county, package, inDays: 20, minutes: 0, carers: 1)
        try county.must(.start(package.id, at: county.now), by: Self.acorn, body: [3])
        let started = try #require(county.state.packages[package.id])
        #expect(started.firstDay == county.today && started.lastDay == county.today.adding(days: 41))
        #expect(started.uncovered.isEmpty)
        #expect((0..<42).allSatisfy { county.free(inDays: $0) == 0 })
        // The day without a carer is its own, and for a person to cover.
        #expect(Self.needsCover(county, package.referral))
        #expect(county.state.recount().isEmpty)
    }

    @Test("care that begins late names each visit of its six weeks that is somebody else's")
    func laterThanHeld() throws {
        var county = try County.withProviders(minutes: 30, carers: 1)
        let package = try county.accepted(county.ask(startIn: 0))
        let next = try county.accepted(county.ask(startIn: 42))
        for _ in 0..<10 { county.pass(minutes: 24 * 60) }
        try county.must(.start(package.id, at: county.now), by: Self.acorn, body: [3])
        let started = try #require(county.state.packages[package.id])
        #expect(started.lastDay == started.lastFreeDay)
        let theirs = (0..<10).map { next.firstDay.adding(days: $0) }
        #expect(started.uncovered == theirs.map { Package.Uncovered(day: $0, visit: 0) })
        #expect(Self.needsCover(county, package.referral))
        #expect(county.state.recount().isEmpty)
        // The other ends at once: as the days come near they are covered again.
        try county.must(.end(next.id, at: county.now, .hospital, role: "ot"), by: County.clinician, body: [4])
        for _ in 0..<30 { county.pass(minutes: 24 * 60) }
        let near = county.today.adding(days: 6)
        #expect(county.state.packages[package.id]?.uncovered.map(\.day) == theirs.filter { $0 > near })
        #expect(county.state.recount().isEmpty)
    }

    @Test("a carer who is absent leaves a double-handed call to a person, though there are minutes enough")
    func absentCarer() throws {
        var county = try County.withProviders(minutes: 240, carers: 2)
        let both = try county.accepted(county.ask([.daily(.morning, 30, carers: 2)]))
        let one = try county.accepted(county.ask([.daily(.morning, 30)]))
        try Self.short(&county, both, inDays: 2, minutes: 120, carers: 1)
        #expect(Self.needsCover(county, both.referral))
        #expect(!Self.needsCover(county, one.referral))
    }

    @Test("who accepts for a day reported short is told to a person")
    func acceptedWhileShort() throws {
        var county = try County.withProviders(minutes: 30)
        let referral = try county.refer(county.ask(startIn: 0))
        let offer = try #require(referral.offer.flatMap { county.state.offers[$0] })
        let claim = try #require(county.state.claims[offer.claims[0]])
        try county.must(
            .reportShortfall(claim.block, claim.id, day: county.today, band: .morning, minutes: 30, carers: 0),
            by: Self.acorn
        )
        #expect(!Self.needsCover(county, referral.id))
        let visit = FirstVisit(day: county.today, band: .morning)
        try county.must(.accept(offer.id, Acceptance(firstVisit: visit, role: "m")), by: Self.acorn, body: [1])
        #expect(Self.needsCover(county, referral.id))
        #expect(county.state.recount().isEmpty)
    }

    @Test("a change that moves care to another claim leaves what was reported missing behind, unstaffed")
    func changeToAnotherClaim() throws {
        var county = try County.withProviders(minutes: 30)
        let package = try county.accepted(county.ask())
        try Self.short(&county, package, inDays: 5, minutes: 30)
        try county.award("acorn", minutes: 60)
        let referral = try #require(county.state.referrals[package.referral])
        let longer = referral.ask.with(visits: [.daily(.morning, 45)])
        try county.must(
            .amend(referral.id, longer, otherwiseChanged: false, .version(referral.version)),
            by: County.ward
        )
        let question = try #require(county.state.referrals[referral.id]?.offer)
        let visit = FirstVisit(day: package.firstDay, band: .morning)
        try county.must(.accept(question, Acceptance(firstVisit: visit, role: "m")), by: Self.acorn, body: [3])
        let moved = try #require(county.state.referrals[referral.id]?.package.flatMap { county.state.packages[$0] })
        #expect(moved.claims != package.claims)
        #expect(county.state.slabs[package.claims[0]]?[.free, county.today.adding(days: 5), .morning] == 0)
        #expect(county.state.recount().isEmpty, "\(county.state.recount())")
    }

    @Test("minutes that are kept for a first visit put off keep their carer")
    func keptCarer() throws {
        var county = try County.withProviders(minutes: 60, carers: 1)
        let package = try county.accepted(county.ask([.daily(.morning, 30, at: "08:00")], startIn: 1))
        let later = FirstVisit(day: package.firstDay.adding(days: 5), band: .morning)
        try county.must(.postponeFirstVisit(package.id, later), by: Self.acorn, body: [2])
        // Somebody else asks for that hour of the days that are kept, and of none beside them.
        let visit = Visit(
            band: .morning,
            minutes: 30,
            carers: 1,
            days: Weekdays([.tue, .wed, .thu]),
            skills: [],
            personalCare: true,
            time: Visit.Time(at: TimeOfDay("08:00")!, toleranceMinutes: 15),
            hasShortVisitReason: true
        )
        let waits = try county.refer(
            Ask(
                district: PostcodeDistrict("CV32")!,
                pathway: 1,
                source: .ward,
                class: .stepDown,
                startFrom: package.firstDay,
                weeks: 1,
                visits: [visit]
            )
        )
        #expect(waits.status == .waiting)
        // So it can come back to the day it was promised for.
        try county.must(.postponeFirstVisit(package.id, package.firstVisit), by: Self.acorn, body: [3])
        #expect(county.state.recount().isEmpty)
    }

    @Test(
        "a carer who is absent does not keep a first visit from moving within its own days, nor minutes from being reduced"
    )
    func absenceThatStands() throws {
        var county = try County.withProviders(minutes: 240, carers: 1)
        let package = try county.accepted(county.ask(startIn: 1))
        try Self.short(&county, package, inDays: 3, minutes: 0, carers: 1)
        try Self.short(&county, package, inDays: 35, minutes: 0, carers: 1)
        let later = FirstVisit(day: package.firstDay.adding(days: 1), band: .morning)
        try county.must(.postponeFirstVisit(package.id, later), by: Self.acorn, body: [2])
        let claim = try #require(county.state.claims[package.claims[0]])
        let less = WeeklyPattern.daily(200, 1)
        try county.must(
            .reduceClaim(claim.block, claim.id, from: county.today.adding(days: 29), weekly: less),
            by: Self.acorn,
            body: [3]
        )
        #expect(county.state.recount().isEmpty)
    }

    @Test("bands that move leave standing visits at their time, and their carers busy")
    func bandsMoved() throws {
        var county = try County.withProviders(minutes: 240, carers: 1)
        _ = try county.accepted(county.ask([.daily(.morning, 60, at: "07:00")]))
        var policy = county.state.policy
        policy.bands = try #require(BandHours(starts: [450, 660, 900, 1080, 1380]))
        try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        let waits = try county.refer(county.ask([.daily(.morning, 30, at: "07:30")]))
        #expect(waits.status == .waiting)
        let later = try county.refer(county.ask([.daily(.morning, 30, at: "08:00")]))
        #expect(later.status == .offered)
    }
}
