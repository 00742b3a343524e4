/// A provider's call-off of some of a block's minutes: from `firmFrom` they are paid whether used or not, and must
/// be staffed.
public struct Claim: Hashable, Sendable {
    /// The pattern from a date on; a reduction adds one.
    public struct Term: Hashable, Sendable {
        /// First day of the pattern.
        public let from: Day
        public let weekly: WeeklyPattern

        /// A term from its parts.
        public init(from: Day, weekly: WeeklyPattern) {
            self.from = from
            self.weekly = weekly
        }
    }

    public let id: ClaimID
    public let block: BlockID
    public let provider: ProviderID
    /// First day of the claim.
    public let from: Day
    /// Last day, inclusive.
    public let until: Day
    /// First day on which a package may stand on it: recruitment takes time.
    public let firmFrom: Day
    public let claimedAt: Instant
    /// Ascending by date; the first begins with the claim.
    public var terms: [Term]

    /// A claim of one pattern.
    public init(
        id: ClaimID,
        block: BlockID,
        provider: ProviderID,
        from: Day,
        until: Day,
        firmFrom: Day,
        claimedAt: Instant,
        weekly: WeeklyPattern
    ) {
        self.id = id
        self.block = block
        self.provider = provider
        self.from = from
        self.until = until
        self.firmFrom = firmFrom
        self.claimedAt = claimedAt
        terms = [Term(from: from, weekly: weekly)]
    }

    /// Whether a date lies between the claim's first day and its last.
    public func covers(_ day: Day) -> Bool { day >= from && day <= until }

    /// The pattern in force on a date; nil outside the claim's dates.
    public func weekly(on day: Day) -> WeeklyPattern? {
        guard covers(day) else { return nil }
        return terms.last { $0.from <= day }?.weekly
    }

    /// What is claimed on a date in a band.
    public func cell(_ day: Day, _ band: Band) -> WeeklyPattern.Cell {
        weekly(on: day)?[day.weekday, band] ?? .empty
    }
}

/// Claimed minutes that a provider cannot staff on one date.
public struct Shortfall: Hashable, Sendable {
    public let id: ShortfallID
    public let claim: ClaimID
    public let block: BlockID
    public let provider: ProviderID
    public let day: Day
    public let band: Band
    /// What was reported.
    public let minutes: Int
    /// How many carers fewer can work at once on that date in that band.
    public let carers: Int
    /// Minutes that were free and left at once.
    public let taken: Int
    /// Minutes committed beyond the staff: for a person to cover. No visit was cancelled.
    public let uncovered: Int
    /// Packages with visits on that date in that band, those who can least wait first.
    public let cover: [PackageID]
    public let at: Instant

    /// A shortfall from its parts.
    public init(
        id: ShortfallID,
        claim: ClaimID,
        block: BlockID,
        provider: ProviderID,
        day: Day,
        band: Band,
        minutes: Int,
        carers: Int,
        taken: Int,
        uncovered: Int,
        cover: [PackageID],
        at: Instant
    ) {
        self.id = id
        self.claim = claim
        self.block = block
        self.provider = provider
        self.day = day
        self.band = band
        self.minutes = minutes
        self.carers = carers
        self.taken = taken
        self.uncovered = uncovered
        self.cover = cover
        self.at = at
    }
}
