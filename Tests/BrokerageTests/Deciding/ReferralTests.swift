import Testing

@testable import Brokerage

@Suite("Referrals")
struct ReferralTests {
    static let complete: Ask.Facts = [
        .transfers, .equipment, .medication, .consent, .livesAlone, .access, .assessment,
    ]

    func faults(_ visits: [Visit], startIn: Int = 1) throws -> [String] {
        var county = try County.withProviders()
        guard
            case .failure(let rejection) = county.submit(.refer(county.ask(visits, startIn: startIn)), by: County.ward)
        else { return [] }
        #expect(rejection.kind == .againstRule)
        #expect(county.events.isEmpty && county.state.referrals.isEmpty)
        return rejection.faults.map(\.pointer)
    }

    @Test("ready dates are kept in their order, the latest of them")
    func readyDates() throws {
        var county = try County.withProviders()
        let referral = try county.refer(county.ask())
        for hour in 0..<100 {
            try county.must(.recordReadyDate(referral.id, at: County.monday.adding(hours: hour)), by: County.ward)
        }
        let dates = try #require(county.state.referrals[referral.id]).readyDates
        #expect(dates.map(\.at) == (36..<100).map { County.monday.adding(hours: $0) })
    }

    @Test("rules of visits name their place: 14 minutes, 20 without a reason, longer than the band, a time outside it")
    func rules() throws {
        var unexplained = Visit.daily(.bed, 20)
        unexplained.hasShortVisitReason = false
        #expect(try faults([.daily(.morning, 14)]) == ["/visits/0/minutes"])
        #expect(try faults([.daily(), unexplained]) == ["/visits/1/shortVisitReason"])
        #expect(try faults([.daily(.tea, 181)]) == ["/visits/0/minutes"])
        #expect(try faults([.daily(.morning, 30, at: "11:00")]) == ["/visits/0/time/at"])
        #expect(try faults([.daily(.morning, 30, at: "10:45")]) == ["/visits/0/time/at"])
        #expect(try faults([.daily()], startIn: 85) == ["/startFrom"])
        #expect(try faults([.daily()], startIn: -1) == ["/startFrom"])
        #expect(try faults([.daily()], startIn: 84) == [])
        #expect(try faults([.daily(.night, 480, at: "23:00")]) == [])
        #expect(try faults([.daily(.night, 60, at: "02:00")]) == [])
    }

    @Test("a district in no zone is refused with its place")
    func unknownDistrict() throws {
        var county = try County.withProviders()
        let ask = Ask(
            district: PostcodeDistrict("ZE1")!,
            pathway: 1,
            source: .ward,
            class: .stepDown,
            startFrom: county.today,
            visits: [.daily()]
        )
        guard case .failure(let rejection) = county.submit(.refer(ask), by: County.ward) else {
            return #expect(Bool(false))
        }
        #expect(rejection.faults.map(\.pointer) == ["/district"])
    }

