/// A part of an instance laid out for one search: dense numbers, everything a fit test touches side by side.
///
/// A region owns some needs and some blocks, with all blocks of a provider in one region, so that regions can be
/// searched at once. Minutes that needs outside hold on its blocks are taken off first. The memory is plain buffers,
/// freed with the region; one thread uses it, the one that made it.
final class Region {
    let needCount: Int
    let blockCount: Int
    let providerCount: Int
    let candidateCount: Int
    let quadCount: Int
    /// The most quads a block has, at least one.
    let mostQuads: Int
    let weights: Instance.Weights
    /// The smallest number of points for which a need waits: the unit of temperatures.
    let unit: Double

    // Per need.
    let candStart: UnsafeMutablePointer<Int32>
    let waiting: UnsafeMutablePointer<Int>
    let bands: UnsafeMutablePointer<UInt8>
    let two: UnsafeMutablePointer<Bool>
    /// Points lost when the need is not where it began, reluctance among them; 0 for one that began waiting. Contained in
    /// `waiting`.
    let stay: UnsafeMutablePointer<Int>
    /// Where it began, in this region's candidates; `first` is -1 where it matters nothing or lies outside.
    let home: UnsafeMutablePointer<Search.Option>
    /// need * 8 + band; [7] is the sum.
    let weekly: UnsafeMutablePointer<Int32>
    /// Candidates that can take a whole package, need by need.
    let singleStart: UnsafeMutablePointer<Int32>
    let single: UnsafeMutablePointer<Int32>
    /// Candidates that can share a package, need by need.
    let pairStart: UnsafeMutablePointer<Int32>
    let pair: UnsafeMutablePointer<SIMD2<Int32>>
    /// Pairs listed for one need; more would be drawn too seldom to matter, and their number is a square.
    static let mostPairs = 1024
    /// In a header: the candidate can share its package with another.
    static let hasPartner: UInt64 = 1 << 57

    /// For each candidate: low 32 bits the block's first quad, 20 bits the number of its quads, 5 bits the bands that fit an
    /// empty block.
    let heads: UnsafeMutablePointer<UInt64>
    /// The minutes each asks: candidate c's quads begin at `askAt[c]`.
    let asks: UnsafeMutablePointer<Search.Quad>
    let askAt: UnsafeMutablePointer<Int32>
    let candNeed: UnsafeMutablePointer<Int32>
    let candBlock: UnsafeMutablePointer<Int32>
    let candProvider: UnsafeMutablePointer<Int32>
    /// candidate * 8 + band; [7] is the sum over the bands that fit.
    let candCost: UnsafeMutablePointer<Int32>

    // Per block.
    let blockProvider: UnsafeMutablePointer<Int32>
    /// Block b's rows lie in quads `blockQuad[b]` to before `blockQuad[b + 1]`, the last filled up with rows that nobody asks
    /// anything of.
    let blockQuad: UnsafeMutablePointer<Int32>
    /// Free minutes at the beginning, guards set.
    let whole: UnsafeMutablePointer<Search.Quad>
    /// In each lane the bit of its band.
    let laneBands: UnsafeMutablePointer<Search.Quad>
    let userStart: UnsafeMutablePointer<Int32>
    let user: UnsafeMutablePointer<Int32>
    /// The users' headers and minutes once more, in the order of `user`, so that those of one block lie side by side: the
    /// quads of block b's users begin at `userAskStart[b]`.
    let userHeads: UnsafeMutablePointer<UInt64>
    let userAsks: UnsafeMutablePointer<Search.Quad>
    let userAskStart: UnsafeMutablePointer<Int32>
    /// The users' needs as bits, word by word: a block's entries are those from `crowdStart[b]` to before
    /// `crowdStart[b + 1]`.
    let crowdStart: UnsafeMutablePointer<Int32>
    let crowd: UnsafeMutablePointer<Crowd>
    /// Users of a block whose needs lie in one word of bits, ascending as in `user`.
    struct Crowd {
        var needs: UInt64
        var word: Int32
        /// Where in `user` the first of them is.
        var user: Int32
    }

