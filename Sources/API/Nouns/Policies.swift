import Broker
import Brokerage
import JSON

/// `/v1/policy`: every figure that the brokerage sets for itself.
enum Policies {
    @Sendable static func read(_ exchange: Exchange) throws(Problem) -> Reply {
        try QueryReader(exchange.request.query).finish()
        return .ready(served(exchange.state.policy))
    }

    @Sendable static func set(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let known = exchange.state.policy
        let policy = try Body.policy(body, from: known)
        let precondition = exchange.precondition((UInt32(known.version), served(known).tag ?? ""))
        return .submit(
            exchange.intent(.setPolicy(policy, precondition), body: body) { _, resource, _ in
                guard case .policy(let policy) = resource else { return nil }
                return .ready(served(policy))
            }
        )
    }

    private static func served(_ policy: Policy) -> Served {
        var json = JSONWriter(capacity: 2048)
        policy.write(to: &json)
        return Served(
            body: json.bytes,
            tag: EntityTag.of(version: UInt32(policy.version), content: json.bytes)
        )
    }
}
