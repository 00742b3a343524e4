import Testing

@testable import Brokerage

@Suite("Offers")
struct OfferTests {
    func accept(_ offer: Offer, inDays days: Int = 0) -> Command {
        .accept(
            offer.id,
            Acceptance(
                firstVisit: FirstVisit(day: offer.startFrom.adding(days: days), band: .morning),
                role: "manager"
            )
        )
    }

    func offered(_ county: inout County, _ ask: Ask? = nil) throws -> Offer {
        let referral = try county.refer(ask ?? county.ask())
        return try #require(referral.offer.flatMap { county.state.offers[$0] })
    }

    @Test("an accepted offer commits exactly what it held")
    func accepted() throws {
        var county = try County.withProviders()
        let offer = try offered(&county)
        try county.must(accept(offer), by: County.provider("acorn"), body: [1])
        #expect(county.free() == 210)
        #expect(county.state.offers[offer.id]?.status == .accepted)
        #expect(county.state.recount().isEmpty)
    }

    @Test("a later first visit shifts the whole profile: the first days are free again, the last ones taken")
    func shifted() throws {
        var county = try County.withProviders()
        let offer = try offered(&county)
        try county.must(accept(offer, inDays: 3), by: County.provider("acorn"), body: [1])
        #expect(county.free(inDays: 1) == 240)
        #expect(county.free(inDays: 4) == 210)
        #expect(county.free(inDays: 45) == 210)
        #expect(county.free(inDays: 46) == 240)
    }

    @Test("an offer accepted after it expired is refused, before any ticker noticed")
    func expired() throws {
        var county = try County.withProviders()
        let offer = try offered(&county)
        county.now = county.now.adding(minutes: 60)
        guard case .failure(let rejection) = county.submit(accept(offer), by: County.provider("acorn")) else {
            return #expect(Bool(false))
        }
        #expect(rejection.kind == .expired)
    }

    @Test("an expiry passes the offer on, never back to the same provider, and after two a person takes over")
    func ladder() throws {
        var county = try County.withProviders(["acorn", "birch", "cedar"])
        let first = try offered(&county)
        county.pass(minutes: 60)
        let second = try #require(county.state.offers[OfferID(number: 2)])
        #expect(second.provider != first.provider)
        #expect(county.state.offers[first.id]?.status == .expired)
        county.pass(minutes: 60)
        let referral = try #require(county.state.referrals[first.referral])
        #expect(referral.status == .waiting)
        #expect(county.state.offers.count == 2)
        #expect(referral.hasAlert(.offersUnanswered))
        #expect(county.state.waitingFor(referral) == .broker)
    }

    @Test("outside answering hours an offer holds until opening and the placement clock runs on")
    func answeringHours() throws {
        var county = try County.withProviders()
        var acorn = try #require(county.state.providers[Slug("acorn")!])
        acorn.answering = [
            Provider.AnsweringHours(
                days: Weekdays([.mon, .tue, .wed, .thu, .fri]),
                from: TimeOfDay("08:00")!,
                until: 1080
            )!
        ]
        try county.must(.setProvider(acorn, .version(1)), by: County.commissioner)
        county.now = try #require(Instant("2027-01-08T17:30:00Z"))
        let offer = try offered(&county)
        // Half an hour on Friday, half an hour on Monday.
        #expect(offer.expiresAt == Instant("2027-01-11T08:30:00Z"))
        #expect(county.state.referrals[offer.referral]?.hasAlert(.answerAfterHours) == true)
        #expect(county.state.referrals[offer.referral]?.due == Instant("2027-01-09T17:30:00Z"))
    }

    @Test("an urgent offer lasts 20 minutes")
    func urgent() throws {
        var county = try County.withProviders()
        let offer = try offered(&county, county.ask(class: .urgent, startIn: 0))
        #expect(offer.expiresAt == county.now.adding(minutes: 20))
    }

    @Test("a refusal frees the minutes and asks the next best at once")
    func refused() throws {
        var county = try County.withProviders(["acorn", "birch"])
        let offer = try offered(&county)
        try county.must(.refuse(offer.id, .noStaff), by: County.provider(offer.provider.description), body: [1])
        let referral = try #require(county.state.referrals[offer.referral])
        #expect(referral.status == .offered)
        #expect(referral.declined == [offer.provider])
        #expect(county.free() == 480 - 30)
    }

