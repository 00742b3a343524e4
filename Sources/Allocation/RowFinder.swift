/// Finds the rows of a block that no other row implies; keeps its scratch between blocks.
struct RowFinder {
    private var masks: [UInt128] = []
    private var loads: [Int] = []
    private var cover: [UInt64] = []
    /// What is asked for on each day.
    private var asked = [Int](repeating: 0, count: Instance.longestHorizon)
    /// Days with what is free and how many could use it, in one number each: the least free first, then the most users, then
    /// the earlier day.
    private var days: [UInt64] = []
    private var kept: [Int] = []
    private var moments: [Int] = []

    /// The binding rows of a block.
    mutating func rows(
        _ instance: Instance,
        _ block: Int,
        _ users: ArraySlice<UsersByBlock.User>,
        _ standing: ArraySlice<Instance.Standing>
    ) -> [Binding.Row] {
        var found: [Binding.Row] = []
        guard !users.isEmpty else { return found }
        for band in 0..<Instance.bands {
            gather(instance, users, band) { $0.load }
            find(instance, block, band, -1, standing)
            for day in kept { found.append(Binding.Row(band: Int8(band), day: UInt8(day), moment: -1)) }
            if instance.carers.isEmpty { continue }
            for moment in beginnings(instance, users, band, standing) {
                gather(instance, users, band) { $0.clock?.contains(moment) ?? false ? $0.carers : 0 }
                find(instance, block, band, moment, standing)
                for day in kept { found.append(Binding.Row(band: Int8(band), day: UInt8(day), moment: Int16(moment))) }
            }
        }
        return found
    }

    /// Moments of a band at which the number of carers wanted can rise, each once.
    private mutating func beginnings(
        _ instance: Instance,
        _ users: ArraySlice<UsersByBlock.User>,
        _ band: Int,
        _ standing: ArraySlice<Instance.Standing>
    ) -> [Int] {
        moments.removeAll(keepingCapacity: true)
        for user in users where user.fits >> UInt8(band) & 1 != 0 {
            for call in instance.needs[Int(user.need)].calls where call.band == band {
                if let clock = call.clock { moments.append(clock.lowerBound) }
            }
        }
        if moments.isEmpty { return [] }
        for visit in standing where visit.band == band { moments.append(visit.clock.lowerBound) }
        moments.sort()
        return moments.indices.compactMap { $0 > 0 && moments[$0] == moments[$0 - 1] ? nil : moments[$0] }
    }

    /// Sums what the calls of a band ask, calls with the same days together.
    private mutating func gather(
        _ instance: Instance,
        _ users: ArraySlice<UsersByBlock.User>,
        _ band: Int,
        _ asks: (Instance.Call) -> Int
    ) {
        masks.removeAll(keepingCapacity: true)
        loads.removeAll(keepingCapacity: true)
        for user in users where user.fits >> UInt8(band) & 1 != 0 {
            for call in instance.needs[Int(user.need)].calls where call.band == band {
                let asked = asks(call)
                guard asked > 0 else { continue }
                if let same = masks.firstIndex(of: call.days) {
                    loads[same] += asked
                } else {
                    masks.append(call.days)
                    loads.append(asked)
                }
            }
        }
    }

    /// Leaves in `kept` the days on which what is left can bind and which no other day implies.
    private mutating func find(
        _ instance: Instance,
        _ block: Int,
        _ band: Int,
        _ moment: Int,
        _ standing: ArraySlice<Instance.Standing>
    ) {
        kept.removeAll(keepingCapacity: true)
        days.removeAll(keepingCapacity: true)
        let words = (masks.count + 63) / 64
        let all = masks.reduce(0, |)
        if cover.count < words * Instance.longestHorizon {
            cover = [UInt64](repeating: 0, count: words * Instance.longestHorizon)
        }
        RowFinder.spread(masks, loads, words, &asked, &cover)
        for day in Days(all) {
            let free = instance.left(
                Binding.Row(band: Int8(band), day: UInt8(day), moment: Int16(moment)),
                block,
                standing
            )
            guard asked[day] > free else { continue }
            var count = 0
            for word in 0..<words { count += cover[day * words + word].nonzeroBitCount }
            days.append(UInt64(free) << 40 | UInt64(0xFFFF_FFFF - count) << 8 | UInt64(day))
        }
        // The first of those that are left is kept, and what it implies goes with it.
        while let first = days.min() {
            let day = Int(first & 0xFF)
            kept.append(day)
            days.removeAll { key in
                let other = Int(key & 0xFF)
                return (0..<words).allSatisfy { cover[other * words + $0] & ~cover[day * words + $0] == 0 }
            }
        }
    }

    /// Sums what is asked for on each day and notes who asks. Mask by mask and not day by day: whether somebody asks on a day
    /// cannot be foreseen.
    private static func spread(
        _ masks: [UInt128],
        _ loads: [Int],
        _ words: Int,
        _ asked: inout [Int],
        _ cover: inout [UInt64]
    ) {
        asked.withUnsafeMutableBufferPointer { asked in
            cover.withUnsafeMutableBufferPointer { cover in
                asked.update(repeating: 0)
                cover.update(repeating: 0)
                for index in masks.indices {
                    let (word, bit, load) = (index / 64, UInt64(1) << UInt64(index % 64), loads[index])
                    for day in Days(masks[index]) {
                        asked[day] &+= load
                        cover[day &* words &+ word] |= bit
                    }
                }
            }
        }
    }
}

/// The days of a mask, ascending.
private struct Days: Sequence, IteratorProtocol {
    private var low: UInt64
    private var high: UInt64

    init(_ mask: UInt128) {
        low = UInt64(truncatingIfNeeded: mask)
        high = UInt64(truncatingIfNeeded: mask >> 64)
    }

    @inline(__always)
    mutating func next() -> Int? {
        if low != 0 {
            let day = low.trailingZeroBitCount
            low &= low &- 1
            return day
        }
        guard high != 0 else { return nil }
        let day = 64 &+ high.trailingZeroBitCount
        high &= high &- 1
        return day
    }
}

extension Instance {
    /// What a row of a block has at the beginning; carers that stand beyond those at work leave none.
    @inline(__always)
    func left(_ row: Binding.Row, _ block: Int, _ standing: ArraySlice<Standing>) -> Int {
        let cell = slab(block, Int(row.band)) + Int(row.day)
        if row.moment < 0 { return Int(free[cell]) }
        return max(
            0,
            Int(carers[cell]) - Instance.standing(standing, Int(row.band), Int(row.day), Int(row.moment))
        )
    }
}
