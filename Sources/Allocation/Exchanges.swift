/// From one plan to a better one in small steps.
///
/// A search moves people on its way to what it finds, and all that it found hangs together by the blocks it shares. Carried
/// out as one step it would hold for everybody or for nobody, and keep everybody else waiting meanwhile. Most of it comes
/// apart: one person finds a place because one or two others make room.
extension Allocator {
    /// What differs between two plans as exchanges: needs that go to their place in `found` together.
    ///
    /// Carried out in their order, each leaves a plan that keeps every rule and costs less than the one before it. Nobody is
    /// moved who could have stayed. What cannot be had in exchanges of `most` needs is left out, and so is what would only
    /// move needs at the same cost.
    ///
    /// - Parameters:
    ///   - start: a plan that keeps every rule.
    ///   - found: another one.
    ///   - most: needs of one exchange at most.
    public func exchanges(from start: Plan, to found: Plan, most: Int) -> [[Int]] {
        precondition(start.placements.count == instance.needs.count && found.placements.count == instance.needs.count)
        var found = found
        var exchanges: [[Int]] = []
        for _ in 0..<Allocator.mostUnravellings {
            var way = Unravelling(problem, start, found)
            exchanges = way.exchanges(most)
            let unneeded = way.unneeded(exchanges)
            if unneeded.isEmpty { break }
            let moved = Set(exchanges.joined()).subtracting(unneeded)
            for need in found.placements.indices where !moved.contains(need) {
                found.placements[need] = start.placements[need]
            }
        }
        return exchanges
    }

    /// Times that the way is looked for anew because somebody on it could have stayed, 4.
    private static let mostUnravellings = 4
}

/// The way from one plan to another while it is being taken apart: who has moved so far, and what is left on each block.
private struct Unravelling {
    private let instance: Instance
    private let start: Plan
    private let found: Plan
    /// What of each mover's need lies on which row, at the start and as found, and what its places cost.
    private var movers: [Int: Mover] = [:]
    /// Movers that leave each block.
    private var leaving: [Int: [Int]] = [:]
    private var hasMoved: Set<Int> = []
    /// Left in each row of `Binding`; below nothing while an exchange is being put together.
    private var left: [Int]
    /// Weekly minutes of each provider.
    private var weekly: [Int]

    private struct Mover {
        var before: [Share] = []
        var after: [Share] = []
        /// What it costs more afterwards, fairness apart.
        var dearer = 0
        var isDropped: Bool
    }

    /// What one need has of one row.
    private struct Share {
        var row: Int
        var block: Int
        var amount: Int
    }

    init(_ problem: Problem, _ start: Plan, _ found: Plan) {
        instance = problem.instance
        (self.start, self.found) = (start, found)
        weekly = instance.providers.map(\.recent)
        left = problem.binding.free.flatMap { word in
            (0..<Binding.lanes).map { Int((word & ~Binding.guards) >> UInt64(16 * $0) & 0x7FFF) }
        }
        for need in instance.needs.indices {
            let (now, then) = (start.placements[need], found.placements[need])
            let before = shares(problem, need, now)
            for share in before { left[share.row] -= share.amount }
            receive(need, now, 1)
            let isMover = now.map { now in then.map { !$0.same(as: now) } ?? true } ?? (then != nil)
            guard isMover else { continue }
            movers[need] = Mover(
                before: before,
                after: shares(problem, need, then),
                dearer: cost(need, then) - cost(need, now) + (now == nil ? 0 : instance.needs[need].stayCost),
                isDropped: then == nil
            )
            for part in now?.parts ?? [] { leaving[part.block, default: []].append(need) }
        }
    }

    private func shares(_ problem: Problem, _ need: Int, _ placement: Plan.Placement?) -> [Share] {
        var shares: [Share] = []
        for (block, bands) in placement?.parts ?? [] {
            for word in Int(problem.binding.wordStart[block])..<Int(problem.binding.wordStart[block + 1]) {
                let asked = Binding.asked(instance.needs[need], bands, problem.binding.rows, word)
                guard asked != 0 else { continue }
                for lane in 0..<Binding.lanes {
                    let amount = Int(asked >> UInt64(16 * lane) & 0xFFFF)
                    if amount > 0 {
                        shares.append(Share(row: word * Binding.lanes + lane, block: block, amount: amount))
                    }
                }
            }
        }
        return shares
    }

    /// Points of a place, or of having none, fairness apart.
    private func cost(_ need: Int, _ placement: Plan.Placement?) -> Int {
        guard let placement else { return instance.needs[need].waiting }
        return placement.parts.reduce(placement.other < 0 ? 0 : instance.weights.split) {
            $0 + Int(instance.costs(of: instance.needs[need], on: $1.block, $1.bands)[7])
        }
    }

    private mutating func receive(_ need: Int, _ placement: Plan.Placement?, _ sign: Int) {
        for (block, bands) in placement?.parts ?? [] {
            weekly[instance.blocks[block].provider] += sign * instance.needs[need].weekly(bands)
        }
    }

    // MARK: Moving

