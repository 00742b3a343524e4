/// Cuts an instance into regions that can be searched at once.
///
/// All blocks of a provider stay together, so that fairness is exact within a region. Cuts run north-south and
/// east-west through the middle of the work, another way in each round, so that what one round holds apart another
/// has in one region. A need whose blocks lie in two regions keeps its place for the round; its minutes are taken off.
struct Division {
    /// Needs that a region may have: fewer would put more of them beside a border, more would not stay in the cache.
    static let comfortable = 1_900

    /// Share of the work, in a hundred, that the smaller part of a cut has at least.
    static let smallest = 38

    /// Blocks of each region, ascending.
    private(set) var blocks: [[Int32]]
    /// Needs of each region, by place.
    private(set) var needs: [[Int32]]
    /// Free words of every block, less what needs in no region hold.
    private(set) var free: [UInt64]
    /// Weekly minutes of every provider, less what needs in regions give it.
    private(set) var received: [Int]

    /// How many regions an instance of so many needs is cut into: a power of two.
    static func count(needs: Int) -> Int {
        var count = 1
        while count * comfortable < needs { count *= 2 }
        return count
    }

    /// Cuts for a round.
    init(_ problem: Problem, _ plan: Plan, regions: Int, round: Int) {
        let instance = problem.instance
        let regionOf = Division.regions(problem, regions, round)
        blocks = Array(repeating: [], count: regions)
        for block in instance.blocks.indices {
            let region = regionOf[instance.blocks[block].provider]
            if region >= 0 { blocks[Int(region)].append(Int32(block)) }
        }
        needs = Array(repeating: [], count: regions)
        free = problem.binding.free
        received = instance.providers.map { $0.recent }
        var votes = [Int](repeating: 0, count: regions)
        for need in instance.needs.indices {
            if let placement = plan.placements[need] {
                let region = regionOf[instance.blocks[Int(placement.block)].provider]
                if placement.other < 0
                    || region == regionOf[instance.blocks[Int(placement.other)].provider]
                {
                    needs[Int(region)].append(Int32(need))
                } else {
                    hold(problem, need, placement)
                }
                continue
            }
            let range = problem.candidates.of(need)
            if range.isEmpty { continue }
            for pair in problem.candidates.pairs[range] {
                votes[Int(regionOf[instance.blocks[Int(pair.block)].provider])] += 1
            }
            var most = 0
            for region in 0..<regions {
                if votes[region] > votes[most] { most = region }
            }
            for pair in problem.candidates.pairs[range] {
                votes[Int(regionOf[instance.blocks[Int(pair.block)].provider])] = 0
            }
            needs[most].append(Int32(need))
        }
        // By place, so that those who could use one block lie in few words of bits.
        for region in needs.indices {
            needs[region].sort {
                (instance.needs[Int($0)].place, $0) < (instance.needs[Int($1)].place, $1)
            }
        }
    }

    /// Takes off what a need holds that no region may move.
    private mutating func hold(_ problem: Problem, _ index: Int, _ placement: Plan.Placement) {
        let need = problem.instance.needs[index]
        let binding = problem.binding
        for (block, bands) in placement.parts {
            received[problem.instance.blocks[block].provider] += need.weekly(bands)
            for word in Int(binding.wordStart[block])..<Int(binding.wordStart[block + 1]) {
                free[word] -= Binding.asked(need, bands, binding.rows, word)
            }
        }
    }

    /// The region of each provider; -1 where nobody could use it.
    private static func regions(_ problem: Problem, _ count: Int, _ round: Int) -> [Int32] {
        let instance = problem.instance
        var users = [Int](repeating: 0, count: instance.blocks.count)
        for pair in problem.candidates.pairs { users[Int(pair.block)] += 1 }
        var weight = [Int](repeating: 0, count: instance.providers.count)
        var x = weight
        var y = weight
        for (index, block) in instance.blocks.enumerated() where users[index] > 0 {
            weight[block.provider] += users[index]
            x[block.provider] += instance.places[block.base].x * users[index]
            y[block.provider] += instance.places[block.base].y * users[index]
        }
        var region = [Int32](repeating: -1, count: weight.count)
        var whole = weight.indices.filter { weight[$0] > 0 }
        for provider in whole {
            x[provider] /= weight[provider]
            y[provider] /= weight[provider]
        }
        // Directions of the first cut, round by round; the next cut is square to it, and so on. With two regions
        // only the first matters; with more, a quarter turn would give the same grid again.
        let turns = count == 2 ? [(1, 0), (0, 1)] : [(1, 0), (1, 1), (2, 1), (1, 2)]
        let turn = turns[round % turns.count]
        // Providers that each need could go to: its links, which a cut should not run through.
        var order = [Int32](repeating: -1, count: weight.count)
        var crossing = [Int](repeating: 0, count: whole.count + 1)
        func cut(_ part: inout [Int], _ parts: Int, _ first: Int, _ depth: Int) {
            guard parts > 1 else {
                for provider in part { region[provider] = Int32(first) }
                return
            }
            let (dx, dy) = depth % 2 == 0 ? turn : (-turn.1, turn.0)
            part.sort { (x[$0] * dx + y[$0] * dy, $0) < (x[$1] * dx + y[$1] * dy, $1) }
            for (position, provider) in part.enumerated() { order[provider] = Int32(position) }
            for position in 0...part.count { crossing[position] = 0 }
            for need in instance.needs.indices {
                var low = Int32.max
                var high: Int32 = -1
                for pair in problem.candidates.pairs[problem.candidates.of(need)] {
                    let position = order[instance.blocks[Int(pair.block)].provider]
                    if position < 0 { continue }
                    low = min(low, position)
                    high = max(high, position)
                }
                guard high > low else { continue }
                crossing[Int(low) + 1] += 1
                crossing[Int(high) + 1] -= 1
            }
            for provider in part { order[provider] = -1 }
            let total = part.reduce(0) { $0 + weight[$1] }
            var sum = 0
            var crossed = 0
            var split = 0
            var least = Int.max
            for position in 0..<part.count {
                crossed += crossing[position]
                // At the middle, or so near it that both parts are still of a size.
                if position > 0 && sum * 100 >= total * Division.smallest
                    && (total - sum) * 100 >= total * Division.smallest && crossed < least
                {
                    least = crossed
                    split = position
                }
                sum += weight[part[position]]
            }
            if least == Int.max {
                sum = 0
                while split < part.count && sum * 2 < total {
                    sum += weight[part[split]]
                    split += 1
                }
            }
            var low = Array(part[..<split])
            var high = Array(part[split...])
            cut(&low, parts / 2, first, depth + 1)
            cut(&high, parts / 2, first + parts / 2, depth + 1)
        }
        cut(&whole, count, 0, 0)
        return region
    }
}