    // Per provider.
    let recent: UnsafeMutablePointer<Int>
    let fair: UnsafeMutablePointer<Int>

    /// The instance's number of each need and block here.
    let outerNeed: [Int32]
    let outerBlock: [Int32]

    /// Lays out `needs` and `blocks` (ascending) of an instance.
    /// - Parameters:
    ///   - free: the words of every block of the instance, less what needs outside the region hold.
    ///   - received: weekly minutes of every provider, less what the region's own needs give it.
    ///   - home: the plan that costs of moving are held against.
    ///   - reluctance: what the search adds to each cost of moving, as a share of the smallest waiting points.
    init(
        _ problem: Problem,
        needs: [Int32],
        blocks: [Int32],
        free: [UInt64],
        received: [Int],
        home began: Plan,
        reluctance: Double = 0
    ) {
        let (instance, candidates, binding) = (problem.instance, problem.candidates, problem.binding)
        outerNeed = needs
        outerBlock = blocks
        needCount = needs.count
        blockCount = blocks.count
        weights = instance.weights
        var inner = [Int32](repeating: -1, count: instance.blocks.count)
        for (index, block) in blocks.enumerated() { inner[Int(block)] = Int32(index) }
        var innerProvider = [Int32](repeating: -1, count: instance.providers.count)
        var providers: [Int] = []
        for block in blocks {
            let provider = instance.blocks[Int(block)].provider
            if innerProvider[provider] < 0 {
                innerProvider[provider] = Int32(providers.count)
                providers.append(provider)
            }
        }
        providerCount = providers.count
        recent = buffer(providers.map { received[$0] })
        fair = buffer(providers.map { instance.providers[$0].fair })

        // Blocks.
        var quads: [Int32] = [0]
        var wholeQuads: [Search.Quad] = []
        var bandQuads: [Search.Quad] = []
        quads.reserveCapacity(blocks.count + 1)
        wholeQuads.reserveCapacity(blocks.count)
        bandQuads.reserveCapacity(blocks.count)
        for block in blocks {
            let words = Int(binding.wordStart[Int(block)])..<Int(binding.wordStart[Int(block) + 1])
            for first in stride(from: words.lowerBound, to: words.upperBound, by: Search.words) {
                let range = first..<min(first + Search.words, words.upperBound)
                wholeQuads.append(Region.quad(free, range, filledUpWith: Binding.guards))
                bandQuads.append(Region.quad(binding.bands, range, filledUpWith: 0))
            }
            quads.append(Int32(wholeQuads.count))
        }
        quadCount = wholeQuads.count
        mostQuads = blocks.indices.reduce(1) { max($0, Int(quads[$1 + 1] - quads[$1])) }
        blockQuad = buffer(quads)
        whole = buffer(wholeQuads)
        laneBands = buffer(bandQuads)
        blockProvider = buffer(blocks.map { innerProvider[instance.blocks[Int($0)].provider] })

        // Needs and candidates.
        candStart = .allocate(capacity: needs.count + 1)
        waiting = buffer(needs.map { instance.needs[Int($0)].waiting })
        bands = buffer(needs.map { instance.needs[Int($0)].bands })
        two = buffer(needs.map { instance.needs[Int($0)].twoProviders })
        home = buffer(Search.Option(), count: needs.count)
        weekly = .allocate(capacity: max(1, needs.count * 8))
        weekly.initialize(repeating: 0, count: needs.count * 8)
        unit = Double(max(1, needs.map { instance.needs[Int($0)].waiting }.min() ?? 1))
        let more = Int(reluctance * unit)
        stay = buffer(
            needs.map {
                let cost = began.placements[Int($0)] == nil ? 0 : instance.needs[Int($0)].stayCost
                return cost == 0 ? 0 : cost + more
            }
        )
        var heads: [UInt64] = []
        var asks: [Search.Quad] = []
        var at: [Int32] = []
        var owner: [Int32] = []
        var block: [Int32] = []
        var cost: [SIMD8<Int32>] = []
        var singles: [Int32] = []
        var singleStarts: [Int32] = [0]
        var pairs: [SIMD2<Int32>] = []
        var pairStarts: [Int32] = [0]
        for (index, outer) in needs.enumerated() {
            let need = instance.needs[Int(outer)]
            let first = block.count
            candStart[index] = Int32(first)
            for call in need.calls {
                weekly[index * 8 + call.band] += Int32(call.weekly)
                weekly[index * 8 + 7] += Int32(call.weekly)
            }
            let all = bands[index]
            let mine = candidates.of(Int(outer)).filter { inner[Int(candidates.pairs[$0].block)] >= 0 }
            for position in mine {
                let found = candidates.pairs[position]
                let here = inner[Int(found.block)]
                guard here >= 0 else { continue }
                let place = quads[Int(here)]
                if found.fits == all { singles.append(Int32(block.count)) }
                at.append(Int32(asks.count))
                heads.append(
                    UInt64(place) | UInt64(quads[Int(here) + 1] - place) << 32 | UInt64(found.fits) << 52
                )
                let end = Int(binding.askStart[position]) + binding.words(Int(found.block))
                for first in stride(from: Int(binding.askStart[position]), to: end, by: Search.words) {
                    let range = first..<min(first + Search.words, end)
                    asks.append(Region.quad(binding.ask, range, filledUpWith: 0))
                }
                owner.append(Int32(index))
                block.append(here)
                cost.append(found.cost)
            }
            singleStarts.append(Int32(singles.count))
            Region.pairUp(first..<block.count, all, need.twoProviders, &heads, blockProvider, block, &pairs)
            pairStarts.append(Int32(pairs.count))
        }
        candidateCount = block.count
        at.append(Int32(asks.count))
        candStart[needs.count] = Int32(block.count)
        self.heads = buffer(heads)
        self.asks = buffer(asks)
        askAt = buffer(at)
        candNeed = buffer(owner)
        candBlock = buffer(block)
        let blockOwner = blockProvider
        candProvider = buffer(block.map { blockOwner[Int($0)] })
        candCost = .allocate(capacity: max(1, block.count * 8))
        for index in block.indices {
            UnsafeMutableRawPointer(candCost + index * 8).storeBytes(of: cost[index], as: SIMD8<Int32>.self)
        }
        singleStart = buffer(singleStarts)
        single = buffer(singles)
        pairStart = buffer(pairStarts)
        pair = buffer(pairs)

        // Where needs began that may not move freely.
        for index in needs.indices where stay[index] != 0 {
            waiting[index] += stay[index]
            guard let placement = began.placements[Int(needs[index])] else { continue }
            let range = Int(candStart[index])..<Int(candStart[index + 1])
            let one = range.first { blocks[Int(block[$0])] == placement.block }
            let other = placement.other < 0 ? nil : range.first { blocks[Int(block[$0])] == placement.other }
            if let one, placement.other < 0 || other != nil {
                home[index] = Search.Option(
                    first: Int32(one),
                    second: Int32(other ?? -1),
                    firstBands: placement.bands,
                    secondBands: placement.otherBands
                )
            }
        }

        // Users.
        var starts = [Int32](repeating: 0, count: blocks.count + 1)
        for here in block { starts[Int(here) + 1] += 1 }
        for index in blocks.indices { starts[index + 1] += starts[index] }
        var next = starts
        user = .allocate(capacity: max(1, block.count))
        for index in block.indices {
            let position = Int(next[Int(block[index])])
            user[position] = Int32(index)
            next[Int(block[index])] += 1
        }
        userStart = buffer(starts)
        userHeads = .allocate(capacity: max(1, heads.count))
        userAsks = .allocate(capacity: max(1, asks.count))
        var askStarts: [Int32] = []
        askStarts.reserveCapacity(blocks.count)
        var to = 0
        for here in blocks.indices {
            askStarts.append(Int32(to))
            let each = Int(quads[here + 1] - quads[here])
            for position in Int(starts[here])..<Int(starts[here + 1]) {
                let candidate = Int(user[position])
                userHeads[position] = heads[candidate]
                for quad in 0..<each { userAsks[to + quad] = asks[Int(at[candidate]) + quad] }
                to += each
            }
        }
        userAskStart = buffer(askStarts)
        var crowds: [Crowd] = []
        var crowdStarts: [Int32] = [0]
        for here in blocks.indices {
            let first = crowds.count
            for position in Int(starts[here])..<Int(starts[here + 1]) {
                let need = owner[Int(user[position])]
                if crowds.count == first || crowds[crowds.count - 1].word != need / 64 {
                    crowds.append(Crowd(needs: 0, word: need / 64, user: Int32(position)))
                }
                crowds[crowds.count - 1].needs |= 1 << UInt64(need % 64)
            }
            crowdStarts.append(Int32(crowds.count))
        }
        crowdStart = buffer(crowdStarts)
        crowd = buffer(crowds)
    }

