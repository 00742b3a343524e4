import Brokerage
import Testing

@testable import Broker

/// The codec writes what an initialiser takes and reads through it. That this is all there is to an event holds only
/// of events as the brokerage makes them, so here the brokerage makes them.
@Suite("Events as the brokerage makes them")
struct BrokerageEventsTests {
    @Test("a week of a small county comes back from its records, event by event, and gives the same state")
    func week() throws {
        var town = Town()
        try town.build()
        try town.place()
        try town.careAndEnd()
        try town.changeSupply()
        try town.administer()

        var replayed = State(today: town.firstDay)
        for entry in town.entries {
            let read = try RecordCodec.decode(RecordCodec.encode(entry))
            #expect(read == entry)
            for event in read.events { replayed.apply(event, at: read.at) }
        }
        #expect(replayed.now == town.state.now)
        #expect(replayed.policy == town.state.policy)
        #expect(replayed.blocks == town.state.blocks)
        #expect(replayed.claims == town.state.claims)
        #expect(replayed.slabs == town.state.slabs)
        #expect(replayed.referrals == town.state.referrals)
        #expect(replayed.offers == town.state.offers)
        #expect(replayed.packages == town.state.packages)
        #expect(replayed.keys == town.state.keys)
        #expect(replayed.nouns == town.state.nouns)

        // What needs the batch, hundreds of people who wait, a request's memory, months or other zones is not in this week.
        let made = Set(try town.entries.flatMap(\.events).map(Self.name))
        let absent = Set(EventName.allCases).subtracting(made)
        #expect(
            absent == [
                .triesDeferred, .requestRemembered, .requestsForgotten, .careOverran, .coverFound, .scarcitySet,
                .referralRezoned,
            ]
        )
    }

    /// The name under which an event is written.
    private static func name(_ event: Event) throws -> EventName {
        let entry = JournalEntry(
            at: Town.monday,
            command: CommandID(high: 0, low: 0),
            by: Town.hub,
            events: [event]
        )
        let text = String(decoding: RecordCodec.encode(entry), as: UTF8.self)
        let begin = try #require(text.firstRange(of: #""events":[{"e":""#)).upperBound
        let end = try #require(text[begin...].firstIndex(of: "\""))
        return try #require(EventName(rawValue: String(text[begin..<end])))
    }
}

/// A small brokerage whose every command leaves an entry.
private struct Town {
    static let monday = Instant("2027-01-04T09:00:00Z")!
    static let hub = Actor(key: KeyID(number: 1), role: .broker, organisation: Slug("hub")!)
    static let council = Actor(key: nil, role: .commissioner, organisation: Slug("council")!)
    static let ward = Actor(key: nil, role: .referrer, organisation: Slug("ward")!)
    static let therapy = Actor(key: nil, role: .clinician, organisation: Slug("therapy")!)

    let firstDay = Day("2027-01-01")!
    let leam = Slug("leam")!
    let acorn = Slug("acorn")!
    let district = PostcodeDistrict("CV32")!
    var state: State
    var now = Town.monday
    var entries: [JournalEntry] = []

    init() { state = State(today: firstDay) }

    @discardableResult
    mutating func submit(_ command: Command, by actor: Actor = Town.hub) throws -> Outcome {
        let number = UInt64(entries.count + 1)
        let stamp = Stamp(
            at: now,
            person: PersonID(high: 1, low: number),
            body: Array(repeating: 7, count: 32)
        )
        let ruling = state.decide(command, by: actor, stamp: stamp)
        let outcome = try ruling.result.get()
        state = ruling.state
        entries.append(
            JournalEntry(at: now, command: CommandID(high: 2, low: number), by: actor, events: ruling.events)
        )
        return outcome
    }

    mutating func pass(hours: Int) throws {
        now = now.adding(hours: hours)
        try submit(.advance)
    }

    var today: Day { London.day(at: now) }

    func weekly(_ minutes: Int32) -> WeeklyPattern {
        WeeklyPattern(
            rows: Band.allCases.map {
                WeeklyPattern.Row(
                    days: .all,
                    band: $0,
                    cell: WeeklyPattern.Cell(minutes: minutes, carers: 2)
                )
            }
        )!
    }

    func ask(_ bands: [Band], minutes: Int = 30) -> Ask {
        Ask(
            district: district,
            sector: PostcodeSector("CV32 5"),
            pathway: 1,
            source: .ward,
            class: .stepDown,
            readyAt: now,
            startFrom: today.adding(days: 1),
            visits: bands.map {
                Visit(
                    band: $0,
                    minutes: minutes,
                    carers: 1,
                    days: .all,
                    personalCare: true,
                    hasShortVisitReason: true
                )
            },
            facts: [.goals, .access]
        )
    }