    @Test("the same answer again is the same; another answer clashes")
    func repeated() throws {
        var county = try County.withProviders()
        let offer = try offered(&county)
        let acorn = County.provider("acorn")
        let first = try county.must(accept(offer), by: acorn, body: [1])
        #expect(try county.must(accept(offer), by: acorn, body: [1]) == first)
        #expect(county.events.isEmpty)
        guard case .failure(let rejection) = county.submit(accept(offer, inDays: 1), by: acorn, body: [2]) else {
            return #expect(Bool(false))
        }
        #expect(rejection.kind == .clash)
    }

    @Test("another provider's offer is not there")
    func foreign() throws {
        var county = try County.withProviders(["acorn"])
        let offer = try offered(&county)
        guard case .failure(let rejection) = county.submit(accept(offer), by: County.provider("birch")) else {
            return #expect(Bool(false))
        }
        #expect(rejection.kind == .notFound)
    }

    @Test("a first visit before care is asked for, or in a band without a visit, is refused with its place")
    func badFirstVisit() throws {
        var county = try County.withProviders()
        let offer = try offered(&county)
        func place(_ visit: FirstVisit) -> String? {
            let ruled = county.submit(
                .accept(offer.id, Acceptance(firstVisit: visit, role: "m")),
                by: County.provider("acorn")
            )
            guard case .failure(let rejection) = ruled else { return nil }
            return rejection.faults.first?.pointer
        }
        #expect(place(FirstVisit(day: offer.startFrom.adding(days: -1), band: .morning)) == "/firstVisit/date")
        #expect(place(FirstVisit(day: offer.startFrom, band: .tea)) == "/firstVisit/band")
        #expect(place(FirstVisit(day: offer.startFrom, band: .morning, at: TimeOfDay("15:00"))) == "/firstVisit/at")
    }

    @Test("a provider suspended while its offer is open can no longer accept: the next best is asked at once")
    func suspended() throws {
        var county = try County.withProviders(["acorn", "birch"])
        let offer = try offered(&county)
        var provider = try #require(county.state.providers[offer.provider])
        provider.status = .suspended
        try county.must(.setProvider(provider, .version(provider.version)), by: County.commissioner)
        #expect(county.state.offers[offer.id]?.status == .withdrawn)
        let referral = try #require(county.state.referrals[offer.referral])
        #expect(referral.status == .offered && referral.offer != offer.id)
        #expect(throws: Rejection.self) {
            try county.submit(accept(offer), by: County.provider(offer.provider.description)).get()
        }
    }

    @Test("a promised time is for one visit and keeps that visit's tolerance, the first visit's too")
    func promisedTimes() throws {
        var county = try County.withProviders()
        let offer = try offered(&county, county.ask([.daily(.morning, 30, at: "08:00"), .daily(.morning, 30)]))
        func accepting(_ times: [String], first: String? = nil) -> Rejection? {
            let acceptance = Acceptance(
                firstVisit: FirstVisit(day: offer.startFrom, band: .morning, at: first.flatMap { TimeOfDay($0) }),
                role: "m",
                times: times.map { Acceptance.AgreedTime(band: .morning, at: TimeOfDay($0)!) }
            )
            let ruling = county.state.decide(
                .accept(offer.id, acceptance),
                by: County.provider("acorn"),
                stamp: Stamp(at: county.now, person: PersonID(high: 9, low: 9))
            )
            if case .failure(let rejection) = ruling.result { return rejection }
            return nil
        }
        #expect(accepting(["08:10", "10:00"]) == nil)
        #expect(accepting(["10:00"]) == nil)
        #expect(accepting(["10:00", "10:15"])?.faults.first?.pointer == "/visits/1/at")
        #expect(
            offer.ask.promised([Acceptance.AgreedTime(band: .morning, at: TimeOfDay("10:00")!)], .standard)
                == [TimeOfDay("08:00"), TimeOfDay("10:00")]
        )
        let timed = try offered(&county, county.ask([.daily(.morning, 30, at: "09:00")]))
        let late = Acceptance(
            firstVisit: FirstVisit(day: timed.startFrom, band: .morning, at: TimeOfDay("10:45")),
            role: "m"
        )
        guard case .failure(let rejection) = county.submit(.accept(timed.id, late), by: County.provider("acorn")) else {
            return #expect(Bool(false))
        }
        #expect(rejection.faults.first?.pointer == "/firstVisit/at")
    }
}
