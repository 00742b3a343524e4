/// How long a run may go on.
public enum Budget: Sendable {
    /// So many moves in all: the same instance, start, seed and moves give the same plan, on any machine and with any
    /// number of workers.
    case moves(Int)
    /// Until `clock` shows so many seconds; the clock shows the seconds since the run began.
    case seconds(Double, clock: @Sendable () -> Double)
}

/// Places the needs of one instance, near the optimum, within a budget.
///
/// Making one works out who could go where; after that every call is independent of the others and of hidden state.
/// What it knows is minutes and, where the instance says them, carers at once and timed visits. A caller with further
/// rules checks each placement of the plan against its own tables when it commits it, and leaves out what does not fit.
/// On one thread (`Workers.alone`) it finds what it finds on many.
public struct Allocator: Sendable {
    /// What it places.
    public var instance: Instance { problem.instance }
    let problem: Problem
    let workers: Workers

    /// Works out candidates and binding days.
    /// - Parameter sample: how many candidates are enough, where a need may have very many; nil: all.
    public init(_ instance: Instance, workers: Workers = .alone, sample: CandidateSample? = nil) {
        problem = Problem(instance, workers, sample: sample)
        self.workers = workers
    }

    /// A plan and what it took.
    public struct Outcome: Sendable {
        /// The plan; never dearer than the start, moving counted (`Instance.account(_:from:)`).
        public var plan: Plan
        /// Moves tried.
        public var moves: Int
    }

    /// Improves a plan.
    /// - Parameters:
    ///   - start: what holds now, or nil to begin with nobody placed. Placements that break a rule or do not fit beside
    ///     those before them are dropped first.
    ///   - seed: runs with different seeds explore differently.
    ///   - budget: when to stop.
    public func improve(_ start: Plan? = nil, seed: UInt64, budget: Budget) -> Outcome {
        precondition(start.map { $0.placements.count == instance.needs.count } ?? true)
        let start = start.map { problem.keepable($0) } ?? Plan(waiting: instance.needs.count)
        guard !instance.needs.isEmpty, !problem.candidates.pairs.isEmpty else {
            return Outcome(plan: start, moves: 0)
        }
        var outcome =
            instance.needs.count <= Annealing.small
            ? searchTwice(start, seed, budget) : searchRegions(start, seed, budget)
        if start.isWarm { outcome.plan = problem.descend(outcome.plan, from: start) }
        return outcome
    }

    // MARK: Small instances

    /// Two searches of the whole with seeds of their own; half-way both go on from the better plan, which pays where the
    /// cooling starts over anyway, and at the end the better one is handed back.
    private func searchTwice(_ start: Plan, _ seed: UInt64, _ budget: Budget) -> Outcome {
        let annealing = Annealing(
            needs: instance.needs.count,
            expectedMoves: budget.expected / 2,
            warm: start.isWarm
        )
        let phases = annealing.cycles >= 4 ? 2 : 1
        let turns = workers.count > 1 ? 1 : 2
        var plan = start
        var moves = 0
        for phase in 0..<phases {
            let division = Division(problem, plan, regions: 1, round: 0)
            let (now, begin) = (plan, budget.now)
            let end = budget.end(of: phase, phases, begin)
            let results = workers.map(2) { index in
                let search = Search(
                    region(division, 0, start),
                    now,
                    seed: seed &* 2 &+ UInt64(index) &+ UInt64(phase) &* 0x5851_F42D
                )
                search.fill()
                let until = turns == 1 ? end : budget.now + (end - budget.now) / Double(turns - index)
                let pace = Pace(budget, share: 0.5 / Double(phases), until: until, from: budget.now)
                let span = Double(phase) / Double(phases)...Double(phase + 1) / Double(phases)
                let made = search.anneal(annealing, over: span, progress: pace.progress)
                search.settleBest()
                return (search.bestObjective, search.placements(best: true), made)
            }
            var chosen = 0
            for index in results.indices where results[index].0 < results[chosen].0 { chosen = index }
            for (need, placement) in results[chosen].1 { plan.placements[Int(need)] = placement }
            moves += results.reduce(0) { $0 + $1.2 }
        }
        return Outcome(plan: plan, moves: moves)
    }

    // MARK: Large instances

