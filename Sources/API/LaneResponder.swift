import Broker
import Brokerage
import HTTPWire
import JSON

/// Answers the requests of one lane: matches, authenticates, decodes, asks the broker or reads the published state,
/// encodes. The lane calls it on its own queue only, so its caches need no lock.
public final class LaneResponder: Responder {
    /// Finds the broker of a system; nil when this service has no such system.
    public typealias Systems = @Sendable (String) -> (any Brokering)?
    /// Whether the service can take commands, and what an operator should know.
    public typealias Readiness = @Sendable () -> (ready: Bool, details: [String: JSONValue])

    /// Systems whose boards a lane keeps. More are served too, only more slowly.
    private static let mostSystems = 64

    private let systems: Systems
    private let clock: @Sendable () -> Instant
    private let readiness: Readiness
    private let table: RouteTable
    private let metrics: ServiceMetrics
    private let counters: RouteCounters
    private var polls = PollCache()
    private var keys = KnownKeys()
    private var perSystem: [String: System] = [:]
    /// The place of the route that most requests are for.
    private let pollRow: Int
    /// The place of the route of the request in hand, for counting.
    private var row: Int

    /// What a lane keeps of one system.
    private struct System {
        var snapshot: Snapshot
        var board = CapacityBoard()
    }

    /// A responder for one lane.
    ///
    /// - Parameters:
    ///   - systems: finds the broker of a system by its name.
    ///   - clock: tells the time; never read in any other way.
    ///   - readiness: what `/readyz` says.
    ///   - metrics: what `/metrics` says, and where this lane counts.
    public init(
        systems: @escaping Systems,
        clock: @escaping @Sendable () -> Instant,
        readiness: @escaping Readiness,
        metrics: ServiceMetrics
    ) {
        self.systems = systems
        self.clock = clock
        self.readiness = readiness
        self.metrics = metrics
        counters = metrics.makeCounters()
        table = Routes.table
        row = counters.unmatched
        guard let poll = table.routes.first(where: { $0.pattern == "/v1/capacity" }) else {
            preconditionFailure("capacity has a route")
        }
        pollRow = poll.number
    }

    /// Answers one request; never blocks.
    public func respond(to request: borrowing RequestView) -> Answer {
        let now = clock()
        if let known = polls.answer(to: request, now: now) {
            row = pollRow
            counters.count(row, known.status)
            return .prepared(known)
        }
        let copy = request.copy()
        let answer: Answer
        do {
            answer = try self.answer(copy, request, now)
        } catch {
            answer = .now(error.response)
        }
        switch answer {
        case .now(let response): counters.count(row, response.status)
        case .prepared(let response): counters.count(row, response.status)
        // Its courier counts it.
        case .later: break
        }
        return answer
    }

    /// Counts requests that were answered like the one before.
    public func noteRepeats(of answer: PreparedResponse, count: Int) {
        counters.count(row, answer.status, times: count)
    }

    /// Refuses from the head alone: an unknown path, a wrong method, a key that may not, a format or a body type that
    /// does not fit.
    public func refusal(of request: borrowing RequestView) -> Response? {
        let copy = request.copy()
        do {
            guard case .route(let route, let exchange) = try admit(copy, from: request.clientOrganisation, clock()),
                case .command = route.work
            else {
                return nil
            }
            try checkHead(of: exchange, on: route)
            return nil
        } catch {
            let response = error.response
            counters.count(row, response.status)
            return response
        }
    }

    /// What became of a request at the door.
    private enum Admitted {
        /// It asks only what can be asked.
        case options(Response)
        case probe(Route.Probe, parameters: [String])
        case route(Route, Exchange)
    }

    /// Finds the route and who asks, and whether they may.
    ///
    /// - Parameter organisation: what a trusted client certificate names: keys of that organisation only are taken on
    ///   its connections. A certificate alone opens nothing.
    private func admit(
        _ request: Request,
        from organisation: String?,
        _ now: Instant
    ) throws(Problem) -> Admitted {
        let route: Route
        let parameters: [String]
        row = counters.unmatched
        switch table.match(request.method, request.path) {
        case .none: throw Problem(.notFound, "There is no such path.")
        case .otherMethods(let allow):
            let field = Response.Field("Allow", allow)
            if request.method == .options { return .options(Response(status: 204, fields: [field])) }
            var problem = Problem(.methodNotAllowed, "This resource knows \(allow).")
            problem.fields = [field]
            throw problem
        case .route(let found, let values):
            route = found
            row = found.number
            parameters = values
        }
        if case .probe(let probe) = route.work { return .probe(probe, parameters: parameters) }
        let (caller, snapshot) = try authenticate(request)
        if let organisation, organisation != caller.organisation.description {
            throw .forbidden("The client certificate names another organisation than the key.")
        }
        let exchange = Exchange(
            request: request,
            parameters: parameters,
            caller: caller,
            snapshot: snapshot,
            now: now
        )
        try Access.check(route, exchange)
        try Access.checkAccept(request, "application/json")
        return .route(route, exchange)
    }

