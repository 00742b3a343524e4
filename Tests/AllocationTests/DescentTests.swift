import Testing

@testable import Allocation

@Suite("Wishes that a search does not see")
struct DescentTests {
    @Test("afterwards nobody has a cheaper block to go to, tried one by one, and nothing costs more than before")
    func nobodyCheaper() throws {
        var moved = 0
        for seed in 1...30 as ClosedRange<UInt64> {
            print("seed \(seed)")
            var random = RandomInstance(seed: seed)
            var instance = random.make(needs: 14, blocks: 9, providers: 4)
            for index in instance.needs.indices { instance.needs[index].stayCost = [0, 300, 4_000][index % 3] }
            instance.weights.overFair = 0
            instance.weights.farOverFair = 0
            let problem = Problem(instance)
            // Placed by somebody who cares for no wish.
            var plain = instance
            plain.weights.preferenceMissed = 0
            plain.weights.travelPerKilometreVisit = 0
            let start = Allocator(plain).improve(seed: seed, budget: .moves(20)).plan
            let plan = problem.descend(start, from: start)
            let objective = try instance.account(plan, from: start).objective
            #expect(objective <= (try instance.account(start, from: start).objective), "seed \(seed)")
            #expect(plan.placements.map { $0 == nil } == start.placements.map { $0 == nil })
            moved += plan.placements.indices.filter { plan.placements[$0] != start.placements[$0] }.count
            // Whoever was looked at later may have made room for somebody looked at before, so once more.
            let last = problem.descend(problem.descend(plan, from: start), from: start)
            let least = try instance.account(last, from: start).objective
            for need in instance.needs.indices where last.placements[need] != nil {
                for block in instance.blocks.indices {
                    var other = last
                    other.placements[need] = Plan.Placement(block: block, bands: instance.needs[need].bands)
                    guard let account = try? instance.account(other, from: start) else { continue }
                    #expect(account.objective >= least, "seed \(seed): \(need) to \(block)")
                }
            }
        }
        #expect(moved > 10)
    }

    @Test("what would cost more in fairness than it saves is left")
    func fairness() throws {
        var random = RandomInstance(seed: 5)
        var instance = random.make(needs: 14, blocks: 9, providers: 4)
        instance.weights.overFair = 1_000_000
        let start = Allocator(instance).improve(seed: 5, budget: .moves(20)).plan
        let plan = Problem(instance).descend(start, from: start)
        #expect(try instance.account(plan, from: start).objective <= instance.account(start, from: start).objective)
    }
}