    mutating func refer(_ ask: Ask) throws -> Referral {
        guard case .referral(let id, _) = try submit(.refer(ask), by: Town.ward) else { throw Unexpected() }
        return try #require(state.referrals[id])
    }

    mutating func accept(_ referral: Referral) throws -> Package {
        let offer = try #require(referral.offer.flatMap { state.offers[$0] })
        let visit = FirstVisit(day: offer.startFrom, band: offer.ask.visits[0].band, at: TimeOfDay("08:30"))
        guard
            case .package(let id) = try submit(
                .accept(offer.id, Acceptance(firstVisit: visit, role: "manager"))
            )
        else { throw Unexpected() }
        return try #require(state.packages[id])
    }

    // MARK: The week

    mutating func build() throws {
        try submit(.setZone(leam, name: "Leamington", districts: [district], .absent), by: Town.council)
        let provider = Provider(
            id: acorn,
            name: "Acorn",
            kind: .agency,
            personalCare: true,
            zones: [leam],
            status: .open,
            genders: [.female]
        )
        try submit(.setProvider(provider, .absent), by: Town.council)
        let terms = BlockTerms(
            zone: leam,
            from: today,
            until: today.adding(days: 300),
            ratePence: 2500,
            funding: .betterCareFund,
            skills: [],
            weekly: weekly(240),
            eligibleProviders: [acorn],
            contractReference: "C-1"
        )
        try submit(.buyBlock(terms, awardedTo: acorn), by: Town.council)
    }

    mutating func place() throws {
        let refused = try refer(ask([.tea]))
        try submit(.triage(refused.id, .careAndTherapy, role: "ot"), by: Town.therapy)
        try submit(.recordReadyDate(refused.id, at: now.adding(hours: 4)))
        try submit(.refuse(try #require(state.referrals[refused.id]?.offer), .noStaff))
        let withdrawn = try refer(ask([.bed]))
        try submit(.withdraw(withdrawn.id))
        let changed = try refer(ask([.lunch]))
        try submit(
            .amend(changed.id, ask([.lunch, .tea]), otherwiseChanged: false, .version(changed.version))
        )
        let version = try #require(state.referrals[changed.id]?.version)
        try submit(.amend(changed.id, ask([.tea], minutes: 170), otherwiseChanged: true, .version(version)))
        let night = try refer(ask([.night]))
        try override(night.id)
        try pass(hours: 2)
    }

    mutating func careAndEnd() throws {
        let package = try accept(try refer(ask([.morning])))
        let later = FirstVisit(day: package.firstVisit.day.adding(days: 1), band: .morning)
        try submit(.postponeFirstVisit(package.id, later))
        try pass(hours: 48)
        try submit(.start(package.id, at: now))
        try pass(hours: 24)
        try submit(.end(package.id, at: now, .independent, role: "ot"))
    }

    mutating func changeSupply() throws {
        let block = BlockID(number: 1)
        let claim = ClaimID(number: 1)
        try submit(
            .reportShortfall(block, claim, day: today.adding(days: 1), band: .tea, minutes: 60, carers: 1)
        )
        try submit(.reduceClaim(block, claim, from: today.adding(days: 30), weekly: weekly(120)))
    }

    mutating func administer() throws {
        let administrator = Actor(key: nil, role: .administrator, organisation: Slug("hub")!)
        try submit(
            .addKey(hash: Array(repeating: 9, count: 32), .dashboard, Slug("hub")!),
            by: administrator
        )
        try submit(.revokeKey(KeyID(number: 1)), by: administrator)
        var policy = state.policy
        policy.version += 1
        policy.answerMinutes = 45
        try submit(.adoptPolicy(policy), by: administrator)
        var mine = state.policy
        mine.settlingSeconds = 60
        try submit(.setPolicy(mine, .absent), by: Actor(key: nil, role: .commissioner, organisation: Slug("hub")!))
        try submit(.disclosePerson(.referral(ReferralID(number: 1))))
    }

    /// A broker takes the choice into its own hands.
    mutating func override(_ referral: ReferralID) throws {
        let provider = try #require(state.offers.values.first { $0.referral == referral }?.provider)
        try submit(.override(referral, OverrideTerms(provider: provider, role: "broker", words: 1)))
    }

    struct Unexpected: Error {}
}
