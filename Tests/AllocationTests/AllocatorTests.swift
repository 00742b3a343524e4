import Testing

@testable import Allocation

@Suite("The batch")
struct AllocatorTests {
    /// The search's own sum, after a run, and a recount.
    @Test("keeps every rule, and its running sum is the recount", arguments: UInt64(1)...12)
    func recount(seed: UInt64) throws {
        var random = RandomInstance(seed: seed)
        let instance = random.make(needs: 24, blocks: 9, sameBand: seed % 2 == 0)
        let problem = Problem(instance)
        let start = Plan(waiting: instance.needs.count)
        let region = Region(undivided: problem, home: start)
        let search = Search(region, start, seed: seed)
        search.fill()
        let annealing = Annealing(needs: instance.needs.count, expectedMoves: 4_000)
        for _ in 0..<8 {
            for _ in 0..<200 { search.step(200_000, 1, 1_000, annealing.manner) }
            var plan = start
            for (need, placement) in search.placements(best: false) { plan.placements[Int(need)] = placement }
            // Needs in no region wait; providers without candidates are in no region either.
            let account = try instance.account(plan)
            #expect(account.objective - search.objective == outside(instance, region), "seed \(seed)")
            search.keep(search.objective, undoing: false)
            for (need, placement) in search.placements(best: true) { plan.placements[Int(need)] = placement }
            #expect(
                try instance.account(plan).objective - search.bestObjective == outside(instance, region),
                "seed \(seed)"
            )
            #expect(search.bestObjective <= search.objective)
        }
    }

    /// Points that no region can change: needs without candidates, and providers without blocks that fit anyone.
    private func outside(_ instance: Instance, _ region: Region) -> Int {
        let inside = Set(region.outerNeed)
        var points = 0
        for (index, need) in instance.needs.enumerated() where !inside.contains(Int32(index)) { points += need.waiting }
        let providers = Set(region.outerBlock.map { instance.blocks[Int($0)].provider })
        for (index, provider) in instance.providers.enumerated() where !providers.contains(index) {
            points += instance.fairness(index, provider.recent)
        }
        return points
    }

    @Test("is never dearer than its start, and accepts what it made as a start", arguments: UInt64(1)...20)
    func neverWorse(seed: UInt64) throws {
        var random = RandomInstance(seed: seed)
        let allocator = Allocator(random.make(needs: 30, blocks: 10))
        var plan = Plan(waiting: 30)
        var last = try allocator.instance.account(plan).objective
        for run in 0..<4 {
            plan = allocator.improve(plan, seed: seed + UInt64(run), budget: .moves(2_000)).plan
            let now = try allocator.instance.account(plan).objective
            #expect(now <= last, "seed \(seed)")
            last = now
        }
    }

    @Test("two providers share a package the cheapest way, also where fairness outweighs the shorter way")
    func division() throws {
        var instance = Instance(
            horizon: 64,
            weights: Instance.Weights(
                travelPerKilometreVisit: 25,
                preferenceMissed: 500,
                split: 5_000,
                overFair: 500,
                farOverFair: 0
            )
        )
        instance.places = [Instance.Place(x: 0, y: 0), Instance.Place(x: 1_000, y: 0)]
        // The first is nearer and has its share; each lacks one band of three.
        instance.providers = [Instance.Provider(recent: 600, fair: 600), Instance.Provider(recent: 0, fair: 6_000)]
        for (provider, lacks) in [(0, 0), (1, 2)] {
            var minutes = [Int16](repeating: 60, count: Instance.bands * 64)
            for day in 0..<64 { minutes[lacks * 64 + day] = 0 }
            instance.append(
                Instance.Block(provider: provider, base: provider, zone: [0, 1], days: 0..<64),
                minutes: minutes
            )
        }
        let days = (0..<28).reduce(UInt128(0)) { $0 | 1 << UInt128($1) }
        instance.needs = [
            Instance.Need(
                place: 0,
                days: 0..<28,
                calls: (0..<3).map {
                    Instance.Call(band: $0, minutes: 30, carers: 1, days: days, visitsPerWeek: 7)
                },
                waiting: 20_000_000,
                twoProviders: true
            )
        ]
        let plan = Allocator(instance).improve(seed: 1, budget: .moves(1_000)).plan
        let placement = try #require(plan.placements[0])
        // All but the band it lacks goes to the farther one.
        #expect([placement.block(for: 0), placement.block(for: 1), placement.block(for: 2)] == [1, 1, 0])
        #expect(try instance.account(plan).objective < 200_000)
    }

    @Test("of a sample of candidates, another in every run, it makes nothing dearer", arguments: UInt64(1)...10)
    func sampled(seed: UInt64) throws {
        var random = RandomInstance(seed: seed)
        let instance = random.make(needs: 30, blocks: 20)
        var plan = Plan(waiting: 30)
        let first = try instance.account(plan).objective
        var last = first
        for run in 0..<6 as Range<UInt64> {
            let sample = CandidateSample(most: 3, seed: run, keeping: plan)
            let allocator = Allocator(instance, sample: sample)
            let found = allocator.improve(plan, seed: run, budget: .moves(2_000)).plan
            #expect(found == allocator.improve(plan, seed: run, budget: .moves(2_000)).plan, "seed \(seed)")
            plan = found
            let now = try instance.account(plan).objective
            #expect(now <= last, "seed \(seed)")
            last = now
        }
        #expect(last < first, "seed \(seed)")
    }

    @Test("gives the same plan for the same seed and moves, whoever works", arguments: [40, 500])
    func deterministic(needs: Int) {
        var random = RandomInstance(seed: 7)
        let instance = random.make(needs: needs, blocks: needs / 3, providers: 12)
        let backwards = Workers(count: 3) { jobs, job in for index in (0..<jobs).reversed() { job(index) } }
        let one = Allocator(instance).improve(seed: 3, budget: .moves(6_000))
        let two = Allocator(instance, workers: backwards).improve(seed: 3, budget: .moves(6_000))
        #expect(one.plan == two.plan)
        #expect(one.moves == two.moves)
        #expect(one.plan != Allocator(instance).improve(seed: 4, budget: .moves(6_000)).plan)
    }

    @Test("keeps every rule when cut into regions", arguments: UInt64(1)...4)
    func regions(seed: UInt64) throws {
        var random = RandomInstance(seed: seed)
        let instance = random.make(needs: 450, blocks: 120, providers: 30)
        let allocator = Allocator(instance)
        let first = allocator.improve(seed: seed, budget: .moves(8_000)).plan
        let before = try instance.account(first).objective
        let second = allocator.improve(first, seed: seed, budget: .moves(8_000)).plan
        #expect(try instance.account(second).objective <= before, "seed \(seed)")
    }

    @Test("beats deciding one by one: the search searches")
    func beatsGreedy() throws {
        var random = RandomInstance(seed: 11)
        let instance = random.make(needs: 120, blocks: 40, providers: 10)
        let online = Online(instance)
        var greedy = Plan(waiting: instance.needs.count)
        for index in instance.needs.indices { greedy.placements[index] = online.place(index) }
        let batch = Allocator(instance).improve(seed: 1, budget: .moves(6_000))
        #expect(batch.plan.waiting < greedy.waiting)
        #expect(try instance.account(batch.plan).objective < instance.account(greedy).objective)
    }

    @Test("finds the optimum of small cases, tried against every plan", arguments: UInt64(1)...12)
    func optimum(seed: UInt64) throws {
        var random = RandomInstance(seed: seed)
        let instance = random.make(needs: 4, blocks: 3)
        let options = instance.needs.indices.map { everyPlacement(instance, $0, free: instance.free) }
        var best = Int.max
        func extend(_ plan: inout Plan, _ index: Int) {
            guard index < options.count else {
                if let account = try? instance.account(plan) { best = min(best, account.objective) }
                return
            }
            plan.placements[index] = nil
            extend(&plan, index + 1)
            for option in options[index] {
                plan.placements[index] = option
                extend(&plan, index + 1)
            }
            plan.placements[index] = nil
        }
        guard options.reduce(1, { $0 * ($1.count + 1) }) < 60_000 else { return }
        var plan = Plan(waiting: 4)
        extend(&plan, 0)
        let found = Allocator(instance).improve(seed: seed, budget: .moves(6_000)).plan
        #expect(try instance.account(found).objective == best, "seed \(seed)")
    }

    @Test("with more minutes and the old plan as its start it is never dearer", arguments: UInt64(1)...6)
    func moreCapacity(seed: UInt64) throws {
        var random = RandomInstance(seed: seed)
        let instance = random.make(needs: 30, blocks: 10)
        let plan = Allocator(instance).improve(seed: 1, budget: .moves(3_000)).plan
        var richer = instance
        for cell in richer.free.indices { richer.free[cell] += 30 }
        let better = Allocator(richer).improve(plan, seed: 1, budget: .moves(3_000)).plan
        #expect(try richer.account(better).objective <= instance.account(plan).objective, "seed \(seed)")
    }

    @Test("of a start that no longer fits it keeps what fits", arguments: UInt64(1)...12)
    func stale(seed: UInt64) throws {
        var random = RandomInstance(seed: seed)
        var instance = random.make(needs: 30, blocks: 10)
        let plan = Allocator(instance).improve(seed: seed, budget: .moves(2_000)).plan
        for cell in instance.free.indices where random.chance.below(3) == 0 { instance.free[cell] /= 2 }
        let allocator = Allocator(instance)
        let kept = allocator.problem.keepable(plan)
        let account = try instance.account(kept)
        for (index, placement) in plan.placements.enumerated() where kept.placements[index] == nil {
            guard let placement else { continue }
            var fuller = kept
            fuller.placements[index] = placement
            #expect((try? instance.account(fuller)) == nil, "seed \(seed): need \(index) could have stayed")
        }
        #expect(kept.waiting < 30, "seed \(seed)")
        let after = allocator.improve(plan, seed: seed, budget: .moves(1_000)).plan
        #expect(try instance.account(after).objective <= account.objective, "seed \(seed)")
    }

    @Test("a short run from a good plan uses minutes that came free", arguments: UInt64(1)...6, [60, 450])
    func warm(seed: UInt64, needs: Int) throws {
        var random = RandomInstance(seed: seed)
        var instance = random.make(needs: needs, blocks: needs / 3, providers: needs / 15)
        let plan = Allocator(instance).improve(seed: seed, budget: .moves(needs * 100)).plan
        let before = try instance.account(plan)
        for block in instance.blocks.indices where random.chance.below(10) == 0 {
            for cell in instance.slab(block, 0)..<instance.slab(block + 1, 0) { instance.free[cell] += 60 }
        }
        let short = Allocator(instance).improve(plan, seed: seed, budget: .moves(needs * 10)).plan
        let after = try instance.account(short)
        #expect(after.objective < before.objective, "seed \(seed)")
        #expect(after.waiting < before.waiting, "seed \(seed)")
    }
}
