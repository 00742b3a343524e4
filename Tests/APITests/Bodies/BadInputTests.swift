import HTTPWire
import JSON
import Testing

@testable import API

@Suite("Bad input is refused with a pointer, and nothing is written")
struct BadInputTests {
    struct Case: CustomTestStringConvertible {
        let what: String
        let path: [String]
        let value: JSONValue?
        let status: UInt16
        let pointer: String
        var testDescription: String { what }

        init(_ what: String, _ pointer: String, _ value: JSONValue?, _ status: UInt16, at shown: String? = nil) {
            self.what = what
            path = pointer.split(separator: "/").map(String.init)
            self.value = value
            self.status = status
            self.pointer = shown ?? pointer
        }
    }

    static let referrals: [Case] = [
        Case("an unknown field", "/vists", .array([]), 400),
        Case("an unknown field of a visit", "/visits/0/carer", .integer(1), 400),
        Case("an unknown need", "/needs/transfer", .string("x"), 400),
        Case("a wrong type", "/pathway", .string("1"), 400),
        Case("a fraction", "/visits/0/minutes", .fraction("45.5"), 400),
        Case("a missing field", "/visits/0/carers", nil, 400),
        Case("no reference", "/person/reference", nil, 400),
        Case("a district that cannot be one", "/district", .string("Leamington"), 400),
        Case("a district in no zone", "/district", .string("B1"), 422),
        Case("a sector of another district", "/sector", .string("CV31 5"), 422),
        Case("a sector that cannot be one", "/sector", .string("CV32"), 400),
        Case("an NHS number with a wrong check digit", "/person/nhsNumber", .string("999 000 0019"), 400),
        Case("an NHS number of nobody", "/person/nhsNumber", .string("0000000000"), 400),
        Case("a reference of blanks", "/person/reference", .string(" \u{0} "), 400),
        Case("an unknown source", "/source", .string("hospital"), 400),
        Case("an unknown class", "/class", .string("soon"), 400),
        Case("14 minutes", "/visits/0/minutes", .integer(14), 422),
        Case("20 minutes without a reason", "/visits/1/shortVisitReason", nil, 422),
        Case("a visit longer than its band", "/visits/0/minutes", .integer(300), 422),
        Case("a date that is not one", "/startFrom", .string("2027-02-30"), 400),
        Case("a date as a number", "/startFrom", .integer(20_270_105), 400),
        Case("a first day that has passed", "/startFrom", .string("2027-01-03"), 422),
        Case("a first day too far ahead", "/startFrom", .string("2027-06-01"), 422),
        Case("an instant that is not UTC", "/readyAt", .string("2027-01-04T09:00:00+01:00"), 400),
        Case("three carers", "/visits/0/carers", .integer(3), 422),
        Case("no carer", "/visits/0/carers", .integer(0), 422),
        Case("a day that is none", "/visits/0/days/0", .string("monday"), 400),
        Case("a day named twice", "/visits/0/days/1", .string("mon"), 422, at: "/visits/0/days"),
        Case("no days", "/visits/0/days", .array([]), 422),
        Case("a band that is none", "/visits/0/band", .string("noon"), 400),
        Case("a time outside the band", "/visits/0/time/at", .string("12:00"), 422),
        Case("a time that is none", "/visits/0/time/at", .string("25:00"), 400),
        Case("pathway 4", "/pathway", .integer(4), 422),
        Case("seven weeks", "/weeks", .integer(7), 422),
        Case("three providers", "/maxProviders", .integer(3), 422),
        Case("an unknown funding", "/funding", .string("charity"), 400),
        Case("an unknown existing provider", "/existingProvider", .string("nobody"), 422),
        Case("a triage in the referral", "/triage", .string("careOnly"), 422),
        Case("a gender that is none", "/requirements/carerGender", .string("any"), 400),
        Case(
            "seventeen visits",
            "/visits",
            .array(Array(repeating: County.referral["visits"]?[0] ?? .null, count: 17)),
            422
        ),
        Case("a name too long", "/person/name", .string(String(repeating: "n", count: 201)), 400),
        Case("an empty reference", "/person/reference", .string(""), 400),
        Case("living alone as a word", "/home/livesAlone", .string("yes"), 400),
    ]

