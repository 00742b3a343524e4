import Seeded
import Testing

@testable import Brokerage

@Suite("How many standard packages could begin")
struct StartableTests {
    private let leam = Slug("leam")!

    private func startable(_ county: County) -> Startable {
        county.state.startable(in: leam, skills: [], on: county.today.adding(days: 1))
    }

    @Test("whole packages on one claim, by the scarcest band and the carers at once")
    func whole() throws {
        let county = try County.withProviders(["acorn"], minutes: 120, carers: 2)
        #expect(startable(county) == Startable(single4: 4, double4: 2))
        let alone = try County.withProviders(["acorn"], minutes: 120, carers: 1)
        #expect(startable(alone) == Startable(single4: 4, double4: 0))
    }

    @Test("scattered minutes start nothing: half an hour short on one day of the six weeks")
    func scattered() throws {
        var county = try County.withProviders(["acorn"], minutes: 30)
        #expect(startable(county).single4 == 1)
        try county.must(
            .reportShortfall(
                BlockID(number: 1),
                ClaimID(number: 1),
                day: county.today.adding(days: 30),
                band: .tea,
                minutes: 15,
                carers: 0
            ),
            by: County.provider("acorn")
        )
        #expect(county.free() == 30)
        #expect(startable(county).single4 == 0)
    }

    @Test("two claims of one provider make a package between them; of two providers they do not")
    func split() throws {
        var county = try County.withProviders([], minutes: 0)
        for name in ["acorn", "birch"] { try county.must(.setProvider(.named(name), .absent), by: County.commissioner) }
        func award(_ name: String, _ bands: [Band]) throws {
            let terms = BlockTerms(
                zone: leam,
                from: county.today,
                until: county.today.adding(days: 200),
                ratePence: 2_500,
                funding: .council,
                skills: [],
                weekly: .daily(60, bands: bands)
            )
            try county.must(.buyBlock(terms, awardedTo: Slug(name)!), by: County.commissioner)
        }
        try award("acorn", [.morning, .lunch])
        try award("birch", [.tea, .bed])
        #expect(startable(county).single4 == 0)
        try award("acorn", [.tea, .bed])
        #expect(startable(county).single4 == 2)
    }

    @Test("what is counted can be placed, package by package", arguments: [1, 2, 3] as [UInt64])
    func feasible(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var county = try County.withProviders([], minutes: 0)
        for name in ["acorn", "birch"] {
            try county.must(.setProvider(.named(name), .absent), by: County.commissioner)
            for _ in 0..<2 { try county.award(name, minutes: Int.random(in: 20...100, using: &random)) }
        }
        let count = startable(county).single4
        #expect(count > 0)
        let visits: [Visit] = [.daily(.morning), .daily(.lunch), .daily(.tea), .daily(.bed)]
        for _ in 0..<count { #expect(try county.refer(county.ask(visits)).status == .offered) }
    }
}
