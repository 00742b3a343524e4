import Broker
import Brokerage
import HTTPWire
import JSON
import Testing

@testable import API

@Suite("The capacity poll")
struct CapacityTests {
    /// How the lane answers a poll: the prepared bytes themselves, to see when they are kept.
    private func poll(
        _ client: Client,
        _ target: String,
        fields: [KnownField: String] = [:],
        knownHead: UInt64 = 0,
        certificate: String? = nil
    ) -> PreparedResponse? {
        let parts = target.split(separator: "?", maxSplits: 1)
        var fields = fields
        fields[.authorization] = "Bearer \(client.key ?? "")"
        let request = Request(
            method: .get,
            path: String(parts[0]),
            query: parts.count > 1 ? String(parts[1]) : nil,
            fields: fields
        )
        let answer = request.withView(clientOrganisation: certificate, knownHead: knownHead) {
            client.lane.respond(to: $0)
        }
        guard case .prepared(let prepared) = answer else { return nil }
        return prepared
    }

    @Test("the same poll in the same state is answered by the same bytes, for every key")
    func kept() {
        let county = County()
        let first = poll(county.dashboard, "/v1/capacity")
        #expect(first != nil)
        #expect(poll(county.dashboard, "/v1/capacity") === first)
        #expect(poll(county.referrer, "/v1/capacity") === first)
        #expect(poll(county.dashboard, "/v1/capacity", fields: [.accept: "*/*"]) === first)
        let tag = county.dashboard.get("/v1/capacity")["ETag"] ?? ""
        let unchanged = poll(county.dashboard, "/v1/capacity", fields: [.ifNoneMatch: tag])
        #expect(unchanged?.status == 304)
        #expect(poll(county.dashboard, "/v1/capacity", fields: [.ifNoneMatch: tag]) === unchanged)
        #expect(poll(county.dashboard, "/v1/capacity", fields: [.ifNoneMatch: "\"0123456789abcdef\""]) === first)
        #expect(poll(county.dashboard, "/v1/capacity", fields: [.ifNoneMatch: "*"])?.status == 304)
    }

    @Test("a commit ends what was kept at once, on every lane")
    func commit() {
        let county = County()
        let other = Client(lane: county.service.makeLane(), key: county.dashboard.key)
        let path = "/v1/capacity?zone=leamington&days=1"
        for client in [county.dashboard, other] {
            #expect(client.get(path).json["zones"]?[0]?["free"] == .parse("[[0,0,0,0,0]]"))
        }
        #expect(county.commissioner.post("/v1/blocks", County.block()).status == 201)
        for client in [county.dashboard, other] {
            #expect(client.get(path).json["zones"]?[0]?["free"] == .parse("[[240,0,0,240,0]]"))
        }
    }

