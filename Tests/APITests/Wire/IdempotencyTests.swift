import HTTPWire
import JSON
import Testing

@testable import API

@Suite("The same key and the same body get the same answer")
struct IdempotencyTests {
    @Test("a referral posted twice is one referral, answered in the same words after things have moved on")
    func referral() {
        let county = County()
        #expect(county.commissioner.post("/v1/blocks", County.block()).status == 201)
        let fields: [KnownField: String] = [.idempotencyKey: "a-1"]
        let first = county.referrer.post("/v1/referrals", County.referral, fields: fields)
        #expect(first.status == 201)
        #expect(county.avon.put("/v1/offers/o1/acceptance", County.acceptance).status == 200)
        county.service.wait(minutes: 60 * 30)
        let again = county.referrer.post("/v1/referrals", County.referral, fields: fields)
        #expect(again.status == 201)
        #expect(again.body == first.body)
        #expect(again["Location"] == first["Location"])
        #expect(again["ETag"] == first["ETag"])
        #expect(county.referrer.get("/v1/referrals").json["items"]?.elements.count == 1)
    }

    @Test("a triage said again shows who said it then, not who has triaged since")
    func triage() {
        let county = AccessTests.placed()
        let path = "/v1/referrals/r1/triage"
        func said(_ outcome: String, _ name: String, _ key: String) -> Answered {
            county.clinician.post(
                path,
                #"{"outcome":"\#(outcome)","by":{"name":"\#(name)","role":"OT"},"note":"said by \#(name)"}"#,
                fields: [.idempotencyKey: key]
            )
        }
        let first = said("careOnly", "First", "t-1")
        #expect(first.json["triage"]?["by"]?["name"] == .string("First"), "\(first.text)")
        #expect(said("careAndTherapy", "Second", "t-2").json["triage"]?["note"] == .string("said by Second"))
        let again = said("careOnly", "First", "t-1")
        #expect(again.json["triage"] == first.json["triage"])
        #expect(again.json["triage"]?["note"] == .string("said by First"))
        #expect(county.clinician.get("/v1/referrals/r1").json["triage"]?["by"]?["name"] == .string("Second"))
    }

    @Test("members in another order are the same body; another value is not")
    func canonical() {
        let county = County()
        let block = JSONValue.parse(County.block())
        guard case .object(let members) = block else { return }
        let fields: [KnownField: String] = [.idempotencyKey: "b"]
        let first = county.commissioner.post("/v1/blocks", block, fields: fields)
        let reordered = county.commissioner.post("/v1/blocks", .object(members.reversed()), fields: fields)
        #expect(reordered.body == first.body)
        let other = county.commissioner.post("/v1/blocks", block.with("ratePence", .integer(1)), fields: fields)
        #expect(other.status == 422)
        #expect(other.json["type"] == .string("/problems/keyReused"))
    }

    @Test("a claim and a block are answered as they were, on another day too")
    func supply() {
        let county = County()
        let block = county.commissioner.post("/v1/blocks", County.block(provider: nil), fields: [.idempotencyKey: "b"])
        let body =
            #"{"provider":"avon-care","weekly":[{"days":["mon"],"band":"morning","minutes":60}],"from":"2027-01-05"}"#
        let claim = county.avon.post("/v1/blocks/b1/claims", body, fields: [.idempotencyKey: "c"])
        #expect(claim.status == 201, "\(claim.text)")
        #expect(claim.json["status"] == .string("agreed"))
        county.service.wait(minutes: 60 * 48)
        #expect(county.avon.post("/v1/blocks/b1/claims", body, fields: [.idempotencyKey: "c"]).body == claim.body)
        let again = county.commissioner.post("/v1/blocks", County.block(provider: nil), fields: [.idempotencyKey: "b"])
        #expect(again.body == block.body)
        #expect(county.avon.get("/v1/blocks/b1/claims/c1").json["status"] == .string("firm"))
    }

    @Test("a key has 1 to 255 visible characters, and belongs to its holder and its path")
    func keys() {
        let county = County()
        for key in ["", "two words", "ü", String(repeating: "k", count: 256)] {
            let answer = county.commissioner.post("/v1/blocks", County.block(), fields: [.idempotencyKey: key])
            #expect(answer.status == 400)
            #expect(answer.json["type"] == .string("/problems/invalidIdempotencyKey"))
        }
        let fields: [KnownField: String] = [.idempotencyKey: String(repeating: "k", count: 255)]
        #expect(county.commissioner.post("/v1/blocks", County.block(), fields: fields).json["id"] == .string("b1"))
        #expect(county.administrator.post("/v1/blocks", County.block(), fields: fields).json["id"] == .string("b2"))
        // However the path is spelt.
        #expect(county.commissioner.post("/v1/%62locks", County.block(), fields: fields).json["id"] == .string("b1"))
    }

    @Test("a noun of state said twice is 200, said otherwise 409")
    func nouns() {
        let county = AccessTests.placed()
        let again = county.avon.put("/v1/offers/o1/acceptance", County.acceptance)
        #expect(again.status == 200)
        #expect(again.json["id"] == .string("p1"))
        let other = JSONValue.parse(County.acceptance).replacing(["by", "name"], .string("Another"))
        #expect(county.avon.put("/v1/offers/o1/acceptance", other).status == 409)
        #expect(county.avon.put("/v1/offers/o1/refusal", #"{"reason":"noStaff"}"#).status == 409)
    }
}
