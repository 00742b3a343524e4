/// Carers at once, beside the minutes: how many can be at work on a block at a moment, and who wants them.
///
/// A call must not ask for more carers than can be at work in its band. Calls at fixed times that overlap need theirs
/// together; the number wanted only rises where one begins, so the beginnings are the only moments to look at.
extension Instance {
    /// The bands of `need` for which an otherwise empty block has too few carers.
    /// - Parameter standing: the timed visits that stand on the block.
    func understaffed(_ need: Need, _ block: Int, _ standing: ArraySlice<Standing>) -> UInt8 {
        var failed: UInt8 = 0
        for call in need.calls where failed >> UInt8(call.band) & 1 == 0 {
            let row = slab(block, call.band)
            var days = call.days
            while days != 0 {
                let day = days.trailingZeroBitCount
                days &= days - 1
                let working = Int(carers[row + day])
                if call.carers > working || (call.clock != nil && peak(need, call, day, standing) > working) {
                    failed |= 1 << UInt8(call.band)
                    break
                }
            }
        }
        return failed
    }

    /// The most carers wanted at one moment of a timed call on a day.
    private func peak(_ need: Need, _ call: Call, _ day: Int, _ standing: ArraySlice<Standing>) -> Int {
        guard let clock = call.clock else { return call.carers }
        var most = 0
        func look(_ moment: Int) {
            var wanted = Instance.standing(standing, call.band, day, moment)
            for other in need.calls where other.band == call.band { wanted += other.carers(day, moment) }
            most = max(most, wanted)
        }
        look(clock.lowerBound)
        for visit in standing where clock.contains(visit.clock.lowerBound) { look(visit.clock.lowerBound) }
        for other in need.calls {
            if let begins = other.clock?.lowerBound, clock.contains(begins) { look(begins) }
        }
        return most
    }

    /// Carers at work at a moment of a day in a band for visits that stand.
    static func standing(_ visits: ArraySlice<Standing>, _ band: Int, _ day: Int, _ moment: Int) -> Int {
        visits.reduce(0) {
            $1.band == band && $1.days >> UInt128(day) & 1 != 0 && $1.clock.contains(moment) ? $0 + $1.carers : $0
        }
    }

    /// Holds a plan's calls against the carers of every moment, by the plain rule.
    func checkCarers(_ plan: Plan) throws(Fault) {
        let standing = StandingByBlock(self)
        var timed = [[(call: Call, band: Int)]](repeating: [], count: blocks.count)
        for (index, placement) in plan.placements.enumerated() {
            guard let placement else { continue }
            for call in needs[index].calls {
                let block = placement.block(for: call.band)
                for day in needs[index].days where call.days >> UInt128(day) & 1 != 0 {
                    guard call.carers <= Int(carers[slab(block, call.band) + day])
                    else { throw .tooFewCarers(block: block, band: call.band, day: day) }
                }
                if call.clock != nil { timed[block].append((call, call.band)) }
            }
        }
        for block in blocks.indices {
            for (call, band) in timed[block] {
                guard let clock = call.clock else { continue }
                let others = timed[block].compactMap { $0.call.clock?.lowerBound }
                let moments = others + standing[block].map { $0.clock.lowerBound } + [clock.lowerBound]
                for moment in moments where clock.contains(moment) {
                    for day in 0..<horizon where call.days >> UInt128(day) & 1 != 0 {
                        let wanted = timed[block].reduce(Instance.standing(standing[block], band, day, moment)) {
                            $1.band == band ? $0 + $1.call.carers(day, moment) : $0
                        }
                        guard wanted <= Int(carers[slab(block, band) + day])
                        else { throw .tooFewCarers(block: block, band: band, day: day) }
                    }
                }
            }
        }
    }
}

extension Instance.Call {
    /// Carers wanted at a moment of a day; none where the call has no fixed time.
    @inline(__always)
    func carers(_ day: Int, _ moment: Int) -> Int {
        guard let clock, clock.contains(moment), days >> UInt128(day) & 1 != 0 else { return 0 }
        return carers
    }
}

/// Standing visits of each block: compressed rows.
struct StandingByBlock: Sendable {
    private var start: [Int32]
    private var list: [Instance.Standing]

    /// Sorts the instance's standing visits by block.
    init(_ instance: Instance) {
        list = instance.standing.sorted { $0.block < $1.block }
        start = [Int32](repeating: 0, count: instance.blocks.count + 1)
        for visit in list { start[visit.block + 1] += 1 }
        for block in instance.blocks.indices { start[block + 1] += start[block] }
    }

    /// The visits that stand on a block.
    subscript(block: Int) -> ArraySlice<Instance.Standing> { list[Int(start[block])..<Int(start[block + 1])] }
}
