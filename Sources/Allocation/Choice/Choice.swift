/// The online choice: one package, the claims that may carry it, the best option. An option is one claim, two claims of
/// one provider, or, where the person may have two, one claim each of two providers. Deterministic: ties are broken by the order of the candidates.

/// A claim that may carry the package, with what is known of it beforehand.
public struct Candidate: Sendable {
    /// Equal for claims of one provider.
    public var provider: Int
    /// Smaller is better, compared in order before anything the choice itself finds out.
    public var preferences: [Int]
    /// Smaller is better, compared after splits: how sought after the minutes are that the package would take.
    public var scarcity: Int
    /// Smaller is better, compared after scarcity: points of fairness that the whole package adds.
    public var fairness: Int
    public var capacity: Capacity

    /// A candidate from its parts.
    public init(provider: Int, preferences: [Int], scarcity: Int, fairness: Int, capacity: Capacity) {
        self.provider = provider
        self.preferences = preferences
        self.scarcity = scarcity
        self.fairness = fairness
        self.capacity = capacity
    }
}

/// An option and how it ranks.
public struct Option: Equatable, Sendable {
    /// For each visit, the index of the candidate that carries it.
    public var carriers: [Int]
    /// Preferences, then splits, scarcity, fairness, tightness and order; smaller is better, the first difference decides.
    public var rank: [Int]
}

/// What became of one candidate.
public enum Verdict: Equatable, Sendable {
    case chosen
    /// It could carry all of it; the index is of the rank's entry in which it lost, the difference by how much.
    case beaten(rank: Int, difference: Int)
    /// It cannot carry all of it.
    case blocked(Obstacle)
    /// It could carry a part, and only together with another provider's claim would all of it be carried.
    case needsAnotherProvider
}

/// The best option among candidates, with the reasons.
public struct Choice: Sendable {
    /// The best option; nil when no option carries every visit.
    public let best: Option?
    /// One for each candidate, in order.
    public let verdicts: [Verdict]

    /// Chooses. Candidates are compared exactly; the work grows with candidates x visits x days, and, where whole options
    /// are wanting, with pairs of candidates.
    ///
    /// - Parameter providers: how many providers may share the package, 1 or 2.
    /// - Parameter masks: the most ways to part the package that are looked at in all; what lies beyond is not found.
    public init(_ need: Need, among candidates: [Candidate], providers: Int = 1, masks: Int = Choice.mostMasks) {
        let all = need.allVisits
        let whole = Demand(need, visits: all)
        let obstacles = candidates.map { $0.capacity.obstacle(to: need, visits: all, whole) }
        let each =
            obstacles.contains { $0 != nil } ? need.visits.indices.map { Demand(need, visits: 1 << UInt16($0)) } : []
        let parts = candidates.indices.map { index in
            obstacles[index] == nil ? all : Choice.visitsThatFit(need, each, candidates[index].capacity)
        }
        var options: [(Option, members: [Int])] = []
        for index in candidates.indices where obstacles[index] == nil {
            options.append((Choice.single(need, candidates, index), [index]))
        }
        var masksLeft = masks
        for first in candidates.indices where obstacles[first] != nil && masksLeft > 0 {
            for second in candidates.indices
            where second > first && (providers > 1 || candidates[second].provider == candidates[first].provider)
                && obstacles[second] != nil && parts[first] | parts[second] == all
            {
                if let option = Choice.split(need, candidates, first, second, parts, &masksLeft) {
                    options.append((option, [first, second]))
                }
            }
        }
        let winner = options.min { $0.0.rank.lexicographicallyPrecedes($1.0.rank) }
        best = winner?.0
        verdicts = candidates.indices.map { index in
            if let winner, winner.members.contains(index) { return .chosen }
            if let mine = options.filter({ $0.members.contains(index) })
                .min(by: { $0.0.rank.lexicographicallyPrecedes($1.0.rank) })?.0, let best = winner?.0
            {
                let rank = zip(mine.rank, best.rank).enumerated().first { $0.element.0 != $0.element.1 }
                return .beaten(
                    rank: rank?.offset ?? mine.rank.count - 1,
                    difference: rank.map { $0.element.0 - $0.element.1 } ?? 0
                )
            }
            guard let obstacle = obstacles[index] else { preconditionFailure("a fitting claim is an option") }
            let elsewhere = candidates.indices.contains {
                candidates[$0].provider != candidates[index].provider && parts[index] != 0
                    && parts[$0] | parts[index] == all
            }
            return elsewhere ? .needsAnotherProvider : .blocked(obstacle)
        }
    }

    /// The visits that fit one by one. A pair found from these is checked again as a whole, since two visits in
    /// one band share its minutes.
    private static func visitsThatFit(_ need: Need, _ demands: [Demand], _ capacity: Capacity) -> UInt16 {
        need.visits.indices.reduce(0) { mask, visit in
            let one = UInt16(1) << UInt16(visit)
            let fits = demands[visit].fits(capacity.free) && capacity.carersObstacle(to: need, visits: one) == nil
            return fits ? mask | one : mask
        }
    }

    private static func single(_ need: Need, _ candidates: [Candidate], _ index: Int) -> Option {
        let candidate = candidates[index]
        return Option(
            carriers: Array(repeating: index, count: need.visits.count),
            rank: candidate.preferences + [
                0, candidate.scarcity, candidate.fairness, candidate.capacity.slack(of: need, visits: need.allVisits),
                index,
            ]
        )
    }

    /// The best way to part the visits over two claims: every mask that leaves each claim what fits it.
    private static func split(
        _ need: Need,
        _ candidates: [Candidate],
        _ first: Int,
        _ second: Int,
        _ parts: [UInt16],
        _ masksLeft: inout Int
    ) -> Option? {
        let all = need.allVisits
        var best: Option?
        // Visits only one of the two can carry are settled; the rest are tried both ways. A package has a handful
        // of visits, so the bound on masks is met only by a hostile one.
        let free = parts[first] & parts[second]
        var subset = free
        for _ in 0..<min(Choice.mostMasksOfPair, masksLeft) {
            masksLeft -= 1
            let mine = (all & ~parts[second]) | subset
            let theirs = all & ~mine
            let a = candidates[first].capacity
            let b = candidates[second].capacity
            if mine != 0, theirs != 0, a.obstacle(to: need, visits: mine) == nil,
                b.obstacle(to: need, visits: theirs) == nil
            {
                let preferences = zip(candidates[first].preferences, candidates[second].preferences).map(max)
                let isShared = candidates[first].provider != candidates[second].provider
                let option = Option(
                    carriers: need.visits.indices.map { mine >> UInt16($0) & 1 == 1 ? first : second },
                    rank: preferences + [
                        isShared ? 2 : 1, max(candidates[first].scarcity, candidates[second].scarcity),
                        candidates[first].fairness + (isShared ? candidates[second].fairness : 0),
                        min(a.slack(of: need, visits: mine), b.slack(of: need, visits: theirs)), first,
                    ]
                )
                if best.map({ option.rank.lexicographicallyPrecedes($0.rank) }) ?? true { best = option }
            }
            if subset == 0 { return best }
            subset = (subset - 1) & free
        }
        return best
    }

    /// The most ways to part one package over two claims that are looked at: 8 visits either could carry.
    private static let mostMasksOfPair = 256
    /// The same for all pairs together, 8,192: a package of many visits that each fit every claim and never all of them would
    /// otherwise keep everybody waiting while it is decided.
    public static let mostMasks = 8_192
}
