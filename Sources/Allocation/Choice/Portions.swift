/// What each candidate has left where it carries a portion of the visits; looked at once, since the same portions come up with
/// every partner.
struct Portions {
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

    /// How often a portion may still be held against a claim; once none is left nothing more fits.
    private(set) var looks: Int

    init(_ need: Need, _ candidates: [Candidate], looks: Int = .max) {
        (self.need, self.candidates, self.looks) = (need, candidates, looks)
    }

    /// The fewest minutes left in any cell that the visits touch; nil when they do not fit.
    mutating func slack(_ candidate: Int, _ mask: UInt16) -> Int? {
        let place = places[mask] ?? add(mask)
        var slack = portions[place].slack[candidate]
        if slack == -2 {
            guard looks > 0 else { return nil }
            looks -= 1
            let capacity = candidates[candidate].capacity
            slack = portions[place].demand.slack(of: capacity.free)
            if slack < 0 || capacity.carersObstacle(to: need, among: portions[place].visits) != nil { slack = -1 }
            portions[place].slack[candidate] = slack
        }
        return slack < 0 ? nil : Int(slack)
    }

    /// Every way in which two claims carry all the visits between them, from the most for the first down.
    ///
    /// - Parameters:
    ///   - parts: for each candidate the visits that it could carry one by one.
    ///   - left: ways that may still be looked at; less afterwards. A package has a handful of visits, so that it runs out only
    ///     on a hostile one.
    ///   - found: is given the visits of the first and the fewest minutes left on either; false: no more of them.
    mutating func forEachDivision(
        _ first: Int,
        _ second: Int,
        _ parts: [UInt16],
        _ all: UInt16,
        _ left: inout Int,
        _ found: (_ mine: UInt16, _ slack: Int) -> Bool
    ) {
        guard canShare(first, second, all) else { return }
        // Visits that only one of the two can carry are settled; the rest are tried both ways.
        let settled = all & ~parts[second]
        let free = parts[first] & parts[second]
        var subset = free
        for _ in 0..<min(Portions.mostDivisions, left) {
            left -= 1
            let mine = settled | subset
            let theirs = all & ~mine
            if mine != 0, theirs != 0, let one = slack(first, mine), let other = slack(second, theirs),
                !found(mine, min(one, other))
            {
                return
            }
            if subset == 0 { return }
            subset = (subset - 1) & free
        }
    }

    /// Ways to part one package over two claims that are looked at, 256: eight visits that either could carry.
    private static let mostDivisions = 256

    /// The visits that fit one by one. What is found from these is looked at again as a whole, since two visits in one band
    /// share its minutes.
    mutating func singly(_ candidate: Int) -> UInt16 {
        var part: UInt16 = 0
        for visit in need.visits.indices where slack(candidate, 1 << UInt16(visit)) != nil {
            part |= 1 << UInt16(visit)
        }
        return part
    }

    /// Whether two claims have the minutes of all the visits between them.
    mutating func canShare(_ first: Int, _ second: Int, _ all: UInt16) -> Bool {
        guard looks > 0 else { return false }
        looks -= 1
        return portions[places[all] ?? add(all)].demand.fits(
            candidates[first].capacity.free,
            and: candidates[second].capacity.free
        )
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
