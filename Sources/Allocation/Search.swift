/// A plan of one region while it is being changed: who is where, what is free, who waits, what it all comes to.
///
/// Every change is exact: minutes, weekly account of fairness and objective follow each placement and removal. Changes
/// of a move are journalled so that a refused move is taken back. The memory is plain buffers, freed with the search.
final class Search {
    let region: Region
    var chance: Chance

    /// Free minutes with guards.
    let cells: UnsafeMutablePointer<Quad>
    /// The free minutes of touched blocks as they were before the move, at the same places.
    let former: UnsafeMutablePointer<Quad>
    /// Candidates seated on each block, in the room `region.userStart` gives it.
    let seatedCount: UnsafeMutablePointer<Int32>
    let seated: UnsafeMutablePointer<Int32>
    let seatOf: UnsafeMutablePointer<Int32>
    /// What each seat holds, side by side: the quads of block b's seats begin at `region.userAskStart[b]`.
    let held: UnsafeMutablePointer<Quad>
    /// What a block has left less what is asked of it, while room is being made there.
    let lacking: UnsafeMutablePointer<Quad>
    /// Per need: the candidate that holds it, -1 while it waits; the second for a split.
    let first: UnsafeMutablePointer<Int32>
    let second: UnsafeMutablePointer<Int32>
    let firstBands: UnsafeMutablePointer<UInt8>
    let secondBands: UnsafeMutablePointer<UInt8>
    let cost: UnsafeMutablePointer<Int>
    /// Per provider: weekly minutes received.
    let received: UnsafeMutablePointer<Int>
    /// Needs that wait though they have an option.
    let pool: UnsafeMutablePointer<Int32>
    let poolAt: UnsafeMutablePointer<Int32>
    var poolCount = 0
    /// The same as bits.
    let waits: UnsafeMutablePointer<UInt64>
    /// The sum the search makes small.
    var objective = 0
    /// Per need: points added to its waiting while the search goes on, for having failed to find a place.
    let grudge: UnsafeMutablePointer<Int>
    /// The sum of grudges of those that wait, up to a constant.
    var grudges = 0

    /// One change of a move.
    struct Change {
        var need: Int32
        var first: Int32
        var second: Int32
        var firstBands: UInt8
        var secondBands: UInt8
        var seats: Bool
        var cost: Int
    }
    let changes: UnsafeMutablePointer<Change>
    var changeCount = 0
    let touched: UnsafeMutablePointer<Int32>
    var touchedCount = 0
    let ejected: UnsafeMutablePointer<Int32>
    var ejectedCount = 0
    /// Packages one move may push out: a whole block is few, and a move that pushes out more is never accepted.
    static let mostEjected = 16

    /// The option last chosen or drawn.
    var option = Option()
    struct Option {
        var first: Int32 = -1
        var second: Int32 = -1
        var firstBands: UInt8 = 0
        var secondBands: UInt8 = 0

        /// True when every band is on the same candidate.
        @inline(__always)
        func same(as option: Option) -> Bool {
            first == option.first && second == option.second && firstBands == option.firstBands
                || second >= 0 && first == option.second && second == option.first
                    && firstBands == option.secondBands
        }
    }
    /// Candidates that fit in part, while one need is being looked at.
    let part: UnsafeMutablePointer<Int32>
    let partBands: UnsafeMutablePointer<UInt8>
    static let mostParts = 128

    /// The best plan so far: what differs from it is listed, so that keeping one costs what changed.
    let best: UnsafeMutablePointer<Option>
    var bestObjective = 0
    let stale: UnsafeMutablePointer<Int32>
    let isStale: UnsafeMutablePointer<Bool>
    var staleCount = 0

    /// -ln of evenly spread chances: thresholds of acceptance, scaled by the temperature.
    let thresholds: UnsafeMutablePointer<Double>
    static let thresholdCount = 4096
    /// The thresholds, worked out once: each logarithm takes a hundred steps.
    private static let everyThreshold = (0..<thresholdCount).map {
        -Numbers.logarithm((Double($0) + 0.5) / Double(thresholdCount))
    }

