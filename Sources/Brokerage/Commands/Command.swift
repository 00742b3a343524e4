/// What someone asks the brokerage to do. Everything a command needs to be decided is in it, in its stamp, in who
/// submits it and in the state.
public enum Command: Sendable {
    case setZone(ZoneID, name: String, districts: [PostcodeDistrict], Precondition)
    case setProvider(Provider, Precondition)
    case buyBlock(BlockTerms, awardedTo: ProviderID?)
    case claim(BlockID, ClaimTerms)
    case reduceClaim(BlockID, ClaimID, from: Day, weekly: WeeklyPattern)
    case reportShortfall(BlockID, ClaimID, day: Day, band: Band, minutes: Int, carers: Int)
    case refer(Ask)
    /// `needsChanged`: what a carer must know in the vault's words differs from before; `otherwiseChanged`: anything else
    /// kept there does.
    case amend(ReferralID, Ask, needsChanged: Bool = false, otherwiseChanged: Bool, Precondition)
    case triage(ReferralID, Referral.Triage.Outcome, role: String)
    case recordReadyDate(ReferralID, at: Instant?)
    case withdraw(ReferralID)
    /// A named person chooses the provider.
    case override(ReferralID, OverrideTerms)
    case accept(OfferID, Acceptance)
    case refuse(OfferID, Offer.Refusal)
    case postponeFirstVisit(PackageID, FirstVisit)
    case start(PackageID, at: Instant)
    case end(PackageID, at: Instant, Package.Outcome, role: String)
    case disclosePerson(DisclosedVia)
    case addKey(hash: [UInt8], Role, OrganisationID)
    case revokeKey(KeyID)
    /// Takes what a configuration file says of the policy, read over what was last taken from one: figures that say what they said
    /// then change nothing.
    case adoptPolicy(Policy)
    /// Sets the policy; its version is the one it was made from.
    case setPolicy(Policy, Precondition)
    /// What a run of the batch would change in one zone.
    case improve(Improvement)
    /// Time passing: expiries, reminders, the ledger's new day.
    case advance
}

/// What must hold of the resource before it is replaced (`If-Match`).
public enum Precondition: Hashable, Sendable {
    /// Nothing was said: only creating is allowed.
    case absent
    /// The resource must still be at this version.
    case version(UInt32)
    /// The tag sent belongs to no version of the resource.
    case stale
}

/// The route through which a person is disclosed.
public enum DisclosedVia: Hashable, Sendable {
    case referral(ReferralID)
    case package(PackageID)
}

/// A block as a commissioner asks for it.
public struct BlockTerms: Hashable, Sendable {
    public var zone: ZoneID
    public var from: Day
    public var until: Day
    /// Pence per hour of contact time.
    public var ratePence: Int64
    public var funding: Funding
    public var skills: [Skill]
    public var weekly: WeeklyPattern
    public var eligibleProviders: [ProviderID]?
    /// Minutes a week.
    public var minimumClaim: Int?
    /// Of the block's weekly minutes, what one provider may claim at most.
    public var maxSharePercent: Int?
    /// Kept and shown; not applied yet.
    public var leadFirstUntil: Instant?
    /// Kept and shown; not applied yet.
    public var stepUpPercent: Int?
    public var contractReference: String?

    /// Terms from their parts.
    public init(
        zone: ZoneID,
        from: Day,
        until: Day,
        ratePence: Int64,
        funding: Funding,
        skills: [Skill],
        weekly: WeeklyPattern,
        eligibleProviders: [ProviderID]? = nil,
        minimumClaim: Int? = nil,
        maxSharePercent: Int? = nil,
        leadFirstUntil: Instant? = nil,
        stepUpPercent: Int? = nil,
        contractReference: String? = nil
    ) {
        self.zone = zone
        self.from = from
        self.until = until
        self.ratePence = ratePence
        self.funding = funding
        self.skills = skills
        self.weekly = weekly
        self.eligibleProviders = eligibleProviders
        self.minimumClaim = minimumClaim
        self.maxSharePercent = maxSharePercent
        self.leadFirstUntil = leadFirstUntil
        self.stepUpPercent = stepUpPercent
        self.contractReference = contractReference
    }
}

/// A named person's choice of a provider for one referral.
public struct OverrideTerms: Hashable, Sendable {
    public var provider: ProviderID
    /// Pence an hour at which the minutes are bought on the spot; nil: on minutes the provider has claimed.
    public var spotRatePence: Int64?
    /// The role of whoever decides.
    public var role: String
    /// The version of the referral it was decided on: names the vault's text with the reason.
    public var words: UInt32

    /// Terms from their parts.
    public init(provider: ProviderID, spotRatePence: Int64? = nil, role: String, words: UInt32) {
        self.provider = provider
        self.spotRatePence = spotRatePence
        self.role = role
        self.words = words
    }
}

/// A claim as a provider asks for it.
public struct ClaimTerms: Hashable, Sendable {
    public var provider: ProviderID
    public var weekly: WeeklyPattern
    /// nil: today, or the block's first day when that is later.
    public var from: Day?
    /// nil: the block's last day.
    public var until: Day?
    /// nil: firm from the first day.
    public var firmFrom: Day?

    /// Terms from their parts.
    public init(
        provider: ProviderID,
        weekly: WeeklyPattern,
        from: Day? = nil,
        until: Day? = nil,
        firmFrom: Day? = nil
    ) {
        self.provider = provider
        self.weekly = weekly
        self.from = from
        self.until = until
        self.firmFrom = firmFrom
    }
}

/// Time and chance, read once by the broker and handed in as data.
public struct Stamp: Hashable, Sendable {
    /// When the command is decided; never before the state's own time.
    public let at: Instant
    /// A pseudonym drawn for whoever this command brings in.
    public let person: PersonID
    /// Persons already known under the same NHS number.
    public let sameNumber: [PersonID]
    /// HMAC of the request's body, to tell the same answer from another; empty where there was none.
    public let body: [UInt8]
    /// The same body's codes under older keys: what was set before the keys rotated carries one of these.
    public let olderBodies: [[UInt8]]

    /// A stamp from its parts.
    public init(
        at: Instant,
        person: PersonID,
        sameNumber: [PersonID] = [],
        body: [UInt8] = [],
        olderBodies: [[UInt8]] = []
    ) {
        self.at = at
        self.person = person
        self.sameNumber = sameNumber
        self.body = body
        self.olderBodies = olderBodies
    }

    /// Whether a body that was kept is this one.
    func isSameBody(_ kept: [UInt8]) -> Bool { kept == body || olderBodies.contains(kept) }
}
