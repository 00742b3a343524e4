/// What a run of the batch would change in one zone: exchanges, each to be carried out whole or not at all. It was worked
/// out on an older state, so each is looked at again when it is carried out.
public struct Improvement: Hashable, Sendable {
    /// Where one person's care would come from in place of where it comes from now.
    public struct Move: Hashable, Sendable {
        public let referral: ReferralID
        /// The offer it would leave; nil: it waits.
        public let from: OfferID?
        /// The claim for each visit; nil: it would wait.
        public let to: [ClaimID]?

        /// A move from its parts.
        public init(referral: ReferralID, from: OfferID?, to: [ClaimID]?) {
            self.referral = referral
            self.from = from
            self.to = to
        }
    }

    public let zone: ZoneID
    public let exchanges: [[Move]]

    /// Moves of one command, 64, unless a single exchange has more: while one is decided no referral is.
    public static let mostMoves = 64

    /// An improvement from its parts.
    public init(zone: ZoneID, exchanges: [[Move]]) {
        self.zone = zone
        self.exchanges = exchanges
    }

    /// Gathers moves into exchanges: two moves belong together when they share a claim.
    ///
    /// - Parameter moves: each with all claims it leaves or takes; ascending by referral.
    init(zone: ZoneID, moves: [(move: Move, claims: [ClaimID])]) {
        // Each move points to the first of its exchange that was known when it came in.
        var leader = Array(moves.indices)
        func first(_ index: Int) -> Int {
            var index = index
            while leader[index] != index { index = leader[index] }
            return index
        }
        var onClaim: [ClaimID: Int] = [:]
        for (index, entry) in moves.enumerated() {
            for claim in entry.claims {
                if let other = onClaim[claim] {
                    let (a, b) = (first(other), first(index))
                    leader[max(a, b)] = min(a, b)
                } else {
                    onClaim[claim] = index
                }
            }
        }
        var gathered: [Int: [Move]] = [:]
        for index in moves.indices { gathered[first(index), default: []].append(moves[index].move) }
        self.zone = zone
        exchanges = gathered.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The same in commands of `mostMoves`.
    public var commands: [Command] {
        var parts: [[[Move]]] = []
        var size = 0
        for exchange in exchanges {
            if parts.isEmpty || size + exchange.count > Improvement.mostMoves {
                parts.append([])
                size = 0
            }
            parts[parts.count - 1].append(exchange)
            size += exchange.count
        }
        return parts.map { .improve(Improvement(zone: zone, exchanges: $0)) }
    }
}
