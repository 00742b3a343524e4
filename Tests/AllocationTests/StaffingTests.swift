import Testing

@testable import Allocation

@Suite("Offers that settled and carers at once")
struct StaffingTests {
    /// A random instance with carers, timed calls, standing visits and costs of moving.
    private func instance(_ seed: UInt64, needs: Int, blocks: Int) -> Instance {
        var random = RandomInstance(seed: seed)
        var instance = random.make(needs: needs, blocks: blocks, sameBand: seed % 2 == 0)
        instance.carers = (0..<instance.free.count).map { _ in 2 }
        for block in 0..<blocks {
            for band in 0..<5 {
                let usual = UInt8(1 + random.chance.below(3))
                for day in 0..<instance.horizon {
                    instance.carers[instance.slab(block, band) + day] = day % 7 == 6 ? 1 : usual
                }
            }
            guard random.chance.below(2) == 0 else { continue }
            let from = 480 + 15 * random.chance.below(4)
            instance.standing.append(
                Instance.Standing(
                    block: block,
                    band: 0,
                    days: (1 << 20) - 1,
                    clock: from..<from + 30,
                    carers: 1
                )
            )
        }
        for index in instance.needs.indices {
            instance.needs[index].stayCost = [0, 0, 40_000, 900_000][random.chance.below(4)]
            for call in instance.needs[index].calls.indices where random.chance.below(2) == 0 {
                let from = 480 + 15 * random.chance.below(4)
                let minutes = instance.needs[index].calls[call].minutes
                instance.needs[index].calls[call].clock = from..<from + minutes
            }
        }
        return instance
    }

    private func better(_ instance: Instance, _ start: Plan, _ seed: UInt64, moves: Int) -> Plan {
        Allocator(instance).improve(start, seed: seed, budget: .moves(moves)).plan
    }

    @Test(
        "no plan asks for more carers than can be at work, and the running sum is the recount",
        arguments: UInt64(1)...16
    )
    func kept(seed: UInt64) throws {
        let instance = instance(seed, needs: 26, blocks: 9)
        let plan = better(instance, Plan(waiting: 26), seed, moves: 3_000)
        let first = try instance.account(plan)
        #expect(first.waiting < 26, "seed \(seed)")
        // Again from that plan: moving costs, and the search knows what.
        let problem = Problem(instance)
        let region = Region(undivided: problem, home: plan)
        let search = Search(region, plan, seed: seed)
        let begun = search.objective
        var now = plan
        for _ in 0..<6 {
            for _ in 0..<100 { search.step(400_000, 1, 1_000, Annealing(needs: 26, expectedMoves: 1).manner) }
            for (need, placement) in search.placements(best: false) { now.placements[Int(need)] = placement }
            let account = try instance.account(now, from: plan)
            #expect(account.objective - first.objective == search.objective - begun, "seed \(seed)")
        }
    }

    /// The packed rows say what the plain rule says, for every way to give a need to a block beside another.
    @Test("a timed call fits beside another exactly when the plain rule lets it", arguments: UInt64(1)...10)
    func pairs(seed: UInt64) throws {
        var instance = instance(seed, needs: 6, blocks: 3)
        for cell in instance.free.indices where instance.free[cell] > 0 { instance.free[cell] = 600 }
        let problem = Problem(instance)
        for one in instance.needs.indices {
            for first in everyPlacement(instance, one, free: instance.free) {
                var plan = Plan(waiting: 6)
                plan.placements[one] = first
                let allowed = (try? instance.account(plan)) != nil
                let pairs = problem.candidates.pairs[problem.candidates.of(one)]
                let candidate = first.parts.allSatisfy { part in
                    pairs.contains { Int($0.block) == part.block && part.bands & ~$0.fits == 0 }
                }
                #expect(allowed == candidate, "seed \(seed)")
                guard allowed else { continue }
                let search = Search(Region(undivided: problem, home: plan), plan, seed: seed)
                for two in instance.needs.indices where two != one {
                    for second in everyPlacement(instance, two, free: instance.free) {
                        plan.placements[two] = second
                        let both = (try? instance.account(plan)) != nil
                        #expect(search.has(room: second, for: two) == both, "seed \(seed)")
                    }
                    plan.placements[two] = nil
                }
            }
        }
    }

