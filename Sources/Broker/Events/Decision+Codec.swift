// Why a referral went where it went.

import Brokerage
import JSON

extension Decision: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("at", at)
            $0.put("policyVersion", policyVersion)
            $0.put("chosen", chosen)
            $0.put("verdicts", verdicts)
            // What the choice for one referral decided says no method, as before there were others.
            if method != .choice { $0.put("method", method) }
            if !weighed.isEmpty { $0.put("weighed", weighed) }
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Decision {
        try reader.object { (reader) throws(CodecError) in
            Decision(
                at: try reader.field("at"),
                policyVersion: try reader.field("policyVersion"),
                chosen: try reader.optional("chosen"),
                verdicts: try reader.field("verdicts"),
                method: try reader.optional("method") ?? .choice,
                weighed: try reader.optional("weighed") ?? []
            )
        }
    }
}

extension Decision.Verdict: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("provider", provider)
            $0.put("block", block)
            $0.put("reason", reason)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Decision.Verdict {
        try reader.object { (reader) throws(CodecError) in
            Decision.Verdict(
                provider: try reader.optional("provider"),
                block: try reader.field("block"),
                reason: try reader.optional("reason")
            )
        }
    }
}

/// A reason is an object: its `rule`, then by how much it failed.
extension Decision.Reason: Recorded {
    /// The rules by the names that records give them.
    enum Rule: String, RecordedWord {
        case outOfZone, contractDates, lacksSkill, notRegistered, declined, gender, noTime, noCarers,
            caseloadFull
        case ringFenced, tooManyProviders, beaten, unclaimed, suspended

        static let words = Words<Rule>()
        static let meaning: StaticString = "a rule of placing"
    }

    private var rule: Rule {
        switch self {
        case .outOfZone: .outOfZone
        case .contractDates: .contractDates
        case .lacksSkill: .lacksSkill
        case .notRegistered: .notRegistered
        case .declined: .declined
        case .gender: .gender
        case .noTime: .noTime
        case .noCarers: .noCarers
        case .caseloadFull: .caseloadFull
        case .ringFenced: .ringFenced
        case .tooManyProviders: .tooManyProviders
        case .beaten: .beaten
        case .unclaimed: .unclaimed
        case .suspended: .suspended
        }
    }

    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("rule", rule)
            switch self {
            case .lacksSkill(let skill): $0.put("skill", skill)
            case .noTime(let day, let band, let shortBy):
                $0.put("day", day)
                $0.put("band", band)
                $0.put("shortBy", shortBy)
            case .noCarers(let day, let band, let at):
                $0.put("day", day)
                $0.put("band", band)
                $0.put("at", at)
            case .ringFenced(let shortBy): $0.put("shortBy", shortBy)
            case .beaten(let criterion, let difference):
                $0.put("by", criterion)
                $0.put("difference", difference)
            case .outOfZone, .contractDates, .notRegistered, .declined, .gender, .caseloadFull,
                .tooManyProviders,
                .unclaimed, .suspended:
                break
            }
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Decision.Reason {
        try reader.object { (reader) throws(CodecError) in
            switch try reader.field("rule", as: Rule.self) {
            case .outOfZone: .outOfZone
            case .contractDates: .contractDates
            case .lacksSkill: .lacksSkill(try reader.field("skill"))
            case .notRegistered: .notRegistered
            case .declined: .declined
            case .gender: .gender
            case .noTime:
                .noTime(
                    day: try reader.field("day"),
                    band: try reader.field("band"),
                    shortBy: try reader.field("shortBy")
                )
            case .noCarers:
                .noCarers(
                    day: try reader.field("day"),
                    band: try reader.field("band"),
                    at: try reader.optional("at")
                )
            case .caseloadFull: .caseloadFull
            case .ringFenced: .ringFenced(shortBy: try reader.field("shortBy"))
            case .tooManyProviders: .tooManyProviders
            case .beaten: .beaten(by: try reader.field("by"), difference: try reader.field("difference"))
            case .unclaimed: .unclaimed
            case .suspended: .suspended
            }
        }
    }
}

extension Scarcity: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("claim", claim)
            $0.put("bands", bands)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Scarcity {
        try reader.object { (reader) throws(CodecError) in
            Scarcity(claim: try reader.field("claim"), bands: try reader.field("bands"))
        }
    }
}
