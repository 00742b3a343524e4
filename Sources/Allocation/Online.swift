/// Places needs one by one as they arrive, each on the best option that is free at that moment: singles, and splits
/// over two blocks by mask. Nothing is allocated while placing. It looks at minutes alone: an instance that says carers at
/// once is for the batch.
///
/// One thread uses it, the one that made it.
public final class Online {
    private let instance: Instance
    private let free: UnsafeMutableBufferPointer<Int16>
    private let received: UnsafeMutableBufferPointer<Int>
    private let gateStart: [Int32]
    private let gates: [Gate]
    private let parts: UnsafeMutableBufferPointer<Part>
    /// What the need at hand asks, sixteen days a vector: at `band * stepsPerBand + step`.
    private let asked: UnsafeMutableBufferPointer<SIMD16<Int16>>
    private static let stepsPerBand = Instance.longestHorizon / DayFit.stride
    /// The most minutes free on any of a step's sixteen days, by band, at `block * steps + step`: one cache line that
    /// turns most blocks away before ten are read.
    private let roof: UnsafeMutableBufferPointer<SIMD8<Int16>>
    /// What the need at hand asks of `roof`, by step.
    private let askedMost: UnsafeMutableBufferPointer<SIMD8<Int16>>
    /// Steps of the instance's horizon.
    private let steps: Int
    /// Blocks that fit in part which one choice looks at; those beyond are left out, and their splits with them. A zone
    /// with more is one where single blocks abound.
    public static let mostParts = 512

    /// What the rules ask of a block, side by side for all blocks of a place.
    private struct Gate {
        var skills: UInt64
        var block: Int32
        var provider: Int32
        var from: Int32
        var to: Int32
        var base: Int32
        /// -1 where minutes are paid for already.
        var spotRate: Int32
        var languages: UInt64
        var genders: UInt8
    }

    private struct Part {
        var block: Int32
        var provider: Int32
        var fits: UInt8
        var cost: SIMD8<Int32>
        /// At most what each band costs here, `Online.never` where it does not fit; other lanes 0.
        var least: SIMD8<Int32>
    }

    /// More than a band may cost and five of them still add up.
    private static let never: Int32 = 1 << 26

    /// Begins with the instance's free minutes.
    public init(_ instance: Instance) {
        precondition(instance.carers.isEmpty)
        self.instance = instance
        free = .allocate(capacity: max(1, instance.free.count))
        free.initialize(repeating: 0)
        for (index, minutes) in instance.free.enumerated() { free[index] = minutes }
        received = .allocate(capacity: max(1, instance.providers.count))
        received.initialize(repeating: 0)
        for (index, provider) in instance.providers.enumerated() { received[index] = provider.recent }
        let serving = BlocksByPlace(instance)
        var starts: [Int32] = [0]
        var list: [Gate] = []
        for place in instance.places.indices {
            for index in serving[place] {
                let block = instance.blocks[Int(index)]
                list.append(
                    Gate(
                        skills: block.skills,
                        block: index,
                        provider: Int32(block.provider),
                        from: Int32(clamping: block.days.lowerBound),
                        to: Int32(clamping: block.days.upperBound),
                        base: Int32(block.base),
                        spotRate: Int32(block.spotRate ?? -1),
                        languages: block.languages,
                        genders: block.genders
                    )
                )
            }
            starts.append(Int32(list.count))
        }
        gateStart = starts
        gates = list
        parts = .allocate(capacity: Online.mostParts)
        parts.initialize(repeating: Part(block: 0, provider: 0, fits: 0, cost: .zero, least: .zero))
        steps = instance.horizon / DayFit.stride
        roof = .allocate(capacity: max(1, instance.blocks.count * steps))
        roof.initialize(repeating: .zero)
        askedMost = .allocate(capacity: steps)
        askedMost.initialize(repeating: .zero)
        asked = .allocate(capacity: Instance.bands * Online.stepsPerBand)
        asked.initialize(repeating: .zero)
        for block in instance.blocks.indices {
            for band in 0..<Instance.bands { raise(block, band, 0..<steps) }
        }
    }

    /// Writes down the most minutes free in the steps of a block's band.
    private func raise(_ block: Int, _ band: Int, _ range: Range<Int>) {
        guard let cells = free.baseAddress else { return }
        let row = UnsafePointer(cells + instance.slab(block, band))
        for step in range { roof[block * steps + step][band] = DayFit.cells(row, step).max() }
    }