    /// A search that begins with `start`, the placements of the region's needs in the instance's numbers.
    init(_ region: Region, _ start: Plan, seed: UInt64) {
        self.region = region
        chance = Chance(seed: seed)
        let needs = region.needCount
        cells = buffer(Quad.zero, count: region.quadCount)
        cells.update(from: region.whole, count: region.quadCount)
        former = buffer(Quad.zero, count: region.quadCount)
        seatedCount = buffer(0, count: region.blockCount)
        seated = buffer(-1, count: region.candidateCount)
        seatOf = buffer(-1, count: region.candidateCount)
        held = buffer(Quad.zero, count: Int(region.askAt[region.candidateCount]))
        lacking = buffer(Quad.zero, count: region.mostQuads)
        first = buffer(-1, count: needs)
        second = buffer(-1, count: needs)
        firstBands = buffer(0, count: needs)
        secondBands = buffer(0, count: needs)
        cost = buffer(0, count: needs)
        received = buffer(0, count: region.providerCount)
        pool = buffer(-1, count: needs)
        poolAt = buffer(-1, count: needs)
        waits = buffer(0, count: (needs + 63) / 64)
        grudge = buffer(0, count: needs)
        changes = buffer(
            Change(need: 0, first: 0, second: 0, firstBands: 0, secondBands: 0, seats: false, cost: 0),
            count: needs + 2 * Search.mostEjected + 8
        )
        touched = buffer(-1, count: 2 * Search.mostEjected + 8)
        ejected = buffer(-1, count: Search.mostEjected)
        part = buffer(-1, count: Search.mostParts)
        partBands = buffer(0, count: Search.mostParts)
        best = buffer(Option(), count: needs)
        stale = buffer(-1, count: needs)
        isStale = buffer(false, count: needs)
        thresholds = buffer(Search.everyThreshold)
        for provider in 0..<region.providerCount {
            received[provider] = region.recent[provider]
            objective += fairness(provider, received[provider])
        }
        for need in 0..<needs {
            objective += region.waiting[need]
            guard hasOption(need) else { continue }
            poolAt[need] = Int32(poolCount)
            pool[poolCount] = Int32(need)
            waits[need / 64] |= 1 << UInt64(need % 64)
            poolCount += 1
        }
        for need in 0..<needs {
            guard let placement = start.placements[Int(region.outerNeed[need])] else { continue }
            let one = candidate(need, placement.block)
            guard one >= 0 else { continue }
            if placement.other < 0 {
                seat(need, one, placement.bands, -1, 0)
            } else {
                let other = candidate(need, placement.other)
                if other >= 0 { seat(need, one, placement.bands, other, placement.otherBands) }
            }
        }
        bestObjective = objective
        for need in 0..<needs { best[need] = holding(need) }
    }

    deinit {
        cells.deallocate()
        former.deallocate()
        seatedCount.deallocate()
        seated.deallocate()
        seatOf.deallocate()
        held.deallocate()
        lacking.deallocate()
        first.deallocate()
        second.deallocate()
        firstBands.deallocate()
        secondBands.deallocate()
        cost.deallocate()
        received.deallocate()
        pool.deallocate()
        poolAt.deallocate()
        waits.deallocate()
        grudge.deallocate()
        changes.deallocate()
        touched.deallocate()
        ejected.deallocate()
        part.deallocate()
        partBands.deallocate()
        best.deallocate()
        stale.deallocate()
        isStale.deallocate()
        thresholds.deallocate()
    }

    /// The need's candidate on an outer block, or -1.
    private func candidate(_ need: Int, _ outer: Int32) -> Int32 {
        for c in Int(region.candStart[need])..<Int(region.candStart[need + 1])
        where region.outerBlock[Int(region.candBlock[c])] == outer {
            return Int32(c)
        }
        return -1
    }

    /// True when some empty block, or two, could take the need.
    @inline(__always)
    func hasOption(_ need: Int) -> Bool {
        region.singleStart[need] < region.singleStart[need &+ 1]
            || region.pairStart[need] < region.pairStart[need &+ 1]
    }

    /// What holds the need now.
    @inline(__always)
    func holding(_ need: Int) -> Option {
        Option(
            first: first[need],
            second: second[need],
            firstBands: firstBands[need],
            secondBands: secondBands[need]
        )
    }

    // MARK: Points

    @inline(__always)
    func fairness(_ provider: Int, _ weekly: Int) -> Int {
        region.weights.fairness(weekly, fair: region.fair[provider])
    }

    /// Points of giving a provider so many weekly minutes more.
    @inline(__always)
    func fairness(ofMore weekly: Int, _ c: Int) -> Int {
        let provider = Int(region.candProvider[c])
        let now = received[provider]
        return fairness(provider, now &+ weekly) &- fairness(provider, now)
    }

