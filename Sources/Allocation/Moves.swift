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
        /// In a hundred packages pushed out, those chosen as the lightest, grudge included, of all that would be enough; the
        /// others are whichever comes first.
        var lightest = 80
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
        var ask = region.asks + Int(region.askAt[c])
        while c < end {
            let head = region.heads[c]
            var fits: UInt8 = 0
            if head & Region.hasPartner == 0 {
                if Search.fitsEmpty(head) == all && holds(head, ask, cells) { fits = all }
            } else {
                fits = fitting(head, ask, cells)
            }
            ask += Search.quads(head)
            if fits == all {
                let points = Int(region.candCost[c &* 8 &+ 7])
                if points < cheapest {
                    let sum = points &+ fairness(ofMore: total, c)
                    if sum < cheapest {
                        cheapest = sum
                        option.first = Int32(truncatingIfNeeded: c)
                    }
                }
            } else if parts < Search.mostParts {
                // Written down whether anything fits or not: that cannot be foreseen, and a step less is counted instead.
                part[parts] = Int32(truncatingIfNeeded: c)
                partBands[parts] = fits
                parts = parts &+ (fits == 0 ? 0 : 1)
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

    /// Cheapest split over two of the candidates that fit in part. A band that both could take goes to the cheaper, unless
    /// fairness between two providers outweighs that.
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
                // Fairness left out: no way to share it between the two costs less than this.
                if points >= cheapest { continue }
                if same {
                    let total = points &+ fairness(ofMore: weekly(need, all), c)
                    if total < cheapest { choose(c, mine, d, all & ~mine, total, &cheapest) }
                } else {
                    cheapestDivision(need, c, fits & ~others, d, fits & others, &cheapest)
                }
            }
            i &+= 1
        }
    }

    /// The cheapest way in which two providers share a package: `mine` is the first's in any case, `both` goes either way.
    private func cheapestDivision(_ need: Int, _ c: Int, _ mine: UInt8, _ d: Int, _ both: UInt8, _ cheapest: inout Int)
    {
        let all = region.bands[need]
        var subset = both
        while true {
            let (mine, theirs) = (mine | subset, all & ~(mine | subset))
            let total =
                points(c, mine) &+ points(d, theirs) &+ region.weights.split
                &+ fairness(ofMore: weekly(need, mine), c) &+ fairness(ofMore: weekly(need, theirs), d)
            if total < cheapest { choose(c, mine, d, theirs, total, &cheapest) }
            if subset == 0 { return }
            subset = (subset &- 1) & both
        }
    }

    @inline(__always)
    private func choose(_ c: Int, _ mine: UInt8, _ d: Int, _ theirs: UInt8, _ total: Int, _ cheapest: inout Int) {
        cheapest = total
        option = Option(
            first: Int32(truncatingIfNeeded: c),
            second: Int32(truncatingIfNeeded: d),
            firstBands: mine,
            secondBands: theirs
        )
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
    private func makeRoom(_ c: Int, _ bands: UInt8, _ manner: Manner) -> Bool {
        let head = region.heads[c]
        let (place, quads) = (Search.place(head), Search.quads(head))
        let ask = region.asks + Int(region.askAt[c])
        let block = Int(region.candBlock[c])
        let whole = Search.fitsEmpty(head) == bands
        while true {
            var short = Quad.zero
            var index = 0
            repeat {
                let asked = Search.asked(ask[index], region.laneBands[place &+ index], bands, whole)
                lacking[index] = cells[place &+ index] &- asked
                short |= ~lacking[index] & Search.guards
                index = index &+ 1
            } while index < quads
            if Search.any(short) == 0 { return true }
            let count = Int(seatedCount[block])
            if count == 0 || ejectedCount == Search.mostEjected { return false }
            let picks = chance.below(100) < manner.lightest
            let from = chance.below(count)
            let enough = enough(block, quads, count, from, picks)
            let out = enough >= 0 ? enough : helping(block, quads, count, from)
            if out < 0 { return false }
            eject(out)
            ejected[ejectedCount] = Int32(truncatingIfNeeded: out)
            ejectedCount &+= 1
        }
    }

    /// Of the packages on a block one that has all that is lacking, looked for from a seat on, or with `picks` the lightest;
    /// -1 without one.
    @inline(__always)
    private func enough(_ block: Int, _ quads: Int, _ count: Int, _ from: Int, _ picks: Bool) -> Int {
        let seats = held + Int(region.userAskStart[block])
        // Which seats are enough comes first, without a branch: which ones they are cannot be foreseen. More than a word of
        // bits has no block that was seen; of such a one the seats from the first on are looked at.
        let start = count > 64 ? from : 0
        var found: UInt64 = 0
        for index in 0..<min(count, 64) {
            let seat = start &+ index < count ? start &+ index : start &+ index &- count
            var short = ~(lacking[0] &+ seats[seat &* quads]) & Search.guards
            for quad in 1..<max(1, quads) { short |= ~(lacking[quad] &+ seats[seat &* quads &+ quad]) & Search.guards }
            found |= (Search.any(short) == 0 ? 1 : 0) &<< UInt64(truncatingIfNeeded: index)
        }
        if found == 0 { return -1 }
        let row = seated + Int(region.userStart[block])
        let turn = UInt64(truncatingIfNeeded: from &- start)
        // From the first one on, then those before it.
        var later = found & ~0 &<< turn
        found &= ~later
        if later == 0 { (later, found) = (found, 0) }
        var lightest = Int.max
        var enough = -1
        while later != 0 {
            let index = later.trailingZeroBitCount
            later &= later &- 1
            if later == 0 { (later, found) = (found, 0) }
            let seat = start &+ index < count ? start &+ index : start &+ index &- count
            let need = Int(region.candNeed[Int(row[seat])])
            if !picks { return need }
            let weight = region.waiting[need] &+ grudge[need]
            if weight < lightest {
                lightest = weight
                enough = need
            }
        }
        return enough
    }

    /// Of the packages on a block one that has some of what is lacking, looked for from a seat on; or -1.
    private func helping(_ block: Int, _ quads: Int, _ count: Int, _ from: Int) -> Int {
        let row = seated + Int(region.userStart[block])
        let seats = held + Int(region.userAskStart[block])
        var seat = from
        for _ in 0..<count {
            for quad in 0..<quads {
                let short = ~lacking[quad] & Search.guards
                if Search.any(Search.under(short) & seats[seat &* quads &+ quad]) != 0 {
                    return Int(region.candNeed[Int(row[seat])])
                }
            }
            seat = seat &+ 1 == count ? 0 : seat &+ 1
        }
        return -1
    }

    /// Offers what the move freed to those who wait and could not have had it before.
    /// - Parameter required: points that a need must bring, itself and its grudge, to be worth a look.
    private func fillHoles(_ required: Int, _ trust: Double) {
        for index in 0..<touchedCount {
            let block = Int(touched[index])
            let first = Int(region.crowdStart[block])
            let end = Int(region.crowdStart[block &+ 1])
            let asks = region.userAsks + Int(region.userAskStart[block])
            let from = Int(region.userStart[block])
            var entry = first &+ chance.below(end &- first)
            for _ in first..<end {
                let crowd = region.crowd[entry]
                entry = entry &+ 1 == end ? first : entry &+ 1
                var left = crowd.needs & waits[Int(crowd.word)]
                while left != 0 {
                    let bit = left & (0 &- left)
                    left &= left &- 1
                    let need = Int(crowd.word) &* 64 &+ bit.trailingZeroBitCount
                    if region.waiting[need] < required
                        && region.waiting[need] &+ Int(trust * Double(grudge[need])) < required
                    {
                        continue
                    }
                    let user = Int(crowd.user) &+ (crowd.needs & (bit &- 1)).nonzeroBitCount
                    let head = region.userHeads[user]
                    let ask = asks + (user &- from) &* Search.quads(head)
                    if head & Region.hasPartner == 0 {
                        if Search.fitsEmpty(head) != region.bands[need] { continue }
                        if !holds(head, ask, cells) || holds(head, ask, former) { continue }
                    } else {
                        let fits = fitting(head, ask, cells)
                        if fits == 0 || fits & ~fitting(head, ask, former) == 0 { continue }
                        if fits != region.bands[need] && !completes(need, head, fits) { continue }
                    }
                    if cheapest(need) { settle(need, option) }
                }
            }
        }
    }

    /// True when another candidate of a need can take now what one leaves.
    private func completes(_ need: Int, _ one: UInt64, _ fits: UInt8) -> Bool {
        let missing = region.bands[need] & ~fits
        var c = Int(region.candStart[need])
        let end = Int(region.candStart[need &+ 1])
        var ask = region.asks + Int(region.askAt[c])
        while c < end {
            let head = region.heads[c]
            if Search.fitsEmpty(head) & missing == missing && head != one
                && fitting(head, ask, cells) & missing == missing
            {
                return true
            }
            ask += Search.quads(head)
            c = c &+ 1
        }
        return false
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
        let waited = first[need] < 0
        drawRoomy(need, waited ? manner.drawsWaiting : manner.drawsPlaced, manner)
        let target = option
        if !waited {
            // The same two blocks may share it another way.
            if first[need] == target.first && second[need] == target.second && firstBands[need] == target.firstBands {
                return
            }
            eject(need)
        }
        if !makeRoom(Int(target.first), target.firstBands, manner)
            || (target.second >= 0 && !makeRoom(Int(target.second), target.secondBands, manner))
        {
            undo(to: before, grudgesBefore)
            if waited {
                grudge[need] &+= bump
                grudges &+= bump
            }
            return
        }
        settle(need, target)
        var index = ejectedCount
        // What those not looked at yet would save if they all found a place for nothing.
        let most = limit &+ Int(manner.hope * region.unit)
        var saved = 0
        var savedGrudges = 0
        for index in 0..<ejectedCount {
            saved = saved &+ region.waiting[Int(ejected[index])]
            savedGrudges = savedGrudges &+ grudge[Int(ejected[index])]
        }
        while index > 0 {
            index &-= 1
            let out = Int(ejected[index])
            saved = saved &- region.waiting[out]
            savedGrudges = savedGrudges &- grudge[out]
            if cheapest(out) {
                settle(out, option)
            } else {
                // It fits nowhere now, and nothing more comes free: no hole need be offered to it.
                waits[out >> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: out))
                let least =
                    objective &- before &- saved
                    &+ Int(trust * Double(grudges &- grudgesBefore &- savedGrudges))
                if least > most { break }
            }
        }
        var loss = index > 0 ? Int.max : objective &- before &+ Int(trust * Double(grudges &- grudgesBefore))
        if loss <= most {
            fillHoles(loss &- limit, trust)
            for index in 0..<ejectedCount {
                let out = Int(ejected[index])
                if poolAt[out] >= 0 { waits[out >> 6] |= 1 &<< UInt64(truncatingIfNeeded: out) }
            }
            loss = objective &- before &+ Int(trust * Double(grudges &- grudgesBefore))
        }
        if loss > limit {
            undo(to: before, grudgesBefore)
            if waited {
                grudge[need] &+= bump
                grudges &+= bump
            }
            return
        }
        accept(before)
    }
}