    private static func pairUp(
        _ range: Range<Int>,
        _ all: UInt8,
        _ two: Bool,
        _ heads: inout [UInt64],
        _ provider: UnsafeMutablePointer<Int32>,
        _ block: [Int32],
        _ pairs: inout [SIMD2<Int32>]
    ) {
        guard all.nonzeroBitCount > 1, range.count > 1 else { return }
        func fits(_ c: Int) -> UInt8 { Search.fitsEmpty(heads[c]) }
        let limit = pairs.count + mostPairs
        for c in range {
            let mine = fits(c)
            for d in range.lowerBound..<c {
                guard mine | fits(d) == all else { continue }
                guard two || provider[Int(block[c])] == provider[Int(block[d])] else { continue }
                heads[c] |= hasPartner
                heads[d] |= hasPartner
                if pairs.count < limit { pairs.append(SIMD2(Int32(c), Int32(d))) }
            }
        }
    }

    /// Up to four words as a quad.
    @inline(__always)
    private static func quad(_ words: [UInt64], _ range: Range<Int>, filledUpWith rest: UInt64) -> Search.Quad {
        func word(_ index: Int) -> UInt64 {
            range.lowerBound + index < range.upperBound ? words[range.lowerBound + index] : rest
        }
        return Search.Quad(word(0), word(1), word(2), word(3))
    }

