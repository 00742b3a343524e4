import Testing

@testable import Allocation

@Suite("Cutting into regions")
struct DivisionTests {
    /// Two islands, one larger than the other, a channel of 100 km between them.
    private func islands(_ seed: UInt64) -> Instance {
        var random = RandomInstance(seed: seed)
        let small = random.make(needs: 260, blocks: 87, providers: 29)
        var both = random.make(needs: 270, blocks: 90, providers: 30)
        let (places, providers) = (both.places.count, both.providers.count)
        both.places += small.places.map { Instance.Place(x: $0.x + 100_000, y: $0.y) }
        both.providers += small.providers
        for (index, block) in small.blocks.enumerated() {
            var moved = block
            moved.base += places
            moved.provider += providers
            moved.zone = block.zone.map { $0 + places }
            let slab = small.slab(index, 0)
            both.append(moved, minutes: Array(small.free[slab..<slab + Instance.bands * small.horizon]))
        }
        for need in small.needs {
            var moved = need
            moved.place += places
            moved.declined = need.declined.map { $0 + providers }
            both.needs.append(moved)
        }
        return both
    }

    @Test(
        "a cut runs where nobody's options lie on both sides, though that is not the middle",
        arguments: UInt64(1)...6
    )
    func fewCross(seed: UInt64) {
        let problem = Problem(islands(seed))
        let division = Division(problem, Plan(waiting: problem.instance.needs.count), regions: 2, round: 0)
        for region in division.needs.indices {
            let blocks = Set(division.blocks[region])
            for need in division.needs[region] {
                for pair in problem.candidates.pairs[problem.candidates.of(Int(need))] {
                    #expect(blocks.contains(pair.block), "seed \(seed): need \(need)")
                }
            }
        }
    }

    @Test("every need with candidates is in one region, and a provider's blocks are together", arguments: 0..<6)
    func parted(round: Int) {
        let problem = Problem(islands(UInt64(round) + 11))
        let plan = Allocator(problem.instance).improve(seed: 1, budget: .moves(4_000)).plan
        for regions in [2, 4] {
            let division = Division(problem, plan, regions: regions, round: round)
            var seen: [Int32: Int] = [:]
            for need in division.needs.joined() { seen[need, default: 0] += 1 }
            #expect(seen.values.allSatisfy { $0 == 1 })
            var regionOf: [Int: Int] = [:]
            for region in 0..<regions {
                for block in division.blocks[region] {
                    let provider = problem.instance.blocks[Int(block)].provider
                    #expect(regionOf[provider, default: region] == region)
                    regionOf[provider] = region
                }
            }
            for need in problem.instance.needs.indices where seen[Int32(need)] == nil {
                // It waits without an option, or is held by blocks of two regions.
                guard let placement = plan.placements[need] else {
                    #expect(problem.candidates.of(need).isEmpty)
                    continue
                }
                let held = placement.parts.map { regionOf[problem.instance.blocks[$0.block].provider] }
                #expect(held.count == 2 && held[0] != held[1])
            }
        }
    }
}
