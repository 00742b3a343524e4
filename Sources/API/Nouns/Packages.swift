import Broker
import Brokerage
import JSON

/// `/v1/packages` and the nouns of their state.
enum Packages {
    /// Packages in care above which they are walked by number instead of sorted for each page.
    private static let mostSorted = 10_000

    @Sendable static func list(_ exchange: Exchange) throws(Problem) -> Reply {
        let state = exchange.state
        var query = try QueryReader(exchange.request.query)
        let paging = try Paging(&query)
        let status = try query.one("status", Words.oneOf(Package.Status.self)) {
            Package.Status(rawValue: $0)
        }
        try query.finish()
        let isIn: (PackageID) -> Bool = { id in
            guard let package = state.packages[id], status == nil || package.status == status else {
                return false
            }
            return state.isVisible(package, to: exchange.actor)
        }
        let isLive = status.map { $0 != .ended } ?? false && state.packagesInCareCount <= mostSorted
        let page =
            isLive
            ? try paging.listed(state.packagesInCare, isIn: isIn)
            : try paging.dense(PackageID.self, of: state.packages.count, isIn: isIn)
        var served = Served(
            JSONWriter.items(page.items.compactMap { state.packages[$0] }) {
                $0.package($1, state, today: exchange.today, texts: nil)
            }
        )
        served.link = Paging.link(exchange.request, after: page.next)
        return .ready(served)
    }

    @Sendable static func read(_ exchange: Exchange) throws(Problem) -> Reply {
        try QueryReader(exchange.request.query).finish()
        return show(try find(exchange), exchange.actor, exchange.snapshot, today: exchange.today)
    }

    private static func find(_ exchange: Exchange) throws(Problem) -> Package {
        guard let package = exchange.state.packages[try exchange.id()],
            exchange.state.isVisible(package, to: exchange.actor)
        else { throw .notThere }
        return package
    }

    /// A package for one reader, with in whose name it was accepted and ended.
    static func show(
        _ package: Package,
        _ reader: Actor,
        _ snapshot: Snapshot,
        today: Day,
        location: String? = nil
    ) -> Reply {
        let state = snapshot.state
        let subject = package.person.description
        let acceptance = TextKind.acceptance(package.offer)
        let postponement = TextKind.firstVisit(package.id)
        let ending = TextKind.ending(package.id)
        let render: @Sendable (Texts) -> Served = { texts in
            var json = JSONWriter(capacity: 2048)
            json.package(
                package,
                state,
                today: today,
                texts: reader.seesPersons
                    ? PackageTexts(
                        acceptance: texts.value(subject, acceptance),
                        postponement: texts.value(subject, postponement),
                        // Where the person went from there is not for whoever cared for them until then.
                        ending: reader.role == .provider
                            ? texts.value(subject, ending)?.without("onward") : texts.value(subject, ending)
                    ) : nil
            )
            return Served(json, location: location)
        }
        guard reader.seesPersons else { return .ready(render(Texts())) }
        var keys = [TextKey(subject: subject, kind: acceptance)]
        if package.firstVisit != package.acceptance.firstVisit {
            keys.append(TextKey(subject: subject, kind: postponement))
        }
        if package.ending != nil { keys.append(TextKey(subject: subject, kind: ending)) }
        return .reading(keys, render)
    }

    private static func answer(_ exchange: Exchange) -> @Sendable (Outcome, Resource, Snapshot) -> Reply? {
        { _, resource, snapshot in
            guard case .package(let package) = resource else { return nil }
            return show(package, exchange.actor, snapshot, today: exchange.today)
        }
    }

    @Sendable static func postpone(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let package = try find(exchange)
        let (visit, text) = try Body.postponement(body, of: package.id)
        return .submit(
            exchange.intent(
                .postponeFirstVisit(package.id, visit),
                body: body,
                texts: [text],
                render: answer(exchange)
            )
        )
    }

    @Sendable static func start(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let package = try find(exchange)
        let at = try Body.start(body)
        return .submit(exchange.intent(.start(package.id, at: at), body: body, render: answer(exchange)))
    }

    @Sendable static func end(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let package = try find(exchange)
        let ending = try Body.ending(body, of: package.id)
        return .submit(
            exchange.intent(
                .end(package.id, at: ending.at, ending.outcome, role: ending.by.code),
                body: body,
                texts: [ending.text],
                render: answer(exchange)
            )
        )
    }
}
