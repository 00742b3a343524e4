// What is proposed and promised: offers, acceptances, first visits, endings.

import Brokerage
import JSON

extension Offer: Recorded {
    /// As it is sent: its answer is an event of its own.
    func write(to json: inout JSONWriter) { write(to: &json, withAsk: true) }

    /// Writes the offer, without its ask where the record has said it already.
    func write(to json: inout JSONWriter, withAsk: Bool) {
        json.object {
            $0.put("id", id)
            $0.put("referral", referral)
            $0.put("provider", provider)
            $0.put("claims", claims)
            $0.put("block", block)
            if withAsk { $0.put("ask", ask) }
            $0.put("startFrom", startFrom)
            $0.put("sentAt", sentAt)
            $0.put("expiresAt", expiresAt)
            $0.put("firstVisitBy", firstVisitBy)
            $0.put("replaces", replaces)
            if origin != .placed { $0.put("origin", origin) }
            if settlesAt != sentAt { $0.put("settlesAt", settlesAt) }
            $0.put("part", part)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Offer {
        try reader.object { (reader) throws(CodecError) in
            let id: OfferID = try reader.field("id")
            let referral: ReferralID = try reader.field("referral")
            return Offer(
                id: id,
                referral: referral,
                provider: try reader.field("provider"),
                claims: try reader.field("claims"),
                block: try reader.field("block"),
                ask: try ask(of: referral, from: &reader),
                startFrom: try reader.field("startFrom"),
                sentAt: try reader.field("sentAt"),
                expiresAt: try reader.field("expiresAt"),
                firstVisitBy: try reader.field("firstVisitBy"),
                replaces: try reader.optional("replaces"),
                origin: try reader.optional("origin") ?? .placed,
                settlesAt: try reader.optional("settlesAt"),
                part: try reader.optional("part")
            )
        }
    }
}

extension Offer {
    /// The ask of an offer, said here or by its referral earlier in the record. Version 1 said it always.
    private static func ask(of referral: ReferralID, from reader: inout RecordReader) throws(CodecError) -> Ask {
        guard reader.version >= 2, let known = reader.asks[referral] else { return try reader.field("ask") }
        return try reader.optional("ask") ?? known
    }
}

extension FirstVisit: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("day", day)
            $0.put("band", band)
            $0.put("at", at)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> FirstVisit {
        try reader.object { (reader) throws(CodecError) in
            FirstVisit(
                day: try reader.field("day"),
                band: try reader.field("band"),
                at: try reader.optional("at")
            )
        }
    }
}

extension Acceptance: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("firstVisit", firstVisit)
            $0.put("role", role)
            $0.put("times", times)
            $0.put("hasConditions", hasConditions)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Acceptance {
        try reader.object { (reader) throws(CodecError) in
            Acceptance(
                firstVisit: try reader.field("firstVisit"),
                role: try reader.field("role"),
                times: try reader.field("times"),
                hasConditions: try reader.field("hasConditions")
            )
        }
    }
}

extension Acceptance.AgreedTime: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("band", band)
            $0.put("at", at)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Acceptance.AgreedTime {
        try reader.object { (reader) throws(CodecError) in
            Acceptance.AgreedTime(band: try reader.field("band"), at: try reader.field("at"))
        }
    }
}

extension Package.Ending: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("at", at)
            $0.put("outcome", outcome)
            $0.put("role", role)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Package.Ending {
        try reader.object { (reader) throws(CodecError) in
            Package.Ending(
                at: try reader.field("at"),
                outcome: try reader.field("outcome"),
                role: try reader.field("role")
            )
        }
    }
}

extension Package.Uncovered: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("day", day)
            $0.put("visit", visit)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Package.Uncovered {
        try reader.object { (reader) throws(CodecError) in
            Package.Uncovered(day: try reader.field("day"), visit: try reader.field("visit"))
        }
    }
}