    deinit {
        candStart.deallocate()
        waiting.deallocate()
        bands.deallocate()
        two.deallocate()
        stay.deallocate()
        home.deallocate()
        weekly.deallocate()
        singleStart.deallocate()
        single.deallocate()
        pairStart.deallocate()
        pair.deallocate()
        heads.deallocate()
        asks.deallocate()
        askAt.deallocate()
        candNeed.deallocate()
        candBlock.deallocate()
        candProvider.deallocate()
        candCost.deallocate()
        blockProvider.deallocate()
        blockQuad.deallocate()
        whole.deallocate()
        laneBands.deallocate()
        userStart.deallocate()
        user.deallocate()
        userHeads.deallocate()
        userAsks.deallocate()
        userAskStart.deallocate()
        crowdStart.deallocate()
        crowd.deallocate()
        recent.deallocate()
        fair.deallocate()
    }
}

/// A plain copy of an array that its owner frees.
func buffer<Element>(_ array: [Element]) -> UnsafeMutablePointer<Element> {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, array.count))
    array.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { memory.initialize(from: base, count: array.count) }
    }
    return memory
}

/// A plain buffer of one value that its owner frees.
func buffer<Element>(_ value: Element, count: Int) -> UnsafeMutablePointer<Element> {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, count))
    memory.initialize(repeating: value, count: max(1, count))
    return memory
}
