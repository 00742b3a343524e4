import Brokerage

/// The events by the names that records give them: `e`, the first member of each. A name is never given to
/// another event.
enum EventName: String, RecordedWord {
    case policyAdopted, policySet, dayBegan, keyAdded, keyRevoked
    case zoneSet, providerSet, blockBought, minutesClaimed, claimReduced, shortfallReported
    case referralReceived, referralAmended, referralTriaged, readyDateRecorded, referralWithdrawn
    case referralRezoned
    case placementDecided, placementOverridden, offerSent, offerAccepted, offerRefused, offerExpired, offerWithdrawn
    case firstVisitPostponed, careStarted, packageEnded, careOverran, coverFound
    case alertRaised, triesDeferred, scarcitySet, personDisclosed, requestRemembered, nounSet, requestsForgotten

    static let words = Words<EventName>()
    static let meaning: StaticString =
        "the name of an event that this program knows; a newer homeward may know it"
}
