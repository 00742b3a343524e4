/// Finds the rows of a block that no other row implies; keeps its scratch between blocks.
struct RowFinder {
    private let horizon: Int
    private var masks: [UInt128] = []
    private var loads: [Int] = []
    private var cover: [UInt64] = []
    /// Days with what is free and how many could use it, in one number each: the least free first, then the most users, then
    /// the earlier day.
    private var days: [UInt64] = []
    private var kept: [Int] = []
    private var moments: [Int] = []

    /// A finder for instances of that many days.
    init(horizon: Int) { self.horizon = horizon }

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
        let words = (masks.count + 63) / 64
        let all = masks.reduce(0, |)
        let total = loads.reduce(0, +)
        kept.removeAll(keepingCapacity: true)
        days.removeAll(keepingCapacity: true)
        if cover.count < words * horizon { cover = [UInt64](repeating: 0, count: words * horizon) }
        var left = all
        while left != 0 {
            let day = left.trailingZeroBitCount
            left &= left - 1
            let row = Binding.Row(band: Int8(band), day: UInt8(day), moment: Int16(moment))
            let free = instance.left(row, block, standing)
            guard total > free else { continue }
            var asked = 0
            var count = 0
            for word in 0..<words { cover[day * words + word] = 0 }
            for index in 0..<masks.count where masks[index] >> UInt128(day) & 1 != 0 {
                cover[day * words + index / 64] |= 1 << UInt64(index % 64)
                asked += loads[index]
                count += 1
            }
            if asked > free { days.append(UInt64(free) << 40 | UInt64(0xFFFF_FFFF - count) << 8 | UInt64(day)) }
        }
        days.sort()
        for key in days {
            let day = Int(key & 0xFF)
            var implied = false
            for other in kept where !implied {
                implied = (0..<words).allSatisfy { cover[day * words + $0] & ~cover[other * words + $0] == 0 }
            }
            if !implied { kept.append(day) }
        }
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
