// What is bought and who delivers it: zones, providers, blocks, claims, shortfalls.

import Brokerage
import JSON

extension Zone: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("id", id)
            $0.put("name", name)
            $0.put("districts", districts)
            $0.put("version", version)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Zone {
        try reader.object { (reader) throws(CodecError) in
            Zone(
                id: try reader.field("id"),
                name: try reader.field("name"),
                districts: try reader.field("districts"),
                version: try reader.field("version")
            )
        }
    }
}

extension Provider: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("id", id)
            $0.put("name", name)
            $0.put("kind", kind)
            $0.put("personalCare", personalCare)
            $0.put("zones", zones)
            $0.put("status", status)
            $0.put("skills", skills)
            $0.put("cqcLocation", cqcLocation)
            $0.put("registeredFrom", registeredFrom)
            $0.put("languages", languages)
            $0.put("genders", genders)
            $0.put("caseloadMax", caseloadMax)
            $0.put("answering", answering)
            $0.put("onCallTelephone", onCallTelephone)
            $0.put("version", version)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Provider {
        try reader.object { (reader) throws(CodecError) in
            Provider(
                id: try reader.field("id"),
                name: try reader.field("name"),
                kind: try reader.field("kind"),
                personalCare: try reader.field("personalCare"),
                zones: try reader.field("zones"),
                status: try reader.field("status"),
                skills: try reader.optional("skills"),
                cqcLocation: try reader.optional("cqcLocation"),
                registeredFrom: try reader.optional("registeredFrom"),
                languages: try reader.optional("languages"),
                genders: try reader.optional("genders"),
                caseloadMax: try reader.optional("caseloadMax"),
                answering: try reader.optional("answering"),
                onCallTelephone: try reader.optional("onCallTelephone"),
                version: try reader.field("version")
            )
        }
    }
}

extension Provider.AnsweringHours: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("days", days)
            $0.put("from", from)
            $0.put("until", Clock(minutes: until))
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Provider.AnsweringHours {
        try reader.object { (reader) throws(CodecError) in
            let days: Weekdays = try reader.field("days")
            let from: TimeOfDay = try reader.field("from")
            let until: Clock = try reader.field("until")
            guard let hours = Provider.AnsweringHours(days: days, from: from, until: until.minutes) else {
                throw CodecError("expected hours that close after they open, on at least one day")
            }
            return hours
        }
    }
}

extension Block: Recorded {
    /// As it is bought: claims and versions come of later events.
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("id", id)
            $0.put("zone", zone)
            $0.put("from", from)
            $0.put("until", until)
            $0.put("ratePence", ratePence)
            $0.put("funding", funding)
            $0.put("skills", skills)
            $0.put("weekly", weekly)
            $0.put("awardedTo", awardedTo)
            $0.put("eligibleProviders", eligibleProviders)
            $0.put("minimumClaim", minimumClaim)
            $0.put("maxSharePercent", maxSharePercent)
            $0.put("leadFirstUntil", leadFirstUntil)
            $0.put("stepUpPercent", stepUpPercent)
            $0.put("contractReference", contractReference)
            $0.put("spotFor", spotFor)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Block {
        try reader.object { (reader) throws(CodecError) in
            Block(
                id: try reader.field("id"),
                zone: try reader.field("zone"),
                from: try reader.field("from"),
                until: try reader.field("until"),
                ratePence: try reader.field("ratePence"),
                funding: try reader.field("funding"),
                skills: try reader.field("skills"),
                weekly: try reader.field("weekly"),
                awardedTo: try reader.optional("awardedTo"),
                eligibleProviders: try reader.optional("eligibleProviders"),
                minimumClaim: try reader.optional("minimumClaim"),
                maxSharePercent: try reader.optional("maxSharePercent"),
                leadFirstUntil: try reader.optional("leadFirstUntil"),
                stepUpPercent: try reader.optional("stepUpPercent"),
                contractReference: try reader.optional("contractReference"),
                spotFor: try reader.optional("spotFor")
            )
        }
    }
}

extension Claim: Recorded {
    /// As it is made, with its first pattern: reductions are events of their own.
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("id", id)
            $0.put("block", block)
            $0.put("provider", provider)
            $0.put("from", from)
            $0.put("until", until)
            $0.put("firmFrom", firmFrom)
            $0.put("claimedAt", claimedAt)
            $0.put("weekly", terms.first?.weekly ?? WeeklyPattern())
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Claim {
        try reader.object { (reader) throws(CodecError) in
            Claim(
                id: try reader.field("id"),
                block: try reader.field("block"),
                provider: try reader.field("provider"),
                from: try reader.field("from"),
                until: try reader.field("until"),
                firmFrom: try reader.field("firmFrom"),
                claimedAt: try reader.field("claimedAt"),
                weekly: try reader.field("weekly")
            )
        }
    }
}

extension Claim.Term: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("from", from)
            $0.put("weekly", weekly)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Claim.Term {
        try reader.object { (reader) throws(CodecError) in
            Claim.Term(from: try reader.field("from"), weekly: try reader.field("weekly"))
        }
    }
}

extension Shortfall: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("id", id)
            $0.put("claim", claim)
            $0.put("block", block)
            $0.put("provider", provider)
            $0.put("day", day)
            $0.put("band", band)
            $0.put("minutes", minutes)
            $0.put("carers", carers)
            $0.put("taken", taken)
            $0.put("uncovered", uncovered)
            $0.put("cover", cover)
            $0.put("at", at)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Shortfall {
        try reader.object { (reader) throws(CodecError) in
            Shortfall(
                id: try reader.field("id"),
                claim: try reader.field("claim"),
                block: try reader.field("block"),
                provider: try reader.field("provider"),
                day: try reader.field("day"),
                band: try reader.field("band"),
                minutes: try reader.field("minutes"),
                carers: try reader.field("carers"),
                taken: try reader.field("taken"),
                uncovered: try reader.field("uncovered"),
                cover: try reader.field("cover"),
                at: try reader.field("at")
            )
        }
    }
}