    @Test("nobody is safe to leave until accepted, complete, triaged and with a first visit set")
    func safeToLeave() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(facts: Self.complete))
        var referral: Referral { county.state.referrals[package.referral]! }
        #expect(!county.state.isSafeToLeave(referral))
        try county.must(.triage(referral.id, .careOnly, role: "ot"), by: County.clinician)
        #expect(county.state.isSafeToLeave(referral))
        var incomplete = try County.withProviders()
        let other = try incomplete.accepted(
            incomplete.ask(facts: Ask.Facts(Self.complete.all.filter { $0 != .access }))
        )
        try incomplete.must(.triage(other.referral, .careOnly, role: "ot"), by: County.clinician)
        #expect(!incomplete.state.isSafeToLeave(incomplete.state.referrals[other.referral]!))
    }

    @Test("a telephone call without visits is provisional, has no clock, and is placed when it is completed")
    func provisional() throws {
        var county = try County.withProviders()
        let referral = try county.refer(county.ask([]))
        #expect(referral.status == .provisional && referral.due == nil)
        county.now = county.now.adding(minutes: 90)
        try county.must(
            .amend(referral.id, county.ask(), otherwiseChanged: false, .version(referral.version)),
            by: County.ward
        )
        let completed = try #require(county.state.referrals[referral.id])
        #expect(completed.status == .offered)
        #expect(completed.due == county.now.adding(hours: 24))
    }

    @Test("an amendment that matters makes the offer again; one that does not leaves it")
    func amendOffered() throws {
        var county = try County.withProviders()
        let referral = try county.refer(county.ask())
        let first = try #require(referral.offer)
        try county.must(
            .amend(referral.id, county.ask(), otherwiseChanged: true, .version(referral.version)),
            by: County.ward
        )
        #expect(county.state.offers[first]?.status == .open)
        let version = try #require(county.state.referrals[referral.id]?.version)
        try county.must(
            .amend(referral.id, county.ask([.daily(.tea, 45)]), otherwiseChanged: false, .version(version)),
            by: County.ward
        )
        #expect(county.state.offers[first]?.status == .withdrawn)
        #expect(county.state.referrals[referral.id]?.status == .offered)
        #expect(county.free(.morning) == 240 && county.free(.tea) == 195)
        #expect(county.state.recount().isEmpty)
    }

    @Test(
        "an amendment after acceptance asks the provider again, holds only what is more, and changes nothing until it answers"
    )
    func amendAccepted() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask(facts: Self.complete))
        try county.must(.triage(package.referral, .careOnly, role: "ot"), by: County.clinician)
        let version = try #require(county.state.referrals[package.referral]?.version)
        try county.must(
            .amend(
                package.referral,
                county.ask([.daily(.morning, 30), .daily(.tea, 30)], facts: Self.complete),
                otherwiseChanged: false,
                .version(version)
            ),
            by: County.ward
        )
        var referral: Referral { county.state.referrals[package.referral]! }
        #expect(referral.status == .accepted)
        #expect(!county.state.isSafeToLeave(referral))
        #expect(county.free(.morning) == 210 && county.free(.tea) == 210)
        let question = try #require(county.state.offersOpen.first)
        try county.must(
            .accept(
                question,
                Acceptance(firstVisit: FirstVisit(day: package.firstVisit.day, band: .morning), role: "m")
            ),
            by: County.provider("acorn"),
            body: [7]
        )
        #expect(county.state.isSafeToLeave(referral))
        #expect(referral.package == PackageID(number: 2))
        #expect(county.free(.morning) == 210 && county.free(.tea) == 210)
        #expect(county.state.recount().isEmpty)
    }

    @Test("a provider that says no to the change keeps the package as it was, and a broker is told")
    func changeRefused() throws {
        var county = try County.withProviders()
        let package = try county.accepted(county.ask())
        let version = try #require(county.state.referrals[package.referral]?.version)
        try county.must(
            .amend(package.referral, county.ask([.daily(.tea, 60)]), otherwiseChanged: false, .version(version)),
            by: County.ward
        )
        let question = try #require(county.state.offersOpen.first)
        try county.must(.refuse(question, .noStaff), by: County.provider("acorn"), body: [1])
        let referral = try #require(county.state.referrals[package.referral])
        #expect(referral.status == .accepted && referral.package == package.id && referral.offer == package.offer)
        #expect(referral.hasAlert(.changeUnconfirmed))
        #expect(county.free(.tea) == 240 && county.free(.morning) == 210)
    }

    @Test("replacing needs the version that was read: none is 428, an old one 412")
    func preconditions() throws {
        var county = try County.withProviders()
        let referral = try county.refer(county.ask())
        func kind(_ precondition: Precondition) -> Rejection.Kind? {
            guard
                case .failure(let rejection) = county.submit(
                    .amend(referral.id, county.ask([.daily(.tea)]), otherwiseChanged: false, precondition),
                    by: County.ward
                )
            else { return nil }
            return rejection.kind
        }
        #expect(kind(.absent) == .preconditionRequired)
        #expect(kind(.version(referral.version &- 1)) == .stale)
        #expect(kind(.stale) == .stale)
        #expect(kind(.version(referral.version)) == nil)
    }

    @Test("a withdrawal frees what was held; after acceptance it is refused, since a named person ends care")
    func withdrawal() throws {
        var county = try County.withProviders()
        let referral = try county.refer(county.ask())
        try county.must(.withdraw(referral.id), by: County.ward, body: [1])
        #expect(county.free() == 240)
        let package = try county.accepted(county.ask())
        #expect(throws: Rejection.self) {
            try county.submit(.withdraw(package.referral), by: County.ward, body: [2]).get()
        }
    }

    @Test("alerts come at 12, 20 and 24 hours, and an urgent referral unplaced for 15 minutes is telephoned")
    func alerts() throws {
        var county = try County.withProviders([])
        let ordinary = try county.refer(county.ask())
        let urgent = try county.refer(county.ask(class: .urgent, startIn: 0))
        county.pass(minutes: 15)
        #expect(county.state.referrals[urgent.id]?.hasAlert(.urgentUnplaced) == true)
        county.pass(minutes: 12 * 60 - 16)
        #expect(county.state.referrals[ordinary.id]?.hasAlert(.placementEarly) == false)
        county.pass(minutes: 1)
        #expect(county.state.referrals[ordinary.id]?.hasAlert(.placementEarly) == true)
        county.pass(minutes: 8 * 60)
        #expect(county.state.referrals[ordinary.id]?.hasAlert(.placementLate) == true)
        #expect(county.state.referrals[ordinary.id]?.hasAlert(.placementBreached) == false)
        county.pass(minutes: 4 * 60)
        #expect(county.state.referrals[ordinary.id]?.hasAlert(.placementBreached) == true)
    }

    @Test(
        "a need that changes in words alone is told: the offer is made again, the provider that accepted is asked again"
    )
    func needsChanged() throws {
        var county = try County.withProviders()
        let referral = try county.refer(county.ask())
        let first = try #require(referral.offer)
        try county.must(
            .amend(referral.id, county.ask(), needsChanged: true, otherwiseChanged: false, .version(referral.version)),
            by: County.ward
        )
        #expect(county.state.offers[first]?.status == .withdrawn)
        let package = try county.accepted(county.ask(facts: Self.complete))
        try county.must(.triage(package.referral, .careOnly, role: "ot"), by: County.clinician)
        let accepted = try #require(county.state.referrals[package.referral])
        #expect(county.state.isSafeToLeave(accepted))
        try county.must(
            .amend(
                accepted.id,
                county.ask(facts: Self.complete),
                needsChanged: true,
                otherwiseChanged: false,
                .version(accepted.version)
            ),
            by: County.ward
        )
        let asked = try #require(county.state.referrals[package.referral])
        #expect(!county.state.isSafeToLeave(asked))
        #expect(county.state.waitingFor(asked) == .reply)
        #expect(county.state.recount().isEmpty)
    }

    @Test("advice only can be put right: the referral is placed after all")
    func adviceOnly() throws {
        var county = try County.withProviders()
        let referral = try county.refer(county.ask())
        try county.must(.triage(referral.id, .adviceOnly, role: "ot"), by: County.clinician)
        #expect(county.state.referrals[referral.id]?.status == .adviceOnly)
        #expect(county.free() == 240)
        try county.must(.triage(referral.id, .careOnly, role: "ot"), by: County.clinician)
        #expect(county.state.referrals[referral.id]?.status == .offered)
    }
}