    @Test("a referral with", arguments: referrals)
    func referral(_ bad: Case) {
        let county = County()
        let body = County.referral.replacing(bad.path, bad.value)
        let before = county.service.broker().published().position
        let answer = county.referrer.post("/v1/referrals", body)
        #expect(answer.status == bad.status, "\(answer.text)")
        #expect(answer["Content-Type"] == "application/problem+json")
        #expect(answer.pointers.contains(bad.pointer), "\(answer.text)")
        #expect(county.service.broker().published().position == before)
    }

    @Test("a body that is no JSON is 400 and says where reading stopped")
    func noJSON() {
        let county = County()
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        for (body, pointer) in [
            ("{", ""), (#"{"name":"a","name":"b"}"#, "/name"), (#"{"name":\#(deep)}"#, nil), ("{} x", ""),
            ("\u{FEFF}{}", ""),
            ("nonsense", ""),
        ] as [(String, String?)] {
            let answer = county.commissioner.put("/v1/zones/new", body)
            #expect(answer.status == 400, "\(body)")
            #expect(answer.json["type"] == .string("/problems/malformedJSON"))
            if let pointer { #expect(answer.pointers == [pointer], "\(answer.text)") }
        }
        let empty = county.commissioner.put("/v1/zones/new", "")
        #expect(empty.status == 400)
        let array = county.commissioner.put("/v1/zones/new", "[]")
        #expect(array.status == 400)
        #expect(array.pointers == [""])
        #expect(county.commissioner.get("/v1/zones/new").status == 404)
    }

    @Test("a client that waits to be asked for its body is refused by what the head alone rules out")
    func byTheHead() {
        let county = County()
        let zone = "/v1/zones/new"
        func refusal(
            _ method: HTTPWire.Method,
            _ path: String,
            _ key: String?,
            _ fields: [KnownField: String] = [:]
        ) -> UInt16? {
            var fields = fields
            if let key { fields[.authorization] = "Bearer \(key)" }
            return Request(method: method, path: path, fields: fields)
                .withView { county.lane.refusal(of: $0)?.status }
        }
        let key = county.commissioner.key
        #expect(refusal(.put, "/none", key) == 404)
        #expect(refusal(.post, zone, key) == 405)
        #expect(refusal(.put, zone, nil) == 401)
        #expect(refusal(.put, zone, county.dashboard.key) == 403)
        #expect(refusal(.put, zone, key, [.accept: "text/html"]) == 406)
        #expect(refusal(.put, zone, key, [.contentType: "text/plain"]) == 415)
        #expect(refusal(.post, "/v1/blocks", key, [.idempotencyKey: "a b"]) == 400)
        #expect(refusal(.put, zone, key, [.contentType: "application/json"]) == nil)
        #expect(refusal(.get, "/v1/zones", key) == nil)
        #expect(refusal(.get, "/healthz", nil) == nil)
    }

    @Test("a body that says it is no JSON is 415")
    func mediaType() {
        let county = County()
        let body = #"{"name":"New","districts":[]}"#
        for type in [
            "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "text/json",
        ] {
            let answer = county.commissioner.put("/v1/zones/new", body, fields: [.contentType: type])
            #expect(answer.status == 415, "\(type)")
            #expect(answer["Accept"] == "application/json")
        }
        let answer = county.commissioner.put(
            "/v1/zones/new",
            body,
            fields: [.contentType: "Application/JSON; charset=UTF-8"]
        )
        #expect(answer.status == 201)
    }

    @Test("weekly rows: a repeated day and band, too many minutes, no carers")
    func weekly() {
        let county = County()
        let rows: [(String, UInt16, String)] = [
            (
                #"{"days":["mon"],"band":"tea","minutes":60},{"days":["tue","mon"],"band":"tea","minutes":60}"#, 422,
                "/weekly/1/days"
            ),
            (#"{"days":["mon"],"band":"tea","minutes":30001}"#, 422, "/weekly/0/minutes"),
            (#"{"days":["mon"],"band":"tea","minutes":-1}"#, 422, "/weekly/0/minutes"),
            (#"{"days":["mon"],"band":"tea","minutes":60,"carers":0}"#, 422, "/weekly/0/carers"),
            (#"{"days":["mon"],"band":"tea"}"#, 400, "/weekly/0/minutes"),
            (#"{"days":["mon"],"band":"tea","minutes":60,"carer":2}"#, 400, "/weekly/0/carer"),
        ]
        for (row, status, pointer) in rows {
            let body =
                #"{"zone":"rugby","from":"2027-01-01","until":"2027-06-30","ratePence":2600,"funding":"council","skills":[],"weekly":[\#(row)]}"#
            let answer = county.commissioner.post("/v1/blocks", body)
            #expect(answer.status == status, "\(row) \(answer.text)")
            #expect(answer.pointers == [pointer], "\(answer.text)")
        }
        #expect(county.commissioner.get("/v1/blocks").json["items"]?.elements.isEmpty == true)
    }

    @Test("a block: an unknown zone, dates the wrong way round, a rate below nothing")
    func block() {
        let county = County()
        let good = JSONValue.parse(County.block(provider: nil))
        for (path, value, status) in [
            ("/zone", JSONValue.string("atlantis"), 422), ("/until", .string("2026-01-01"), 422),
            ("/ratePence", .integer(-1), 422), ("/funding", .string("gold"), 400),
            ("/provider", .string("nobody"), 422),
            ("/skills", .null, 400), ("/eligibleProviders", .array([.string("nobody")]), 422),
        ] as [(String, JSONValue, UInt16)] {
            let answer = county.commissioner.post("/v1/blocks", good.replacing([String(path.dropFirst())], value))
            #expect(answer.status == status, "\(path) \(answer.text)")
            #expect(answer.pointers.first?.hasPrefix(path) == true, "\(answer.text)")
        }
    }

    @Test("every fault of a body is told at once")
    func allFaults() {
        let county = County()
        let body = County.referral.replacing(["district"], .string("nowhere")).replacing(["pathway"], .bool(true))
            .replacing(["visits", "1", "band"], .string("dusk"))
        #expect(
            Set(county.referrer.post("/v1/referrals", body).pointers) == ["/district", "/pathway", "/visits/1/band"]
        )
    }

    @Test("providers: hours that close before they open, an unknown zone, a caseload of nobody")
    func provider() {
        let county = County()
        let good = JSONValue.parse(
            #"{"name":"New","kind":"team","personalCare":true,"zones":["rugby"],"status":"open","answering":[{"days":["mon"],"from":"08:00","until":"24:00"}],"caseload":{"max":40},"languages":["pa"],"genders":["female"]}"#
        )
        for (path, value, status, pointer) in [
            ("answering/0/until", JSONValue.string("07:00"), 422, "/answering/0/until"),
            ("zones", .array([.string("atlantis")]), 422, "/zones/0"),
            ("caseload/max", .integer(0), 422, "/caseload/max"),
            ("kind", .string("charity"), 400, "/kind"), ("personalCare", .string("yes"), 400, "/personalCare"),
            ("registeredFrom", .string("2027-13-01"), 400, "/registeredFrom"),
        ] as [(String, JSONValue, UInt16, String)] {
            let body = good.replacing(path.split(separator: "/").map(String.init), value)
            let answer = county.commissioner.put("/v1/providers/new", body)
            #expect(answer.status == status, "\(path) \(answer.text)")
            #expect(answer.pointers == [pointer], "\(answer.text)")
        }
        let made = county.commissioner.put("/v1/providers/new", good)
        #expect(made.status == 201)
        #expect(made.json["answering"]?[0]?["until"] == .string("24:00"))
        #expect(county.commissioner.put("/v1/providers/New", good).status == 400)
    }
}
