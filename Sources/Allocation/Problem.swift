/// An instance with everything that is worked out about it once.
struct Problem: Sendable {
    let instance: Instance
    let candidates: Candidates
    let binding: Binding

    /// Works out who could go where and what binds.
    init(_ instance: Instance, _ workers: Workers = .alone, sample: CandidateSample? = nil) {
        self.instance = instance
        candidates = Candidates(instance, workers, sample: sample)
        binding = Binding(instance, candidates, workers)
    }

    /// Of a plan the placements that keep the rules and fit beside those before them.
    func keepable(_ plan: Plan) -> Plan {
        var kept = Plan(waiting: plan.placements.count)
        var free = binding.free
        for (index, placement) in plan.placements.enumerated() {
            guard let placement, allowed(placement, index) else { continue }
            let need = instance.needs[index]
            let words = placement.parts.flatMap { part in
                (Int(binding.wordStart[part.block])..<Int(binding.wordStart[part.block + 1]))
                    .map { (word: $0, left: free[$0] &- Binding.asked(need, part.bands, binding.rows, $0)) }
            }
            guard words.allSatisfy({ $0.left & Binding.guards == Binding.guards }) else { continue }
            for (word, left) in words { free[word] = left }
            kept.placements[index] = placement
        }
        return kept
    }

    private func allowed(_ placement: Plan.Placement, _ index: Int) -> Bool {
        let need = instance.needs[index]
        guard placement.bands & placement.otherBands == 0, placement.bands | placement.otherBands == need.bands,
            placement.bands != 0, (placement.other < 0) == (placement.otherBands == 0),
            placement.block != placement.other
        else { return false }
        for (block, bands) in placement.parts {
            let pair = candidates.pairs[candidates.of(index)].first { Int($0.block) == block }
            guard let pair, bands & ~pair.fits == 0 else { return false }
        }
        return placement.other < 0 || need.twoProviders
            || instance.blocks[Int(placement.block)].provider == instance.blocks[Int(placement.other)].provider
    }
}
