// Events into records. The switch lists every event, so a new one breaks the build here, and then, by its name, where
// events are read.

import Brokerage
import JSON

extension Event: Recorded {
    func write(to json: inout JSONWriter) {
        var asks = AsksOfRecord()
        write(to: &json, knowing: &asks)
    }

    /// Writes the event; `asks` are those of the events before it in its record.
    func write(to json: inout JSONWriter, knowing asks: inout AsksOfRecord) {
        json.object { writeMembers(to: &$0, asks) }
        asks.note(self)
    }

    private func writeMembers(to json: inout JSONWriter, _ asks: AsksOfRecord) {
        switch self {
        case .policyAdopted(let policy): json.event(.policyAdopted, "policy", policy)
        case .policySet(let policy): json.event(.policySet, "policy", policy)
        case .dayBegan(let day): json.event(.dayBegan, "day", day)
        case .keyAdded(let key): json.event(.keyAdded, "key", key)
        case .keyRevoked(let id): json.event(.keyRevoked, "key", id)
        case .zoneSet(let zone): json.event(.zoneSet, "zone", zone)
        case .providerSet(let provider): json.event(.providerSet, "provider", provider)
        case .blockBought(let block): json.event(.blockBought, "block", block)
        case .minutesClaimed(let claim): json.event(.minutesClaimed, "claim", claim)
        case .claimReduced(let id, let term):
            json.event(.claimReduced, "claim", id)
            json.put("term", term)
        case .shortfallReported(let shortfall): json.event(.shortfallReported, "shortfall", shortfall)
        case .referralReceived(let referral): json.event(.referralReceived, "referral", referral)
        case .referralAmended(let id, let ask, let completedAt, let due):
            json.event(.referralAmended, "referral", id)
            json.put("ask", ask)
            json.put("completedAt", completedAt)
            json.put("due", due)
        case .referralRezoned(let id, let zone):
            json.event(.referralRezoned, "referral", id)
            json.put("zone", zone)
        case .referralTriaged(let id, let triage):
            json.event(.referralTriaged, "referral", id)
            json.put("triage", triage)
        case .readyDateRecorded(let id, let readyDate):
            json.event(.readyDateRecorded, "referral", id)
            json.put("readyDate", readyDate)
        case .referralWithdrawn(let id): json.event(.referralWithdrawn, "referral", id)
        case .placementDecided(let id, let decision):
            json.event(.placementDecided, "referral", id)
            json.put("decision", decision)
        case .placementOverridden(let id, let override):
            json.event(.placementOverridden, "referral", id)
            json.put("override", override)
        case .offerSent(let offer):
            json.put("e", EventName.offerSent)
            json.key("offer")
            offer.write(to: &json, withAsk: asks[offer.referral] != offer.ask)
        case .offerAccepted(let offer, let package, let acceptance):
            json.event(.offerAccepted, "offer", offer)
            json.put("package", package)
            json.put("acceptance", acceptance)
        case .offerRefused(let id, let refusal):
            json.event(.offerRefused, "offer", id)
            json.put("reason", refusal)
        case .offerExpired(let id): json.event(.offerExpired, "offer", id)
        case .offerWithdrawn(let id): json.event(.offerWithdrawn, "offer", id)
        case .firstVisitPostponed(let id, let firstVisit, let retainedUntil):
            json.event(.firstVisitPostponed, "package", id)
            json.put("firstVisit", firstVisit)
            json.put("retainedUntil", retainedUntil)
        case .careStarted(let id, let at, let firstDay, let lastDay, let uncovered):
            json.event(.careStarted, "package", id)
            json.put("at", at)
            json.put("firstDay", firstDay)
            json.put("lastDay", lastDay)
            json.put("uncovered", uncovered.isEmpty ? nil : uncovered)
        case .packageEnded(let id, let ending, let lastDay):
            json.event(.packageEnded, "package", id)
            json.put("ending", ending)
            json.put("lastDay", lastDay)
        case .careOverran(let id, let lastDay, let uncovered):
            json.event(.careOverran, "package", id)
            json.put("lastDay", lastDay)
            json.put("uncovered", uncovered)
        case .coverFound(let id, let found):
            json.event(.coverFound, "package", id)
            json.put("visits", found)
        case .alertRaised(let id, let kind):
            json.event(.alertRaised, "referral", id)
            json.put("kind", kind)
        case .triesDeferred(let deferrals): json.event(.triesDeferred, "zones", deferrals)
        case .scarcitySet(let zone, let all):
            json.event(.scarcitySet, "zone", zone)
            json.put("claims", all)
        case .personDisclosed(let person, let referral):
            json.event(.personDisclosed, "person", person)
            json.put("referral", referral)
        case .requestRemembered(let request): json.event(.requestRemembered, "request", request)
        case .nounSet(let noun, let body):
            json.event(.nounSet, "noun", noun)
            json.put("body", Hexadecimal(body))
        case .requestsForgotten(let before): json.event(.requestsForgotten, "before", before)
        }
    }
}

extension JSONWriter {
    /// Writes an event's name and its first member.
    fileprivate mutating func event(_ name: EventName, _ member: StaticString, _ value: some Recorded) {
        put("e", name)
        put(member, value)
    }
}
