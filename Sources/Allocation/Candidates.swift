/// Which blocks could serve each need, with the bands that fit the minutes free now: compressed rows, 32-bit indexes.
///
/// A candidate is a (need, block) pair that every rule allows and at least one band of which fits. Calls are grouped by
/// band, since calls of one package in one band must be summed, which makes "what fits" a mask of five bits and a
/// valid split in two the test `a | b == all`.
struct Candidates: Sendable {
    /// One (need, block) pair.
    struct Pair: Sendable, Equatable {
        /// The block's index in the instance.
        var block: Int32
        /// The bands that fit the minutes free at the beginning.
        var fits: UInt8
        /// Points of giving each band to the block, fairness and split apart; the last is the sum over `fits`.
        var cost: SIMD8<Int32>
    }

    /// Need r's candidates are those from `start[r]` to before `start[r + 1]`.
    private(set) var start: [Int32] = [0]
    /// The candidates, ascending by block within a need.
    private(set) var pairs: [Pair] = []

    /// Finds the candidates of all needs.
    init(_ instance: Instance, _ workers: Workers = .alone) {
        let serving = BlocksByPlace(instance)
        let standing = StandingByBlock(instance)
        let needs = instance.needs.count
        let jobs = max(1, min(workers.count * 4, needs / 64))
        let parts = workers.map(jobs) { job in
            var part: (counts: [Int32], pairs: [Pair]) = ([], [])
            instance.free.withUnsafeBufferPointer { free in
                for index in needs * job / jobs..<needs * (job + 1) / jobs {
                    let before = part.pairs.count
                    let need = instance.needs[index]
                    for block in serving[need.place] where instance.blocks[Int(block)].admits(need) {
                        var fits = instance.fitting(need, Int(block), free)
                        if !instance.carers.isEmpty {
                            fits &= ~instance.understaffed(need, Int(block), standing[Int(block)])
                        }
                        guard fits != 0 else { continue }
                        part.pairs.append(
                            Pair(block: block, fits: fits, cost: instance.costs(of: need, on: Int(block), fits))
                        )
                    }
                    part.counts.append(Int32(part.pairs.count - before))
                }
            }
            return part
        }
        start.reserveCapacity(needs + 1)
        pairs.reserveCapacity(parts.reduce(0) { $0 + $1.pairs.count })
        for part in parts {
            for count in part.counts { start.append(start[start.count - 1] + count) }
            pairs.append(contentsOf: part.pairs)
        }
    }

    /// Positions in `pairs` of a need's candidates.
    func of(_ need: Int) -> Range<Int> { Int(start[need])..<Int(start[need + 1]) }
}

/// Blocks serving each place, ascending: compressed rows.
struct BlocksByPlace: Sendable {
    private var start: [Int32]
    private var list: [Int32]

    /// Inverts the blocks' zones.
    init(_ instance: Instance) {
        let places = instance.places.count
        start = [Int32](repeating: 0, count: places + 1)
        for block in instance.blocks {
            for place in block.zone { start[place + 1] += 1 }
        }
        for place in 0..<places { start[place + 1] += start[place] }
        var next = start
        list = [Int32](repeating: 0, count: Int(start[places]))
        for (index, block) in instance.blocks.enumerated() {
            for place in block.zone {
                list[Int(next[place])] = Int32(index)
                next[place] += 1
            }
        }
    }

    /// The blocks whose zone has `place`.
    subscript(place: Int) -> ArraySlice<Int32> { list[Int(start[place])..<Int(start[place + 1])] }
}
