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
        let holders = Holders(parts, candidates)
        verdicts = candidates.indices.map { index in
            if let winner = contest.winner {
                if index == winner.first || index == winner.second { return .chosen }
                if let mine = contest.best[index] { return contest.loss(of: mine, to: winner) }
            }
            let isNeeded =
                parts[index] != 0 && holders.complete(parts[index], of: candidates[index].provider, in: all)
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

/// An option while it is compared, without the arrays that say it in the end.
private struct Contender {
    var first: Int
    /// -1 where one claim carries all of it.
    var second: Int
    /// The visits of `first`, where there is a second.
    var mine: UInt16 = 0
    /// 0 for one claim, 1 for two of one provider, 2 for two providers.
    var splits: Int
    var scarcity: Int
    var fairness: Int
    /// The fewest minutes left anywhere; as good as can be until it is known.
    var slack = Int.min

    init(first: Int, slack: Int, _ candidates: [Candidate]) {
        (self.first, second, splits, self.slack) = (first, -1, 0, slack)
        (scarcity, fairness) = (candidates[first].scarcity, candidates[first].fairness)
    }

    init(first: Int, second: Int, _ candidates: [Candidate]) {
        let isShared = candidates[first].provider != candidates[second].provider
        (self.first, self.second, splits) = (first, second, isShared ? 2 : 1)
        scarcity = max(candidates[first].scarcity, candidates[second].scarcity)
        fairness = candidates[first].fairness + (isShared ? candidates[second].fairness : 0)
    }
}

/// The best option of each candidate and of all, of those that entered so far. Of equal ones the first stays.
private struct Contest {
    private(set) var winner: Contender?
    private(set) var best: [Contender?]
    /// Candidate after candidate.
    private let preferences: [Int]
    private let width: Int

    init(_ candidates: [Candidate]) {
        best = Array(repeating: nil, count: candidates.count)
        width = candidates.first?.preferences.count ?? 0
        preferences = candidates.flatMap(\.preferences)
        precondition(preferences.count == width * candidates.count, "candidates are compared by the same preferences")
    }

    /// Entries of a rank: preferences, then splits, scarcity, fairness, tightness and order.
    private var entries: Int { width + 5 }

    @inline(__always)
    private func entry(_ contender: Contender, _ index: Int) -> Int {
        switch index - width {
        case 0: return contender.splits
        case 1: return contender.scarcity
        case 2: return contender.fairness
        case 3: return contender.slack
        case 4: return contender.first
        default:
            let preference = preferences[contender.first * width + index]
            return contender.second < 0 ? preference : max(preference, preferences[contender.second * width + index])
        }
    }

    @inline(__always)
    private func precedes(_ a: Contender, _ b: Contender?) -> Bool {
        guard let b else { return true }
        for index in 0..<entries {
            let (x, y) = (entry(a, index), entry(b, index))
            if x != y { return x < y }
        }
        return false
    }

    /// Whether a pair could still be the best for one of its two, however tightly it fits.
    func isOpen(to pair: Contender) -> Bool { precedes(pair, best[pair.first]) || precedes(pair, best[pair.second]) }

    mutating func enter(_ contender: Contender) {
        if precedes(contender, best[contender.first]) { best[contender.first] = contender }
        if contender.second >= 0, precedes(contender, best[contender.second]) { best[contender.second] = contender }
        if precedes(contender, winner) { winner = contender }
    }

    func rank(_ contender: Contender) -> [Int] { (0..<entries).map { entry(contender, $0) } }

    /// By what an option lost, and by how much.
    func loss(of contender: Contender, to winner: Contender) -> Verdict {
        let rank = (0..<entries).first { entry(contender, $0) != entry(winner, $0) } ?? entries - 1
        return .beaten(rank: rank, difference: entry(contender, rank) - entry(winner, rank))
    }
}

/// What each candidate has left where it carries a portion of the visits; looked at once, since the same portions come up with
/// every partner.
private struct Portions {
    private struct Portion {
        let visits: [Need.Visit]
        let demand: Demand
        /// Per candidate the fewest minutes left; -1: it does not fit; -2: not looked at yet.
        var slack: [Int16]
    }

    private let need: Need
    private let candidates: [Candidate]
    private var portions: [Portion] = []
    private var places: [UInt16: Int] = [:]
    /// Portions kept at a time, 256: all there are of eight visits.
    private static let most = 256

    init(_ need: Need, _ candidates: [Candidate]) {
        (self.need, self.candidates) = (need, candidates)
    }

    /// The fewest minutes left in any cell that the visits touch; nil when they do not fit.
    mutating func slack(_ candidate: Int, _ mask: UInt16) -> Int? {
        let place = places[mask] ?? add(mask)
        var slack = portions[place].slack[candidate]
        if slack == -2 {
            let capacity = candidates[candidate].capacity
            slack = portions[place].demand.slack(of: capacity.free)
            if slack < 0 || capacity.carersObstacle(to: need, among: portions[place].visits) != nil { slack = -1 }
            portions[place].slack[candidate] = slack
        }
        return slack < 0 ? nil : Int(slack)
    }

    private mutating func add(_ mask: UInt16) -> Int {
        if portions.count == Portions.most {
            portions.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
        }
        places[mask] = portions.count
        portions.append(
            Portion(
                visits: need.visits(in: mask),
                demand: Demand(need, visits: mask),
                slack: Array(repeating: -2, count: candidates.count)
            )
        )
        return portions.count - 1
    }
}

/// Which parts of the package which providers could carry.
private struct Holders {
    /// For each part one provider that could carry it, and whether another could, too.
    private var holders: [UInt16: (provider: Int, several: Bool)] = [:]

    init(_ parts: [UInt16], _ candidates: [Candidate]) {
        for (index, part) in parts.enumerated() {
            let provider = candidates[index].provider
            if let known = holders[part] {
                if known.provider != provider { holders[part] = (known.provider, true) }
            } else {
                holders[part] = (provider, false)
            }
        }
    }

    /// Whether another provider could carry what is missing from a part.
    func complete(_ part: UInt16, of provider: Int, in all: UInt16) -> Bool {
        holders.contains { $0.key | part == all && ($0.value.several || $0.value.provider != provider) }
    }
}
