import Brokerage
import HTTPWire
import JSON
import Testing

@testable import API

@Suite("What a key may not see is 404, what it may see but not do is 403")
struct AccessTests {
    /// A county with one referral offered to Avon Care and accepted (o1, p1), and one that waits (r2).
    static func placed() -> County {
        let county = County()
        #expect(county.commissioner.post("/v1/blocks", County.block()).status == 201)
        #expect(county.referrer.post("/v1/referrals", County.referral).status == 201)
        #expect(county.avon.put("/v1/offers/o1/acceptance", County.acceptance).status == 200)
        let other = County.referral.replacing(["district"], .string("CV21")).with("sector", nil)
            .replacing(["person", "nhsNumber"], nil)
        let waiting = county.referrer.post("/v1/referrals", other)
        #expect(waiting.json["status"] == .string("waiting"), "\(waiting.text)")
        return county
    }

    @Test("reading, by role")
    func reading() {
        let county = AccessTests.placed()
        let clients: [(String, Client)] = [
            ("referrer", county.referrer), ("other referrer", county.otherReferrer), ("avon", county.avon),
            ("brook", county.brook), ("clinician", county.clinician), ("broker", county.broker),
            ("commissioner", county.commissioner), ("dashboard", county.dashboard),
            ("administrator", county.administrator),
        ]
        let matrix: [(String, [UInt16])] = [
            ("/v1/zones", [200, 200, 200, 200, 200, 200, 200, 200, 200]),
            ("/v1/zones/rugby", [200, 200, 200, 200, 200, 200, 200, 200, 200]),
            ("/v1/providers", [403, 403, 200, 200, 403, 200, 200, 403, 200]),
            ("/v1/providers/avon-care", [404, 404, 200, 404, 404, 200, 200, 404, 200]),
            ("/v1/providers/avon-care/week", [404, 404, 200, 404, 404, 200, 200, 404, 200]),
            ("/v1/blocks", [403, 403, 200, 200, 403, 200, 200, 403, 200]),
            ("/v1/blocks/b1", [404, 404, 200, 404, 404, 200, 200, 404, 200]),
            ("/v1/blocks/b1/claims/c1", [404, 404, 200, 404, 404, 200, 200, 404, 200]),
            ("/v1/referrals", [200, 200, 403, 403, 200, 200, 200, 403, 200]),
            ("/v1/referrals/r1", [200, 404, 404, 404, 200, 200, 200, 404, 200]),
            ("/v1/referrals/r2/explanation", [200, 404, 404, 404, 200, 200, 200, 404, 200]),
            ("/v1/referrals/r1/person", [200, 404, 404, 404, 200, 200, 403, 404, 200]),
            ("/v1/offers", [403, 403, 200, 200, 403, 200, 200, 403, 200]),
            ("/v1/offers/o1", [404, 404, 200, 404, 404, 200, 200, 404, 200]),
            ("/v1/packages", [200, 200, 200, 200, 200, 200, 200, 403, 200]),
            ("/v1/packages/p1", [200, 404, 200, 404, 200, 200, 200, 404, 200]),
            ("/v1/packages/p1/person", [200, 404, 200, 404, 200, 200, 403, 404, 200]),
            ("/v1/capacity", [200, 200, 200, 200, 200, 200, 200, 200, 200]),
            ("/v1/waiting", [200, 200, 200, 200, 200, 200, 200, 200, 200]),
        ]
        for (path, statuses) in matrix {
            for ((name, client), status) in zip(clients, statuses) {
                #expect(client.get(path).status == status, "\(name) reads \(path)")
            }
        }
    }

