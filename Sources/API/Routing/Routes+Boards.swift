import Brokerage

/// What anyone with a key may watch, and what anyone at all may ask.
extension Routes {
    static let boards: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/capacity",
            roles: Role.all,
            subject: .none,
            summary: "Free minutes by zone, day and band",
            query: [
                zone,
                Route.QueryParameter(
                    name: "skill",
                    schema: #"{"type":"string"}"#,
                    summary: "May repeat; all must be there",
                    repeats: true
                ),
                from, days(64),
            ],
            answerSchema: "Capacity",
            work: .capacity
        ),
        Route(
            method: .get,
            pattern: "/v1/waiting",
            roles: Role.all,
            subject: .none,
            summary: "Who waits, where, how urgently and for what",
            query: [zone],
            answerSchema: "Waiting",
            work: .list(WaitingBoard.read)
        ),
    ]

    static let policy: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/policy",
            roles: [.clinician, .broker, .commissioner, .administrator],
            subject: .none,
            summary: "Every figure that the brokerage sets for itself, the objective's weights among them",
            answerSchema: "Policy",
            work: .query(Policies.read)
        ),
        Route(
            method: .put,
            pattern: "/v1/policy",
            roles: commissioning,
            subject: .none,
            summary: "Set the policy; what is not named stays. Recorded in the journal",
            requestSchema: "PolicyBody",
            answerSchema: "Policy",
            work: .command(Policies.set)
        ),
    ]

    static let open: [Route] = [
        Route(
            method: .get,
            pattern: "/",
            roles: nil,
            subject: .none,
            summary: "What this is, and where its description lies",
            answerSchema: "Index",
            work: .probe(.index)
        ),
        Route(
            method: .get,
            pattern: "/healthz",
            roles: nil,
            subject: .none,
            summary: "Whether the process lives",
            answerSchema: "Health",
            work: .probe(.health)
        ),
        Route(
            method: .get,
            pattern: "/readyz",
            roles: nil,
            subject: .none,
            summary: "Whether it can take requests",
            answerSchema: "Health",
            work: .probe(.readiness)
        ),
        Route(
            method: .get,
            pattern: "/metrics",
            roles: nil,
            subject: .none,
            summary: "Figures for Prometheus; for clients on this machine unless configured otherwise",
            answerSchema: "Metrics",
            work: .probe(.metrics)
        ),
        Route(
            method: .get,
            pattern: "/openapi.json",
            roles: nil,
            subject: .none,
            summary: "This document",
            answerSchema: "OpenAPI",
            work: .probe(.openAPI)
        ),
        Route(
            method: .get,
            pattern: "/problems/{code}",
            roles: nil,
            subject: .none,
            summary: "What a refusal means",
            answerSchema: "Page",
            work: .probe(.problem)
        ),
    ]
}
