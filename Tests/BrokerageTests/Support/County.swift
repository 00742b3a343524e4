import Testing

@testable import Brokerage

/// A small brokerage driven by commands, with a clock the test moves.
struct County {
    var state = State(today: Day(number: 0))
    var now: Instant
    var events: [Event] = []
    /// What one record may hold: less than in earnest, for a test of that.
    var mostEntries = Deliberation.mostEntries
    private var drawn: UInt64 = 0

    /// Monday 2027-01-04, 09:00 in London.
    static let monday = Instant("2027-01-04T09:00:00Z")!
    static let commissioner = Actor(key: nil, role: .commissioner, organisation: Slug("council")!)
    static let ward = Actor(key: nil, role: .referrer, organisation: Slug("ward")!)
    static let broker = Actor(key: nil, role: .broker, organisation: Slug("hub")!)
    static let clinician = Actor(key: nil, role: .clinician, organisation: Slug("therapy")!)

    static func provider(_ name: String) -> Actor {
        Actor(key: nil, role: .provider, organisation: Slug(name)!)
    }

    init(at now: Instant = County.monday) { self.now = now }

    var today: Day { London.day(at: now) }

    /// Submits a command and keeps what it came to.
    @discardableResult
    mutating func submit(
        _ command: Command,
        by actor: Actor,
        body: [UInt8] = []
    ) -> Result<Outcome, Rejection> {
        drawn += 1
        let stamp = Stamp(at: now, person: PersonID(high: 1, low: drawn), body: body)
        let ruling = state.decide(command, by: actor, stamp: stamp, mostEntries: mostEntries)
        // What was decided is what a replay of its events gives.
        var replayed = state
        for event in ruling.events { replayed.apply(event, at: now) }
        #expect(replayed.fingerprint == ruling.state.fingerprint)
        // Decided in place it comes to the same, and what is refused leaves no trace.
        if mostEntries == Deliberation.mostEntries {
            var settled = state
            #expect(settled.settle(command, by: actor, stamp: stamp).events == ruling.events)
            #expect(settled.differences(from: ruling.state).isEmpty)
        }
        state = ruling.state
        events = ruling.events
        return ruling.result
    }

    /// Submits a command that must be accepted.
    @discardableResult
    mutating func must(_ command: Command, by actor: Actor, body: [UInt8] = []) throws -> Outcome {
        try submit(command, by: actor, body: body).get()
    }

    /// Lets time pass, with a tick at the end.
    mutating func pass(minutes: Int) {
        now = now.adding(minutes: minutes)
        submit(.advance, by: County.broker)
    }

    /// A zone with two districts, and providers with a block each, awarded.
    static func withProviders(
        _ names: [String] = ["acorn"],
        minutes: Int = 240,
        carers: UInt8 = 2,
        skills: [String] = [],
        at now: Instant = County.monday
    ) throws -> County {
        var county = County(at: now)
        try county.must(
            .setZone(
                Slug("leam")!,
                name: "Leamington",
                districts: [PostcodeDistrict("CV31")!, PostcodeDistrict("CV32")!],
                .absent
            ),
            by: commissioner
        )
        for name in names {
            try county.must(.setProvider(.named(name), .absent), by: commissioner)
            try county.award(name, minutes: minutes, carers: carers, skills: skills)
        }
        return county
    }

    @discardableResult
    mutating func award(
        _ provider: String?,
        minutes: Int = 240,
        carers: UInt8 = 2,
        skills: [String] = [],
        days: Int = 364
    ) throws -> BlockID {
        let terms = BlockTerms(
            zone: Slug("leam")!,
            from: today,
            until: today.adding(days: days),
            ratePence: 2500,
            funding: .betterCareFund,
            skills: skills.map { Skill($0)! },
            weekly: .daily(minutes, carers)
        )
        return try buy(terms, to: provider)
    }

    /// Buys a block with minutes in some bands, awarded to a provider or open to be claimed.
    @discardableResult
    mutating func block(
        _ bands: [Band],
        to provider: String?,
        minutes: Int = 60,
        days: Int = 200,
        eligible: [String]? = nil,
        minimum: Int? = nil,
        share: Int? = nil
    ) throws -> BlockID {
        let terms = BlockTerms(
            zone: Slug("leam")!,
            from: today,
            until: today.adding(days: days),
            ratePence: 2500,
            funding: .council,
            skills: [],
            weekly: .daily(minutes, bands: bands),
            eligibleProviders: eligible?.map { Slug($0)! },
            minimumClaim: minimum,
            maxSharePercent: share
        )
        return try buy(terms, to: provider)
    }

    private mutating func buy(_ terms: BlockTerms, to provider: String?) throws -> BlockID {
        let outcome = try must(.buyBlock(terms, awardedTo: provider.map { Slug($0)! }), by: County.commissioner)
        guard case .block(let id) = outcome else { throw Unexpected() }
        return id
    }

    /// Refers someone; the answer is the referral as it then is.
    mutating func refer(_ ask: Ask) throws -> Referral {
        guard case .referral(let id, _) = try must(.refer(ask), by: County.ward), let referral = state.referrals[id]
        else { throw Unexpected() }
        return referral
    }