    deinit {
        free.deallocate()
        received.deallocate()
        parts.deallocate()
        asked.deallocate()
        roof.deallocate()
        askedMost.deallocate()
    }

    /// The best option for a need now, or nil. Nothing changes.
    public func choose(_ index: Int) -> Plan.Placement? {
        let need = instance.needs[index]
        let all = need.bands
        let weekly = need.weekly(all)
        let possible = ask(need)
        guard possible != 0 else { return nil }
        var best: Plan.Placement?
        var cheapest = Int.max
        var partCount = 0
        var union: UInt8 = 0
        var least = SIMD8<Int32>(repeating: Online.never)
        for position in Int(gateStart[need.place])..<Int(gateStart[need.place + 1]) {
            let gate = gates[position]
            guard opens(gate, need) else { continue }
            let hopeful = possible & ~tooHigh(Int(gate.block), need.days)
            guard hopeful != 0 else { continue }
            let fits = fitting(Int(gate.block), hopeful, need.days)
            guard fits != 0 else { continue }
            let cost = instance.costs(
                of: need,
                base: Int(gate.base),
                spotRate: gate.spotRate < 0 ? nil : Int(gate.spotRate),
                genders: gate.genders,
                languages: gate.languages,
                fits
            )
            if fits == all {
                let points = Int(cost[7]) + more(Int(gate.provider), weekly)
                if points < cheapest {
                    cheapest = points
                    best = Plan.Placement(block: Int(gate.block), bands: all)
                }
            }
            if partCount < Online.mostParts {
                let lower = Online.lower(cost, fits, all)
                parts[partCount] = Part(
                    block: gate.block,
                    provider: gate.provider,
                    fits: fits,
                    cost: cost,
                    least: lower
                )
                least = pointwiseMin(least, lower)
                partCount += 1
                union |= fits
            }
        }
        if union == all && all.nonzeroBitCount > 1 { split(need, all, partCount, least, &cheapest, &best) }
        return best
    }

    /// A lower bound of what each band of a need costs on a block.
    @inline(__always)
    private static func lower(_ cost: SIMD8<Int32>, _ fits: UInt8, _ all: UInt8) -> SIMD8<Int32> {
        var lower = pointwiseMin(cost, SIMD8(repeating: never))
        for band in 0..<Instance.bands where (all & ~fits) >> UInt8(band) & 1 != 0 { lower[band] = never }
        for lane in Instance.bands..<8 { lower[lane] = 0 }
        return lower
    }

    /// The bands of the need at hand that ask more than a block has on any day of some step.
    @inline(__always)
    private func tooHigh(_ block: Int, _ span: Range<Int>) -> UInt8 {
        var short = SIMD8<Int16>(repeating: 0)
        for step in DayFit.steps(span) { short |= roof[block * steps + step] &- askedMost[step] }
        let failed = (short &>> 15) & SIMD8(1, 2, 4, 8, 16, 0, 0, 0)
        return UInt8(truncatingIfNeeded: failed.wrappedSum())
    }

    /// Writes down what a need asks, calls of one band summed.
    /// - Returns: the bands whose minutes a cell could hold at all.
    private func ask(_ need: Instance.Need) -> UInt8 {
        let steps = DayFit.steps(need.days)
        var seen: UInt8 = 0
        var loads = SIMD8<Int>(repeating: 0)
        for step in steps { askedMost[step] = .zero }
        for call in need.calls {
            let bit = UInt8(1) << UInt8(call.band)
            loads[call.band] += call.load
            let load = Int16(clamping: call.load)
            for step in steps {
                let more = DayFit.demand(load, on: DayFit.bits(call.days, step))
                let at = call.band * Online.stepsPerBand + step
                asked[at] = seen & bit == 0 ? more : asked[at] &+ more
                askedMost[step][call.band] = asked[at].max()
            }
            seen |= bit
        }
        for band in 0..<Instance.bands where loads[band] > Int(Int16.max) { seen &= ~(1 << UInt8(band)) }
        return seen
    }

    /// The bands of the need at hand that a block's free minutes hold.
    @inline(__always)
    private func fitting(_ block: Int, _ bands: UInt8, _ span: Range<Int>) -> UInt8 {
        guard let cells = free.baseAddress else { return 0 }
        var fits: UInt8 = 0
        var left = bands
        while left != 0 {
            let band = left.trailingZeroBitCount
            left &= left - 1
            let row = UnsafePointer(cells + instance.slab(block, band))
            var short = SIMD16<Int16>(repeating: 0)
            for step in DayFit.steps(span) {
                short |= DayFit.cells(row, step) &- asked[band * Online.stepsPerBand + step]
            }
            if short.min() >= 0 { fits |= 1 << UInt8(band) }
        }
        return fits
    }

