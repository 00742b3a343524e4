import Testing

@testable import Brokerage

/// What happens to care as days pass, where a mistake would sell an hour twice or leave somebody alone.
@Suite("Care over time")
struct CareOverTimeTests {
    private static let acorn = County.provider("acorn")

    /// A call at tea for one week.
    private static func week(from day: Day, at time: String? = nil) -> Ask {
        Ask(
            district: PostcodeDistrict("CV32")!,
            pathway: 1,
            source: .ward,
            class: .stepDown,
            startFrom: day,
            weeks: 1,
            visits: [.daily(.tea, at: time)]
        )
    }

    @Test("a first visit is put off behind somebody else's care without taking a minute of it")
    func postponedBehindOthers() throws {
        var county = try County.withProviders(minutes: 30, carers: 1)
        let first = try county.accepted(Self.week(from: county.today))
        // The next has the same minutes from the day on which the first ends.
        let behind = try county.accepted(Self.week(from: county.today.adding(days: 7)))
        let visit = FirstVisit(day: county.today.adding(days: 14), band: .tea)
        try county.must(.postponeFirstVisit(first.id, visit), by: Self.acorn, body: [2])
        let moved = try #require(county.state.packages[first.id])
        #expect(moved.firstDay == visit.day)
        // Its own week is kept, and not a day more.
        #expect(moved.lastRetainedDay == county.today.adding(days: 6))
        #expect(county.state.packages[behind.id]?.firstDay == county.today.adding(days: 7))
        #expect(county.state.recount().isEmpty)
    }

    @Test("a first visit is moved forward and then put off: the days it gave up are somebody else's")
    func movedForwardThenPutOff() throws {
        var county = try County.withProviders(minutes: 30, carers: 1)
        let today = county.today
        let referral = try county.refer(Self.week(from: today))
        let later = FirstVisit(day: today.adding(days: 3), band: .tea)
        let offer = try #require(referral.offer)
        try county.must(.accept(offer, Acceptance(firstVisit: later, role: "manager")), by: Self.acorn, body: [1])
        let package = try #require(county.state.referrals[referral.id]?.package)
        let sooner = FirstVisit(day: today, band: .tea)
        try county.must(.postponeFirstVisit(package, sooner), by: Self.acorn, body: [2])
        // Days 7 to 13 are somebody else's now, of which 7 to 9 were its own once.
        _ = try county.accepted(Self.week(from: today.adding(days: 7)))
        let putOff = FirstVisit(day: today.adding(days: 14), band: .tea)
        try county.must(.postponeFirstVisit(package, putOff), by: Self.acorn, body: [3])
        let moved = try #require(county.state.packages[package])
        #expect(moved.promisedDay == today && moved.lastRetainedDay == today.adding(days: 6))
        #expect(county.state.recount().isEmpty)
        // And back into the middle of what is kept.
        try county.must(
            .postponeFirstVisit(package, FirstVisit(day: today, band: .tea)),
            by: Self.acorn,
            body: [4]
        )
        #expect(county.state.recount().isEmpty)
    }

    @Test("a first visit is put off beyond a day on which the provider is short of staff")
    func postponedBeyondShortfall() throws {
        var county = try County.withProviders(minutes: 60, carers: 1)
        let package = try county.accepted(county.ask([.daily(.tea, 60)], startIn: 0))
        let claim = package.claims[0]
        let block = try #require(county.state.claims[claim]?.block)
        try county.must(
            .reportShortfall(block, claim, day: county.today.adding(days: 45), band: .tea, minutes: 60, carers: 1),
            by: Self.acorn
        )
        let visit = FirstVisit(day: county.today.adding(days: 50), band: .tea)
        try county.must(.postponeFirstVisit(package.id, visit), by: Self.acorn, body: [2])
        #expect(county.state.packages[package.id]?.lastRetainedDay == county.today.adding(days: 41))
        #expect(county.state.recount().isEmpty)
    }

