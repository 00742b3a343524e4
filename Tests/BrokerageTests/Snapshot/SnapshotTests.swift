import Seeded
import Testing

@testable import Brokerage

@Suite("A state as bytes")
struct SnapshotTests {
    /// A history with everything in it that a state can hold: commands of all kinds, keys, remembered requests,
    /// disclosures. Gives the state at a point on the way and what happened behind it.
    private static func history(
        _ seed: UInt64,
        steps: Int = 120
    ) throws -> (middle: State, behind: [(Event, Instant)], end: State) {
        var random = SeededGenerator(seed: seed)
        var county = try County.withProviders(["acorn", "birch", "cedar"], minutes: 120, carers: 2)
        try county.award(nil, minutes: 200, carers: 2, days: 60)
        var middle: State?
        var behind: [(Event, Instant)] = []
        let cut = Int.random(in: 20..<steps - 20, using: &random)
        for step in 0..<steps {
            county.events = []
            let at = county.now
            county.step(&random)
            var events = county.events
            if step % 10 == 3 { events += county.remember(UInt8(step)) }
            if step == cut {
                middle = county.state
            } else if middle != nil {
                behind += events.map { ($0, max(at, county.now)) }
            }
        }
        return (try #require(middle), behind, county.state)
    }

    private static func read(_ bytes: [UInt8]) throws -> State {
        try bytes.withUnsafeBytes { try State(snapshot: $0) }
    }

    @Test(
        "reads to the same state in every field, and going on from it is going on from the state itself",
        arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64]
    )
    func roundTrip(seed: UInt64) throws {
        print("seed \(seed)")
        let history = try Self.history(seed)
        #expect(try Self.read(history.end.snapshot()).differences(from: history.end) == [])
        var resumed = try Self.read(history.middle.snapshot())
        #expect(resumed.differences(from: history.middle) == [])
        for (event, at) in history.behind { resumed.apply(event, at: at) }
        #expect(resumed.differences(from: history.end) == [])
        #expect(resumed.recount() == [])
        // It must have been a history worth the name.
        #expect(history.behind.count > 20 && history.end.remembered.count > 3)
    }

    @Test("is the same bytes for the same state, whatever the order in which its maps lie in memory")
    func deterministic() throws {
        let state = try Self.history(3).end
        let again = try Self.read(state.snapshot())
        #expect(again.snapshot() == state.snapshot())
    }

    @Test("names every stored field of every struct: one that was added and forgotten fails here")
    func complete() throws {
        var written: [String: Int] = [:]
        var stored: [String: Int] = [:]
        for seed in 1...4 as ClosedRange<UInt64> {
            _ = try Self.history(seed).end.snapshot { value, fields in
                let mirror = Mirror(reflecting: value)
                // The fields of an object stand behind one reference to it.
                let object =
                    mirror.children.count == 1 ? mirror.children.first.map { Mirror(reflecting: $0.value) } : nil
                let subject = object?.displayStyle == .class ? object ?? mirror : mirror
                written["\(type(of: value))"] = fields
                stored["\(type(of: value))"] = subject.children.count
            }
        }
        for (type, fields) in written { #expect(fields == stored[type], "\(type) writes \(fields) fields") }
        for type in [
            "State", "Policy", "Referral", "Offer", "Package", "Claim", "Block", "Provider", "AskFields",
            "RememberedFields",
        ] {
            #expect(written[type] != nil, "\(type) was not met")
        }
    }

    @Test("two states are compared in every stored field")
    func compared() {
        let fields = Mirror(reflecting: State(today: Day(number: 0))).children.count
        #expect(State.comparedFields == fields)
        let ask = County().ask()
        #expect(Ask.comparedFields == Mirror(reflecting: ask).children.count)
        #expect(ask == ask.with(visits: ask.visits) && ask != ask.with(weeks: 1))
    }

    @Test(
        "cut short anywhere, or with bytes changed, is refused or read, and never traps",
        arguments: [1, 2] as [UInt64]
    )
    func damaged(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let bytes = try Self.history(seed, steps: 60).end.snapshot()
        for _ in 0..<200 {
            let length = Int.random(in: 0..<bytes.count, using: &random)
            #expect(throws: SnapshotError.self) { try Self.read(Array(bytes[..<length])) }
        }
        for _ in 0..<400 {
            var changed = bytes
            changed[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            _ = try? Self.read(changed)
        }
        #expect(throws: SnapshotError("bytes are left over")) { try Self.read(bytes + [0]) }
    }
}

extension County {
    /// What the broker adds to commands: keys, remembered requests, disclosures.
    fileprivate mutating func remember(_ step: UInt8) -> [Event] {
        var events: [Event] = [
            .keyAdded(
                AccessKey(
                    id: KeyID(number: UInt32(state.keys.count) + 1),
                    hash: Array(repeating: step, count: 32),
                    role: .referrer,
                    organisation: Slug("ward")!,
                    addedAt: now
                )
            )
        ]
        let outcomes: [Outcome] = [
            .zone(Slug("leam")!, created: true), .provider(Slug("acorn")!, created: false), .block(BlockID(number: 1)),
            .claim(ClaimID(number: 1)), .shortfall(ShortfallID(number: 1)),
            .referral(ReferralID(number: 1), created: true), .offer(OfferID(number: 1)),
            .package(PackageID(number: 1)), .person(ReferralID(number: 1), PersonID(high: 1, low: 1)),
            .key(KeyID(number: 1)), .policy, .advanced,
        ]
        for (index, outcome) in outcomes.enumerated() {
            events.append(
                .requestRemembered(
                    RememberedRequest(scope: RequestScope([step, UInt8(index)])!, body: [step], outcome: outcome)
                )
            )
        }
        if step > 40 { events.append(.keyRevoked(KeyID(number: 1))) }
        if state.referrals.count > 0 {
            events.append(.personDisclosed(PersonID(high: 1, low: 1), ReferralID(number: 1)))
        }
        events.append(.triesDeferred([Deferral(zone: Slug("leam")!, tried: Int(step))]))
        for event in events { state.apply(event, at: now) }
        return events
    }
}
