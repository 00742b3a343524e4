/// Which blocks could serve each need, with the bands that fit the minutes free now: compressed rows, 32-bit indexes.
///
/// A candidate is a (need, block) pair that every rule allows and that is part of a placement, alone or with a second
/// block, while nobody else is placed. Calls are grouped by band, since calls of one package in one band must be summed, which makes "what fits" a mask of five bits and a
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

    /// Finds the candidates of all needs, or a sample of them.
    init(_ instance: Instance, _ workers: Workers = .alone, sample: CandidateSample? = nil) {
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
                    let all = need.bands
                    var whole = true
                    var blocks = serving[need.place]
                    let isSampled = sample.map { blocks.count > $0.most } ?? false
                    if isSampled, let sample { blocks = sample.order(blocks, of: index)[...] }
                    for block in blocks where instance.blocks[Int(block)].admits(need) {
                        var fits = instance.fitting(need, Int(block), free)
                        if !instance.carers.isEmpty {
                            fits &= ~instance.understaffed(need, Int(block), standing[Int(block)])
                        }
                        guard fits != 0 else { continue }
                        if fits != all { whole = false }
                        part.pairs.append(
                            Pair(block: block, fits: fits, cost: instance.costs(of: need, on: Int(block), fits))
                        )
                        if isSampled, part.pairs.count - before == sample?.most { break }
                    }
                    if isSampled { part.pairs[before...].sort { $0.block < $1.block } }
                    if !whole {
                        let partners = Partners(need, all, part.pairs[before...], instance)
                        let kept = part.pairs[before...].filter { $0.fits == all || partners.exist(for: $0, instance) }
                        part.pairs.replaceSubrange(before..., with: kept)
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

/// How many are looked for where a need has very many.
public struct CandidateSample: Sendable {
    /// Blocks for each need at most, at least 2; those where it is placed are among them.
    let most: Int
    /// Another seed finds others.
    let seed: UInt64
    /// Where needs are placed now.
    let keeping: Plan

    /// A sample from its parts.
    public init(most: Int, seed: UInt64, keeping: Plan) {
        precondition(most >= 2)
        (self.most, self.seed, self.keeping) = (most, seed, keeping)
    }

    /// The blocks in the order in which they are looked at: from somewhere on, those that are kept first.
    fileprivate func order(_ blocks: ArraySlice<Int32>, of need: Int) -> [Int32] {
        var chance = Chance(seed: seed &+ UInt64(need) &* 0x5851_F42D)
        let from = blocks.startIndex + chance.below(blocks.count)
        let kept = (keeping.placements[need]?.parts ?? []).map { Int32($0.block) }.filter { blocks.contains($0) }
        return kept + (blocks[from...] + blocks[..<from]).filter { !kept.contains($0) }
    }
}

/// Which parts of one need could be completed by another candidate of it.
struct Partners {
    private let all: UInt8
    private let two: Bool
    /// Bit v: some candidate fits the bands v. Where two providers are one too many, by provider.
    private var any: UInt32 = 0
    private var ofProvider: [(provider: Int, fits: UInt32)] = []

    /// Looks at all candidates of a need.
    init(_ need: Instance.Need, _ all: UInt8, _ pairs: ArraySlice<Candidates.Pair>, _ instance: Instance) {
        self.all = all
        two = need.twoProviders
        for pair in pairs {
            let bit = UInt32(1) << UInt32(pair.fits)
            if two {
                any |= bit
                continue
            }
            let provider = instance.blocks[Int(pair.block)].provider
            if let known = ofProvider.firstIndex(where: { $0.provider == provider }) {
                ofProvider[known].fits |= bit
            } else {
                ofProvider.append((provider, bit))
            }
        }
    }

    /// True when another candidate fits what `pair`, which fits in part, leaves.
    func exist(for pair: Candidates.Pair, _ instance: Instance) -> Bool {
        var left = any
        if !two {
            let provider = instance.blocks[Int(pair.block)].provider
            left = ofProvider.first { $0.provider == provider }?.fits ?? 0
        }
        while left != 0 {
            if UInt8(left.trailingZeroBitCount) | pair.fits == all { return true }
            left &= left - 1
        }
        return false
    }
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