    /// Refers someone and has the offer accepted from the first day asked for.
    mutating func accepted(_ ask: Ask) throws -> Package {
        let referral = try refer(ask)
        let offer = try #require(referral.offer.flatMap { state.offers[$0] })
        let actor = County.provider(offer.provider.description)
        let day = ask.startFrom
        let visit = try #require(ask.visits.first { $0.days.contains(day.weekday) })
        let acceptance = Acceptance(firstVisit: FirstVisit(day: day, band: visit.band), role: "manager")
        guard case .package(let id) = try must(.accept(offer.id, acceptance), by: actor, body: [1]) else {
            throw Unexpected()
        }
        return try #require(state.packages[id])
    }

    struct Unexpected: Error {}
}

extension Provider {
    /// An open agency that works in the test's zone.
    static func named(_ name: String) -> Provider {
        Provider(
            id: Slug(name)!,
            name: name,
            kind: .agency,
            personalCare: true,
            zones: [Slug("leam")!],
            status: .open
        )
    }
}

extension WeeklyPattern {
    /// The same minutes in every band of every day.
    static func daily(_ minutes: Int, _ carers: UInt8 = 1, bands: [Band] = Band.allCases) -> WeeklyPattern {
        WeeklyPattern(
            rows: bands.map {
                Row(days: .all, band: $0, cell: Cell(minutes: Int32(minutes), carers: carers))
            }
        )!
    }
}

extension Visit {
    /// A visit every day.
    static func daily(
        _ band: Band = .morning,
        _ minutes: Int = 30,
        carers: Int = 1,
        skills: [String] = [],
        at: String? = nil
    ) -> Visit {
        Visit(
            band: band,
            minutes: minutes,
            carers: carers,
            days: .all,
            skills: skills.map { Skill($0)! },
            personalCare: true,
            time: at.map { Time(at: TimeOfDay($0)!, toleranceMinutes: 15) },
            hasShortVisitReason: true
        )
    }
}

extension County {
    /// An ask for daily visits from tomorrow.
    func ask(
        _ visits: [Visit] = [.daily()],
        class: Ask.Class = .stepDown,
        startIn days: Int = 1,
        carerGender: Provider.Gender? = nil,
        existing: String? = nil,
        maxProviders: Int = 1,
        facts: Ask.Facts = []
    ) -> Ask {
        Ask(
            district: PostcodeDistrict("CV32")!,
            pathway: 1,
            source: .ward,
            class: `class`,
            startFrom: today.adding(days: days),
            visits: visits,
            carerGender: carerGender,
            existingProvider: existing.map { Slug($0)! },
            maxProviders: maxProviders,
            facts: facts
        )
    }

    func free(_ band: Band = .morning, inDays days: Int = 1) -> Int {
        state.freeMinutes(in: Slug("leam")!, skills: [], from: today.adding(days: days), days: 1)[0][band.index]
    }
}

extension Ask {
    /// The same ask for somebody who may have so many providers.
    func sharable(_ providers: Int) -> Ask { changed(startFrom: startFrom, maxProviders: providers) }

    /// The same ask for somebody whose home lies elsewhere.
    func `in`(_ district: String) -> Ask {
        changed(startFrom: startFrom, maxProviders: maxProviders, district: PostcodeDistrict(district)!)
    }

    /// The same ask from another day on.
    func starting(_ day: Day) -> Ask { changed(startFrom: day, maxProviders: maxProviders) }

    private func changed(startFrom: Day, maxProviders: Int, district: PostcodeDistrict? = nil) -> Ask {
        Ask(
            district: district ?? self.district,
            pathway: pathway,
            source: source,
            class: `class`,
            startFrom: startFrom,
            weeks: weeks,
            visits: visits,
            carerGender: carerGender,
            language: language,
            existingProvider: existingProvider,
            maxProviders: maxProviders,
            funding: funding,
            facts: facts
        )
    }
}

extension OverrideTerms {
    /// A broker chooses a provider on minutes it has claimed.
    static func choosing(_ provider: String, _ version: UInt32) -> OverrideTerms {
        OverrideTerms(provider: Slug(provider)!, role: "broker", words: version)
    }
}

extension State {
    /// Everything that decisions stand on, in one comparable value.
    var fingerprint: [AnyHashable] {
        [
            now, today, policy, Dictionary(uniqueKeysWithValues: slabs.map { ($0.key, $0.value) }),
            Dictionary(uniqueKeysWithValues: referrals.map { ($0.key, $0.value) }),
            Dictionary(uniqueKeysWithValues: offers.map { ($0.key, $0.value) }),
            Dictionary(uniqueKeysWithValues: packages.map { ($0.key, $0.value) }),
            Dictionary(uniqueKeysWithValues: claims.map { ($0.key, $0.value) }),
            Dictionary(uniqueKeysWithValues: blocks.map { ($0.key, $0.value) }),
            Dictionary(uniqueKeysWithValues: deferrals.map { ($0.key, $0.value) }),
        ]
    }
}
