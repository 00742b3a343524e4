import Testing

@testable import Allocation

@Suite("Taking a plan apart into exchanges")
struct ExchangesTests {
    /// A tight instance, a plan for it and a better one.
    private func plans(_ seed: UInt64, needs: Int, blocks: Int) -> (Allocator, start: Plan, found: Plan) {
        var random = RandomInstance(seed: seed)
        var instance = random.make(needs: needs, blocks: blocks, providers: max(2, blocks / 3))
        for index in instance.needs.indices { instance.needs[index].stayCost = 100 * (index % 3) }
        let allocator = Allocator(instance)
        let start = allocator.improve(seed: seed, budget: .moves(needs)).plan
        return (allocator, start, allocator.improve(start, seed: seed &+ 1, budget: .moves(40 * needs)).plan)
    }

    private func carry(_ exchange: [Int], _ found: Plan, _ plan: inout Plan) {
        for need in exchange { plan.placements[need] = found.placements[need] }
    }

    @Test(
        "each exchange, carried out after those before it, keeps every rule and makes things better",
        arguments: [2, 24]
    )
    func eachPays(most: Int) throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            print("seed \(seed)")
            let (allocator, start, found) = plans(seed, needs: 30, blocks: 9)
            var plan = start
            var objective = try allocator.instance.account(plan, from: start).objective
            var moved: Set<Int> = []
            for exchange in allocator.exchanges(from: start, to: found, most: most) {
                #expect(exchange.count <= most && moved.isDisjoint(with: exchange), "seed \(seed)")
                moved.formUnion(exchange)
                carry(exchange, found, &plan)
                let now = try allocator.instance.account(plan, from: start).objective
                #expect(now < objective, "seed \(seed): \(exchange)")
                objective = now
            }
        }
    }

    @Test("all exchanges together lose next to nothing of what was found, and hold few needs each")
    func complete() throws {
        var (gained, found, exchanges, most) = (0, 0, 0, 0)
        for seed in 1...40 as ClosedRange<UInt64> {
            print("seed \(seed)")
            let (allocator, start, better) = plans(seed, needs: 60, blocks: 18)
            var plan = start
            let parts = allocator.exchanges(from: start, to: better, most: 24)
            for exchange in parts { carry(exchange, better, &plan) }
            let before = try allocator.instance.account(start, from: start).objective
            gained += before - (try allocator.instance.account(plan, from: start).objective)
            found += before - (try allocator.instance.account(better, from: start).objective)
            exchanges += parts.count
            most = max(most, parts.map(\.count).max() ?? 0)
        }
        print("gained \(gained) of \(found) in \(exchanges) exchanges of at most \(most)")
        #expect(exchanges > 40 && gained * 100 >= found * 97)
    }

    @Test("nobody was moved who could have stayed")
    func nobodyInVain() throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            print("seed \(seed)")
            let (allocator, start, found) = plans(seed, needs: 30, blocks: 9)
            let exchanges = allocator.exchanges(from: start, to: found, most: 24)
            var plan = start
            for exchange in exchanges { carry(exchange, found, &plan) }
            let objective = try allocator.instance.account(plan, from: start).objective
            for need in exchanges.joined() where start.placements[need] != nil {
                var without = plan
                without.placements[need] = start.placements[need]
                guard let other = try? allocator.instance.account(without, from: start) else { continue }
                #expect(other.objective > objective, "seed \(seed): \(need)")
            }
        }
    }

    /// Blocks of so many morning minutes each, needs of so many, nothing but minutes between them.
    private func mornings(_ blocks: [Int16], _ needs: [(minutes: Int, waiting: Int)]) -> Allocator {
        var instance = Instance(
            horizon: 64,
            weights: Instance.Weights(
                travelPerKilometreVisit: 0,
                preferenceMissed: 0,
                split: 0,
                overFair: 0,
                farOverFair: 0
            )
        )
        instance.places = [Instance.Place(x: 0, y: 0)]
        for (index, minutes) in blocks.enumerated() {
            instance.providers.append(Instance.Provider(recent: 0, fair: 0))
            instance.append(
                Instance.Block(provider: index, base: 0, zone: [0], days: 0..<64),
                minutes: (0..<5 * 64).map { $0 < 64 ? minutes : 0 }
            )
        }
        for (minutes, waiting) in needs {
            let call = Instance.Call(band: 0, minutes: minutes, carers: 1, days: 0x3FFF, visitsPerWeek: 7)
            instance.needs.append(Instance.Need(place: 0, days: 0..<14, calls: [call], waiting: waiting))
        }
        return Allocator(instance)
    }

    private func plan(_ blocks: [Int?]) -> Plan {
        var plan = Plan(waiting: blocks.count)
        plan.placements = blocks.map { $0.map { Plan.Placement(block: $0, bands: 1) } }
        return plan
    }

    @Test("two who gain, each with one who makes room, are two exchanges though both make room to the same block")
    func apart() {
        let allocator = mornings([60, 60, 60], [(60, 1_000), (60, 900), (30, 500), (30, 500)])
        let (start, found) = (plan([nil, nil, 0, 1]), plan([0, 1, 2, 2]))
        #expect(allocator.exchanges(from: start, to: found, most: 24) == [[0, 2], [1, 3]])
        // One at a time nobody can be helped.
        #expect(allocator.exchanges(from: start, to: found, most: 1) == [])
    }

    @Test("two who gain together are worth one who must wait for them, and neither is by itself")
    func together() {
        let allocator = mornings([60], [(30, 600), (30, 500), (60, 1_000)])
        let (start, found) = (plan([nil, nil, 0]), plan([0, 0, nil]))
        #expect(allocator.exchanges(from: start, to: found, most: 24) == [[0, 1, 2]])
        // Were the one worth more, nobody moves.
        let other = mornings([60], [(30, 600), (30, 300), (60, 1_000)])
        #expect(other.exchanges(from: start, to: found, most: 24) == [])
    }

    @Test("whoever only changed places stays, and so does a plan that is the same")
    func nothing() {
        let allocator = mornings([60, 60], [(60, 1_000), (60, 1_000)])
        #expect(allocator.exchanges(from: plan([0, 1]), to: plan([1, 0]), most: 24) == [])
        #expect(allocator.exchanges(from: plan([0, 1]), to: plan([0, 1]), most: 24) == [])
        #expect(allocator.exchanges(from: plan([nil, nil]), to: plan([1, 0]), most: 24) == [[0], [1]])
    }
}
