import Broker
import Brokerage
import JSON

/// `/v1/providers` and a provider's week.
enum Providers {
    static func isVisible(_ id: ProviderID, to reader: Actor) -> Bool {
        reader.actsForOthers || (reader.role == .provider && reader.organisation == id)
    }

    @Sendable static func list(_ exchange: Exchange) throws(Problem) -> Reply {
        let state = exchange.state
        var query = try QueryReader(exchange.request.query)
        let paging = try Paging(&query)
        let zone = try query.one("zone")
        try query.finish()
        // A provider's list is itself.
        let all =
            exchange.actor.role == .provider
            ? [exchange.actor.organisation].filter { state.providers[$0] != nil }
            : state.providers.keys.sorted()
        let page = try paging.named(all) { id in
            zone == nil || state.providers[id]?.zones.contains { $0.description == zone } ?? false
        }
        var served = Served(
            JSONWriter.items(page.items.compactMap { state.providers[$0] }) { $0.provider($1) }
        )
        served.link = Paging.link(exchange.request, after: page.next)
        return .ready(served)
    }

    @Sendable static func read(_ exchange: Exchange) throws(Problem) -> Reply {
        try QueryReader(exchange.request.query).finish()
        return .ready(served(try find(exchange)))
    }

    @Sendable static func set(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let id = try exchange.slug()
        let provider = try Body.provider(body, id: id)
        let precondition = exchange.precondition(
            exchange.state.providers[id].map { ($0.version, served($0).tag ?? "") }
        )
        return .submit(
            exchange.intent(.setProvider(provider, precondition), body: body) { outcome, resource, _ in
                guard case .provider(let provider) = resource, case .provider(_, let created) = outcome else {
                    return nil
                }
                var answer = served(provider)
                if created { answer.becomeCreated(at: "/v1/providers/\(provider.id)") }
                return .ready(answer)
            }
        )
    }

    private static func find(_ exchange: Exchange) throws(Problem) -> Provider {
        guard let id = ProviderID(exchange.parameters[0]), isVisible(id, to: exchange.actor),
            let provider = exchange.state.providers[id]
        else { throw .notThere }
        return provider
    }

    private static func served(_ provider: Provider) -> Served {
        var json = JSONWriter()
        json.provider(provider)
        return Served(body: json.bytes, tag: EntityTag.of(version: provider.version, content: json.bytes))
    }

    // MARK: The week

    /// One call on one day, as the rota sees it.
    private struct Call {
        let package: Package
        let visit: Visit
        let index: Int
        /// When it is to begin: as promised, else as asked for.
        let at: TimeOfDay?
    }

    @Sendable static func week(_ exchange: Exchange) throws(Problem) -> Reply {
        let state = exchange.state
        let provider = try find(exchange)
        var query = try QueryReader(exchange.request.query)
        let from = try query.day("from") ?? exchange.today
        try query.finish()
        guard state.window.contains(from), state.window.contains(from.adding(days: 6)) else {
            throw .rule("/query/from", "the ledger holds \(state.window.first) to \(state.window.last)")
        }
        let claims = state.claims(of: provider.id)
        let packages = Set(claims.flatMap(state.packages(on:))).sorted().compactMap { state.packages[$0] }
        var json = JSONWriter(capacity: 8192)
        json.object { json in
            json.field("provider", provider.id)
            json.field("from", from)
            json.bands()
            json.array("days") { json in
                for day in (0..<7).map(from.adding(days:)) {
                    json.object { json in
                        json.field("date", day)
                        json.array("bands") { json in
                            for band in Band.allCases { write(day, band, claims, packages, state, &json) }
                        }
                    }
                }
            }
        }
        return .ready(Served(json))
    }

    private static func write(
        _ day: Day,
        _ band: Band,
        _ claims: [ClaimID],
        _ packages: [Package],
        _ state: State,
        _ json: inout JSONWriter
    ) {
        let calls = packages.flatMap { package in
            package.ask.visits.enumerated().compactMap { index, visit -> Call? in
                guard visit.band == band, visit.days.contains(day.weekday), day >= package.firstDay,
                    day <= package.lastDay, !package.uncovered.contains(.init(day: day, visit: index))
                else { return nil }
                let times = package.ask.promised(package.acceptance.times, state.policy.bands)
                return Call(package: package, visit: visit, index: index, at: times?[index] ?? visit.time?.at)
            }
        }
        func sum(_ account: Slab.Account) -> Int {
            claims.reduce(0) { $0 + (state.slabs[$1]?[account, day, band] ?? 0) }
        }
        json.object { json in
            json.field("band", band.rawValue)
            json.array("visits") { json in
                for call in calls {
                    json.object {
                        $0.field("package", call.package.id)
                        $0.field("visit", call.index)
                        $0.field("claim", call.package.claims[call.index])
                        $0.field("minutes", call.visit.minutes)
                        $0.field("carers", call.visit.carers)
                        $0.field("at", call.at)
                        $0.field("status", call.package.status.rawValue)
                    }
                }
            }
            json.field("free", sum(.free))
            json.field("held", sum(.held))
            json.field("committed", sum(.committed))
            json.field("retained", sum(.retained))
            json.field("unavailable", sum(.unavailable))
        }
    }
}
