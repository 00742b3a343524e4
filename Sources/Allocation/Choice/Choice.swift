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
        var portions = Portions(need, candidates)
        var contest = Contest(candidates)
        var parts = [UInt16](repeating: all, count: candidates.count)
        var partial: [Int] = []
        for index in candidates.indices {
            if let slack = portions.slack(index, all) {
                contest.enter(Contender(first: index, slack: slack, candidates))
            } else {
                // One by one. A pair found from these is looked at again as a whole, since two visits in one band share its
                // minutes.
                parts[index] = need.visits.indices.reduce(0) {
                    let one = UInt16(1) << UInt16($1)
                    return portions.slack(index, one) == nil ? $0 : $0 | one
                }
                partial.append(index)
            }
        }
        var masksLeft = masks
        for (position, first) in partial.enumerated() where masksLeft > 0 && parts[first] != 0 {
            for second in partial[(position + 1)...]
            where parts[first] | parts[second] == all
                && (providers > 1 || candidates[second].provider == candidates[first].provider)
            {
                var pair = Contender(first: first, second: second, candidates)
                guard contest.isOpen(to: pair) else { continue }
                // Visits only one of the two can carry are settled; the rest are tried both ways. A package has a handful of
                // visits, so the bound on masks is met only by a hostile one.
                let settled = all & ~parts[second]
                let free = parts[first] & parts[second]
                var subset = free
                for _ in 0..<min(Choice.mostMasksOfPair, masksLeft) {
                    masksLeft -= 1
                    pair.mine = settled | subset
                    let theirs = all & ~pair.mine
                    if pair.mine != 0, theirs != 0, let left = portions.slack(first, pair.mine),
                        let other = portions.slack(second, theirs)
                    {
                        pair.slack = min(left, other)
                        contest.enter(pair)
                    }
                    if subset == 0 { break }
                    subset = (subset - 1) & free
                }
            }
        }
        best = contest.winner.map { winner in
            Option(
                carriers: need.visits.indices.map {
                    winner.second < 0 || winner.mine >> UInt16($0) & 1 == 1 ? winner.first : winner.second
                },
                rank: contest.rank(winner)
            )
        }
        let partsByProvider = PartsByProvider(parts, candidates)
        verdicts = candidates.indices.map { index in
            if let winner = contest.winner {
                if index == winner.first || index == winner.second { return .chosen }
                if let mine = contest.best[index] { return contest.loss(of: mine, to: winner) }
            }
            let isNeeded =
                parts[index] != 0 && partsByProvider.complete(parts[index], of: candidates[index].provider, in: all)
            if isNeeded { return .needsAnotherProvider }
            guard let obstacle = candidates[index].capacity.obstacle(to: need, visits: all) else {
                preconditionFailure("a fitting claim is an option")
            }
            return .blocked(obstacle)
        }
    }

    /// The most ways to part one package over two claims that are looked at: 8 visits either could carry.
    private static let mostMasksOfPair = 256
    /// The same for all pairs together, 8,192: a package of many visits that each fit every claim and never all of them would
    /// otherwise keep everybody waiting while it is decided.
    public static let mostMasks = 8_192
}
