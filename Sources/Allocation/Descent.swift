extension Problem {
    /// A plan in which every placed need has the cheapest single block that has room for it, or the place it has: what a search
    /// does not see, since wishes weigh little beside its steps.
    ///
    /// - Parameter start: the plan that costs of moving are held against.
    func descend(_ plan: Plan, from start: Plan) -> Plan {
        var plan = plan
        var free = binding.free
        var weekly = instance.providers.map(\.recent)
        func give(_ need: Int, _ placement: Plan.Placement, _ sign: Int) {
            for (block, bands) in placement.parts {
                for word in Int(binding.wordStart[block])..<Int(binding.wordStart[block + 1]) {
                    let asked = Binding.asked(instance.needs[need], bands, binding.rows, word)
                    free[word] = sign < 0 ? free[word] &- asked : free[word] &+ asked
                }
                weekly[instance.blocks[block].provider] -= sign * instance.needs[need].weekly(bands)
            }
        }
        for (need, placement) in plan.placements.enumerated() {
            if let placement { give(need, placement, -1) }
        }
        for need in plan.placements.indices {
            guard let placement = plan.placements[need] else { continue }
            let all = instance.needs[need].bands
            // Points apart from fairness can only be saved where some candidate costs less.
            let own = points(need, placement, start)
            let range = candidates.of(need)
            guard range.contains(where: { candidates.pairs[$0].fits == all && Int(candidates.pairs[$0].cost[7]) < own })
            else { continue }
            give(need, placement, 1)
            var best = placement
            var least = own + fairness(need, placement, weekly)
            for index in range where candidates.pairs[index].fits == all {
                let block = Int(candidates.pairs[index].block)
                let other = Plan.Placement(block: block, bands: all)
                let points = points(need, other, start)
                guard points < own, holds(index, block, free) else { continue }
                let sum = points + fairness(need, other, weekly)
                if sum < least { (best, least) = (other, sum) }
            }
            give(need, best, -1)
            plan.placements[need] = best
        }
        return plan
    }

    /// Points of a place, that of moving there among them, fairness apart.
    private func points(_ need: Int, _ placement: Plan.Placement, _ start: Plan) -> Int {
        let there = instance.needs[need]
        let isHome = start.placements[need].map { placement.same(as: $0) } ?? true
        return placement.parts.reduce(
            (placement.other < 0 ? 0 : instance.weights.split) + (isHome ? 0 : there.stayCost)
        ) {
            $0 + Int(instance.costs(of: there, on: $1.block, $1.bands)[7])
        }
    }

    /// Points for fairness that a place adds.
    private func fairness(_ need: Int, _ placement: Plan.Placement, _ weekly: [Int]) -> Int {
        placement.parts.reduce(0) { sum, part in
            let provider = instance.blocks[part.block].provider
            let more = weekly[provider] + instance.needs[need].weekly(part.bands)
            return sum + instance.fairness(provider, more) - instance.fairness(provider, weekly[provider])
        }
    }

    /// Whether a block holds all that a candidate asks.
    private func holds(_ candidate: Int, _ block: Int, _ free: [UInt64]) -> Bool {
        let words = Int(binding.wordStart[block])..<Int(binding.wordStart[block + 1])
        let ask = Int(binding.askStart[candidate])
        return words.allSatisfy {
            (free[$0] &- binding.ask[ask + $0 - words.lowerBound]) & Binding.guards == Binding.guards
        }
    }
}
