import JSON

/// The OpenAPI document (3.1), made from the table of routes, so that the two cannot drift apart.
enum OpenAPI {
    static func document(_ routes: [Route]) -> [UInt8] {
        var json = JSONWriter(capacity: 65_536)
        json.object { json in
            json.field("openapi", "3.1.0")
            json.object("info") {
                $0.field("title", "Homeward")
                $0.field("version", "1")
                $0.field("summary", "Brokers packages of home care")
            }
            json.object("paths") { json in
                for pattern in patterns(routes) {
                    json.key(text: pattern)
                    json.object { json in
                        for route in routes where route.pattern == pattern {
                            json.key(text: "\(route.method)")
                            operation(route, &json)
                        }
                    }
                }
            }
            json.object("components") { json in
                json.object("securitySchemes") { json in
                    json.object("key") {
                        $0.field("type", "http")
                        $0.field("scheme", "bearer")
                        $0.field("description", "hw.<system>.<secret>")
                    }
                }
                json.object("schemas") { json in
                    for schema in SchemaText.requests + SchemaText.answers + SchemaText.policy {
                        json.key(text: schema.name)
                        schema.write(to: &json)
                    }
                }
            }
        }
        return json.bytes
    }

    /// Paths in the order of the table, each once.
    private static func patterns(_ routes: [Route]) -> [String] {
        routes.map(\.pattern).reduce(into: []) { all, pattern in
            if !all.contains(pattern) { all.append(pattern) }
        }
    }

    private static func operation(_ route: Route, _ json: inout JSONWriter) {
        json.object { json in
            json.field("operationId", operationID(route))
            json.field("summary", route.summary)
            if let roles = route.roles {
                json.array("security") { json in
                    json.object { json in json.array("key") { _ in } }
                }
                json.strings("x-roles", roles.map(\.rawValue))
            } else {
                json.array("security") { _ in }
            }
            parameters(route, &json)
            if let schema = route.requestSchema {
                json.object("requestBody") { json in
                    json.field("required", true)
                    content("application/json", schema, &json)
                }
            }
            responses(route, &json)
        }
    }

    /// `getReferralsIdExplanation`.
    private static func operationID(_ route: Route) -> String {
        let words = route.pattern.split { "/{}-.".contains($0) }.filter { $0 != "v1" }
        return words.reduce("\(route.method)") { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }

    private static func parameters(_ route: Route, _ json: inout JSONWriter) {
        json.array("parameters") { json in
            for segment in route.segments where segment.hasPrefix("{") {
                json.object { json in
                    json.field("name", String(segment.dropFirst().dropLast()))
                    json.field("in", "path")
                    json.field("required", true)
                    json.object("schema") { $0.field("type", "string") }
                }
            }
            for parameter in route.query {
                json.object { json in
                    json.field("name", parameter.name)
                    json.field("in", "query")
                    json.field("description", parameter.summary)
                    json.key("schema")
                    if parameter.repeats {
                        json.object { json in
                            json.field("type", "array")
                            json.key("items")
                            json.raw(Array(parameter.schema.utf8))
                        }
                    } else {
                        json.raw(Array(parameter.schema.utf8))
                    }
                }
            }
            for header in headers(route) {
                json.object { json in
                    json.field("name", header)
                    json.field("in", "header")
                    json.object("schema") { $0.field("type", "string") }
                }
            }
        }
    }

    private static func headers(_ route: Route) -> [String] {
        guard route.roles != nil else { return [] }
        switch route.method {
        case .post: return ["Idempotency-Key"]
        case .put: return route.isReplacing ? ["If-Match"] : []
        case .get: return ["If-None-Match"]
        case .head, .delete, .options, .patch, .trace, .connect: return []
        }
    }

    private static func responses(_ route: Route, _ json: inout JSONWriter) {
        json.object("responses") { json in
            if route.creates { response("201", "Created", "application/json", route.answerSchema, &json) }
            if !(route.creates && route.method == .post) {
                // Texts have no schema of their own.
                let text = ["Page": "text/html", "Metrics": "text/plain"][route.answerSchema]
                response("200", "OK", text ?? "application/json", text == nil ? route.answerSchema : nil, &json)
            }
            if route.method == .get, route.roles != nil, !isRecorded(route) {
                json.object("304") { $0.field("description", "Not modified") }
            }
            response("default", "A refusal (RFC 9457)", "application/problem+json", "Problem", &json)
        }
    }

    private static func isRecorded(_ route: Route) -> Bool {
        if case .recordedQuery = route.work { return true }
        return false
    }

    private static func response(
        _ status: String,
        _ description: String,
        _ type: String,
        _ schema: String?,
        _ json: inout JSONWriter
    ) {
        json.key(text: status)
        json.object { json in
            json.field("description", description)
            content(type, schema, &json)
        }
    }

    private static func content(_ type: String, _ schema: String?, _ json: inout JSONWriter) {
        json.object("content") { json in
            json.key(text: type)
            json.object { json in
                json.key("schema")
                if let schema {
                    SchemaText.write(schema[...], to: &json)
                } else {
                    json.object { $0.field("type", "string") }
                }
            }
        }
    }
}
