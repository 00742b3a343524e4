import Broker
import Brokerage
import JSON

/// `/v1/zones`.
enum Zones {
    @Sendable static func list(_ exchange: Exchange) throws(Problem) -> Reply {
        let state = exchange.state
        var query = try QueryReader(exchange.request.query)
        let paging = try Paging(&query)
        try query.finish()
        let page = try paging.named(state.zones.keys.sorted()) { _ in true }
        var served = Served(JSONWriter.items(page.items.compactMap { state.zones[$0] }) { $0.zone($1) })
        served.link = Paging.link(exchange.request, after: page.next)
        return .ready(served)
    }

    @Sendable static func read(_ exchange: Exchange) throws(Problem) -> Reply {
        try QueryReader(exchange.request.query).finish()
        guard let zone = ZoneID(exchange.parameters[0]).flatMap({ exchange.state.zones[$0] }) else {
            throw .notThere
        }
        return .ready(served(zone))
    }

    @Sendable static func set(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let id = try exchange.slug()
        let (name, districts) = try Body.zone(body)
        let precondition = exchange.precondition(
            exchange.state.zones[id].map { ($0.version, served($0).tag ?? "") }
        )
        return .submit(
            exchange.intent(.setZone(id, name: name, districts: districts, precondition), body: body) {
                outcome,
                resource,
                _ in
                guard case .zone(let zone) = resource, case .zone(_, let created) = outcome else {
                    return nil
                }
                var answer = served(zone)
                if created { answer.becomeCreated(at: "/v1/zones/\(zone.id)") }
                return .ready(answer)
            }
        )
    }

    private static func served(_ zone: Zone) -> Served {
        var json = JSONWriter()
        json.zone(zone)
        return Served(body: json.bytes, tag: EntityTag.of(version: zone.version, content: json.bytes))
    }
}