    /// Rounds over regions, each round cut another way and carrying the cooling on.
    private func searchRegions(_ start: Plan, _ seed: UInt64, _ budget: Budget) -> Outcome {
        let count = max(2, Division.count(needs: instance.needs.count))
        // Laying regions out anew costs some milliseconds a round, so a short run has few; a long one gains by cutting
        // often. Measured on the yardstick: docs/performance/allocation.md.
        let movesPerNeed = budget.expected / Double(instance.needs.count)
        let rounds = movesPerNeed < 250 ? 2 : movesPerNeed < 4_000 ? 4 : 6
        let annealing = Annealing(needs: instance.needs.count, expectedMoves: budget.expected, warm: start.isWarm)
        var plan = start
        var grudges = [Int](repeating: 0, count: instance.needs.count)
        var moves = 0
        for round in 0..<rounds {
            let division = Division(problem, plan, regions: count, round: round)
            let begin = budget.now
            let end = budget.end(of: round, rounds, begin)
            let lists = share(division)
            let now = (plan, grudges)
            let results = workers.map(lists.count) { worker in
                var results: [RegionResult] = []
                var left = lists[worker].reduce(0) { $0 + division.needs[$1].count }
                for index in lists[worker] {
                    let size = division.needs[index].count
                    guard size > 0 else { continue }
                    let search = Search(
                        region(division, index, start),
                        now.0,
                        seed: seed &+ UInt64(round * count + index) &* 0x5851_F42D
                    )
                    search.begin(with: now.1)
                    search.fill()
                    let share = Double(size) / Double(instance.needs.count) / Double(rounds)
                    let until = budget.now + (end - budget.now) * Double(size) / Double(left)
                    left -= size
                    let pace = Pace(budget, share: share, until: until, from: budget.now)
                    let span = Double(round) / Double(rounds)...Double(round + 1) / Double(rounds)
                    let made = search.anneal(annealing, over: span, progress: pace.progress)
                    // A cold search carries on what it is at, a warm one never lets go of the best.
                    let keepsBest = start.isWarm || round == rounds - 1
                    if keepsBest { search.settleBest() }
                    results.append(
                        RegionResult(
                            placements: search.placements(best: keepsBest),
                            grudges: search.carried,
                            moves: made
                        )
                    )
                }
                return results
            }
            for result in results.joined() {
                moves += result.moves
                for (need, placement) in result.placements { plan.placements[Int(need)] = placement }
                for (need, grudge) in result.grudges { grudges[Int(need)] = grudge }
            }
        }
        return Outcome(plan: cheaper(plan, start), moves: moves)
    }

    private struct RegionResult: Sendable {
        var placements: [(Int32, Plan.Placement?)]
        var grudges: [(Int32, Int)]
        var moves: Int
    }

    /// Regions handed to workers, the largest first, each to the one with least to do.
    private func share(_ division: Division) -> [[Int]] {
        let order = division.needs.indices.sorted {
            (division.needs[$1].count, $0) < (division.needs[$0].count, $1)
        }
        var lists = [[Int]](repeating: [], count: min(workers.count, order.count))
        var load = [Int](repeating: 0, count: lists.count)
        for region in order {
            let least = load.indices.min { (load[$0], $0) < (load[$1], $1) } ?? 0
            lists[least].append(region)
            load[least] += division.needs[region].count
        }
        return lists
    }

    private func region(_ division: Division, _ index: Int, _ home: Plan) -> Region {
        Region(
            problem,
            needs: division.needs[index],
            blocks: division.blocks[index],
            free: division.free,
            received: division.received,
            home: home,
            reluctance: Annealing.reluctance
        )
    }

    /// The cheaper of two plans by the plain count; the start when the other breaks a rule, which would be a defect.
    private func cheaper(_ plan: Plan, _ start: Plan) -> Plan {
        guard start.isWarm else { return plan }
        guard let before = try? instance.account(start, from: start),
            let after = try? instance.account(plan, from: start)
        else { return start }
        return after.objective <= before.objective ? plan : start
    }
}

extension Budget {
    /// Moves to expect: a core makes about a million in a second.
    var expected: Double {
        switch self {
        case .moves(let moves): Double(moves)
        case .seconds(let seconds, _): seconds * 2_000_000
        }
    }

    /// Seconds since the run began; 0 where moves count.
    var now: Double {
        switch self {
        case .moves: 0
        case .seconds(_, let clock): clock()
        }
    }

    /// When a round should end, in seconds since the run began: what is left is shared evenly.
    func end(of round: Int, _ rounds: Int, _ begin: Double) -> Double {
        switch self {
        case .moves: 0
        case .seconds(let seconds, _): begin + (seconds - begin) / Double(rounds - round)
        }
    }
}

/// How far a search has come with its part of a budget.
struct Pace: Sendable {
    private let budget: Budget
    private let moves: Int
    private let from: Double
    private let until: Double

    /// A search that has `share` of the moves, or the time from `from` to `until` seconds since the run began.
    init(_ budget: Budget, share: Double, until: Double, from: Double) {
        self.budget = budget
        switch budget {
        case .moves(let all): moves = Int(Double(all) * share)
        case .seconds: moves = 0
        }
        self.from = from
        self.until = until
    }

    /// The share done after so many moves.
    func progress(_ made: Int) -> Double {
        switch budget {
        case .moves: moves == 0 ? 1 : Double(made) / Double(moves)
        case .seconds(_, let clock): until <= from ? 1 : (clock() - from) / (until - from)
        }
    }
}

extension Search {
    /// Takes up grudges from an earlier round.
    func begin(with carried: [Int]) {
        for need in 0..<region.needCount {
            grudge[need] = carried[Int(region.outerNeed[need])]
            if first[need] < 0 { grudges += grudge[need] }
        }
    }

    /// Grudges in the instance's numbers.
    var carried: [(Int32, Int)] { (0..<region.needCount).map { (region.outerNeed[$0], grudge[$0]) } }

    /// The region's placements in the instance's numbers: the best, or those of now.
    func placements(best wanted: Bool) -> [(Int32, Plan.Placement?)] {
        (0..<region.needCount).map { need in
            let held = wanted ? best[need] : holding(need)
            guard held.first >= 0 else { return (region.outerNeed[need], nil) }
            let block = region.outerBlock[Int(region.candBlock[Int(held.first)])]
            let other = held.second < 0 ? -1 : region.outerBlock[Int(region.candBlock[Int(held.second)])]
            return (
                region.outerNeed[need],
                Plan.Placement(
                    block: Int(block),
                    bands: held.firstBands,
                    other: Int(other),
                    otherBands: held.secondBands
                )
            )
        }
    }
}