    @Test("put back to the day first promised, nothing is kept, and no alarm rings for it")
    func postponedAndBack() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(startIn: 2))
        let promised = package.firstVisit
        try county.must(
            .postponeFirstVisit(package.id, FirstVisit(day: promised.day.adding(days: 3), band: promised.band)),
            by: Self.acorn,
            body: [2]
        )
        #expect(county.state.packages[package.id]?.retainedUntil != nil)
        try county.must(.postponeFirstVisit(package.id, promised), by: Self.acorn, body: [3])
        #expect(county.state.packages[package.id]?.retainedUntil == nil)
        county.pass(minutes: 26 * 60)
        #expect(county.state.referrals[package.referral]?.hasAlert(.postponedTooLong) == false)
    }

    @Test("someone who overstays is not given the carer that somebody else has at that hour")
    func overstayBesideTimedVisit() throws {
        var county = try County.withProviders(minutes: 240, carers: 1)
        let stays = try county.accepted(Self.week(from: county.today, at: "16:00"))
        try county.must(.start(stays.id, at: county.now), by: Self.acorn, body: [2])
        let next = try county.accepted(Self.week(from: county.today.adding(days: 7), at: "16:00"))
        for _ in 0..<8 { county.pass(minutes: 24 * 60) }
        let package = try #require(county.state.packages[stays.id])
        #expect(package.lastDay >= county.today)
        let clash = package.uncovered.map(\.day)
        #expect(clash.contains(next.firstDay), "\(package.uncovered)")
        #expect(county.state.referrals[stays.referral]?.hasAlert(.coverNeeded) == true)
        #expect(county.state.recount().isEmpty)
    }

    @Test(
        "asked for early, a visit at any hour of the day asked for is in time, and one a day later is not",
        arguments: [0, 1]
    )
    func dueOnItsDay(late: Int) throws {
        var county = try County.withProviders()
        let ask = county.ask([.daily(.bed)], startIn: 3)
        let referral = try county.refer(ask)
        let offer = try #require(referral.offer)
        let visit = FirstVisit(day: ask.startFrom.adding(days: late), band: .bed)
        try county.must(.accept(offer, Acceptance(firstVisit: visit, role: "manager")), by: Self.acorn, body: [1])
        county.pass(minutes: 64 * 60)
        #expect(county.today == ask.startFrom)
        #expect(county.state.referrals[referral.id]?.hasAlert(.placementBreached) == (late == 1))
    }

    @Test("nobody is safe to leave for a first visit that was missed, or put off for too long")
    func notSafe() throws {
        var county = try County.withProviders()
        var package = try county.accepted(county.ask(startIn: 0, facts: Ask.Facts(Ask.Fact.allCases)))
        try county.must(.triage(package.referral, .careOnly, role: "therapist"), by: County.clinician)
        func isSafe() -> Bool {
            county.state.referrals[package.referral].map(county.state.isSafeToLeave) ?? false
        }
        #expect(isSafe())
        county.pass(minutes: 8 * 60)
        #expect(county.state.referrals[package.referral]?.hasAlert(.notStarted) == true)
        #expect(!isSafe())
        let visit = FirstVisit(day: county.today.adding(days: 3), band: package.firstVisit.band)
        try county.must(.postponeFirstVisit(package.id, visit), by: Self.acorn, body: [2])
        #expect(isSafe())
        county.pass(minutes: 25 * 60)
        package = try #require(county.state.packages[package.id])
        let referral = try #require(county.state.referrals[package.referral])
        #expect(referral.hasAlert(.postponedTooLong) && !isSafe())
        #expect(county.state.waitingFor(referral) == .broker)
    }

    @Test("an end that was planned comes sooner when it must, and never later")
    func plannedEnd() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(startIn: 0))
        try county.must(.start(package.id, at: county.now), by: Self.acorn, body: [2])
        let free = county.free(inDays: 10)
        let planned = county.now.adding(hours: 20 * 24)
        try county.must(.end(package.id, at: planned, .independent, role: "nurse"), by: County.clinician, body: [3])
        #expect(county.free(inDays: 10) == free)
        county.pass(minutes: 24 * 60)
        let later = planned.adding(hours: 24)
        let refused = county.submit(
            .end(package.id, at: later, .independent, role: "nurse"),
            by: County.clinician,
            body: [4]
        )
        #expect(throws: Rejection.self) { try refused.get() }
        try county.must(.end(package.id, at: county.now, .died, role: "nurse"), by: County.clinician, body: [5])
        #expect(county.free(inDays: 9) == free + 30)
        #expect(county.state.packages[package.id]?.ending?.outcome == .died)
        #expect(county.state.referrals[package.referral]?.status == .ended)
        #expect(county.state.recount().isEmpty)
        county.pass(minutes: 24 * 60)
        let again = county.submit(
            .end(package.id, at: county.now, .died, role: "nurse"),
            by: County.clinician,
            body: [6]
        )
        #expect(throws: Rejection.self) { try again.get() }
        // One person more or fewer would show in a caseload.
        #expect(county.state.caseloads[Slug("acorn")!] == 0)
    }

    @Test("care that never began does not end on a day that is not there yet, nor before it was accepted")
    func endedBeforeItBegan() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(startIn: 2))
        for at in [county.now.adding(hours: 24 * 40), Instant(seconds: 0)] {
            let refused = county.submit(
                .end(package.id, at: at, .hospital, role: "nurse"),
                by: County.clinician,
                body: [3]
            )
            #expect(throws: Rejection.self) { try refused.get() }
        }
        try county.must(.end(package.id, at: county.now, .hospital, role: "nurse"), by: County.clinician, body: [4])
    }

    @Test("what identifies a person changes after acceptance: the provider is asked again, never in silence")
    func changedAfterAcceptance() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(facts: Ask.Facts(Ask.Fact.allCases)))
        try county.must(.triage(package.referral, .careOnly, role: "therapist"), by: County.clinician)
        let referral = try #require(county.state.referrals[package.referral])
        #expect(county.state.isSafeToLeave(referral))
        try county.must(
            .amend(
                referral.id,
                referral.ask,
                needsChanged: false,
                otherwiseChanged: true,
                .version(referral.version)
            ),
            by: County.ward
        )
        let changed = try #require(county.state.referrals[package.referral])
        #expect(!county.state.isSafeToLeave(changed))
        #expect(county.state.waitingFor(changed) == .reply)
        let question = try #require(changed.offer.flatMap { county.state.offers[$0] })
        #expect(question.replaces == package.id)
    }
}