    @inline(__always)
    func sum(_ row: UnsafeMutablePointer<Int32>, _ bands: UInt8) -> Int {
        var left = bands
        var sum = 0
        while left != 0 {
            sum = sum &+ Int(row[left.trailingZeroBitCount])
            left &= left &- 1
        }
        return sum
    }

    @inline(__always)
    func weekly(_ need: Int, _ bands: UInt8) -> Int {
        let row = region.weekly + need &* 8
        return bands == region.bands[need] ? Int(row[7]) : sum(row, bands)
    }

    @inline(__always)
    func points(_ c: Int, _ bands: UInt8) -> Int {
        let row = region.candCost + c &* 8
        return bands == fitsEmpty(c) ? Int(row[7]) : sum(row, bands)
    }

    // MARK: Changes

    /// - Parameter counts: false where the objective of then is put back anyway.
    @inline(__always)
    private func take(_ c: Int, _ bands: UInt8, _ need: Int, counts: Bool) {
        let head = region.heads[c]
        let block = Int(region.candBlock[c])
        let count = seatedCount[block]
        let place = Search.place(head)
        let quads = Search.quads(head)
        let ask = region.asks + Int(region.askAt[c])
        let seat = held + (Int(region.userAskStart[block]) &+ Int(count) &* quads)
        let whole = Search.fitsEmpty(head) == bands
        var index = 0
        repeat {
            let asked = Search.asked(ask[index], region.laneBands[place &+ index], bands, whole)
            seat[index] = asked
            cells[place &+ index] = cells[place &+ index] &- asked
            index = index &+ 1
        } while index < quads
        seated[Int(region.userStart[block]) &+ Int(count)] = Int32(truncatingIfNeeded: c)
        seatOf[c] = count
        seatedCount[block] = count &+ 1
        let provider = Int(region.blockProvider[block])
        let before = received[provider]
        let after = before &+ weekly(need, bands)
        if counts { objective = objective &+ fairness(provider, after) &- fairness(provider, before) }
        received[provider] = after
    }

    @inline(__always)
    private func give(_ c: Int, _ bands: UInt8, _ need: Int, counts: Bool) {
        let block = Int(region.candBlock[c])
        let row = seated + Int(region.userStart[block])
        let count = seatedCount[block] &- 1
        let last = row[Int(count)]
        let seat = seatOf[c]
        row[Int(seat)] = last
        seatOf[Int(last)] = seat
        seatedCount[block] = count
        let place = Int(region.blockQuad[block])
        let quads = Int(region.blockQuad[block &+ 1]) &- place
        let seats = held + Int(region.userAskStart[block])
        var index = 0
        repeat {
            let from = Int(seat) &* quads &+ index
            cells[place &+ index] = cells[place &+ index] &+ seats[from]
            // The last one moves over to the seat that comes free.
            seats[from] = seats[Int(count) &* quads &+ index]
            index = index &+ 1
        } while index < quads
        let provider = Int(region.blockProvider[block])
        let before = received[provider]
        let after = before &- weekly(need, bands)
        if counts { objective = objective &+ fairness(provider, after) &- fairness(provider, before) }
        received[provider] = after
    }

    /// Places a waiting need; the minutes must be free.
    func seat(_ need: Int, _ one: Int32, _ oneBands: UInt8, _ other: Int32, _ otherBands: UInt8) {
        take(Int(one), oneBands, need, counts: true)
        var points = points(Int(one), oneBands)
        if other >= 0 {
            take(Int(other), otherBands, need, counts: true)
            points = points &+ self.points(Int(other), otherBands) &+ region.weights.split
        }
        if region.stay[need] != 0 {
            let option = Option(first: one, second: other, firstBands: oneBands, secondBands: otherBands)
            if !option.same(as: region.home[need]) { points = points &+ region.stay[need] }
        }
        first[need] = one
        second[need] = other
        firstBands[need] = oneBands
        secondBands[need] = otherBands
        cost[need] = points
        objective = objective &+ points &- region.waiting[need]
        grudges = grudges &- grudge[need]
        leavePool(need)
    }

    /// Takes a placed need out; it waits again.
    func unseat(_ need: Int) {
        give(Int(first[need]), firstBands[need], need, counts: true)
        if second[need] >= 0 { give(Int(second[need]), secondBands[need], need, counts: true) }
        first[need] = -1
        objective = objective &+ region.waiting[need] &- cost[need]
        grudges = grudges &+ grudge[need]
        joinPool(need)
    }