    /// What the head of a command can be wrong in.
    private func checkHead(of exchange: Exchange, on route: Route) throws(Problem) {
        if exchange.request.method == .post { _ = try exchange.idempotencyKey() }
        try QueryReader(exchange.request.query).finish()
        try JSONBody.checkType(exchange.request)
        try Preconditions.checkCommand(exchange.request, on: route)
    }

    private func answer(_ request: Request, _ view: borrowing RequestView, _ now: Instant) throws(Problem)
        -> Answer
    {
        let route: Route
        let exchange: Exchange
        switch try admit(request, from: view.clientOrganisation, now) {
        case .options(let response): return .now(response)
        case .probe(let probe, let parameters):
            let sources = Probes.Sources(
                readiness: readiness,
                metrics: metrics,
                isLoopback: view.peerIsLoopback,
                second: now.seconds
            )
            return try Probes.answer(probe, request, parameters, sources)
        case .route(let found, let admitted):
            route = found
            exchange = admitted
        }
        let snapshot = exchange.snapshot
        switch route.work {
        case .probe: preconditionFailure("probes are answered above")
        case .capacity: return try poll(exchange, view)
        case .query(let handler):
            switch try handler(exchange) {
            case .ready(let served): return .now(served.response(to: request, position: snapshot.position))
            case let reply:
                courier(exchange, view).send(reply, from: snapshot)
                return .later
            }
        case .list(let handler):
            courier(exchange, view).send(
                .aside { () throws(Problem) in try handler(exchange) },
                from: snapshot
            )
            return .later
        case .study(let handler):
            courier(exchange, view).workOut(from: snapshot) { () throws(Problem) in try handler(exchange) }
            return .later
        case .recordedQuery(let handler):
            let intent = try handler(exchange)
            courier(exchange, view).submit(intent)
            return .later
        case .command(let handler):
            // Read first, so that a fault here is not hidden behind one of the body.
            try checkHead(of: exchange, on: route)
            let plan = try handler(exchange, try JSONBody.parse(request))
            let courier = self.courier(exchange, view)
            switch plan {
            case .submit(let intent): courier.submit(intent)
            case .reading(let keys, let next): courier.read(keys) { courier.submit(next($0)) }
            }
            return .later
        }
    }

    private func courier(_ exchange: Exchange, _ view: borrowing RequestView) -> Courier {
        Courier(exchange: exchange, ticket: view.makeTicket(), counters: counters, row: row)
    }

    private func authenticate(_ request: Request) throws(Problem) -> (Caller, Snapshot) {
        guard let value = request.fields[.authorization] else { throw Authentication.refusal(nil) }
        let known = keys.find(value)
        let key = known == nil ? Authentication.bearer(value) : nil
        guard let name = known?.system ?? key.flatMap(Authentication.system), let broker = systems(name) else {
            throw Authentication.refusal(value)
        }
        let snapshot = snapshot(name, broker)
        let hash = known?.hash ?? Array((key ?? "").utf8).withUnsafeBytes(broker.keyHash)
        guard let actor = Authentication.actor(hash, in: snapshot) else {
            throw Authentication.refusal(value)
        }
        if known == nil { keys.keep(value, system: name, hash: hash) }
        return (Caller(system: name, broker: broker, actor: actor), snapshot)
    }

    private func snapshot(_ name: String, _ broker: any Brokering) -> Snapshot {
        if let known = perSystem[name]?.snapshot, known.generation == broker.generation { return known }
        let fresh = Snapshot.latest(of: broker)
        if perSystem[name] == nil {
            if perSystem.count >= LaneResponder.mostSystems { perSystem = [:] }
            perSystem[name] = System(snapshot: fresh)
        } else {
            perSystem[name]?.snapshot = fresh
        }
        return fresh
    }

    private func poll(_ exchange: Exchange, _ view: borrowing RequestView) throws(Problem) -> Answer {
        let query = try CapacityQuery(exchange.request.query, exchange.state, today: exchange.today)
        let name = exchange.caller.system
        guard let answers = perSystem[name]?.board.answer(query, exchange.snapshot) else {
            preconditionFailure("authenticating made the system known")
        }
        polls.keep(answers, for: view, broker: exchange.caller.broker, day: exchange.today)
        let tag = String(decoding: answers.tag, as: UTF8.self)
        switch Preconditions.judge(exchange.request, tag: tag) {
        case .met: return .prepared(answers.full)
        case .notModified: return .prepared(answers.notModified)
        case .failed: throw Preconditions.failure(tag: tag)
        }
    }
}
