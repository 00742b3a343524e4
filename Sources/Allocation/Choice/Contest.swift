/// An option while it is compared, without the arrays that say it in the end.
struct Contender {
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
struct Contest {
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
