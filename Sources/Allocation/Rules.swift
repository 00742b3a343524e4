/// The rules of the problem and what each placement costs, one need and one block at a time. Everything faster in this
/// module is held against these in tests.

extension Instance.Block {
    /// True when every rule but minutes lets this block serve `need`, once its zone has the need's place.
    @inline(__always)
    func admits(_ need: Instance.Need) -> Bool {
        if need.skills & ~skills != 0 { return false }
        if need.genderRequired != 0 && genders & need.genderRequired == 0 { return false }
        if days.lowerBound > need.days.lowerBound || need.days.upperBound > days.upperBound { return false }
        return !need.declined.contains(provider)
    }
}

extension Instance.Need {
    /// The bands in which it has calls.
    @inline(__always)
    var bands: UInt8 { calls.reduce(0) { $0 | 1 << UInt8($1.band) } }

    /// Weekly minutes of the calls in `bands`.
    func weekly(_ bands: UInt8) -> Int {
        calls.reduce(0) { bands >> UInt8($1.band) & 1 != 0 ? $0 + $1.weekly : $0 }
    }
}

extension Instance {
    /// The bands of `need` that fit `block`'s free minutes.
    /// - Parameter free: the instance's own minutes, or others laid out the same.
    func fitting(_ need: Need, _ block: Int, _ free: UnsafeBufferPointer<Int16>) -> UInt8 {
        guard let cells = free.baseAddress else { return 0 }
        var asked: UInt8 = 0
        var failed: UInt8 = 0
        for (position, call) in need.calls.enumerated() {
            let bit = UInt8(1) << UInt8(call.band)
            let row = cells + slab(block, call.band)
            if asked & bit != 0 {
                // A band seen before: only the sum of its calls tells.
                if !sumFits(need.calls[...position], row, need.days) { failed |= bit }
            } else if !DayFit.holds(row, load: call.load, days: call.days, span: need.days) {
                failed |= bit
            }
            asked |= bit
        }
        return asked & ~failed
    }

    /// True when the calls of the last one's band, summed day by day, fit `row`.
    private func sumFits(_ calls: ArraySlice<Call>, _ row: UnsafePointer<Int16>, _ span: Range<Int>) -> Bool {
        guard let band = calls.last?.band else { return true }
        for day in span {
            var load = 0
            for call in calls where call.band == band && call.days >> UInt128(day) & 1 != 0 { load += call.load }
            if load > Int(row[day]) { return false }
        }
        return true
    }

    /// Points of giving each band of `need` to `block`: spot price or travel, and preferences missed. The last is the
    /// sum over `bands`. Who makes an instance sees to it that all of a package fits 32 bits; one that does not stops here.
    func costs(of need: Need, on block: Int, _ bands: UInt8) -> SIMD8<Int32> {
        let there = blocks[block]
        return costs(
            of: need,
            base: there.base,
            spotRate: there.spotRate,
            genders: there.genders,
            languages: there.languages,
            bands
        )
    }

    /// The same for a block of which only what costs depend on is at hand.
    @inline(__always)
    func costs(
        of need: Need,
        base: Int,
        spotRate: Int?,
        genders: UInt8,
        languages: UInt64,
        _ bands: UInt8
    ) -> SIMD8<Int32> {
        var missed = 0
        if need.languagePreferred != 0 && languages >> UInt64(need.languagePreferred) & 1 == 0 {
            missed += weights.preferenceMissed
        }
        if need.genderPreferred != 0 && genders & need.genderPreferred == 0 {
            missed += weights.preferenceMissed
        }
        let metres = spotRate == nil ? distance(need.place, base) : 0
        var each = SIMD8<Int32>(repeating: 0)
        for call in need.calls {
            let visits = call.days.nonzeroBitCount
            var points = missed
            if let rate = spotRate {
                points += (rate * call.minutes * call.carers * visits + 59) / 60
            } else {
                points += metres * visits * call.carers * weights.travelPerKilometreVisit / 1000
            }
            each[call.band] += Int32(points)
            if bands >> UInt8(call.band) & 1 != 0 { each[7] += Int32(points) }
        }
        return each
    }

    /// Metres between two places, rounded down.
    func distance(_ a: Int, _ b: Int) -> Int {
        let dx = places[a].x - places[b].x
        let dy = places[a].y - places[b].y
        let square = dx * dx + dy * dy
        var root = Int(Double(square).squareRoot())
        while root * root > square { root -= 1 }
        while (root + 1) * (root + 1) <= square { root += 1 }
        return root
    }

    /// Points for a provider that receives `weekly` minutes in all against its fair share.
    @inline(__always)
    func fairness(_ provider: Int, _ weekly: Int) -> Int {
        weights.fairness(weekly, fair: providers[provider].fair)
    }
}

extension Instance.Weights {
    /// Points for `weekly` minutes received against a fair share: convex, so that one who has much gets less.
    @inline(__always)
    func fairness(_ weekly: Int, fair: Int) -> Int {
        // Without a branch: who is above the share cannot be foreseen, and a search asks at every step.
        overFair &* max(0, weekly &- fair) &+ farOverFair &* max(0, weekly &- fair &* 5 / 4)
    }
}
