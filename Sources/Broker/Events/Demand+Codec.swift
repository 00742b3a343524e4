// What is asked for: visits, asks, referrals.

import Brokerage
import JSON

extension Visit: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("band", band)
            $0.put("minutes", minutes)
            $0.put("carers", carers)
            $0.put("days", days)
            $0.put("skills", skills)
            $0.put("personalCare", personalCare)
            $0.put("time", time)
            $0.put("hasShortVisitReason", hasShortVisitReason)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Visit {
        try reader.object { (reader) throws(CodecError) in
            Visit(
                band: try reader.field("band"),
                minutes: try reader.field("minutes"),
                carers: try reader.field("carers"),
                days: try reader.field("days"),
                skills: try reader.field("skills"),
                personalCare: try reader.field("personalCare"),
                time: try reader.optional("time"),
                hasShortVisitReason: try reader.field("hasShortVisitReason")
            )
        }
    }
}

extension Visit.Time: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("at", at)
            $0.put("toleranceMinutes", toleranceMinutes)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Visit.Time {
        try reader.object { (reader) throws(CodecError) in
            Visit.Time(at: try reader.field("at"), toleranceMinutes: try reader.field("toleranceMinutes"))
        }
    }
}

extension Ask: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("district", district)
            $0.put("sector", sector)
            $0.put("pathway", pathway)
            $0.put("source", source)
            $0.put("class", `class`)
            $0.put("readyAt", readyAt)
            $0.put("dischargeReadyDate", dischargeReadyDate)
            $0.put("startFrom", startFrom)
            $0.put("weeks", weeks)
            $0.put("visits", visits)
            $0.put("carerGender", carerGender)
            $0.put("language", language)
            $0.put("existingProvider", existingProvider)
            $0.put("maxProviders", maxProviders)
            $0.put("funding", funding)
            $0.put("safeUntil", safeUntil)
            $0.put("unsafeNow", unsafeNow)
            $0.put("facts", facts)
            $0.put("livesAlone", livesAlone)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Ask {
        try reader.object { (reader) throws(CodecError) in
            Ask(
                district: try reader.field("district"),
                sector: try reader.optional("sector"),
                pathway: try reader.field("pathway"),
                source: try reader.field("source"),
                class: try reader.field("class"),
                readyAt: try reader.optional("readyAt"),
                dischargeReadyDate: try reader.optional("dischargeReadyDate"),
                startFrom: try reader.field("startFrom"),
                weeks: try reader.field("weeks"),
                visits: try reader.field("visits"),
                carerGender: try reader.optional("carerGender"),
                language: try reader.optional("language"),
                existingProvider: try reader.optional("existingProvider"),
                maxProviders: try reader.field("maxProviders"),
                funding: try reader.field("funding"),
                safeUntil: try reader.optional("safeUntil"),
                unsafeNow: try reader.field("unsafeNow"),
                facts: try reader.field("facts"),
                livesAlone: try reader.optional("livesAlone")
            )
        }
    }
}

/// Facts in the order in which they are declared.
extension Ask.Facts: Recorded {
    func write(to json: inout JSONWriter) {
        json.array { for fact in Ask.Fact.allCases where contains(fact) { fact.write(to: &$0) } }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Ask.Facts {
        var facts = Ask.Facts()
        try reader.elements { (reader) throws(CodecError) in
            guard facts.insert(try .read(from: &reader)) else { throw CodecError("expected each fact once") }
        }
        return facts
    }
}

extension Referral: Recorded {
    /// As it is received: what becomes of it is told by later events.
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("id", id)
            $0.put("person", person)
            $0.put("referrer", referrer)
            $0.put("zone", zone)
            $0.put("ask", ask)
            $0.put("receivedAt", receivedAt)
            $0.put("completedAt", completedAt)
            $0.put("due", due)
            $0.put("duplicates", duplicates)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Referral {
        try reader.object { (reader) throws(CodecError) in
            Referral(
                id: try reader.field("id"),
                person: try reader.field("person"),
                referrer: try reader.field("referrer"),
                zone: try reader.field("zone"),
                ask: try reader.field("ask"),
                receivedAt: try reader.field("receivedAt"),
                completedAt: try reader.optional("completedAt"),
                due: try reader.optional("due"),
                duplicates: try reader.field("duplicates")
            )
        }
    }
}

extension Referral.Triage: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("outcome", outcome)
            $0.put("at", at)
            $0.put("role", role)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Referral.Triage {
        try reader.object { (reader) throws(CodecError) in
            Referral.Triage(
                outcome: try reader.field("outcome"),
                at: try reader.field("at"),
                role: try reader.field("role")
            )
        }
    }
}

extension Referral.ReadyDate: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("at", at)
            $0.put("recordedAt", recordedAt)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Referral.ReadyDate {
        try reader.object { (reader) throws(CodecError) in
            Referral.ReadyDate(at: try reader.optional("at"), recordedAt: try reader.field("recordedAt"))
        }
    }
}

extension Referral.Override: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("provider", provider)
            $0.put("spot", spot)
            $0.put("role", role)
            $0.put("at", at)
            $0.put("words", words)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Referral.Override {
        try reader.object { (reader) throws(CodecError) in
            Referral.Override(
                provider: try reader.field("provider"),
                spot: try reader.optional("spot"),
                role: try reader.field("role"),
                at: try reader.field("at"),
                words: try reader.field("words")
            )
        }
    }
}
