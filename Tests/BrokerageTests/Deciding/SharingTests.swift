import Testing

@testable import Brokerage

@Suite("A package that two providers share")
struct SharingTests {
    /// acorn has mornings, birch evenings; the person needs both and may have two providers.
    private func shared(providers: Int = 2) throws -> (County, Referral) {
        var county = try County.withProviders([], minutes: 0)
        for (name, bands) in [("acorn", [Band.morning]), ("birch", [Band.bed])] {
            try county.must(.setProvider(.named(name), .absent), by: County.commissioner)
            try award(&county, name, bands)
        }
        let ask = county.ask([.daily(.morning), .daily(.bed)])
        let referral = try county.refer(ask.sharable(providers))
        return (county, referral)
    }

    private func award(_ county: inout County, _ name: String, _ bands: [Band], minutes: Int = 60) throws {
        let terms = BlockTerms(
            zone: Slug("leam")!,
            from: county.today,
            until: county.today.adding(days: 200),
            ratePence: 2_500,
            funding: .council,
            skills: [],
            weekly: .daily(minutes, bands: bands)
        )
        try county.must(.buyBlock(terms, awardedTo: Slug(name)!), by: County.commissioner)
    }

    private func now(_ county: County, _ referral: Referral) throws -> Referral {
        try #require(county.state.referrals[referral.id])
    }

    private func offers(_ county: County, _ referral: Referral) throws -> [Offer] {
        try now(county, referral).offers.compactMap { county.state.offers[$0] }
    }

    @discardableResult
    private func accept(_ county: inout County, _ offer: Offer) throws -> PackageID {
        let visit = FirstVisit(day: offer.startFrom, band: offer.ask.visits[0].band)
        let outcome = try county.must(
            .accept(offer.id, Acceptance(firstVisit: visit, role: "manager")),
            by: County.provider(offer.provider.description),
            body: [UInt8(offer.id.number)]
        )
        guard case .package(let id) = outcome else { throw County.Unexpected() }
        return id
    }

    @Test("each provider is offered its own visits, and together they are all that was asked for")
    func offered() throws {
        let (county, referral) = try shared()
        #expect(referral.status == .offered)
        let offers = try offers(county, referral)
        #expect(offers.map(\.provider.description) == ["acorn", "birch"])
        #expect(offers.map { $0.ask.visits.map(\.band) } == [[.morning], [.bed]])
        #expect(offers.map(\.part) == [[0], [1]])
        #expect(referral.decision?.verdicts.map(\.reason) == [nil, nil])
        #expect(referral.decision?.weighed[2] == 2)
        #expect(county.free(.morning) == 30 && county.free(.bed) == 30)
    }

    @Test("where the person may have one provider, it waits and says why")
    func onlyOne() throws {
        let (county, referral) = try shared(providers: 1)
        #expect(referral.status == .waiting)
        #expect(referral.decision?.verdicts.map(\.reason) == [.tooManyProviders, .tooManyProviders])
        #expect(county.state.changesThatWouldPlace(referral, at: county.now).contains(.twoProviders))
    }

    @Test("one provider for all of it is preferred to two")
    func prefersOne() throws {
        var (county, referral) = try shared()
        try county.must(.withdraw(referral.id), by: County.ward, body: [1])
        try county.must(.setProvider(.named("cedar"), .absent), by: County.commissioner)
        try award(&county, "cedar", [.morning, .bed])
        let whole = try county.refer(referral.ask)
        #expect(whole.shares.isEmpty)
        #expect(county.state.offers[whole.offer!]?.provider.description == "cedar")
    }

