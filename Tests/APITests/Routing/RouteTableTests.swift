import HTTPWire
import JSON
import Testing

@testable import API

@Suite("The table of routes")
struct RouteTableTests {
    @Test("an unknown path is 404, another method 405 with Allow, OPTIONS says what is allowed")
    func matching() {
        let county = County()
        for path in [
            "/v1", "/v1/", "/v1/zone", "/v1/zones/", "/v1/zones/a/b", "/metrics/x", "/V1/zones", "/v1/feed",
            "/v1//zones", "/problems/none",
        ] {
            let answer = county.broker.get(path)
            #expect(answer.status == 404, "\(path)")
            #expect(answer["Content-Type"] == "application/problem+json")
        }
        let answer = county.broker.send(.delete, "/v1/zones/rugby")
        #expect(answer.status == 405)
        #expect(answer["Allow"] == "GET, HEAD, PUT, OPTIONS")
        #expect(county.broker.send(.patch, "/v1/referrals").status == 405)
        let options = county.broker.send(.options, "/v1/referrals")
        #expect(options.status == 204)
        #expect(options["Allow"] == "GET, HEAD, POST, OPTIONS")
        #expect(county.broker.get("/v1/zones/%72ugby").status == 200)
        #expect(county.broker.get("/v1/zones/%zz").status == 404)
        #expect(county.broker.send(.head, "/v1/zones/rugby").status == 200)
    }

    @Test("Accept is honoured")
    func accept() {
        let county = County()
        for accept in ["*/*", "application/json", "text/html, application/*;q=0.1", "APPLICATION/JSON"] {
            #expect(county.broker.get("/v1/zones", fields: [.accept: accept]).status == 200, "\(accept)")
            #expect(county.broker.get("/v1/capacity", fields: [.accept: accept]).status == 200, "\(accept)")
        }
        for accept in ["text/html", "application/json;q=0", "*/*, application/json;q=0.0", "application/xml"] {
            #expect(county.broker.get("/v1/zones", fields: [.accept: accept]).status == 406, "\(accept)")
            #expect(county.broker.get("/v1/capacity", fields: [.accept: accept]).status == 406, "\(accept)")
        }
    }

    @Test("unknown, repeated and malformed query parameters are refused with their place")
    func query() {
        let county = County()
        for (target, status, pointer) in [
            ("/v1/capacity?zones=rugby", 400, "/query/zones"),
            ("/v1/capacity?zone=rugby&zone=leamington", 400, "/query/zone"),
            ("/v1/capacity?from=tomorrow", 400, "/query/from"), ("/v1/capacity?from=2027-02-30", 400, "/query/from"),
            ("/v1/capacity?days=x", 400, "/query/days"), ("/v1/capacity?days=65", 422, "/query/days"),
            ("/v1/capacity?days=0", 422, "/query/days"), ("/v1/capacity?from=2020-01-01", 422, "/query/from"),
            ("/v1/capacity?skill=two%20words", 400, "/query/skill"), ("/v1/zones?limit=1001", 422, "/query/limit"),
            ("/v1/zones?limit=1.5", 400, "/query/limit"), ("/v1/offers?status=gone", 400, "/query/status"),
            ("/v1/blocks?after=r1", 400, "/query/after"), ("/v1/blocks?days=129", 422, "/query/days"),
            ("/v1/blocks?from=2027-05-01&days=128", 422, "/query/days"),
            ("/v1/referrals?overdue=maybe", 400, "/query/overdue"),
        ] as [(String, UInt16, String)] {
            let answer = county.broker.get(target)
            #expect(answer.status == status, "\(target) \(answer.text)")
            #expect(answer.pointers == [pointer], "\(target) \(answer.text)")
        }
        #expect(county.broker.get("/v1/capacity?zone=atlantis").status == 404)
        #expect(county.broker.get("/v1/waiting?zone=atlantis").status == 404)
        #expect(county.broker.get("/v1/zones?9990000018=1").pointers == ["/query"])
    }

