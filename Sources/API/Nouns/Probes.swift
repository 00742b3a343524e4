import HTTPWire
import JSON

/// What anyone may ask, without a key.
enum Probes {
    /// Where their answers come from.
    struct Sources {
        let readiness: LaneResponder.Readiness
        let metrics: ServiceMetrics
        /// Whether the client's address is a loopback address.
        let isLoopback: Bool
        /// Seconds since 1970.
        let second: Int64
    }

    static func answer(
        _ probe: Route.Probe,
        _ request: Request,
        _ parameters: [String],
        _ sources: Sources
    ) throws(Problem) -> Answer {
        switch probe {
        case .index: return .now(index.response(to: request, position: nil))
        case .health:
            if request.fields[.ifMatch] == nil, request.fields[.ifNoneMatch] == nil { return .prepared(alive) }
            let response = Response(status: 200, fields: alive.fields, body: Array(alive.body))
            return .now(Preconditions.apply(request, to: response))
        case .readiness:
            let (ready, details) = sources.readiness()
            var json = JSONWriter()
            json.object { json in
                json.field("status", ready ? "ready" : "notReady")
                // Names of systems, how busy they are and what ails them: for who may read the metrics.
                guard sources.metrics.isOpen(toLoopback: sources.isLoopback) else { return }
                for name in details.keys.sorted() where name != "status" {
                    json.key(text: name)
                    json.value(details[name] ?? .null)
                }
            }
            let response = Response(
                status: ready ? 200 : 503,
                fields: [.init("Content-Type", "application/json"), .init("Cache-Control", "no-store")]
                    + (ready ? [] : [.init("Retry-After", "1")]),
                body: json.bytes
            )
            return .now(Preconditions.apply(request, to: response))
        case .metrics:
            guard sources.metrics.isOpen(toLoopback: sources.isLoopback) else {
                throw Problem(.notFound, "There is no such path.")
            }
            let response = Response(
                status: 200,
                fields: [.init("Content-Type", MetricsText.contentType), .init("Cache-Control", "no-store")],
                body: sources.metrics.text(at: sources.second)
            )
            return .now(Preconditions.apply(request, to: response))
        case .openAPI:
            try Access.checkAccept(request, "application/json")
            return .now(openAPI.response(to: request, position: nil))
        case .problem:
            guard let page = ProblemPages.page(parameters.first ?? "") else {
                throw Problem(.notFound, "There is no problem with this code.")
            }
            return .now(Preconditions.apply(request, to: page))
        }
    }

    private static let alive = PreparedResponse(
        status: 200,
        fields: [.init("Content-Type", "application/json"), .init("Cache-Control", "no-store")],
        body: Array(#"{"status":"ok"}"#.utf8)
    )

    private static let index: Served = {
        var json = JSONWriter()
        json.object {
            $0.field("service", "Homeward")
            $0.field("description", "/openapi.json")
            $0.field("health", "/healthz")
            $0.field("readiness", "/readyz")
        }
        return Served(json)
    }()

    private static let openAPI: Served = {
        let json = OpenAPI.document(Routes.all)
        return Served(body: json, tag: EntityTag.of(json))
    }()
}