    @inline(__always)
    private func leavePool(_ need: Int) {
        poolCount &-= 1
        let position = poolAt[need]
        let last = pool[poolCount]
        pool[Int(position)] = last
        poolAt[Int(last)] = position
        poolAt[need] = -1
        waits[need >> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: need))
    }

    @inline(__always)
    private func joinPool(_ need: Int) {
        pool[poolCount] = Int32(truncatingIfNeeded: need)
        poolAt[need] = Int32(truncatingIfNeeded: poolCount)
        waits[need >> 6] |= 1 &<< UInt64(truncatingIfNeeded: need)
        poolCount &+= 1
    }

    /// Takes a need out as a part of the move.
    func eject(_ need: Int) {
        record(need, seats: false)
        touch(Int(region.candBlock[Int(first[need])]))
        if second[need] >= 0 { touch(Int(region.candBlock[Int(second[need])])) }
        unseat(need)
    }

    /// Places a need by the option at hand, as a part of the move.
    func settle(_ need: Int, _ option: Option) {
        seat(need, option.first, option.firstBands, option.second, option.secondBands)
        record(need, seats: true)
    }

    @inline(__always)
    private func record(_ need: Int, seats: Bool) {
        changes[changeCount] = Change(
            need: Int32(truncatingIfNeeded: need),
            first: first[need],
            second: second[need],
            firstBands: firstBands[need],
            secondBands: secondBands[need],
            seats: seats,
            cost: cost[need]
        )
        changeCount &+= 1
    }

    /// Remembers what was free on a block before the move frees more.
    @inline(__always)
    private func touch(_ block: Int) {
        let name = Int32(truncatingIfNeeded: block)
        for index in 0..<touchedCount where touched[index] == name { return }
        touched[touchedCount] = name
        touchedCount &+= 1
        for quad in Int(region.blockQuad[block])..<Int(region.blockQuad[block &+ 1]) { former[quad] = cells[quad] }
    }

    /// Takes the whole move back. What the objective and the grudges came to before it is known, so nothing is counted on the
    /// way.
    func undo(to objective: Int, _ grudges: Int) {
        while changeCount > 0 {
            changeCount &-= 1
            let change = changes[changeCount]
            let need = Int(change.need)
            if change.seats {
                give(Int(change.first), change.firstBands, need, counts: false)
                if change.second >= 0 { give(Int(change.second), change.secondBands, need, counts: false) }
                first[need] = -1
                joinPool(need)
            } else {
                take(Int(change.first), change.firstBands, need, counts: false)
                if change.second >= 0 { take(Int(change.second), change.secondBands, need, counts: false) }
                first[need] = change.first
                second[need] = change.second
                firstBands[need] = change.firstBands
                secondBands[need] = change.secondBands
                cost[need] = change.cost
                leavePool(need)
            }
        }
        self.objective = objective
        self.grudges = grudges
    }

    /// Lets the move stand. The best plan follows only when it must: before a step that leads away from it.
    func accept(_ before: Int) {
        if objective >= before && before < bestObjective { keep(before, undoing: true) }
        for index in 0..<changeCount {
            let need = Int(changes[index].need)
            if !isStale[need] {
                isStale[need] = true
                stale[staleCount] = Int32(truncatingIfNeeded: need)
                staleCount &+= 1
            }
        }
    }

    /// Goes back to the best plan.
    func restoreBest() {
        for index in 0..<staleCount {
            let need = Int(stale[index])
            if first[need] >= 0 { unseat(need) }
        }
        for index in 0..<staleCount {
            let need = Int(stale[index])
            isStale[need] = false
            let option = best[need]
            if option.first >= 0 {
                seat(need, option.first, option.firstBands, option.second, option.secondBands)
            }
        }
        staleCount = 0
    }

    /// Keeps the plan of now as the best when it is, or the plan before the move at hand.
    func keep(_ objective: Int, undoing: Bool) {
        guard objective < bestObjective else { return }
        bestObjective = objective
        for index in 0..<staleCount {
            let need = Int(stale[index])
            isStale[need] = false
            best[need] = holding(need)
        }
        staleCount = 0
        guard undoing else { return }
        // The move at hand is done already: what it changed stood as its first change of each need says.
        var index = changeCount
        while index > 0 {
            index &-= 1
            let change = changes[index]
            let need = Int(change.need)
            best[need] =
                change.seats
                ? Option()
                : Option(
                    first: change.first,
                    second: change.second,
                    firstBands: change.firstBands,
                    secondBands: change.secondBands
                )
        }
    }
}