    @Test("every problem has a page, the server's and ours")
    func problems() {
        let county = County()
        let anyone = Client(lane: county.lane, key: nil)
        for code in Problem.Code.allCases.map(\.rawValue) + WireProblem.allCases.map(\.rawValue) {
            let page = anyone.get("/problems/\(code)")
            #expect(page.status == 200)
            #expect(page["Content-Type"] == "text/html; charset=utf-8")
            #expect(page.text.contains(code))
        }
    }

    @Test("health and readiness need no key; not ready is 503 with the reasons")
    func probes() {
        let county = County()
        let anyone = Client(lane: county.lane, key: nil)
        #expect(anyone.get("/healthz").json["status"] == .string("ok"))
        #expect(anyone.get("/readyz").json["journal"] == .string("writable"))
        let failing = Client(lane: county.service.makeLane(ready: false), key: nil).get("/readyz")
        #expect(failing.status == 503)
        #expect(failing["Retry-After"] != nil)
        #expect(failing.json["journal"] == .string("read-only"))
    }

    @Test("the OpenAPI document covers every route, and every schema it names is there")
    func openAPI() {
        let county = County()
        let answer = Client(lane: county.lane, key: nil).get("/openapi.json")
        #expect(answer.status == 200)
        #expect(answer.json["openapi"] == .string("3.1.0"))
        for route in Routes.all {
            let operation = answer.json["paths"]?[route.pattern]?["\(route.method)"]
            #expect(operation?["summary"] == .string(route.summary), "\(route.pattern)")
            let declared = operation?["parameters"]?.elements.compactMap { $0["name"]?.string } ?? []
            for parameter in route.query { #expect(declared.contains(parameter.name)) }
        }
        let schemas = answer.json["components"]?["schemas"]?.names ?? []
        #expect(Set(schemas).count == schemas.count)
        var named: Set<String> = []
        func walk(_ value: JSONValue) {
            if let name = value["$ref"]?.string { named.insert(String(name.dropFirst("#/components/schemas/".count))) }
            if case .object(let members) = value { for member in members { walk(member.value) } }
            for element in value.elements { walk(element) }
        }
        walk(answer.json)
        #expect(named.subtracting(schemas).isEmpty)
        let operations = Routes.all.compactMap {
            answer.json["paths"]?[$0.pattern]?["\($0.method)"]?["operationId"]?.string
        }
        #expect(Set(operations).count == Routes.all.count)
    }

    @Test("what is answered has the fields that the document names")
    func answersFitSchemas() {
        let county = AccessTests.placed()
        let document = Client(lane: county.lane, key: nil).get("/openapi.json").json
        for (path, schema) in [
            ("/v1/zones/rugby", "Zone"), ("/v1/providers/avon-care", "Provider"), ("/v1/blocks/b1?days=3", "Block"),
            ("/v1/blocks/b1/claims/c1", "Claim"), ("/v1/referrals/r1", "Referral"), ("/v1/offers/o1", "Offer"),
            ("/v1/packages/p1", "Package"), ("/v1/referrals/r1/person", "Person"), ("/v1/capacity", "Capacity"),
            ("/v1/waiting", "Waiting"), ("/v1/referrals/r2/explanation", "Explanation"),
            ("/v1/providers/avon-care/week", "Week"), ("/v1/zones/none", "Problem"),
        ] {
            let answer = county.administrator.get(path).json
            let shape = document["components"]?["schemas"]?[schema]
            let known = Set(shape?["properties"]?.names ?? [])
            let required = shape?["required"]?.elements.compactMap(\.string) ?? []
            #expect(Set(answer.names).isSubset(of: known), "\(schema): \(Set(answer.names).subtracting(known))")
            #expect(Set(required).isSubset(of: answer.names), "\(schema): \(Set(required).subtracting(answer.names))")
        }
    }
}
