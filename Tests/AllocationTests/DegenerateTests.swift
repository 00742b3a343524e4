import Testing

@testable import Allocation

@Suite("Cases at the edge")
struct DegenerateTests {
    private static let weights = Instance.Weights(
        travelPerKilometreVisit: 25,
        preferenceMissed: 500,
        split: 5_000,
        overFair: 5,
        farOverFair: 15
    )

    private func instance(minutes: Int16, until: Int = 9_999, blocks: Int = 1) -> Instance {
        var instance = Instance(horizon: 64, weights: Self.weights)
        instance.places = [Instance.Place(x: 0, y: 0), Instance.Place(x: 1_000, y: 0)]
        instance.providers = [Instance.Provider(recent: 0, fair: 100_000)]
        for _ in 0..<blocks {
            instance.append(
                Instance.Block(provider: 0, base: 0, zone: [0], days: 0..<until),
                minutes: [Int16](repeating: minutes, count: 5 * 64)
            )
        }
        return instance
    }

    private func need(_ calls: [(band: Int, minutes: Int, carers: Int)], place: Int = 0) -> Instance.Need {
        Instance.Need(
            place: place,
            days: 0..<28,
            calls: calls.map {
                Instance.Call(
                    band: $0.band,
                    minutes: $0.minutes,
                    carers: $0.carers,
                    days: (1 << 28) - 1,
                    visitsPerWeek: 7
                )
            },
            waiting: 2_000_000
        )
    }

    private func waiting(_ instance: Instance) throws -> Int {
        let outcome = Allocator(instance).improve(seed: 1, budget: .moves(2_000))
        _ = try instance.account(outcome.plan)
        let online = Online(instance)
        var plan = Plan(waiting: instance.needs.count)
        for index in instance.needs.indices { plan.placements[index] = online.place(index) }
        _ = try instance.account(plan)
        #expect(outcome.plan.waiting <= plan.waiting)
        return outcome.plan.waiting
    }

    @Test("no needs, no blocks, a zone without blocks: those who cannot be placed wait")
    func nothing() throws {
        var empty = instance(minutes: 60, blocks: 0)
        #expect(try waiting(empty) == 0)
        empty.needs = [need([(0, 30, 1)])]
        #expect(try waiting(empty) == 1)
        var elsewhere = instance(minutes: 60)
        elsewhere.needs = [need([(0, 30, 1)], place: 1), need([(0, 30, 1)])]
        #expect(try waiting(elsewhere) == 1)
    }

    @Test("a block that ends tomorrow takes no package of four weeks")
    func endsTomorrow() throws {
        var ending = instance(minutes: 600, until: 1)
        ending.needs = [need([(0, 30, 1)])]
        #expect(try waiting(ending) == 1)
    }

    @Test("500 people and one block: as many as its minutes hold")
    func oneBlock() throws {
        var crowd = instance(minutes: 240)
        crowd.needs = (0..<500).map { _ in need([(0, 30, 1)]) }
        #expect(try waiting(crowd) == 492)
    }

    @Test("two calls in one band are summed")
    func sameBand() throws {
        var tight = instance(minutes: 59)
        tight.needs = [need([(0, 30, 1), (0, 30, 1)])]
        #expect(try waiting(tight) == 1)
        var enough = instance(minutes: 60)
        enough.needs = [need([(0, 30, 1), (0, 30, 1)])]
        #expect(try waiting(enough) == 0)
    }

    @Test("a double-handed call longer than any block waits, also where its minutes exceed a cell")
    func tooLong() throws {
        var short = instance(minutes: 100)
        short.needs = [need([(0, 60, 2)]), need([(0, 1_440, 16)]), need([(0, 32_000, 2)])]
        #expect(try waiting(short) == 3)
    }

    @Test("a plan that breaks a rule is named by the rule")
    func faults() {
        var small = instance(minutes: 45, blocks: 2)
        small.needs = [need([(0, 30, 1)]), need([(0, 30, 1)])]
        var plan = Plan(waiting: 2)
        plan.placements = [Plan.Placement(block: 0, bands: 1), Plan.Placement(block: 0, bands: 1)]
        #expect(throws: Fault.oversold(block: 0, band: 0, day: 0)) { try small.account(plan) }
        plan.placements[1] = Plan.Placement(block: 0, bands: 3)
        #expect(throws: Fault.callsNotCovered(need: 1)) { try small.account(plan) }
        plan.placements[1] = Plan.Placement(block: 5, bands: 1)
        #expect(throws: Fault.notAllowed(need: 1, block: 5)) { try small.account(plan) }
        #expect(throws: Fault.wrongLength) { try small.account(Plan(waiting: 3)) }
    }

    @Test("chances spread over their range: a generator that is stuck would make the search do nothing")
    func chances() {
        var chance = Chance(seed: 1)
        var seen = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 { seen[chance.below(10)] += 1 }
        #expect(seen.allSatisfy { (800...1_200).contains($0) })
    }
}
