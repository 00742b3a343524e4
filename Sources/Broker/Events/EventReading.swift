// Records into events. What each name is followed by is what `EventWriting.swift` writes.

import Brokerage

extension Event {
    static func read(from reader: inout RecordReader) throws(CodecError) -> Event {
        let event = try reader.object { (reader) throws(CodecError) in
            try members(of: try reader.field("e"), from: &reader)
        }
        reader.asks.note(event)
        return event
    }

    private static func members(
        of name: EventName,
        from reader: inout RecordReader
    ) throws(CodecError) -> Event {
        switch name {
        case .policyAdopted: .policyAdopted(try reader.field("policy"))
        case .policySet: .policySet(try reader.field("policy"))
        case .dayBegan: .dayBegan(try reader.field("day"))
        case .keyAdded: .keyAdded(try reader.field("key"))
        case .keyRevoked: .keyRevoked(try reader.field("key"))
        case .zoneSet: .zoneSet(try reader.field("zone"))
        case .providerSet: .providerSet(try reader.field("provider"))
        case .blockBought: .blockBought(try reader.field("block"))
        case .minutesClaimed: .minutesClaimed(try reader.field("claim"))
        case .claimReduced: .claimReduced(try reader.field("claim"), try reader.field("term"))
        case .shortfallReported: .shortfallReported(try reader.field("shortfall"))
        case .referralReceived: .referralReceived(try reader.field("referral"))
        case .referralAmended:
            .referralAmended(
                try reader.field("referral"),
                try reader.field("ask"),
                completedAt: try reader.optional("completedAt"),
                due: try reader.optional("due")
            )
        case .referralRezoned: .referralRezoned(try reader.field("referral"), try reader.field("zone"))
        case .referralTriaged: .referralTriaged(try reader.field("referral"), try reader.field("triage"))
        case .readyDateRecorded:
            .readyDateRecorded(try reader.field("referral"), try reader.field("readyDate"))
        case .referralWithdrawn: .referralWithdrawn(try reader.field("referral"))
        case .placementDecided: .placementDecided(try reader.field("referral"), try reader.field("decision"))
        case .placementOverridden:
            .placementOverridden(try reader.field("referral"), try reader.field("override"))
        case .offerSent: .offerSent(try reader.field("offer"))
        case .offerAccepted:
            .offerAccepted(
                try reader.field("offer"),
                try reader.field("package"),
                try reader.field("acceptance")
            )
        case .offerRefused: .offerRefused(try reader.field("offer"), try reader.field("reason"))
        case .offerExpired: .offerExpired(try reader.field("offer"))
        case .offerWithdrawn: .offerWithdrawn(try reader.field("offer"))
        case .firstVisitPostponed:
            .firstVisitPostponed(
                try reader.field("package"),
                try reader.field("firstVisit"),
                retainedUntil: try reader.field("retainedUntil")
            )
        case .careStarted:
            .careStarted(
                try reader.field("package"),
                at: try reader.field("at"),
                firstDay: try reader.field("firstDay"),
                lastDay: try reader.field("lastDay"),
                uncovered: try reader.optional("uncovered") ?? []
            )
        case .packageEnded:
            .packageEnded(
                try reader.field("package"),
                try reader.field("ending"),
                lastDay: try reader.field("lastDay")
            )
        case .careOverran:
            .careOverran(
                try reader.field("package"),
                lastDay: try reader.field("lastDay"),
                uncovered: try reader.field("uncovered")
            )
        case .coverFound: .coverFound(try reader.field("package"), try reader.field("visits"))
        case .alertRaised: .alertRaised(try reader.field("referral"), try reader.field("kind"))
        case .triesDeferred: .triesDeferred(try reader.field("zones"))
        case .scarcitySet: .scarcitySet(try reader.field("zone"), try reader.field("claims"))
        case .personDisclosed: .personDisclosed(try reader.field("person"), try reader.field("referral"))
        case .requestRemembered: .requestRemembered(try reader.field("request"))
        case .nounSet:
            .nounSet(try reader.field("noun"), body: try reader.field("body", as: Hexadecimal.self).bytes)
        case .requestsForgotten: .requestsForgotten(before: try reader.field("before"))
        }
    }
}