    @Test("doing, by role")
    func doing() {
        let county = AccessTests.placed()
        let start = #"{"at":"2027-01-04T09:00:00Z"}"#
        let triage = #"{"outcome":"careOnly","by":{"name":"T","role":"OT"}}"#
        let withdrawal = #"{"reason":"went home with family"}"#
        let claim = #"{"provider":"avon-care","weekly":[{"days":["mon"],"band":"tea","minutes":30}]}"#
        #expect(county.commissioner.post("/v1/blocks", County.block(provider: nil)).status == 201)
        let cases: [(Client, HTTPWire.Method, String, String, UInt16)] = [
            (county.referrer, .put, "/v1/zones/new", "{}", 403),
            (county.broker, .put, "/v1/providers/new", "{}", 403),
            (county.avon, .put, "/v1/providers/avon-care", "{}", 403),
            (county.avon, .post, "/v1/blocks", "{}", 403),
            (county.avon, .post, "/v1/referrals", "{}", 403),
            (county.dashboard, .post, "/v1/referrals", "{}", 403),
            (county.clinician, .post, "/v1/referrals", "{}", 403),
            (county.referrer, .post, "/v1/referrals/r1/triage", triage, 403),
            (county.avon, .post, "/v1/referrals/r1/triage", triage, 404),
            (county.otherReferrer, .put, "/v1/referrals/r1/withdrawal", withdrawal, 404),
            (county.clinician, .put, "/v1/referrals/r1/withdrawal", withdrawal, 403),
            (county.referrer, .put, "/v1/packages/p1/start", start, 403),
            (county.brook, .put, "/v1/packages/p1/start", start, 404),
            (county.avon, .put, "/v1/packages/p1/ending", "{}", 403),
            (county.referrer, .put, "/v1/offers/o1/acceptance", County.acceptance, 404),
            (county.brook, .put, "/v1/offers/o1/acceptance", County.acceptance, 404),
            (county.brook, .post, "/v1/blocks/b1/claims", claim, 404),
            (county.brook, .post, "/v1/blocks/b2/claims", claim, 403),
            (county.referrer, .post, "/v1/blocks/b1/claims", claim, 404),
            (county.brook, .put, "/v1/blocks/b1/claims/c1/reduction", "{}", 404),
        ]
        for (client, method, path, body, status) in cases {
            let answer = client.send(method, path, Array(body.utf8))
            #expect(answer.status == status, "\(method) \(path): \(answer.text)")
        }
    }

    @Test("on a connection with a client certificate only keys of the organisation it names are taken")
    func certificate() {
        let county = County()
        func status(_ path: String, _ organisation: String?) -> UInt16? {
            let fields = [KnownField.authorization: "Bearer \(county.avon.key ?? "")"]
            return Request(method: .get, path: path, fields: fields).withView(clientOrganisation: organisation) {
                switch county.lane.respond(to: $0) {
                case .now(let response): response.status
                case .prepared(let response): response.status
                case .later: nil
                }
            }
        }
        // Twice each way, so that a poll that the lane remembers is held to it too.
        for _ in 0..<2 {
            for path in ["/v1/capacity", "/v1/zones/rugby"] {
                #expect(status(path, nil) == 200)
                #expect(status(path, "avon-care") == 200)
                #expect(status(path, "other-care") == 403)
            }
        }
        #expect(status("/healthz", "other-care") == 200)
    }

    @Test("without a key, or with one that is none, the answer is 401 and says how to ask")
    func unauthenticated() {
        let county = County()
        let keys = [
            nil, "", "nonsense", "hw.default.wrong", "hw.elsewhere.x", "hw..x", "HW.default.commissioner-commissioner",
        ]
        for key in keys {
            let answer = Client(lane: county.lane, key: key).get("/v1/zones")
            #expect(answer.status == 401)
            #expect(answer["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
            // RFC 6750 section 3.1: a missing key is not called a bad one.
            #expect(answer["WWW-Authenticate"]?.contains("error=\"invalid_token\"") == (key != nil))
        }
        let basic = Client(lane: county.lane, key: nil).get("/v1/zones", fields: [.authorization: "Basic abc"])
        #expect(basic.status == 401)
        #expect(basic["WWW-Authenticate"]?.contains("error") == false)
        let lower = Client(lane: county.lane, key: nil)
            .get("/v1/zones", fields: [.authorization: "bearer \(county.broker.key ?? "")"])
        #expect(lower.status == 200)
    }