    @Test("nobody is accepted, safe to leave or started until both have said yes")
    func bothAccept() throws {
        var (county, referral) = try shared()
        try county.must(.triage(referral.id, .careOnly, role: "ot"), by: County.clinician)
        let facts = Ask.Facts(county.state.policy.essentialFacts)
        let ask = Ask(
            district: referral.ask.district,
            pathway: 1,
            source: .ward,
            class: .stepDown,
            startFrom: referral.ask.startFrom,
            visits: referral.ask.visits,
            maxProviders: 2,
            facts: facts
        )
        let version = try now(county, referral).version
        try county.must(.amend(referral.id, ask, otherwiseChanged: false, .version(version)), by: County.ward)
        let open = try offers(county, referral)
        let first = try accept(&county, open[0])
        #expect(try now(county, referral).status == .offered)
        #expect(county.state.waitingFor(try now(county, referral)) == .reply)
        #expect(!county.state.isSafeToLeave(try now(county, referral)))
        let early = county.submit(.start(first, at: county.now), by: County.provider("acorn"), body: [9])
        guard case .failure(let rejection) = early else { return #expect(Bool(false)) }
        #expect(rejection.kind == .clash)
        let second = try accept(&county, open[1])
        #expect(try now(county, referral).status == .accepted)
        #expect(county.state.isSafeToLeave(try now(county, referral)))
        county.pass(minutes: 1_440)
        try county.must(.start(first, at: county.now), by: County.provider("acorn"), body: [9])
        try county.must(.start(second, at: county.now), by: County.provider("birch"), body: [9])
        #expect(try now(county, referral).status == .started)
        try county.must(.end(first, at: county.now, .independent, role: "ot"), by: County.clinician, body: [3])
        #expect(try now(county, referral).status == .started)
        try county.must(.end(second, at: county.now, .independent, role: "ot"), by: County.clinician, body: [3])
        #expect(try now(county, referral).status == .ended)
        #expect(county.state.recount().isEmpty)
    }

    @Test("when one refuses and the other has not answered, the whole is sought anew")
    func oneRefuses() throws {
        var (county, referral) = try shared()
        try county.must(.setProvider(.named("cedar"), .absent), by: County.commissioner)
        let open = try offers(county, referral)
        try award(&county, "cedar", [.morning])
        try county.must(.refuse(open[0].id, .noStaff), by: County.provider("acorn"), body: [1])
        #expect(county.state.offers[open[1].id]?.status == .withdrawn)
        #expect(try offers(county, referral).map(\.provider.description) == ["cedar", "birch"])
        #expect(county.state.recount().isEmpty)
    }

    @Test("when one has accepted and the other refuses, only the missing visits are sought: accepted care stands")
    func oneAcceptsOneRefuses() throws {
        var (county, referral) = try shared()
        let open = try offers(county, referral)
        let kept = try accept(&county, open[0])
        let before = county.state.packages[kept]
        try county.must(.refuse(open[1].id, .noStaff), by: County.provider("birch"), body: [1])
        #expect(try now(county, referral).status == .waiting)
        #expect(county.state.packages[kept] == before)
        // The first to have minutes for them is asked, for these visits alone.
        try county.must(.setProvider(.named("cedar"), .absent), by: County.commissioner)
        try award(&county, "cedar", [.morning, .bed])
        let last = try #require(try offers(county, referral).last)
        #expect(last.provider.description == "cedar" && last.ask.visits.map(\.band) == [.bed])
        try accept(&county, last)
        #expect(try now(county, referral).status == .accepted)
        #expect(county.state.recount().isEmpty)
    }

    @Test("a referral of which a part was accepted is not withdrawn or changed over the provider's head")
    func acceptedPart() throws {
        var (county, referral) = try shared()
        try accept(&county, try offers(county, referral)[0])
        guard case .failure(let withdrawn) = county.submit(.withdraw(referral.id), by: County.ward, body: [1]) else {
            return #expect(Bool(false))
        }
        #expect(withdrawn.kind == .clash)
        let version = try now(county, referral).version
        let changed = county.ask([.daily(.morning, 45), .daily(.bed)]).sharable(2)
        let amended = county.submit(
            .amend(referral.id, changed, otherwiseChanged: false, .version(version)),
            by: County.ward
        )
        guard case .failure(let rejection) = amended else { return #expect(Bool(false)) }
        #expect(rejection.kind == .clash)
    }

    @Test("when the only part in care ends, the referral ends, what is on offer of it goes, and nobody is sought for")
    func onlyPartEnds() throws {
        var (county, referral) = try shared()
        let open = try offers(county, referral)
        let kept = try accept(&county, open[0])
        try county.must(.end(kept, at: county.now, .neverStarted, role: "ot"), by: County.clinician, body: [3])
        #expect(try now(county, referral).status == .ended)
        #expect(county.state.offers[open[1].id]?.status == .withdrawn)
        #expect(county.free(.morning) == 60 && county.free(.bed) == 60)
        let version = try now(county, referral).version
        let fewer = county.ask([.daily(.morning)]).sharable(2)
        let amended = county.submit(
            .amend(referral.id, fewer, otherwiseChanged: false, .version(version)),
            by: County.ward
        )
        guard case .failure = amended else { return #expect(Bool(false)) }
        #expect(county.state.recount().isEmpty)
    }

    @Test("a part that ends while the other goes on calls for cover, and the person is no longer safe to leave")
    func onePartEnds() throws {
        var (county, referral) = try shared()
        var policy = county.state.policy
        policy.essentialFacts = []
        try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        try county.must(.triage(referral.id, .careOnly, role: "ot"), by: County.clinician)
        let packages = try offers(county, referral).map { try accept(&county, $0) }
        #expect(county.state.isSafeToLeave(try now(county, referral)))
        try county.must(.end(packages[0], at: county.now, .neverStarted, role: "ot"), by: County.clinician, body: [3])
        #expect(try now(county, referral).status == .accepted)
        #expect(!county.state.isSafeToLeave(try now(county, referral)))
        #expect(try now(county, referral).hasAlert(.coverNeeded))
    }

    @Test("a first visit is awaited until both parts have begun, and no longer than one that is to begin")
    func beginOneByOne() throws {
        var (county, referral) = try shared()
        let packages = try offers(county, referral).map { try accept(&county, $0) }
        try county.must(.start(packages[1], at: county.now), by: County.provider("birch"), body: [3])
        #expect(try now(county, referral).status == .accepted)
        #expect(county.state.waitingFor(try now(county, referral)) == .triage)
        var other = county
        try county.must(.start(packages[0], at: county.now), by: County.provider("acorn"), body: [4])
        #expect(try now(county, referral).status == .started)
        try other.must(.end(packages[0], at: other.now, .neverStarted, role: "ot"), by: County.clinician, body: [4])
        #expect(try now(other, referral).status == .started)
        try other.must(.end(packages[1], at: other.now, .independent, role: "ot"), by: County.clinician, body: [5])
        #expect(try now(other, referral).status == .ended)
    }

    @Test("words that change after one has accepted are told by a person, whatever the other answers")
    func wordsChange() throws {
        var (county, referral) = try shared()
        var policy = county.state.policy
        policy.essentialFacts = []
        try county.must(.setPolicy(policy, .absent), by: County.commissioner)
        try county.must(.triage(referral.id, .careOnly, role: "ot"), by: County.clinician)
        try accept(&county, try offers(county, referral)[0])
        let known = try now(county, referral)
        try county.must(
            .amend(referral.id, known.ask, needsChanged: true, otherwiseChanged: false, .version(known.version)),
            by: County.ward
        )
        #expect(try now(county, referral).hasAlert(.changeUnconfirmed))
        let open = try #require(try offers(county, referral).first { $0.status == .open })
        try accept(&county, open)
        #expect(try now(county, referral).status == .accepted)
        #expect(!county.state.isSafeToLeave(try now(county, referral)))
    }

    @Test("withdrawn or changed before anyone accepted, both offers go and all minutes are free")
    func withdrawn() throws {
        var (county, referral) = try shared()
        try county.must(.withdraw(referral.id), by: County.ward, body: [1])
        #expect(county.state.offersOpen.isEmpty)
        #expect(county.free(.morning) == 60 && county.free(.bed) == 60)
    }

    @Test("the batch gives two providers to somebody who may have two, when it can make the room")
    func batch() throws {
        var (county, referral) = try shared()
        try county.must(.withdraw(referral.id), by: County.ward, body: [1])
        let filler = try county.refer(county.ask([.daily(.morning, 30)]))
        #expect(county.state.offers[filler.offer!]?.provider.description == "acorn")
        let both = try county.refer(county.ask([.daily(.morning, 45), .daily(.bed)]).sharable(2))
        #expect(both.status == .waiting)
        try county.must(.setProvider(.named("cedar"), .absent), by: County.commissioner)
        try award(&county, "cedar", [.morning], minutes: 40)
        #expect(try now(county, both).status == .waiting)
        let problem = try #require(ZoneProblem(county.state, zone: Slug("leam")!, at: county.now))
        for command in problem.improvement(seed: 1, moves: 2_000)?.commands ?? [] {
            try county.must(command, by: County.broker)
        }
        #expect(try offers(county, both).map(\.provider.description) == ["acorn", "birch"])
        #expect(try offers(county, filler).map(\.provider.description) == ["cedar"])
        #expect(county.state.recount().isEmpty)
    }
}