@Suite("Urgent at night")
struct UrgentTests {
    private static func closed(_ name: String) -> Provider {
        var provider = Provider.named(name)
        provider.answering = [
            Provider.AnsweringHours(days: .all, from: TimeOfDay("09:00")!, until: 17 * 60)!
        ]
        return provider
    }

    @Test("who answers before it is too late is asked first, and nobody's silence passes for a place")
    func answersInTime() throws {
        let night = Instant("2027-01-04T23:30:00Z")!
        var county = try County.withProviders(["acorn", "birch"], at: night)
        var acorn = Self.closed("acorn")
        acorn.version = 1
        try county.must(.setProvider(acorn, .version(1)), by: County.commissioner)
        let first = try county.refer(county.ask(class: .urgent))
        #expect(first.offer.flatMap { county.state.offers[$0] }?.provider == Slug("birch")!)
        // With birch gone only a provider that answers in the morning is left.
        var birch = Provider.named("birch")
        birch.status = .suspended
        birch.version = 1
        try county.must(.setProvider(birch, .version(1)), by: County.commissioner)
        let second = try county.refer(county.ask(class: .urgent))
        #expect(second.offer.flatMap { county.state.offers[$0] }?.provider == Slug("acorn")!)
        county.pass(minutes: 16)
        #expect(county.state.referrals[second.id]?.hasAlert(.urgentUnplaced) == true)
    }
}