    @Test("a head that came before is answered as before, until a commit, midnight or another certificate")
    func knownHead() {
        let county = County()
        let dashboard = county.dashboard
        let first = poll(dashboard, "/v1/capacity", knownHead: 300)
        #expect(first?.status == 200)
        for _ in 0..<3 { #expect(poll(dashboard, "/v1/capacity", knownHead: 300) === first) }
        // Another head in the same place of the lane's.
        #expect(poll(dashboard, "/v1/capacity?days=1", knownHead: 556) !== first)
        #expect(poll(dashboard, "/v1/capacity", knownHead: 300) === first)
        #expect(poll(dashboard, "/v1/capacity", knownHead: 300, certificate: "someone-else") == nil)
        #expect(county.commissioner.post("/v1/blocks", County.block()).status == 201)
        let second = poll(dashboard, "/v1/capacity", knownHead: 300)
        #expect(second != nil && second !== first)
        #expect(poll(dashboard, "/v1/capacity", knownHead: 300) === second)
        county.service.wait(minutes: 15 * 60)
        let third = poll(dashboard, "/v1/capacity", knownHead: 300)
        #expect(third != nil && third !== second)
    }

    @Test("a key that is revoked ends what was kept for its head")
    func revokedHead() throws {
        let county = County()
        #expect(poll(county.dashboard, "/v1/capacity", knownHead: 5) != nil)
        #expect(poll(county.dashboard, "/v1/capacity", knownHead: 5) != nil)
        let broker = county.service.broker()
        let hash = Array((county.dashboard.key ?? "").utf8)
        let key = try #require(broker.published().state.keys.first { $0.value.hash == hash })
        let me = Actor(key: nil, role: .administrator, organisation: key.value.organisation)
        broker.submit(Submission(.revokeKey(key.key), by: me)) { _ in }
        #expect(poll(county.dashboard, "/v1/capacity", knownHead: 5) == nil)
    }

    @Test("each zone says how many standard packages could begin tomorrow, and a commit elsewhere does not end its 304")
    func startable() {
        let county = County()
        let days = County.everyDay
        let rows = ["morning", "lunch", "tea", "bed"].map {
            #"{"days":\#(days),"band":"\#($0)","minutes":120,"carers":2}"#
        }
        let block =
            #"{"zone":"rugby","from":"2027-01-01","until":"2027-12-31","ratePence":2600,"funding":"council","skills":[],"weekly":[\#(rows.joined(separator: ","))],"provider":"avon-care"}"#
        #expect(county.commissioner.post("/v1/blocks", block).status == 201)
        let path = "/v1/capacity?zone=rugby&days=1"
        #expect(county.dashboard.get(path).json["zones"]?[0]?["startable"] == .parse(#"{"single4":4,"double4":2}"#))
        let tag = county.dashboard.get(path)["ETag"] ?? ""
        #expect(county.commissioner.post("/v1/blocks", County.block()).status == 201)
        #expect(county.dashboard.get(path, fields: [.ifNoneMatch: tag]).status == 304)
        #expect(county.commissioner.put("/v1/policy", #"{"standardVisit":60}"#).status == 200)
        #expect(county.dashboard.get(path).json["zones"]?[0]?["startable"] == .parse(#"{"single4":2,"double4":1}"#))
    }

    @Test("at midnight in London a poll without from begins a day later")
    func midnight() {
        let county = County()
        let first = county.dashboard.get("/v1/capacity?days=1")
        #expect(first.json["from"] == .string("2027-01-04"))
        county.service.wait(minutes: 14 * 60 + 59)
        #expect(county.dashboard.get("/v1/capacity?days=1").json["from"] == .string("2027-01-04"))
        county.service.wait(minutes: 1)
        let next = county.dashboard.get("/v1/capacity?days=1", fields: [.ifNoneMatch: first["ETag"] ?? ""])
        #expect(next.status == 200)
        #expect(next.json["from"] == .string("2027-01-05"))
    }

    @Test("unclaimed minutes are not free, nor those of a claim that is not firm or of a suspended provider")
    func free() {
        let county = County()
        let path = "/v1/capacity?zone=leamington&from=2027-01-05&days=1"
        func free() -> JSONValue? { county.dashboard.get(path).json["zones"]?[0]?["free"]?[0] }
        #expect(county.commissioner.post("/v1/blocks", County.block(provider: nil)).status == 201)
        #expect(free() == .parse("[0,0,0,0,0]"))
        let weekly = #""weekly":[{"days":\#(County.everyDay),"band":"morning","minutes":100,"carers":2}]"#
        #expect(county.avon.post("/v1/blocks/b1/claims", #"{"provider":"avon-care",\#(weekly)}"#).status == 201)
        #expect(
            county.brook.post("/v1/blocks/b1/claims", #"{"provider":"brook-care",\#(weekly),"firmFrom":"2027-02-01"}"#)
                .status == 201
        )
        #expect(free() == .parse("[100,0,0,0,0]"))
        let suspended =
            #"{"name":"Avon","kind":"agency","personalCare":true,"zones":["leamington"],"status":"suspended"}"#
        #expect(county.commissioner.put("/v1/providers/avon-care", suspended, fields: [.ifMatch: "*"]).status == 200)
        #expect(free() == .parse("[0,0,0,0,0]"))
    }

    @Test("skills must all be there; zones come in order; days are as many as asked for")
    func shape() {
        let county = County()
        #expect(county.commissioner.post("/v1/blocks", County.block()).status == 201)
        func free(_ skills: String) -> JSONValue? {
            county.dashboard.get("/v1/capacity?zone=leamington&days=1&\(skills)").json["zones"]?[0]?["free"]?[0]
        }
        #expect(free("skill=medication") == .parse("[240,0,0,240,0]"))
        #expect(free("skill=medication&skill=catheter") == .parse("[0,0,0,0,0]"))
        let all = county.dashboard.get("/v1/capacity")
        #expect(all.json["zones"]?.elements.compactMap { $0["zone"]?.string } == ["leamington", "rugby"])
        #expect(all.json["zones"]?[0]?["free"]?.elements.count == 14)
        #expect(all.json["bands"] == .parse(#"["morning","lunch","tea","bed","night"]"#))
        #expect(county.dashboard.get("/v1/capacity?days=64").json["zones"]?[0]?["free"]?.elements.count == 64)
    }
}
