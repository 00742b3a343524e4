import Testing

@testable import Brokerage

/// The first visit: what is asked, told and promised about it, and the alarm for the one that did not happen.
@Suite("First visits")
struct FirstVisitTests {
    private static let acorn = County.provider("acorn")

    /// Someone safe to leave, whose provider is then asked about a change.
    private static func asked() throws -> (County, Package) {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(facts: Ask.Facts(Ask.Fact.allCases)))
        try county.must(.triage(package.referral, .careOnly, role: "therapist"), by: County.clinician)
        let referral = try #require(county.state.referrals[package.referral])
        try county.must(
            .amend(referral.id, referral.ask, needsChanged: true, otherwiseChanged: false, .version(referral.version)),
            by: County.ward
        )
        return (county, package)
    }

    @Test("a question that stands when the first visit is put off is asked again")
    func askedAgain() throws {
        var (county, package) = try Self.asked()
        let first = try #require(county.state.referrals[package.referral]?.offer)
        let later = FirstVisit(day: package.firstDay.adding(days: 1), band: .morning)
        try county.must(.postponeFirstVisit(package.id, later), by: Self.acorn, body: [2])
        let referral = try #require(county.state.referrals[package.referral])
        let question = try #require(referral.offer.flatMap { county.state.offers[$0] })
        #expect(question.id != first && question.status == .open && question.replaces == package.id)
        #expect(question.startFrom == later.day)
        #expect(!county.state.isSafeToLeave(referral))
        #expect(county.state.recount().isEmpty)
    }

    @Test("a question that stands when care starts is a person's to settle")
    func startedUnanswered() throws {
        var (county, package) = try Self.asked()
        try county.must(.start(package.id, at: county.now), by: Self.acorn, body: [2])
        let referral = try #require(county.state.referrals[package.referral])
        #expect(referral.hasAlert(.changeUnconfirmed))
        #expect(!county.state.isSafeToLeave(referral))
    }

    @Test("a start told ahead can be taken back before its hour, and while nobody has confirmed it")
    func toldAheadAndNot() throws {
        for (hours, outcome) in [(1, Package.Outcome.died), (1, .neverStarted), (27, .neverStarted)] {
            var county = try County.withProviders()
            let package = try county.accepted(county.ask(startIn: 1))
            try county.must(.start(package.id, at: county.now.adding(hours: 23)), by: Self.acorn, body: [1])
            county.pass(minutes: 60 * hours)
            try county.must(.end(package.id, at: county.now, outcome, role: "ot"), by: County.clinician, body: [2])
            #expect(county.free(inDays: 1) == 240)
            #expect(county.state.referrals[package.referral]?.status == .ended)
            #expect(county.state.recount().isEmpty)
        }
    }

    @Test("a start told for an earlier day than promised rings on that day when nobody confirms it")
    func toldForEarlier() throws {
        var county = try County.withProviders()
        let referral = try county.refer(county.ask(startIn: 2))
        let offer = try #require(referral.offer)
        let promised = FirstVisit(day: county.today.adding(days: 5), band: .morning)
        try county.must(.accept(offer, Acceptance(firstVisit: promised, role: "m")), by: Self.acorn, body: [1])
        let package = try #require(county.state.referrals[referral.id]?.package)
        try county.must(.start(package, at: county.now.adding(hours: 48)), by: Self.acorn, body: [2])
        county.pass(minutes: 48 * 60 + 59)
        #expect(county.state.referrals[referral.id]?.hasAlert(.startToldAhead) == false)
        county.pass(minutes: 1)
        #expect(county.state.referrals[referral.id]?.hasAlert(.startToldAhead) == true)
    }

    @Test(
        "on the days the clocks change the alarm comes by London's clocks",
        arguments: [
            ("2027-03-27T12:00:00Z", Band.morning, "08:00", "2027-03-28T07:45:00Z"),
            ("2027-03-27T12:00:00Z", .morning, nil, "2027-03-28T10:30:00Z"),
            ("2027-10-30T12:00:00Z", .morning, nil, "2027-10-31T11:30:00Z"),
            ("2027-10-29T12:00:00Z", .night, nil, "2027-10-31T07:30:00Z"),
        ] as [(String, Band, String?, String)]
    )
    func clocksChange(accepted: String, band: Band, time: String?, due: String) throws {
        var county = try County.withProviders(at: try #require(Instant(accepted)))
        let package = try county.accepted(county.ask([.daily(band, 30, at: time)], startIn: 1))
        let due = try #require(Instant(due))
        county.now = due.adding(minutes: -1)
        county.pass(minutes: 0)
        #expect(county.state.referrals[package.referral]?.hasAlert(.notStarted) == false)
        county.pass(minutes: 1)
        #expect(county.state.referrals[package.referral]?.hasAlert(.notStarted) == true)
    }
}
