import Broker
import Brokerage
import JSON

/// Why a referral went where it went: the winner, every loser's reason, and what would place whoever still waits, the
/// smallest change first. For who waits the reasons are those of now.
enum Explanations {
    @Sendable static func read(_ exchange: Exchange) throws(Problem) -> Reply {
        try QueryReader(exchange.request.query).finish()
        let referral = try Referrals.find(exchange)
        let decision = exchange.state.reasons(referral, at: exchange.now)
        // What hours may cost is for whoever could buy them.
        let changes = exchange.state.changesThatWouldPlace(
            referral,
            at: exchange.now,
            seesPrices: exchange.actor.actsForOthers
        )
        // A reason in a broker's own words may name a provider: it is not for referrers either.
        guard let override = referral.override, exchange.actor.seesPersons, exchange.actor.role != .referrer else {
            return .ready(Served(json(referral, decision, changes, exchange, nil)))
        }
        let key = TextKey(subject: referral.person.description, kind: TextKind.override(override.words))
        return .reading([key]) { texts in
            Served(json(referral, decision, changes, exchange, texts.value(key.subject, key.kind)))
        }
    }

    private static func json(
        _ referral: Referral,
        _ decision: Decision?,
        _ changes: [Change],
        _ exchange: Exchange,
        _ words: JSONValue?
    ) -> JSONWriter {
        // A referrer learns the reasons, not who gave them.
        let isNamed = exchange.actor.role != .referrer
        var json = JSONWriter(capacity: 2048)
        json.object { json in
            json.field("id", referral.id)
            json.field("referral", referral.id)
            json.field("status", referral.status.rawValue)
            if let decision {
                json.object("decision") { write(decision, isNamed, &$0) }
            } else {
                json.field("decision", JSONValue.null)
            }
            if let override = referral.override {
                json.object("override") { write(override, words, isNamed, &$0) }
            } else {
                json.field("override", JSONValue.null)
            }
            json.array("verdicts") { json in
                for verdict in decision?.verdicts ?? [] {
                    write(verdict, isDecided: decision?.chosen != nil, isNamed, &json)
                }
            }
            if let smallest = changes.first {
                json.key("smallestChange")
                smallest.write(referral.ask, isNamed: isNamed, to: &json)
            } else {
                json.field("smallestChange", JSONValue.null)
            }
            json.array("changes") { json in
                for change in changes { change.write(referral.ask, isNamed: isNamed, to: &json) }
            }
        }
        return json
    }

    private static func write(_ decision: Decision, _ isNamed: Bool, _ json: inout JSONWriter) {
        json.field("at", decision.at)
        json.field("policyVersion", decision.policyVersion)
        json.field("method", decision.method.rawValue)
        json.field("outcome", decision.chosen == nil ? "waiting" : "offered")
        json.field("chosen", isNamed ? decision.chosen : nil)
        // What the winner weighed, criterion by criterion: smaller is better.
        json.object("weighed") { json in
            for (criterion, value) in zip(Decision.Criterion.allCases, decision.weighed) {
                json.key(text: criterion.rawValue)
                json.value(value)
            }
        }
    }

    private static func write(
        _ override: Referral.Override,
        _ words: JSONValue?,
        _ isNamed: Bool,
        _ json: inout JSONWriter
    ) {
        json.field("at", override.at)
        json.field("provider", isNamed ? override.provider : nil)
        // The block was awarded to the provider, so it names it.
        json.field("spot", isNamed ? override.spot : nil)
        json.field("by", words?["by"] ?? .object([JSONMember("role", .string(override.role))]))
        json.field("reason", orNull: words?["reason"])
    }

    private static func write(
        _ verdict: Decision.Verdict,
        isDecided: Bool,
        _ isNamed: Bool,
        _ json: inout JSONWriter
    ) {
        json.object { json in
            json.field("provider", isNamed ? verdict.provider : nil)
            // A block that was awarded whole names its provider.
            json.field("block", isNamed ? verdict.block : nil)
            json.field("chosen", isDecided && verdict.reason == nil)
            json.field("reason", verdict.reason?.code)
            // Nothing stands in its way, and nobody was chosen.
            let noReason = isDecided ? "chosen" : "could carry all of it: a named person decides"
            json.field("detail", verdict.reason?.words ?? noReason)
            json.object("amounts") { verdict.reason?.writeAmounts(to: &$0) }
        }
    }
}
