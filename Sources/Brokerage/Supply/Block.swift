/// Where the money for a package or a block comes from.
public enum Funding: String, CaseIterable, Sendable {
    case betterCareFund, council, continuingHealthcare, `self`, directPayment, individualServiceFund
}

/// Hours a commissioner authorised ahead of time.
public struct Block: Hashable, Sendable {
    public let id: BlockID
    public let zone: ZoneID
    /// First day on which the hours exist.
    public let from: Day
    /// Last day, inclusive.
    public let until: Day
    /// Pence per hour of contact time.
    public let ratePence: Int64
    public let funding: Funding
    /// Skills every hour of the block brings, ascending.
    public let skills: [Skill]
    public let weekly: WeeklyPattern
    /// The provider all of it was awarded to when it was bought; nil: open to claims.
    public let awardedTo: ProviderID?
    /// Who may claim; nil: any provider that is open.
    public let eligibleProviders: [ProviderID]?
    /// The least minutes a week that one claim may take; nil: no least.
    public let minimumClaim: Int?
    /// The most of the block's weekly minutes one provider may hold, in percent; nil: all.
    public let maxSharePercent: Int?
    /// Until when the zone's lead has first call; kept for when zones have leads.
    public let leadFirstUntil: Instant?
    /// The share ring-fenced for step-up, in percent; kept for when rings are fenced.
    public let stepUpPercent: Int?
    public let contractReference: String?
    /// The referral it was bought on the spot for; nil: bought ahead, for whoever needs it.
    public let spotFor: ReferralID?
    /// Grows with every claim and reduction; part of its ETag.
    public var version: UInt32
    /// Claims on this block, ascending.
    public var claims: [ClaimID]

    /// A block from its parts, without claims.
    public init(
        id: BlockID,
        zone: ZoneID,
        from: Day,
        until: Day,
        ratePence: Int64,
        funding: Funding,
        skills: [Skill],
        weekly: WeeklyPattern,
        awardedTo: ProviderID? = nil,
        eligibleProviders: [ProviderID]? = nil,
        minimumClaim: Int? = nil,
        maxSharePercent: Int? = nil,
        leadFirstUntil: Instant? = nil,
        stepUpPercent: Int? = nil,
        contractReference: String? = nil,
        spotFor: ReferralID? = nil
    ) {
        self.id = id
        self.zone = zone
        self.from = from
        self.until = until
        self.ratePence = ratePence
        self.funding = funding
        self.skills = skills
        self.weekly = weekly
        self.awardedTo = awardedTo
        self.eligibleProviders = eligibleProviders
        self.minimumClaim = minimumClaim
        self.maxSharePercent = maxSharePercent
        self.leadFirstUntil = leadFirstUntil
        self.stepUpPercent = stepUpPercent
        self.contractReference = contractReference
        self.spotFor = spotFor
        version = 1
        claims = []
    }

    /// Minutes bought on a date in a band; 0 outside the block's dates.
    public func bought(_ day: Day, _ band: Band) -> Int {
        day >= from && day <= until ? Int(weekly[day.weekday, band].minutes) : 0
    }

    /// The weekly minutes of a share in a hundred, rounded down.
    func minutes(ofShare percent: Int) -> Int { weekly.minutesPerWeek * percent / 100 }
}
