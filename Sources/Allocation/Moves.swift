/// What one step of the search tries: a need is put where it may not fit, who is in the way is pushed out and finds the
/// cheapest other place, holes that opened are offered to those who wait, and the whole is kept or taken back.
extension Search {
    /// How moves are drawn, and what is given up early.
    struct Manner {
        /// In a hundred moves, those that begin with a need that waits.
        var fromPool = 25
        /// In a hundred options drawn, those that split the package.
        var splits = 30
        /// Options of which the roomiest is tried, at most: for a need that waits, and for one that is placed.
        var drawsWaiting = 16
        var drawsPlaced = 8
        /// Share of the smallest waiting points by which a move may be too dear before holes are looked at.
        var hope = 1.5
    }

    /// Cheapest option of a need that fits now.
    func cheapest(_ need: Int) -> Bool {
        var cheapest = Int.max
        let total = Int(region.weekly[need &* 8 &+ 7])
        let all = region.bands[need]
        var parts = 0
        var union: UInt8 = 0
        var c = Int(region.candStart[need])
        let end = Int(region.candStart[need &+ 1])
        if c == end { return false }
        var header = header(c)
        let splits = region.pairStart[need] < region.pairStart[need &+ 1]
        while c < end {
            let fits = fitting(header, cells)
            header += 1 &+ Int(truncatingIfNeeded: (header[0] >> 32) & 0xF_FFFF)
            if fits == all {
                let points = Int(region.candCost[c &* 8 &+ 7])
                if points < cheapest {
                    let sum = points &+ fairness(ofMore: total, c)
                    if sum < cheapest {
                        cheapest = sum
                        option.first = Int32(truncatingIfNeeded: c)
                    }
                }
            } else if fits != 0 && splits && parts < Search.mostParts {
                part[parts] = Int32(truncatingIfNeeded: c)
                partBands[parts] = fits
                parts &+= 1
                union |= fits
            }
            c &+= 1
        }
        if cheapest < Int.max {
            option.firstBands = all
            option.second = -1
            option.secondBands = 0
        }
        if union == all { cheapestSplit(need, parts, &cheapest) }
        if region.stay[need] != 0 && region.home[need].first >= 0 { considerHome(need, &cheapest) }
        return cheapest < Int.max
    }

    /// The placement with which a need began, which costs nothing for moving.
    private func considerHome(_ need: Int, _ cheapest: inout Int) {
        let home = region.home[need]
        let (one, other) = (Int(home.first), Int(home.second))
        guard shortage(one, home.firstBands) == 0 else { return }
        var total = points(one, home.firstBands) &- region.stay[need]
        if other < 0 {
            total = total &+ fairness(ofMore: weekly(need, home.firstBands), one)
        } else {
            guard shortage(other, home.secondBands) == 0 else { return }
            total = total &+ points(other, home.secondBands) &+ region.weights.split
            total =
                region.candProvider[one] == region.candProvider[other]
                ? total &+ fairness(ofMore: weekly(need, region.bands[need]), one)
                : total &+ fairness(ofMore: weekly(need, home.firstBands), one)
                    &+ fairness(ofMore: weekly(need, home.secondBands), other)
        }
        guard total < cheapest else { return }
        cheapest = total
        option = home
    }

    /// Cheapest split over two of the candidates that fit in part. A band that both could take goes to the cheaper.
    private func cheapestSplit(_ need: Int, _ parts: Int, _ cheapest: inout Int) {
        let all = region.bands[need]
        let two = region.two[need]
        var i = 1
        while i < parts {
            let c = Int(part[i])
            let fits = partBands[i]
            let provider = region.candProvider[c]
            var j = 0
            while j < i {
                let d = Int(part[j])
                let others = partBands[j]
                j &+= 1
                if fits | others != all { continue }
                let same = region.candProvider[d] == provider
                if !two && !same { continue }
                var mine = fits & ~others
                var both = fits & others
                while both != 0 {
                    let k = both.trailingZeroBitCount
                    both &= both &- 1
                    if region.candCost[c &* 8 &+ k] <= region.candCost[d &* 8 &+ k] { mine |= 1 << UInt8(k) }
                }
                let points = points(c, mine) &+ points(d, all & ~mine) &+ region.weights.split
                if points >= cheapest { continue }
                let total =
                    same
                    ? points &+ fairness(ofMore: weekly(need, all), c)
                    : points &+ fairness(ofMore: weekly(need, mine), c)
                        &+ fairness(ofMore: weekly(need, all & ~mine), d)
                guard total < cheapest else { continue }
                cheapest = total
                option = Option(
                    first: Int32(truncatingIfNeeded: c),
                    second: Int32(truncatingIfNeeded: d),
                    firstBands: mine,
                    secondBands: all & ~mine
                )
            }
            i &+= 1
        }
    }

    /// A random option of a need, whether it fits now or not.
    @inline(__always)
    private func draw(_ need: Int, _ manner: Manner) {
        let all = region.bands[need]
        let singles = Int(region.singleStart[need])
        let singleCount = Int(region.singleStart[need &+ 1]) &- singles
        let pairs = Int(region.pairStart[need])
        let pairCount = Int(region.pairStart[need &+ 1]) &- pairs
        if singleCount > 0 && (pairCount == 0 || chance.below(100) >= manner.splits) {
            option = Option(
                first: region.single[singles &+ chance.below(singleCount)],
                second: -1,
                firstBands: all,
                secondBands: 0
            )
            return
        }
        let pair = region.pair[pairs &+ chance.below(pairCount)]
        let fits = fitsEmpty(Int(pair.x))
        let others = fitsEmpty(Int(pair.y))
        let both = fits & others
        var mine = fits & ~others | both & UInt8(truncatingIfNeeded: chance.next() >> 40)
        if mine == 0 { mine = both & (~both &+ 1) }
        if mine == all { mine = all & ~(both & (~both &+ 1)) }
        option = Option(first: pair.x, second: pair.y, firstBands: mine, secondBands: all & ~mine)
    }

