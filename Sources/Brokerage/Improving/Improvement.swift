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
    /// How sought after the zone's minutes are, where that is due to be noted; empty otherwise.
    public let scarcities: [Scarcity]

    /// Moves of one command, 8, unless a single exchange has more: while one is decided no referral is, and each move is
    /// explained with every claim of the zone, half a millisecond where there are two hundred.
    public static let mostMoves = 8
    /// People of one exchange, 24: an exchange is carried out whole, so it bounds what a referral may have to wait for.
    public static let mostInExchange = 24

    /// An improvement from its parts.
    public init(zone: ZoneID, exchanges: [[Move]], scarcities: [Scarcity] = []) {
        self.zone = zone
        self.exchanges = exchanges
        self.scarcities = scarcities
    }

    /// The same in commands of `mostMoves`.
    public var commands: [Command] {
        var parts: [[[Move]]] = scarcities.isEmpty ? [] : [[]]
        var size = 0
        for exchange in exchanges {
            if parts.isEmpty || size + exchange.count > Improvement.mostMoves {
                parts.append([])
                size = 0
            }
            parts[parts.count - 1].append(exchange)
            size += exchange.count
        }
        return parts.enumerated().map { index, part in
            .improve(Improvement(zone: zone, exchanges: part, scarcities: index == 0 ? scarcities : []))
        }
    }
}

/// How sought after one claim's minutes are: a bid price for each band, in tenths of the minutes free that those who wait or
/// are on offer would take, did each take its even share of every claim that could carry it.
public struct Scarcity: Hashable, Sendable {
    public let claim: ClaimID
    /// Five, morning first.
    public let bands: [Int]

    /// A claim's figures.
    public init(claim: ClaimID, bands: [Int]) {
        self.claim = claim
        self.bands = bands
    }

    /// Minutes between two notes of a zone's figures, 60: they change slowly, and each is a line of the journal.
    static let minutesBetween = 60
}

extension State {
    /// Whether a zone's figures are due to be noted.
    func isScarcityDue(in zone: ZoneID, at now: Instant) -> Bool {
        scarcitySetAt[zone].map { now >= $0.adding(minutes: Scarcity.minutesBetween) } ?? true
    }

    /// How sought after the minutes are that an ask would take from a claim, in tenths: the mean over its minutes.
    func scarcity(of ask: Ask, on claim: ClaimID) -> Int {
        guard let bands = scarcities[claim], bands.count == Band.count else { return 0 }
        var minutes = 0
        var points = 0
        for visit in ask.visits {
            let weekly = visit.carerMinutes * visit.days.count
            minutes += weekly
            points += weekly * bands[visit.band.index]
        }
        return minutes > 0 ? points / minutes : 0
    }
}
