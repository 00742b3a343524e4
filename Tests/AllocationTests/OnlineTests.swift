import Testing

@testable import Allocation

@Suite("The online choice over an instance")
struct OnlineTests {
    @Test("is the cheapest of all placements the rules allow, singles and splits", arguments: UInt64(1)...40)
    func bruteForce(seed: UInt64) throws {
        var random = RandomInstance(seed: seed)
        var instance = random.make(needs: 14, blocks: 6, sameBand: seed % 3 == 0)
        let online = Online(instance)
        for index in instance.needs.indices {
            let base = try alone(instance, index, nil)
            let prices = try everyPlacement(instance, index, free: instance.free)
                .map { try alone(instance, index, $0) }
            let chosen = online.place(index)
            #expect((chosen == nil) == prices.isEmpty, "seed \(seed)")
            guard let chosen else { continue }
            #expect(try alone(instance, index, chosen) == prices.min(), "seed \(seed)")
            #expect(base > 0)
            // What was taken is taken from the instance too, for the next.
            for (block, bands) in chosen.parts {
                let need = instance.needs[index]
                instance.providers[instance.blocks[block].provider].recent += need.weekly(bands)
                for call in need.calls where bands >> UInt8(call.band) & 1 != 0 {
                    for day in 0..<instance.horizon where call.days >> UInt128(day) & 1 != 0 {
                        instance.free[instance.slab(block, call.band) + day] -= Int16(call.load)
                    }
                }
            }
        }
    }

    /// What a plan with this one placement comes to.
    private func alone(_ instance: Instance, _ index: Int, _ placement: Plan.Placement?) throws -> Int {
        var plan = Plan(waiting: instance.needs.count)
        plan.placements[index] = placement
        return try instance.account(plan).objective
    }
}
