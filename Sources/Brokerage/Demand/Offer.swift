/// A package proposed to a provider on named minutes, with a time limit. It holds those minutes while it is open.
public struct Offer: Hashable, Sendable {
    /// How far it has come.
    public enum Status: String, CaseIterable, Sendable { case open, accepted, refused, expired, withdrawn }

    /// What sent it.
    public enum Origin: String, CaseIterable, Sendable {
        /// The choice for one referral by itself.
        case placed
        /// The batch, which looks at everyone who waits together.
        case improved
        /// A named person, against or beside the engine's choice. The batch leaves it where it is.
        case overridden
    }

    /// Why a provider said no.
    public enum Refusal: String, CaseIterable, Sendable {
        case informationMissing, unsafe, beyondCompetence, timing, noStaff, geography, personDeclined, other
    }

    public let id: OfferID
    public let referral: ReferralID
    public let provider: ProviderID
    /// The claim each visit stands on, in the order of the ask's visits.
    public let claims: [ClaimID]
    /// The block of the first visit's claim.
    public let block: BlockID
    /// The ask as it was offered.
    public let ask: Ask
    /// First day it holds minutes for: as asked, or the day of the offer when that has passed.
    public let startFrom: Day
    public let sentAt: Instant
    public let expiresAt: Instant
    /// Last day of the first visit within the placement clock.
    public let firstVisitBy: Day
    /// The accepted package this offer would change; nil for a first offer.
    public let replaces: PackageID?
    public let origin: Origin
    /// The visits of the referral it is for, ascending, where two providers share the package: then `ask` holds just
    /// these. nil: all of them.
    public let part: [Int]?
    /// Until when the batch may move it freely. One that was moved settles when the first would have, so that nobody is
    /// moved for ever.
    public let settlesAt: Instant
    public var status: Status
    public var answeredAt: Instant?
    public var refusal: Refusal?
    /// The package it became.
    public var package: PackageID?
    /// The terms it was accepted on, to tell the same answer from another.
    public var acceptance: Acceptance?
    public var version: UInt32

    /// An open offer.
    public init(
        id: OfferID,
        referral: ReferralID,
        provider: ProviderID,
        claims: [ClaimID],
        block: BlockID,
        ask: Ask,
        startFrom: Day,
        sentAt: Instant,
        expiresAt: Instant,
        firstVisitBy: Day,
        replaces: PackageID? = nil,
        origin: Origin = .placed,
        settlesAt: Instant? = nil,
        part: [Int]? = nil
    ) {
        self.id = id
        self.referral = referral
        self.provider = provider
        self.claims = claims
        self.block = block
        self.ask = ask
        self.startFrom = startFrom
        self.sentAt = sentAt
        self.expiresAt = expiresAt
        self.firstVisitBy = firstVisitBy
        self.replaces = replaces
        self.origin = origin
        self.settlesAt = settlesAt ?? sentAt
        self.part = part
        status = .open
        version = 1
    }

    /// Minutes it needs when care starts as asked.
    public var footprint: Footprint { footprint(from: startFrom) }

    /// Minutes it needs when care starts on a day.
    public func footprint(from day: Day) -> Footprint {
        Footprint(visits: ask.visits, claims: claims, from: day, until: day.adding(days: ask.days - 1))
    }
}

/// When the first visit is, as the provider promised.
public struct FirstVisit: Hashable, Sendable {
    public var day: Day
    public var band: Band
    public var at: TimeOfDay?

    /// A first visit from its parts.
    public init(day: Day, band: Band, at: TimeOfDay? = nil) {
        self.day = day
        self.band = band
        self.at = at
    }
}

/// What a provider promised when it accepted.
public struct Acceptance: Hashable, Sendable {
    /// A time promised for the visits of one band.
    public struct AgreedTime: Hashable, Sendable {
        public let band: Band
        public let at: TimeOfDay

        /// A time from its parts.
        public init(band: Band, at: TimeOfDay) {
            self.band = band
            self.at = at
        }
    }

    public let firstVisit: FirstVisit
    /// The role of whoever accepted; the name is in the vault.
    public let role: String
    public let times: [AgreedTime]
    public let hasConditions: Bool

    /// An acceptance from its parts.
    public init(firstVisit: FirstVisit, role: String, times: [AgreedTime] = [], hasConditions: Bool = false) {
        self.firstVisit = firstVisit
        self.role = role
        self.times = times
        self.hasConditions = hasConditions
    }
}
