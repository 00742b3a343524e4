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
    }

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
        parts.initialize(repeating: Part(block: 0, provider: 0, fits: 0, cost: .zero))
        asked = .allocate(capacity: Instance.bands * Online.stepsPerBand)
        asked.initialize(repeating: .zero)
    }

    deinit {
        free.deallocate()
        received.deallocate()
        parts.deallocate()
        asked.deallocate()
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
        for position in Int(gateStart[need.place])..<Int(gateStart[need.place + 1]) {
            let gate = gates[position]
            guard opens(gate, need) else { continue }
            let fits = fitting(Int(gate.block), possible, need.days)
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
                parts[partCount] = Part(block: gate.block, provider: gate.provider, fits: fits, cost: cost)
                partCount += 1
                union |= fits
            }
        }
        if union == all && all.nonzeroBitCount > 1 { split(need, all, partCount, &cheapest, &best) }
        return best
    }

    /// Writes down what a need asks, calls of one band summed.
    /// - Returns: the bands whose minutes a cell could hold at all.
    private func ask(_ need: Instance.Need) -> UInt8 {
        let steps = DayFit.steps(need.days)
        var seen: UInt8 = 0
        var loads = SIMD8<Int>(repeating: 0)
        for call in need.calls {
            let bit = UInt8(1) << UInt8(call.band)
            loads[call.band] += call.load
            let load = Int16(clamping: call.load)
            for step in steps {
                let more = DayFit.demand(load, on: DayFit.bits(call.days, step))
                let at = call.band * Online.stepsPerBand + step
                asked[at] = seen & bit == 0 ? more : asked[at] &+ more
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
        _ cheapest: inout Int,
        _ best: inout Plan.Placement?
    ) {
        for i in 0..<count {
            for j in 0..<i where parts[i].fits | parts[j].fits == all {
                let same = parts[i].provider == parts[j].provider
                guard same || need.twoProviders else { continue }
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