    @Test("an offer that settled moves only when that gains more than it costs", arguments: UInt64(1)...8)
    func settled(seed: UInt64) throws {
        var instance = instance(seed, needs: 20, blocks: 8)
        let plan = better(instance, Plan(waiting: 20), seed, moves: 2_000)
        for index in instance.needs.indices { instance.needs[index].stayCost = 1_000_000_000 }
        let after = better(instance, plan, seed, moves: 4_000)
        for (before, now) in zip(plan.placements, after.placements) {
            guard let before else { continue }
            #expect(now?.same(as: before) ?? false, "seed \(seed)")
        }
        for index in instance.needs.indices { instance.needs[index].stayCost = 30_000 }
        let cheap = better(instance, plan, seed, moves: 4_000)
        #expect(
            try instance.account(cheap, from: plan).objective <= instance.account(plan).objective,
            "seed \(seed)"
        )
    }

    @Test("a double-handed call needs two at once, and two calls at eight need two carers")
    func carers() throws {
        var instance = Instance(
            horizon: 64,
            weights: Instance.Weights(
                travelPerKilometreVisit: 25,
                preferenceMissed: 500,
                split: 5_000,
                overFair: 5,
                farOverFair: 15
            )
        )
        instance.places = [Instance.Place(x: 0, y: 0)]
        instance.providers = [Instance.Provider(recent: 0, fair: 100_000)]
        instance.append(
            Instance.Block(provider: 0, base: 0, zone: [0], days: 0..<60),
            minutes: [Int16](repeating: 600, count: 5 * 64)
        )
        instance.carers = [UInt8](repeating: 1, count: instance.free.count)
        func need(_ carers: Int, _ at: Int?) -> Instance.Need {
            Instance.Need(
                place: 0,
                days: 0..<28,
                calls: [
                    Instance.Call(
                        band: 0,
                        minutes: 30,
                        carers: carers,
                        days: (1 << 28) - 1,
                        visitsPerWeek: 7,
                        clock: at.map { $0..<$0 + 30 }
                    )
                ],
                waiting: 2_000_000
            )
        }
        func waiting(_ needs: [Instance.Need]) throws -> Int {
            instance.needs = needs
            let plan = better(instance, Plan(waiting: needs.count), 1, moves: 1_000)
            return try instance.account(plan).waiting
        }
        #expect(try waiting([need(2, nil)]) == 1)
        #expect(try waiting([need(1, nil), need(1, nil)]) == 0)
        #expect(try waiting([need(1, 480), need(1, 480)]) == 1)
        #expect(try waiting([need(1, 480), need(1, 495)]) == 1)
        #expect(try waiting([need(1, 480), need(1, 510)]) == 0)
        instance.standing = [Instance.Standing(block: 0, band: 0, days: 1 << 9, clock: 470..<490, carers: 1)]
        #expect(try waiting([need(1, 480), need(1, 510)]) == 1)
    }
}

extension Search {
    /// True when a waiting need of the instance could be given a placement now.
    func has(room placement: Plan.Placement, for outer: Int) -> Bool {
        guard let need = (0..<region.needCount).first(where: { Int(region.outerNeed[$0]) == outer }) else {
            return false
        }
        return placement.parts.allSatisfy { part in
            (Int(region.candStart[need])..<Int(region.candStart[need + 1])).contains { c in
                Int(region.outerBlock[Int(region.candBlock[c])]) == part.block
                    && part.bands & ~fitting(region.heads[c], region.asks + Int(region.askAt[c]), cells) == 0
            }
        }
    }
}
