import Testing

@testable import Brokerage

/// Reasons are written for every claim of a zone, so what many people come to at once is long. It is written a part at a time, and
/// time never stands still for it.
@Suite("What one record may hold")
struct RecordLengthTests {
    private static let claims = 20
    private static let people = 60
    /// Enough for twenty people's reasons, and little more.
    private static let mostEntries = 400
    /// What one record may come to: the last reasons begin below the limit, and a question about whoever shares its claim.
    private static let bound = mostEntries + 3 * claims

    /// Reasons of what was decided last.
    private func verdicts(_ county: County) -> Int {
        county.events.reduce(0) { sum, event in
            if case .placementDecided(_, let decision) = event { sum + decision.verdicts.count } else { sum }
        }
    }

    /// A zone of twenty claims that hold nothing but a quarter of an hour in the evening.
    private func county() throws -> County {
        var county = try County.withProviders(["acorn"], minutes: 1)
        for _ in 1..<RecordLengthTests.claims { try county.block([.bed], to: "acorn", minutes: 15) }
        county.mostEntries = RecordLengthTests.mostEntries
        return county
    }

    @Test("offers that lapse together lapse over some ticks, all of them, and everybody is tried again")
    func expiries() throws {
        var county = try county()
        try county.must(.setProvider(.named("birch"), .absent), by: County.commissioner)
        try county.block([.morning], to: "birch", minutes: RecordLengthTests.people * 15)
        let people = try (0..<RecordLengthTests.people).map { _ in try county.refer(county.ask([.daily(.morning, 15)]))
        }
        #expect(people.allSatisfy { $0.status == .offered })
        county.pass(minutes: 61)
        #expect((1...RecordLengthTests.bound).contains(verdicts(county)))
        var ticks = 1
        while county.state.offersOpen.contains(where: { county.state.offers[$0]!.expiresAt <= county.now }), ticks < 10
        {
            county.submit(.advance, by: County.broker)
            #expect(verdicts(county) <= RecordLengthTests.bound)
            ticks += 1
        }
        #expect(ticks > 1 && ticks < 10)
        while !county.state.deferrals.isEmpty, ticks < 20 {
            county.submit(.advance, by: County.broker)
            ticks += 1
        }
        for person in people {
            let referral = try #require(county.state.referrals[person.id])
            #expect(referral.status == .waiting && referral.decision?.chosen == nil)
            #expect(referral.decision?.verdicts.contains { $0.reason == .declined } == true)
        }
    }

    @Test(
        "a provider with many offers is suspended in one command; whoever it leaves is told why they wait a tick later"
    )
    func suspended() throws {
        var county = try county()
        try county.must(.setProvider(.named("birch"), .absent), by: County.commissioner)
        try county.block([.morning], to: "birch", minutes: RecordLengthTests.people * 15)
        let people = try (0..<RecordLengthTests.people).map { _ in try county.refer(county.ask([.daily(.morning, 15)]))
        }
        var birch = Provider.named("birch")
        birch.status = .suspended
        try county.must(.setProvider(birch, .version(1)), by: County.commissioner)
        #expect(verdicts(county) <= RecordLengthTests.bound)
        #expect(county.state.offersOpen.isEmpty && !county.state.deferrals.isEmpty)
        for _ in 0..<5 { county.submit(.advance, by: County.broker) }
        #expect(county.state.deferrals.isEmpty)
        #expect(people.allSatisfy { county.state.referrals[$0.id]?.decision?.chosen == nil })
    }

    @Test("a day on which many can be placed at last begins with whatever command is next, and goes on with the next")
    func midnight() throws {
        var county = try county()
        let people = try (0..<RecordLengthTests.people).map { _ in
            try county.refer(county.ask([.daily(.morning, 15)], startIn: 1))
        }
        #expect(people.allSatisfy { $0.status == .waiting })
        // It begins a day later than they need it.
        let terms = BlockTerms(
            zone: Slug("leam")!,
            from: county.today.adding(days: 2),
            until: county.today.adding(days: 200),
            ratePence: 2500,
            funding: .council,
            skills: [],
            weekly: .daily(RecordLengthTests.people * 15, bands: [.morning])
        )
        try county.must(.buyBlock(terms, awardedTo: Slug("acorn")!), by: County.commissioner)
        #expect(verdicts(county) == 0)
        county.now = county.now.adding(hours: 48)
        let one = try county.refer(county.ask([.daily(.lunch, 240)]))
        #expect(one.status == .waiting)
        #expect(verdicts(county) <= RecordLengthTests.bound)
        for _ in 0..<5 { county.submit(.advance, by: County.broker) }
        #expect(people.allSatisfy { county.state.referrals[$0.id]?.status == .offered })
    }

    @Test(
        "care that goes on past its last free day is committed for everybody, over some ticks where one record has no room"
    )
    func overstays() throws {
        var county = try County.withProviders(minutes: 600, carers: 9)
        let packages = try (0..<12).map { _ in try county.accepted(county.ask(startIn: 0)) }
        for package in packages {
            try county.must(.start(package.id, at: county.now), by: County.provider("acorn"), body: [1])
        }
        let ahead = Int32(county.state.policy.overstayDaysAhead)
        let last = try #require(packages.first).firstDay.adding(days: 41)
        while county.today < last.adding(days: -Int(ahead) + 1) { county.pass(minutes: 1440) }
        county.mostEntries = 5
        county.pass(minutes: 1440)
        func committed() -> Int {
            packages.filter { county.state.packages[$0.id]!.lastDay >= county.today.adding(days: Int(ahead) - 1) }.count
        }
        #expect((1..<12).contains(committed()))
        for _ in 0..<4 { county.submit(.advance, by: County.broker) }
        #expect(committed() == 12)
    }
}