    /// Places a need on its best option, if it has one, and takes the minutes.
    public func place(_ index: Int) -> Plan.Placement? {
        guard let chosen = choose(index) else { return nil }
        let need = instance.needs[index]
        take(need, Int(chosen.block), chosen.bands)
        if chosen.other >= 0 { take(need, Int(chosen.other), chosen.otherBands) }
        return chosen
    }

    private func take(_ need: Instance.Need, _ block: Int, _ bands: UInt8) {
        for call in need.calls where bands >> UInt8(call.band) & 1 != 0 {
            let row = instance.slab(block, call.band)
            var days = call.days
            while days != 0 {
                free[row + days.trailingZeroBitCount] -= Int16(truncatingIfNeeded: call.load)
                days &= days - 1
            }
        }
        for call in need.calls where bands >> UInt8(call.band) & 1 != 0 {
            raise(block, call.band, DayFit.steps(need.days))
        }
        received[instance.blocks[block].provider] += need.weekly(bands)
    }

    @inline(__always)
    private func opens(_ gate: Gate, _ need: Instance.Need) -> Bool {
        if need.skills & ~gate.skills != 0 { return false }
        if need.genderRequired != 0 && gate.genders & need.genderRequired == 0 { return false }
        if Int(gate.from) > need.days.lowerBound || need.days.upperBound > Int(gate.to) { return false }
        for provider in need.declined where provider == Int(gate.provider) { return false }
        return true
    }

    /// Points of giving a provider so many weekly minutes more.
    @inline(__always)
    private func more(_ provider: Int, _ weekly: Int) -> Int {
        let fair = instance.providers[provider].fair
        let now = received[provider]
        return instance.weights.fairness(now + weekly, fair: fair) - instance.weights.fairness(now, fair: fair)
    }

    /// The cheapest split. A band that both blocks could take goes to either: there are few bands, so all ways are
    /// tried, since a split's fairness depends on who gets which.
    private func split(
        _ need: Instance.Need,
        _ all: UInt8,
        _ count: Int,
        _ least: SIMD8<Int32>,
        _ cheapest: inout Int,
        _ best: inout Plan.Placement?
    ) {
        // Fairness never costs less than nothing, so these bounds leave out nothing that could be cheaper.
        let floor = instance.weights.split + Int(least.wrappedSum())
        for i in 0..<count {
            var over = Int32.max
            for band in 0..<Instance.bands where parts[i].fits >> UInt8(band) & 1 != 0 {
                over = min(over, parts[i].least[band] - least[band])
            }
            guard floor + Int(over) < cheapest else { continue }
            for j in 0..<i where parts[i].fits | parts[j].fits == all {
                let same = parts[i].provider == parts[j].provider
                guard same || need.twoProviders else { continue }
                let bound = pointwiseMin(parts[i].least, parts[j].least).wrappedSum()
                guard instance.weights.split + Int(bound) < cheapest else { continue }
                let mustTake = all & ~parts[j].fits
                let mayTake = parts[i].fits & parts[j].fits
                var extra = mayTake
                while true {
                    let mine = mustTake | extra
                    let others = all & ~mine
                    if mine != 0 && others != 0 {
                        let points = points(need, parts[i], mine, parts[j], others, same, all)
                        if points < cheapest {
                            cheapest = points
                            best = Plan.Placement(
                                block: Int(parts[i].block),
                                bands: mine,
                                other: Int(parts[j].block),
                                otherBands: others
                            )
                        }
                    }
                    if extra == 0 { break }
                    extra = (extra &- 1) & mayTake
                }
            }
        }
    }

    private func points(
        _ need: Instance.Need,
        _ one: Part,
        _ mine: UInt8,
        _ two: Part,
        _ others: UInt8,
        _ same: Bool,
        _ all: UInt8
    ) -> Int {
        var points = instance.weights.split
        for band in 0..<Instance.bands {
            if mine >> UInt8(band) & 1 != 0 { points += Int(one.cost[band]) }
            if others >> UInt8(band) & 1 != 0 { points += Int(two.cost[band]) }
        }
        if same { return points + more(Int(one.provider), need.weekly(all)) }
        return points + more(Int(one.provider), need.weekly(mine)) + more(Int(two.provider), need.weekly(others))
    }
}