    private mutating func move(_ need: Int) {
        guard let mover = movers[need] else { preconditionFailure("\(need) does not move") }
        for share in mover.before { left[share.row] += share.amount }
        for share in mover.after { left[share.row] -= share.amount }
        receive(need, start.placements[need], -1)
        receive(need, found.placements[need], 1)
        hasMoved.insert(need)
    }

    private mutating func moveBack(_ need: Int) {
        guard let mover = movers[need] else { preconditionFailure("\(need) does not move") }
        for share in mover.after { left[share.row] += share.amount }
        for share in mover.before { left[share.row] -= share.amount }
        receive(need, found.placements[need], -1)
        receive(need, start.placements[need], 1)
        hasMoved.remove(need)
    }

    /// A row on which needs that have moved take more than there is.
    private func shortRow(_ needs: [Int]) -> (row: Int, block: Int)? {
        for need in needs {
            for share in movers[need]?.after ?? [] where left[share.row] < 0 { return (share.row, share.block) }
        }
        return nil
    }

    /// Points for fairness of everybody whom some needs leave or go to.
    private func fairness(_ needs: [Int]) -> Int {
        var providers: Set<Int> = []
        for need in needs {
            for plan in [start, found] {
                for part in plan.placements[need]?.parts ?? [] {
                    providers.insert(instance.blocks[part.block].provider)
                }
            }
        }
        return providers.reduce(0) { $0 + instance.fairness($1, weekly[$1]) }
    }

    /// What it costs more that some needs, who have moved, did so.
    private mutating func dearer(_ needs: [Int]) -> Int {
        let after = fairness(needs)
        for need in needs { moveBack(need) }
        let before = fairness(needs)
        for need in needs { move(need) }
        return after - before + needs.reduce(0) { $0 + (movers[$1]?.dearer ?? 0) }
    }

    // MARK: Exchanges

    /// The exchanges, in the order in which they can be carried out.
    mutating func exchanges(_ most: Int) -> [[Int]] {
        // Whoever gains the most begins; who would only give way or up begins nothing.
        let seeds = movers.filter { !$1.isDropped }
            .sorted { ($0.value.dearer, $0.key) < ($1.value.dearer, $1.key) }.map(\.key)
        var exchanges: [[Int]] = []
        var isChanging = true
        while isChanging {
            isChanging = false
            for seed in seeds where !hasMoved.contains(seed) {
                guard let exchange = exchange([seed], most) else { continue }
                exchanges.append(exchange)
                isChanging = true
            }
        }
        // What is left pays together or not at all: two who gain may be worth one who must wait for them.
        var together: [Int] = []
        for seed in seeds where !hasMoved.contains(seed) && together.count < most {
            together.append(seed)
            guard together.count > 1, let exchange = exchange(together, most) else { continue }
            exchanges.append(exchange)
            together = []
        }
        return exchanges
    }

    /// Moves some needs and whoever must make room for them; nil, and nobody has moved, where that does not pay or takes too
    /// many.
    private mutating func exchange(_ seeds: [Int], _ most: Int) -> [Int]? {
        var members = seeds
        for need in seeds { move(need) }
        while let short = shortRow(members) {
            guard members.count < most, let next = next(short.row, short.block) else {
                for need in members { moveBack(need) }
                return nil
            }
            move(next)
            members.append(next)
        }
        for need in members.reversed() where !seeds.contains(need) {
            let before = dearer(members)
            moveBack(need)
            let others = members.filter { $0 != need }
            if fits(need), shortRow(others) == nil, dearer(others) <= before { members = others } else { move(need) }
        }
        guard dearer(members) < 0 else {
            for need in members { moveBack(need) }
            return nil
        }
        return members.sorted()
    }

    /// Whether a need that stands where it stood takes no more than there is.
    private func fits(_ need: Int) -> Bool { movers[need]?.before.allSatisfy { left[$0.row] >= 0 } ?? false }

    /// Of those who leave a block in the end the one to leave it now for a row that is short: rather one who is enough, who has
    /// a place to go to, who finds it free, and who goes cheaply.
    private func next(_ row: Int, _ block: Int) -> Int? {
        func amount(_ shares: [Share]) -> Int { shares.reduce(0) { $1.row == row ? $0 + $1.amount : $0 } }
        var best: (need: Int, rank: [Int])?
        for need in leaving[block] ?? [] where !hasMoved.contains(need) {
            guard let mover = movers[need] else { continue }
            let freed = amount(mover.before) - amount(mover.after)
            guard freed > 0 else { continue }
            let isCrowded = mover.after.contains { $0.row != row && left[$0.row] < $0.amount }
            let rank = [
                mover.isDropped ? 1 : 0, isCrowded ? 1 : 0, left[row] + freed < 0 ? 1 : 0, mover.dearer, need,
            ]
            if best.map({ rank.lexicographicallyPrecedes($0.rank) }) ?? true { best = (need, rank) }
        }
        return best?.need
    }

    /// Of those who moved in exchanges, all carried out, who could have stayed: with them back nothing is short or costs more.
    mutating func unneeded(_ exchanges: [[Int]]) -> [Int] {
        var unneeded: [Int] = []
        for need in exchanges.joined().sorted() where start.placements[need] != nil {
            let more = dearer([need])
            moveBack(need)
            if fits(need), more >= 0 { unneeded.append(need) } else { move(need) }
        }
        return unneeded
    }
}
