import Brokerage
import JSON

/// Why a referral went where it went: the winner, every loser's reason, and the smallest change that would place
/// whoever still waits.
enum Explanations {
    @Sendable static func read(_ exchange: Exchange) throws(Problem) -> Reply {
        try QueryReader(exchange.request.query).finish()
        let referral = try Referrals.find(exchange)
        // A referrer learns the reasons, not who gave them.
        let isNamed = exchange.actor.role != .referrer
        var json = JSONWriter(capacity: 2048)
        json.object { json in
            json.field("id", referral.id)
            json.field("referral", referral.id)
            json.field("status", referral.status.rawValue)
            guard let decision = referral.decision else {
                json.field("decision", JSONValue.null)
                json.array("verdicts") { _ in }
                json.field("smallestChange", JSONValue.null)
                return
            }
            json.object("decision") { json in
                json.field("at", decision.at)
                json.field("policyVersion", decision.policyVersion)
                json.field("outcome", decision.chosen == nil ? "waiting" : "offered")
                json.field("chosen", isNamed ? decision.chosen : nil)
            }
            json.array("verdicts") { json in
                for verdict in decision.verdicts { write(verdict, isNamed, &json) }
            }
            smallestChange(referral, decision, isNamed, &json)
        }
        return .ready(Served(json))
    }

    private static func write(_ verdict: Decision.Verdict, _ isNamed: Bool, _ json: inout JSONWriter) {
        json.object { json in
            json.field("provider", isNamed ? verdict.provider : nil)
            json.field("block", verdict.block)
            json.field("chosen", verdict.reason == nil)
            json.field("reason", verdict.reason?.code)
            json.field("detail", verdict.reason?.words ?? "chosen")
            json.object("amounts") { verdict.reason?.writeAmounts(to: &$0) }
        }
    }

    private static func smallestChange(
        _ referral: Referral,
        _ decision: Decision,
        _ isNamed: Bool,
        _ json: inout JSONWriter
    ) {
        let smallest = decision.verdicts
            .filter { $0.reason?.question(isNamed: nil) != nil }
            .min { ($0.reason?.effort ?? (10, 0)) < ($1.reason?.effort ?? (10, 0)) }
        guard referral.status == .waiting, let smallest, let reason = smallest.reason else {
            return json.field("smallestChange", JSONValue.null)
        }
        json.object("smallestChange") { json in
            json.field("provider", isNamed ? smallest.provider : nil)
            json.field("block", smallest.block)
            json.field("reason", reason.code)
            json.object("amounts") { reason.writeAmounts(to: &$0) }
            json.field("question", reason.question(isNamed: isNamed ? smallest.provider?.description : nil))
        }
    }
}
