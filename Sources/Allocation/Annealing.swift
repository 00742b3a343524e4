/// The cooling of a search: how warm it is, how much grudges count, and when it starts over from the best plan.
///
/// Points of waiting make the landscape steep, so a need that fails to find a place collects a grudge: points added to
/// its waiting while the search is warm. Needs that are hard to place thus push out easy ones, as in Nagata and
/// Bräysy's ejection pool. As it cools the grudges fade and the true objective is left.
struct Annealing: Sendable {
    /// Highest and lowest temperature, and that of a reheat, as shares of the smallest waiting points.
    var hot: Double
    var cold: Double
    var reheat = 0.05
    /// The temperature at which grudges count in full.
    var trusting: Double
    /// Grudge that a need which always waits collects in a run, in smallest waiting points per need.
    var grudge: Double
    /// Times the search cools down; after the first from the reheat, beginning with the best plan.
    var cycles = 1
    var manner = Search.Manner()
    /// In a hundred moves, those that begin with a need that waits, at the end of a run; at its beginning those of
    /// `manner`. While it is warm those who are placed must find their places, when it is cold only those who wait can
    /// gain much.
    var fromPoolAtEnd: Int
    /// What a search adds to the points of moving a need that costs any, as a share of the smallest waiting points. Without it
    /// a search changes the places of people for nothing on its way, since its steps are much larger than what a move costs,
    /// and what it finds cannot be had in small exchanges: docs/performance/allocation.md.
    static let reluctance = 0.2
    /// Moves between two looks at the progress.
    static let beat = 256

    /// The cooling for a budget. Every figure is from docs/performance/allocation.md: small instances are worth cooling
    /// again and again, large ones are better cooled once, slowly.
    /// - Parameter warm: the search starts from a plan worth keeping. A short run then hardly warms it: what it cannot
    ///   put right again it must not undo.
    init(needs: Int, expectedMoves: Double, warm: Bool = false) {
        let each = expectedMoves / Double(max(1, needs))
        if needs <= Annealing.small {
            (hot, cold, grudge) = (0.2, 0.003, 5)
            fromPoolAtEnd = manner.fromPool
            cycles = max(1, min(16, Int(each / 600)))
        } else if each < 500 {
            (hot, cold, grudge) = (0.15, 0.001, 15)
            (manner.fromPool, fromPoolAtEnd) = (20, 45)
        } else {
            (hot, cold, grudge) = (0.3, 0.001, 15)
            (manner.fromPool, fromPoolAtEnd) = (50, 50)
        }
        trusting = hot
        if warm { hot = min(hot, max(0.005, each / 5_000)) }
    }
    /// Needs up to which an instance is searched whole, twice, instead of in parts.
    static let small = 400

    /// Which cycle a share of the run lies in, and the share of that cycle.
    func cycle(_ share: Double) -> (index: Int, share: Double) {
        let position = share * Double(cycles)
        let index = min(cycles - 1, Int(position))
        return (index, position - Double(index))
    }

    /// Temperature as a share of the smallest waiting points.
    func temperature(_ share: Double) -> Double {
        let (index, inside) = cycle(share)
        let top = index == 0 ? hot : reheat
        return top * Numbers.exponential(Numbers.logarithm(cold / top) * inside)
    }
}

extension Search {
    /// Seats those that wait where they fit, those with most points first.
    func fill() {
        let order = (0..<poolCount).map { Int(pool[$0]) }
            .sorted { (region.waiting[$1], $0) < (region.waiting[$0], $1) }
        for need in order {
            changeCount = 0
            let before = objective
            guard cheapest(need) else { continue }
            settle(need, option)
            accept(before)
        }
    }

    /// Goes back to the best plan and puts each of those placed where it costs the least beside all others, which a search that
    /// has little time meets with for few of them.
    func settleBest() {
        keep(objective, undoing: false)
        restoreBest()
        for need in 0..<region.needCount where first[need] >= 0 {
            let (before, grudgesBefore) = (objective, grudges)
            changeCount = 0
            touchedCount = 0
            eject(need)
            if cheapest(need) { settle(need, option) }
            if objective < before { accept(before) } else { undo(to: before, grudgesBefore) }
        }
        keep(objective, undoing: false)
    }

    /// Anneals over the part `span` of a run.
    /// - Parameter progress: the share of this part that is done, given the moves made; it ends at 1.
    /// - Returns: moves made.
    func anneal(_ annealing: Annealing, over span: ClosedRange<Double>, progress: (Int) -> Double) -> Int {
        guard region.needCount > 0 else { return 0 }
        var moves = 0
        var last = 0.0
        var cycle = annealing.cycle(span.lowerBound).index
        var manner = annealing.manner
        while true {
            let done = progress(moves)
            if done >= 1 { break }
            let width = span.upperBound - span.lowerBound
            let share = span.lowerBound + width * done
            let now = annealing.cycle(share).index
            if now != cycle {
                cycle = now
                keep(objective, undoing: false)
                restoreBest()
                grudge.update(repeating: 0, count: region.needCount)
                grudges = 0
            }
            let temperature = annealing.temperature(share)
            let step = moves == 0 ? 0 : max(0, done - last) * width * Double(annealing.cycles)
            let bump = annealing.grudge * region.unit * Double(region.needCount) * step / Double(Annealing.beat)
            last = done
            let shift = annealing.fromPoolAtEnd - annealing.manner.fromPool
            manner.fromPool = annealing.manner.fromPool + Int(Double(shift) * share)
            for _ in 0..<Annealing.beat {
                self.step(temperature * region.unit, temperature / annealing.trusting, Int(bump), manner)
            }
            moves += Annealing.beat
        }
        return moves
    }
}
