import Testing

@testable import Brokerage

@Suite("Packages")
struct PackageTests {
    let acorn = County.provider("acorn")

    @Test("the London date of the start is day 1 and the 42nd day is the last free one")
    func start() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(startIn: 0))
        try county.must(.start(package.id, at: county.now), by: acorn, body: [1])
        let started = try #require(county.state.packages[package.id])
        #expect(started.dayOne == county.today)
        #expect(started.dayCount(on: county.today) == 1)
        #expect(started.lastFreeDay == county.today.adding(days: 41))
        #expect(started.reviewsDue(county.state.policy).map { $0.days(since: county.today) } == [6, 13, 27, 34, 41])
    }

    @Test("a start on another day than promised shifts the minutes with it")
    func earlyStart() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(startIn: 1))
        try county.must(.start(package.id, at: county.now), by: acorn, body: [1])
        #expect(county.free(inDays: 0) == 210)
        #expect(county.free(inDays: 41) == 210)
        #expect(county.free(inDays: 42) == 240)
        #expect(county.state.recount().isEmpty)
    }

    @Test("a start that the minutes do not cover is still a fact; the gap goes to a person")
    func uncoveredStart() throws {
        var county = try County.withProviders(minutes: 60)
        let package = try county.accepted(county.ask([.daily(.morning, 60)], startIn: 1))
        let claim = try #require(county.state.claims[package.claims[0]])
        try county.must(
            .reportShortfall(claim.block, claim.id, day: county.today, band: .morning, minutes: 60, carers: 0),
            by: acorn
        )
        try county.must(.start(package.id, at: county.now), by: acorn, body: [1])
        let started = try #require(county.state.packages[package.id])
        #expect(started.status == .started)
        #expect(started.firstDay == county.today)
        #expect(started.uncovered == [Package.Uncovered(day: county.today, visit: 0)])
        #expect(county.state.referrals[package.referral]?.hasAlert(.coverNeeded) == true)
        #expect(county.state.recount().isEmpty)
    }

    @Test("a postponed first visit keeps the promised days' minutes for 24 hours, then asks a broker")
    func postponed() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask())
        let later = package.firstVisit.day.adding(days: 2)
        try county.must(
            .postponeFirstVisit(package.id, FirstVisit(day: later, band: .morning)),
            by: acorn,
            body: [1]
        )
        let block = try #require(county.state.blocks.values.first)
        let ledger = county.state.ledger(of: block, from: county.today.adding(days: 1), days: 44)
        #expect(ledger.accounts[Slab.Account.retained.rawValue].map { $0[0] }.prefix(3) == [30, 30, 0])
        #expect(ledger.accounts[Slab.Account.committed.rawValue][2][0] == 30)
        #expect(ledger.accounts[Slab.Account.committed.rawValue][43][0] == 30)
        county.pass(minutes: 24 * 60)
        #expect(county.state.referrals[package.referral]?.hasAlert(.postponedTooLong) == true)
        #expect(county.state.packages[package.id]?.status == .accepted)
        #expect(county.state.recount().isEmpty)
    }

    @Test("an ending frees every minute after its day, and the next in need is asked at once")
    func ending() throws {
        var county = try County.withProviders(minutes: 60)
        let package = try county.accepted(county.ask([.daily(.morning, 60)], startIn: 0))
        try county.must(.start(package.id, at: county.now), by: acorn, body: [1])
        let waiting = try county.refer(county.ask([.daily(.morning, 60)]))
        #expect(waiting.status == .waiting)
        try county.must(
            .end(package.id, at: county.now, .independent, role: "ot"),
            by: County.clinician,
            body: [1]
        )
        #expect(county.state.referrals[waiting.id]?.status == .offered)
        #expect(county.state.packages[package.id]?.lastDay == county.today)
        #expect(county.state.recount().isEmpty)
    }

    @Test("a package that never started gives everything back; one that did cannot be said never to have")
    func neverStarted() throws {
        var county = try County.withProviders()
        let first = try county.accepted(county.ask())
        try county.must(.end(first.id, at: county.now, .neverStarted, role: "ot"), by: County.broker, body: [1])
        #expect(county.free() == 240)
        let second = try county.accepted(county.ask(startIn: 0))
        try county.must(.start(second.id, at: county.now), by: acorn, body: [1])
        let refused = county.submit(
            .end(second.id, at: county.now, .neverStarted, role: "ot"),
            by: County.broker,
            body: [2]
        )
        guard case .failure(let rejection) = refused else { return #expect(Bool(false)) }
        #expect(rejection.faults.first?.pointer == "/outcome")
    }

    @Test("half an hour after the first visit's band without a start an alarm is raised, and nothing else happens")
    func alarm() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(startIn: 0))
        county.now = try #require(Instant("2027-01-04T11:29:00Z"))
        county.pass(minutes: 0)
        #expect(county.state.referrals[package.referral]?.hasAlert(.notStarted) == false)
        county.pass(minutes: 1)
        #expect(county.state.referrals[package.referral]?.hasAlert(.notStarted) == true)
        #expect(county.state.packages[package.id]?.status == .accepted)
    }

    @Test("a start told ahead of its hour does not silence the alarm")
    func toldAhead() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(startIn: 1))
        let tomorrow = try #require(Instant("2027-01-05T08:00:00Z"))
        try county.must(.start(package.id, at: tomorrow), by: acorn, body: [1])
        county.now = try #require(Instant("2027-01-05T11:30:00Z"))
        county.pass(minutes: 0)
        #expect(county.state.referrals[package.referral]?.hasAlert(.startToldAhead) == true)
    }

    @Test("past day 42 care goes on: the days ahead stay committed and a person is told")
    func overstay() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(startIn: 0))
        try county.must(.start(package.id, at: county.now), by: acorn, body: [1])
        for _ in 0..<50 { county.pass(minutes: 1440) }
        let kept = try #require(county.state.packages[package.id])
        #expect(kept.status == .started)
        #expect(kept.lastDay == county.today.adding(days: 6))
        #expect(county.free(inDays: 3) == 210)
        #expect(county.state.referrals[package.referral]?.hasAlert(.overstayed) == true)
        #expect(county.state.recount().isEmpty)
    }

    @Test("past day 42, where the minutes are sold to another, the visit is named for cover and nothing is sold twice")
    func overstayUncovered() throws {
        var county = try County.withProviders(minutes: 60)
        let package = try county.accepted(county.ask([.daily(.morning, 60)], startIn: 0))
        try county.must(.start(package.id, at: county.now), by: acorn, body: [1])
        _ = try county.accepted(county.ask([.daily(.morning, 60)], startIn: 42))
        for _ in 0..<43 { county.pass(minutes: 1440) }
        let kept = try #require(county.state.packages[package.id])
        #expect(kept.status == .started)
        #expect(!kept.uncovered.isEmpty)
        #expect(county.state.referrals[package.referral]?.hasAlert(.coverNeeded) == true)
        #expect(county.state.recount().isEmpty)
    }

    @Test("a first visit missed, postponed and missed again rings twice")
    func alarmAgain() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(startIn: 0))
        county.now = try #require(Instant("2027-01-04T11:30:00Z"))
        county.pass(minutes: 0)
        #expect(county.state.referrals[package.referral]?.hasAlert(.notStarted) == true)
        try county.must(
            .postponeFirstVisit(package.id, FirstVisit(day: county.today.adding(days: 1), band: .morning)),
            by: acorn,
            body: [1]
        )
        #expect(county.state.referrals[package.referral]?.hasAlert(.notStarted) == false)
        county.now = try #require(Instant("2027-01-05T11:30:00Z"))
        county.pass(minutes: 0)
        #expect(county.state.referrals[package.referral]?.hasAlert(.notStarted) == true)
    }

    @Test("the alarm of a timed first visit comes after its time, its tolerance and half an hour")
    func timedAlarm() throws {
        var county = try County.withProviders(at: try #require(Instant("2027-01-04T06:00:00Z")))
        let package = try county.accepted(county.ask([.daily(.morning, 30, at: "08:00")], startIn: 0))
        county.now = try #require(Instant("2027-01-04T08:44:00Z"))
        county.pass(minutes: 0)
        #expect(county.state.referrals[package.referral]?.hasAlert(.notStarted) == false)
        county.pass(minutes: 1)
        #expect(county.state.referrals[package.referral]?.hasAlert(.notStarted) == true)
    }

    @Test("a package that ends later keeps its carers busy until then")
    func endingLater() throws {
        var county = try County.withProviders(minutes: 240, carers: 1)
        let package = try county.accepted(county.ask([.daily(.morning, 30, at: "08:00")], startIn: 0))
        try county.must(.start(package.id, at: county.now), by: acorn, body: [1])
        try county.must(
            .end(package.id, at: county.now.adding(hours: 24 * 5), .independent, role: "ot"),
            by: County.broker,
            body: [1]
        )
        let waiting = try county.refer(county.ask([.daily(.morning, 30, at: "08:00")]))
        #expect(waiting.status == .waiting)
        for _ in 0..<5 { county.pass(minutes: 1440) }
        #expect(county.state.referrals[waiting.id]?.status == .waiting)
        county.pass(minutes: 1440)
        #expect(county.state.referrals[waiting.id]?.status == .offered)
        #expect(county.state.recount().isEmpty)
    }

    @Test(
        "whoever is visited until a planned end is in the provider's hands until then, and until the end when it comes sooner"
    )
    func endingLaterOfAFullProvider() throws {
        var county = try County.withProviders()
        var full = Provider.named("acorn")
        full.caseloadMax = 1
        try county.must(.setProvider(full, .version(1)), by: County.commissioner)
        let package = try county.accepted(county.ask(startIn: 0))
        try county.must(.start(package.id, at: county.now), by: acorn, body: [1])
        let waiting = try county.refer(county.ask())
        func end(inDays days: Int, _ body: UInt8) throws {
            let at = county.now.adding(hours: 24 * days)
            try county.must(.end(package.id, at: at, .independent, role: "ot"), by: County.broker, body: [body])
        }
        try end(inDays: 5, 1)
        #expect(county.state.referrals[waiting.id]?.status == .waiting)
        var sooner = county
        try sooner.must(.end(package.id, at: sooner.now, .died, role: "ot"), by: County.broker, body: [2])
        #expect(sooner.state.referrals[waiting.id]?.status == .offered)
        for _ in 0..<5 { county.pass(minutes: 1440) }
        #expect(county.state.referrals[waiting.id]?.status == .waiting)
        county.pass(minutes: 1440)
        #expect(county.state.referrals[waiting.id]?.status == .offered)
        #expect(county.state.caseloads[Slug("acorn")!] == 1)
    }

    @Test("a first visit promised for after the placement clock has run out is a breach")
    func lateFirstVisit() throws {
        var county = try County.withProviders()
        let referral = try county.refer(county.ask())
        let offer = try #require(referral.offer)
        let late = FirstVisit(day: county.today.adding(days: 10), band: .morning)
        try county.must(.accept(offer, Acceptance(firstVisit: late, role: "m")), by: acorn, body: [1])
        county.pass(minutes: 24 * 60)
        #expect(county.state.referrals[referral.id]?.hasAlert(.placementBreached) == true)
    }
}