    /// The roomiest of a few random options.
    @inline(__always)
    private func drawRoomy(_ need: Int, _ most: Int, _ manner: Manner) {
        draw(need, manner)
        let draws = chance.below(most)
        if draws == 0 { return }
        var roomiest = option
        var least = shortage(option)
        for _ in 0..<draws where least > 0 {
            draw(need, manner)
            let short = shortage(option)
            if short < least {
                least = short
                roomiest = option
            }
        }
        option = roomiest
    }

    @inline(__always)
    private func shortage(_ option: Option) -> Int {
        let short = shortage(Int(option.first), option.firstBands)
        return option.second < 0 ? short : short &+ shortage(Int(option.second), option.secondBands)
    }

    /// Pushes packages out of a candidate's block until `bands` fit: one that is enough, or else any that helps.
    private func makeRoom(_ c: Int, _ bands: UInt8) -> Bool {
        let asking = header(c)
        let cell = cells + Int(truncatingIfNeeded: (asking[0] & 0xFFFF_FFFF) &* 2)
        let words = Int(truncatingIfNeeded: (asking[0] >> 32) & 0xF_FFFF)
        let block = Int(region.candBlock[c])
        let row = seated + Int(region.userStart[block])
        while shortage(c, bands) > 0 {
            let count = Int(seatedCount[block])
            if count == 0 || ejectedCount == Search.mostEjected { return false }
            var index = chance.below(count)
            var enough = -1
            var helpful = -1
            for _ in 0..<count {
                let e = Int(row[index])
                index = index &+ 1 == count ? 0 : index &+ 1
                let need = Int(region.candNeed[e])
                let held = first[need] == Int32(truncatingIfNeeded: e) ? firstBands[need] : secondBands[need]
                let header = header(e)
                var fits = Binding.guards
                var helps = false
                for word in 0..<words {
                    let lanes = cell[2 &* word &+ 1]
                    let ask = asking[1 &+ word] & Search.lanes(lanes, bands)
                    let has = header[1 &+ word] & Search.lanes(lanes, held)
                    let short = ~(cell[2 &* word] &- ask) & Binding.guards
                    if (short &- (short >> 15)) & has != 0 { helps = true }
                    fits &= cell[2 &* word] &+ has &- ask
                }
                if fits & Binding.guards == Binding.guards {
                    enough = need
                    break
                }
                if helps && helpful < 0 { helpful = need }
            }
            let out = enough >= 0 ? enough : helpful
            if out < 0 { return false }
            eject(out)
            ejected[ejectedCount] = Int32(truncatingIfNeeded: out)
            ejectedCount &+= 1
        }
        return true
    }

    /// Offers what the move freed to those who wait and could not have had it before.
    private func fillHoles() {
        for index in 0..<touchedCount {
            let block = Int(touched[index])
            let start = Int(region.userStart[block])
            let count = Int(region.userStart[block &+ 1]) &- start
            var position = chance.below(count)
            for _ in 0..<count {
                let user = start &+ position
                position = position &+ 1 == count ? 0 : position &+ 1
                let need = Int(region.userNeed[user])
                if poolAt[need] < 0 { continue }
                let header = header(Int(region.user[user]))
                let fits = fitting(header, cells)
                if fits == 0 || fits & ~fitting(header, former) == 0 { continue }
                if fits != region.bands[need] && region.pairStart[need] == region.pairStart[need &+ 1] { continue }
                if cheapest(need) { settle(need, option) }
            }
        }
    }

    /// One move at a temperature.
    /// - Parameters:
    ///   - trust: how much grudges count beside points.
    ///   - bump: what a need that waits and fails adds to its grudge.
    func step(_ temperature: Double, _ trust: Double, _ bump: Int, _ manner: Manner) {
        let draw = Int(truncatingIfNeeded: chance.next() >> 52)
        let limit = Int(temperature * thresholds[draw])
        let before = objective
        let grudgesBefore = grudges
        changeCount = 0
        ejectedCount = 0
        touchedCount = 0
        let need: Int
        if poolCount > 0 && chance.below(100) < manner.fromPool {
            need = Int(pool[chance.below(poolCount)])
        } else {
            need = chance.below(region.needCount)
            if !hasOption(need) { return }
        }
        let waits = first[need] < 0
        drawRoomy(need, waits ? manner.drawsWaiting : manner.drawsPlaced, manner)
        let target = option
        if !waits {
            if first[need] == target.first && second[need] == target.second { return }
            eject(need)
        }
        if !makeRoom(Int(target.first), target.firstBands)
            || (target.second >= 0 && !makeRoom(Int(target.second), target.secondBands))
        {
            undo()
            return
        }
        settle(need, target)
        var index = ejectedCount
        while index > 0 {
            index &-= 1
            let out = Int(ejected[index])
            if cheapest(out) { settle(out, option) }
        }
        var loss = objective &- before &+ Int(trust * Double(grudges &- grudgesBefore))
        if loss <= limit &+ Int(manner.hope * region.unit) {
            fillHoles()
            loss = objective &- before &+ Int(trust * Double(grudges &- grudgesBefore))
        }
        if loss > limit {
            undo()
            if waits {
                grudge[need] &+= bump
                grudges &+= bump
            }
            return
        }
        accept(before)
    }
}
