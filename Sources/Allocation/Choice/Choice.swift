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
    /// It could carry a part, and with another provider's claim for the rest all of it would be carried; the person may have
    /// no second provider.
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
                parts[index] = portions.singly(index)
                partial.append(index)
            }
        }
        var masksLeft = masks
        for (position, first) in partial.enumerated() where parts[first] != 0 {
            for second in partial[(position + 1)...]
            where parts[first] | parts[second] == all
                && (providers > 1 || candidates[second].provider == candidates[first].provider)
            {
                var pair = Contender(first: first, second: second, candidates)
                guard contest.isOpen(to: pair) else { continue }
                portions.forEachDivision(first, second, parts, all, &masksLeft) { mine, slack in
                    (pair.mine, pair.slack) = (mine, slack)
                    contest.enter(pair)
                    return true
                }
            }
        }
        // Who could be one of two providers, had the person not only one.
        var wouldShare = [Bool](repeating: false, count: candidates.count)
        for first in partial where providers == 1 && parts[first] != 0 {
            for second in partial
            where !wouldShare[first] && parts[first] | parts[second] == all
                && candidates[second].provider != candidates[first].provider
            {
                portions.forEachDivision(first, second, parts, all, &masksLeft) { _, _ in
                    (wouldShare[first], wouldShare[second]) = (true, true)
                    return false
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
        verdicts = candidates.indices.map { index in
            if let winner = contest.winner {
                if index == winner.first || index == winner.second { return .chosen }
                if let mine = contest.best[index] { return contest.loss(of: mine, to: winner) }
            }
            if wouldShare[index] { return .needsAnotherProvider }
            guard let obstacle = candidates[index].capacity.obstacle(to: need, visits: all) else {
                preconditionFailure("a fitting claim is an option")
            }
            return .blocked(obstacle)
        }
    }

    /// Whether any option carries every visit: whether there is a best, without a look for it or at the reasons.
    ///
    /// - Parameters:
    ///   - from: only options that one of the candidates from this one on takes part in.
    ///   - looks: how often a portion may still be held against a claim; less afterwards. What lies beyond is not found.
    public static func isPossible(
        _ need: Need,
        among candidates: [Candidate],
        providers: Int = 1,
        from: Int = 0,
        masks: Int = Choice.mostMasks,
        looks: inout Int
    ) -> Bool {
        let all = need.allVisits
        var portions = Portions(need, candidates, looks: looks)
        defer { looks = portions.looks }
        if candidates.indices[from...].contains(where: { portions.slack($0, all) != nil }) { return true }
        var parts = [UInt16](repeating: 0, count: candidates.count)
        var isKnown = [Bool](repeating: false, count: candidates.count)
        func part(_ index: Int) -> UInt16 {
            if !isKnown[index] { (isKnown[index], parts[index]) = (true, portions.singly(index)) }
            return parts[index]
        }
        let owners = candidates.map(\.provider)
        var masksLeft = masks
        var isPossible = false
        for second in candidates.indices[from...] {
            for first in candidates.indices[..<second]
            where !isPossible && (providers > 1 || owners[first] == owners[second]) {
                // Of the few pairs of one provider most are told by their minutes alone, without a look at each visit.
                guard providers > 1 || portions.canShare(first, second, all), part(first) | part(second) == all
                else { continue }
                portions.forEachDivision(first, second, parts, all, &masksLeft) { _, _ in
                    isPossible = true
                    return false
                }
            }
        }
        return isPossible
    }

    /// The most ways to part one package that are looked at, over all pairs of claims, 8,192: a package of many visits that
    /// each fit every claim and never all of them would otherwise keep everybody waiting while it is decided.
    public static let mostMasks = 8_192
}
