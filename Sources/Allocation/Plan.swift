/// Where each need is placed: what the search starts from and hands back.
public struct Plan: Sendable, Equatable {
    /// A package on one block, or split over two.
    public struct Placement: Sendable, Equatable {
        /// Index of the block that takes `bands`.
        public var block: Int32
        /// A bit for each band given to `block`.
        public var bands: UInt8
        /// Index of the second block; -1 without one.
        public var other: Int32
        /// A bit for each band given to `other`.
        public var otherBands: UInt8

        /// A placement on one block, or on two.
        public init(block: Int, bands: UInt8, other: Int = -1, otherBands: UInt8 = 0) {
            self.block = Int32(block)
            self.bands = bands
            self.other = Int32(other)
            self.otherBands = otherBands
        }

        /// True when every band is on the same block.
        public func same(as placement: Placement) -> Bool {
            self == placement
                || other >= 0 && block == placement.other && other == placement.block && bands == placement.otherBands
        }

        /// The block that takes the calls of `band`.
        public func block(for band: Int) -> Int {
            bands >> UInt8(band) & 1 != 0 || other < 0 ? Int(block) : Int(other)
        }
    }

    /// One entry for each need; nil while it waits.
    public var placements: [Placement?]

    /// A plan that places nobody.
    public init(waiting needs: Int) { placements = Array(repeating: nil, count: needs) }

    /// Needs that wait.
    public var waiting: Int { placements.reduce(0) { $1 == nil ? $0 + 1 : $0 } }

    /// True when somebody is placed.
    var isWarm: Bool { placements.contains { $0 != nil } }
}

/// What a plan comes to, each part apart, in points.
public struct Account: Sendable, Equatable {
    /// Needs that wait.
    public var waiting = 0
    /// Points for those that wait.
    public var waitingPoints = 0
    /// Points for calls on spot blocks.
    public var spot = 0
    /// Points for travel and for preferences missed.
    public var travel = 0
    /// Points for packages split over two blocks.
    public var split = 0
    /// Points for providers above their fair share.
    public var fairness = 0
    /// Needs whose starting placement was changed or given up at a price.
    public var moved = 0
    /// Points for those.
    public var churn = 0

    /// The sum that the search makes small.
    public var objective: Int { waitingPoints + spot + travel + split + fairness + churn }
}

/// Why a plan cannot be carried out.
public enum Fault: Error, Equatable, Sendable {
    /// The plan has more or fewer entries than there are needs.
    case wrongLength
    /// A call is on no block, or on two.
    case callsNotCovered(need: Int)
    /// A block is not allowed to serve the need.
    case notAllowed(need: Int, block: Int)
    /// Two providers where one is wanted.
    case tooManyProviders(need: Int)
    /// More minutes are placed than are free.
    case oversold(block: Int, band: Int, day: Int)
    /// More carers are wanted at one moment than can be at work.
    case tooFewCarers(block: Int, band: Int, day: Int)
}

extension Instance {
    /// Recomputes a plan from nothing, by the plain rules: what every faster count is held against.
    /// - Parameter start: the plan that `stayCost` is held against; without one nothing is lost by moving.
    /// - Throws: the first rule that `plan` breaks.
    public func account(_ plan: Plan, from start: Plan? = nil) throws(Fault) -> Account {
        guard plan.placements.count == needs.count else { throw .wrongLength }
        var account = Account()
        var left = free.map { Int($0) }
        var weekly = providers.map { $0.recent }
        for (index, placement) in plan.placements.enumerated() {
            let need = needs[index]
            if need.stayCost != 0, let begun = start?.placements[index], !(placement?.same(as: begun) ?? false) {
                account.moved += 1
                account.churn += need.stayCost
            }
            guard let placement else {
                account.waiting += 1
                account.waitingPoints += need.waiting
                continue
            }
            try check(placement, index)
            for (block, bands) in placement.parts {
                let points = Int(costs(of: need, on: block, bands)[7])
                if blocks[block].spotRate == nil { account.travel += points } else { account.spot += points }
                weekly[blocks[block].provider] += need.weekly(bands)
                for call in need.calls where bands >> UInt8(call.band) & 1 != 0 {
                    for day in need.days where call.days >> UInt128(day) & 1 != 0 {
                        let cell = slab(block, call.band) + day
                        left[cell] -= call.load
                        if left[cell] < 0 { throw .oversold(block: block, band: call.band, day: day) }
                    }
                }
            }
            if placement.other >= 0 { account.split += weights.split }
        }
        if !carers.isEmpty { try checkCarers(plan) }
        for provider in providers.indices { account.fairness += fairness(provider, weekly[provider]) }
        return account
    }

    private func check(_ placement: Plan.Placement, _ index: Int) throws(Fault) {
        let need = needs[index]
        let both = placement.bands & placement.otherBands
        guard placement.bands != 0, both == 0, placement.bands | placement.otherBands == need.bands,
            (placement.other < 0) == (placement.otherBands == 0), placement.block != placement.other
        else { throw .callsNotCovered(need: index) }
        for (block, _) in placement.parts {
            guard blocks.indices.contains(block), blocks[block].zone.contains(need.place), blocks[block].admits(need)
            else { throw .notAllowed(need: index, block: block) }
        }
        guard placement.other >= 0, !need.twoProviders else { return }
        guard blocks[Int(placement.block)].provider == blocks[Int(placement.other)].provider
        else { throw .tooManyProviders(need: index) }
    }
}

extension Plan.Placement {
    /// Its blocks with the bands each takes: one or two.
    var parts: [(block: Int, bands: UInt8)] {
        other < 0 ? [(Int(block), bands)] : [(Int(block), bands), (Int(other), otherBands)]
    }
}