    @Test("a revoked key is none")
    func revoked() {
        let county = County()
        #expect(county.dashboard.get("/v1/capacity").status == 200)
        #expect(county.dashboard.get("/v1/capacity").status == 200)
        let broker = county.service.broker()
        let state = broker.published().state
        let key = state.key(withHash: Array((county.dashboard.key ?? "").utf8))
        guard let key, let me = Slug("homeward") else { return #expect(Bool(false), "the key is known") }
        broker.submit(.init(.revokeKey(key.id), by: Actor(key: nil, role: .administrator, organisation: me))) { _ in }
        #expect(county.dashboard.get("/v1/capacity").status == 401)
    }

    @Test("nothing crosses systems: the same identifiers name other things, and keys open their own house only")
    func tenancy() {
        let county = AccessTests.placed()
        let lane = county.lane
        let service = county.service
        let elsewhere = Client(lane: lane, key: service.key(.administrator, system: "derby"))
        for path in [
            "/v1/referrals/r1", "/v1/offers/o1", "/v1/packages/p1", "/v1/blocks/b1", "/v1/zones/rugby",
            "/v1/providers/avon-care", "/v1/referrals/r1/person", "/v1/capacity?zone=rugby",
        ] {
            #expect(elsewhere.get(path).status == 404, "\(path)")
        }
        for path in ["/v1/zones", "/v1/referrals", "/v1/blocks"] {
            #expect(elsewhere.get(path).json["items"]?.elements.isEmpty == true)
        }
        let forged = (county.administrator.key ?? "").replacing("hw.default.", with: "hw.derby.")
        #expect(Client(lane: lane, key: forged).get("/v1/referrals").json["items"]?.elements.isEmpty == true)
        #expect(
            Client(lane: lane, key: (county.broker.key ?? "").replacing("hw.default.", with: "hw.derby.")).get(
                "/v1/zones"
            ).status == 401
        )
    }

    @Test("a commissioner sees a referral without the reference and without words")
    func commissioner() {
        let county = AccessTests.placed()
        let answer = county.commissioner.get("/v1/referrals/r1")
        #expect(answer.json["person"]?.names == ["id"])
        #expect(
            !answer.text.contains("RJC") && !answer.text.contains("hoist") && !answer.text.contains("medication prompt")
        )
        #expect(!county.commissioner.get("/v1/referrals").text.contains("RJC"))
        #expect(!county.commissioner.get("/v1/offers/o1").text.contains("hoist"))
        #expect(!county.commissioner.get("/v1/packages/p1").text.contains("Carla"))
        #expect(county.broker.get("/v1/referrals").text.contains("RJC"))
    }

    @Test("of other providers' claims a provider sees minutes, and no rate of a block it does not hold")
    func otherClaims() {
        let county = AccessTests.placed()
        #expect(county.commissioner.post("/v1/blocks", County.block(provider: nil)).status == 201)
        let claim = #"{"provider":"avon-care","weekly":[{"days":["mon"],"band":"morning","minutes":30}]}"#
        #expect(county.avon.post("/v1/blocks/b2/claims", claim).status == 201)
        let block = county.brook.get("/v1/blocks/b2").json
        #expect(block["ratePence"] == .null)
        #expect(block["claims"]?[0]?["provider"] == .null)
        #expect(block["claims"]?[0]?["minutes"] == .integer(30))
        #expect(county.avon.get("/v1/blocks/b2").json["ratePence"] == .integer(2600))
        #expect(county.broker.get("/v1/blocks/b2").json["ratePence"] == .null)
        #expect(county.commissioner.get("/v1/blocks/b2").json["claims"]?[0]?["provider"] == .string("avon-care"))
    }

    @Test("a person is disclosed to whoever may know, recorded first, and kept in no cache")
    func person() {
        let county = AccessTests.placed()
        let before = county.service.broker().published().state.disclosures
        let answer = county.avon.get("/v1/packages/p1/person")
        #expect(answer["Cache-Control"] == "no-store")
        #expect(answer["ETag"] != nil)
        #expect(answer.json["name"] == .string("Winifred Planted"))
        #expect(answer.json["nhsNumber"] == .string("9990000018"))
        #expect(answer.json["access"] == .string("key safe 4711"))
        #expect(county.service.broker().published().state.disclosures == before + 1)
        _ = county.commissioner.get("/v1/packages/p1/person")
        _ = county.brook.get("/v1/packages/p1/person")
        #expect(county.service.broker().published().state.disclosures == before + 1)
    }
}
