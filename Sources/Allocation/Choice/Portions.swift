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
struct PartsByProvider {
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
