import Broker
import Brokerage
import JSON

/// Bodies of the nouns of state: triage, ready dates, withdrawal, acceptance, refusal, first visit, start, ending.
extension Body {
    static func triage(_ value: JSONValue) throws(Problem) -> (
        outcome: Referral.Triage.Outcome, by: Signature, text: SensitiveText
    ) {
        try read(value) { fields, _ in
            let outcome = fields.word("outcome", Referral.Triage.Outcome.self)
            let by = fields.signature()
            let note = fields.optionalString("note", max: 4_000)
            guard let outcome, let by else { return nil }
            return (
                outcome, by,
                SensitiveText(kind: TextKind.triage, [("by", by.json), ("note", note.map(JSONValue.string))])
            )
        }
    }

    /// `{at}` or `{at: null}`: the member must be there, so that nobody's readiness ends by a forgotten field.
    static func readyDate(_ value: JSONValue) throws(Problem) -> Instant? {
        try read(value) { fields, _ in
            guard let at = fields.value("at") else {
                fields.fail("at", "is missing; null says that the person is no longer ready")
                return nil
            }
            if at == .null { return Optional(Instant?.none) }
            return ObjectReader.parsed(at, fields.pointer.appending("at"), fields.failures, Words.instant) {
                Instant($0)
            }.map(Optional.some)
        }
    }

    static func withdrawal(_ value: JSONValue) throws(Problem) -> SensitiveText {
        try read(value) { fields, _ in
            fields.string("reason", max: 2_000).map {
                SensitiveText(kind: TextKind.withdrawal, [("reason", .string($0))])
            }
        }
    }

    /// `{provider, reason, by, spot?: {ratePence}}`: who decides and why is as needful as what.
    static func override(_ value: JSONValue, of version: UInt32) throws(Problem) -> (OverrideTerms, SensitiveText) {
        try read(value) { fields, rules in
            let provider = fields.slug("provider")
            let reason = fields.string("reason", max: 2_000)
            let by = fields.signature()
            let rate = fields.optionalObject("spot") { $0.number("ratePence", rules, in: 1...100_000) }
            guard let provider, let reason, let by else { return nil }
            return (
                OverrideTerms(
                    provider: provider,
                    spotRatePence: rate.map(Int64.init),
                    role: by.code,
                    words: version
                ),
                SensitiveText(kind: TextKind.override(version), [("by", by.json), ("reason", .string(reason))])
            )
        }
    }

    static func acceptance(_ value: JSONValue, of offer: OfferID) throws(Problem) -> (
        Acceptance, SensitiveText
    ) {
        try read(value) { fields, rules in
            let first = fields.object("firstVisit") { firstVisit(&$0) }
            let by = fields.signature()
            // One time a band; a package has at most sixteen visits.
            let times = fields.optionalObjects("visits", max: 16) { visit -> Acceptance.AgreedTime? in
                let band = visit.word("band", Band.self)
                let at = visit.time("at")
                guard let band, let at else { return nil }
                return Acceptance.AgreedTime(band: band, at: at)
            }
            let conditions = fields.optionalString("conditions", max: 4_000)
            guard let first, let by else { return nil }
            return (
                Acceptance(
                    firstVisit: first,
                    role: by.code,
                    times: times ?? [],
                    hasConditions: conditions != nil
                ),
                SensitiveText(
                    kind: TextKind.acceptance(offer),
                    [("by", by.json), ("conditions", conditions.map(JSONValue.string))]
                )
            )
        }
    }

    private static func firstVisit(_ fields: inout ObjectReader) -> FirstVisit? {
        let date = fields.day("date")
        let band = fields.word("band", Band.self)
        let at = fields.optionalTime("at")
        guard let date, let band else { return nil }
        return FirstVisit(day: date, band: band, at: at)
    }

    static func refusal(_ value: JSONValue, of offer: OfferID) throws(Problem) -> (
        Offer.Refusal, SensitiveText?
    ) {
        try read(value) { fields, _ in
            let reason = fields.word("reason", Offer.Refusal.self)
            let note = fields.optionalString("note", max: 4_000)
            guard let reason else { return nil }
            return (
                reason, note.map { SensitiveText(kind: TextKind.refusal(offer), [("note", .string($0))]) }
            )
        }
    }

    static func postponement(_ value: JSONValue, of package: PackageID) throws(Problem) -> (
        FirstVisit, SensitiveText
    ) {
        try read(value) { fields, _ in
            let visit = firstVisit(&fields)
            let reason = fields.string("reason", max: 2_000)
            guard let visit, let reason else { return nil }
            return (visit, SensitiveText(kind: TextKind.firstVisit(package), [("reason", .string(reason))]))
        }
    }

    static func start(_ value: JSONValue) throws(Problem) -> Instant {
        try read(value) { fields, _ in fields.instant("at") }
    }

    struct EndingReport {
        let at: Instant
        let outcome: Package.Outcome
        let by: Signature
        let text: SensitiveText
    }

    static func ending(_ value: JSONValue, of package: PackageID) throws(Problem) -> EndingReport {
        try read(value) { fields, _ in
            let at = fields.instant("at")
            let outcome = fields.word("outcome", Package.Outcome.self)
            let onward = fields.optionalString("onward", max: 2_000)
            let by = fields.signature()
            guard let at, let outcome, let by else { return nil }
            return EndingReport(
                at: at,
                outcome: outcome,
                by: by,
                text: SensitiveText(
                    kind: TextKind.ending(package),
                    [("by", by.json), ("onward", onward.map(JSONValue.string))]
                )
            )
        }
    }
}
