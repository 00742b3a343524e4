/// What happened. Events are facts: applying one never refuses, and the same events give the same state on every
/// machine. What a command's record holds is a list of these.
public enum Event: Hashable, Sendable {
    /// A policy taken from a configuration file.
    case policyAdopted(Policy)
    /// A policy set by a commissioner.
    case policySet(Policy)
    /// Midnight in London: the ledger's window moves to this date.
    case dayBegan(Day)
    case keyAdded(AccessKey)
    case keyRevoked(KeyID)
    case zoneSet(Zone)
    case providerSet(Provider)
    case blockBought(Block)
    case minutesClaimed(Claim)
    case claimReduced(ClaimID, Claim.Term)
    case shortfallReported(Shortfall)
    case referralReceived(Referral)
    case referralAmended(ReferralID, Ask, completedAt: Instant?, due: Instant?)
    /// Home's district was moved to this zone while care was sought: it is sought there from now on.
    case referralRezoned(ReferralID, ZoneID)
    case referralTriaged(ReferralID, Referral.Triage)
    case readyDateRecorded(ReferralID, Referral.ReadyDate)
    case referralWithdrawn(ReferralID)
    /// Where a referral goes and why; an offer follows when somebody won.
    case placementDecided(ReferralID, Decision)
    /// A named person chose the provider; the decision and the offer follow.
    case placementOverridden(ReferralID, Referral.Override)
    case offerSent(Offer)
    case offerAccepted(OfferID, PackageID, Acceptance)
    case offerRefused(OfferID, Offer.Refusal)
    case offerExpired(OfferID)
    case offerWithdrawn(OfferID)
    case firstVisitPostponed(PackageID, FirstVisit, retainedUntil: Instant)
    /// Care began: the first and last day with committed minutes, but for the visits named.
    case careStarted(PackageID, at: Instant, firstDay: Day, lastDay: Day, uncovered: [Package.Uncovered] = [])
    case packageEnded(PackageID, Package.Ending, lastDay: Day)
    /// Care goes on past its last free day: committed up to this day, but for the visits named.
    case careOverran(PackageID, lastDay: Day, uncovered: [Package.Uncovered])
    /// Visits that were uncovered found minutes and carers after all: they are committed.
    case coverFound(PackageID, [Package.Uncovered])
    case alertRaised(ReferralID, Referral.Alert.Kind)
    /// Minutes came free in these zones and not everyone who waits was tried: the rest at the next tick.
    case triesDeferred([Deferral])
    /// How sought after a zone's minutes were when the batch last looked.
    case scarcitySet(ZoneID, [Scarcity])
    /// Who a person is was shown to a key's holder.
    case personDisclosed(PersonID, ReferralID)
    /// An idempotency key was used: by HMAC, since clients choose its text.
    case requestRemembered(RememberedRequest)
    /// A noun of state was set with this body (an HMAC): the same again is the same, another clashes.
    case nounSet(Noun, body: [UInt8])
    /// Idempotency keys used before this moment were dropped.
    case requestsForgotten(before: Instant)
}

/// An accepted request that may be sent again.
public struct RememberedRequest: Hashable, Sendable {
    /// Hours for which a request is remembered, 168: a week. The contract says so.
    static let hoursKept = 24 * 7

    /// HMAC of key holder, route and idempotency key.
    public let scope: RequestScope
    /// HMAC of the body, 32 bytes.
    public let body: [UInt8]
    public let outcome: Outcome

    /// A request from its parts.
    public init(scope: RequestScope, body: [UInt8], outcome: Outcome) {
        self.scope = scope
        self.body = body
        self.outcome = outcome
    }
}

/// A zone in which not everyone who waits was tried yet.
public struct Deferral: Hashable, Sendable {
    public let zone: ZoneID
    /// How many were tried, in order of need.
    public let tried: Int

    /// A deferral from its parts.
    public init(zone: ZoneID, tried: Int) {
        self.zone = zone
        self.tried = tried
    }
}

/// What `PUT` on a noun of state answers for: it can be said once, and again in the same words.
public enum Noun: Hashable, Sendable {
    case reduction(ClaimID)
    case withdrawal(ReferralID)
    case override(ReferralID)
    case acceptance(OfferID)
    case refusal(OfferID)
    case firstVisit(PackageID)
    case start(PackageID)
    case ending(PackageID)
}
