import JSON
import Testing

@testable import API

@Suite("A named person's override over HTTP")
struct OverrideTests {
    private let body =
        #"{"provider":"brook-care","reason":"Mrs Planted asked for them","by":{"name":"Bea Broker","role":"broker"}}"#

    private func offered(_ county: County) {
        for provider in ["avon-care", "brook-care"] {
            #expect(county.commissioner.post("/v1/blocks", County.block(provider: provider)).status == 201)
        }
        #expect(county.referrer.post("/v1/referrals", County.referral).json["status"] == .string("offered"))
    }

    @Test(
        "the referral goes to the provider chosen; who decided and why is told to those who may know, and to nobody else"
    )
    func recorded() {
        let county = County()
        offered(county)
        let answer = county.broker.put("/v1/referrals/r1/override", body)
        #expect(answer.status == 200, "\(answer.text)")
        let offer = county.broker.get("/v1/offers/\(answer.json["offer"]?.string ?? "")").json
        #expect(offer["provider"] == .string("brook-care"))
        #expect(county.broker.put("/v1/referrals/r1/override", body).text == answer.text)
        let broker = county.broker.get("/v1/referrals/r1/explanation").json
        #expect(broker["decision"]?["method"] == .string("override"))
        #expect(broker["override"]?["reason"] == .string("Mrs Planted asked for them"))
        #expect(broker["override"]?["by"]?["name"] == .string("Bea Broker"))
        let commissioner = county.commissioner.get("/v1/referrals/r1/explanation").text
        #expect(!commissioner.contains("Planted") && !commissioner.contains("Bea"))
        let referrer = county.referrer.get("/v1/referrals/r1/explanation").text
        #expect(!referrer.contains("brook") && !referrer.contains("asked for them"))
        #expect(!county.dashboard.get("/v1/waiting").text.contains("Planted"))
    }

    @Test("a referrer may not override, another's referrer does not even see it")
    func access() {
        let county = County()
        offered(county)
        #expect(county.referrer.put("/v1/referrals/r1/override", body).status == 403)
        #expect(county.otherReferrer.put("/v1/referrals/r1/override", body).status == 404)
        #expect(county.avon.put("/v1/referrals/r1/override", body).status == 404)
    }

    @Test(
        "without a reason or a name it is refused; a provider without minutes there is told of by its place",
        arguments: [
            (#"{"provider":"brook-care","by":{"name":"B","role":"broker"}}"#, 400, "/reason"),
            (#"{"provider":"brook-care","reason":"r"}"#, 400, "/by"),
            (#"{"provider":"nobody","reason":"r","by":{"name":"B","role":"broker"}}"#, 422, "/provider"),
            (
                #"{"provider":"brook-care","reason":"r","by":{"name":"B","role":"broker"},"spot":{"ratePence":9999}}"#,
                422, "/spot/ratePence"
            ),
            (
                #"{"provider":"brook-care","reason":"r","by":{"name":"B","role":"broker"},"spot":{"ratePence":3000}}"#,
                409, "/spot"
            ),
        ]
    )
    func bad(body: String, status: Int, pointer: String) {
        let county = County()
        offered(county)
        let before = county.broker.get("/v1/referrals/r1").text
        let answer = county.broker.put("/v1/referrals/r1/override", body)
        #expect(Int(answer.status) == status, "\(answer.text)")
        #expect(answer.json["errors"]?[0]?["pointer"] == .string(pointer), "\(answer.text)")
        #expect(county.broker.get("/v1/referrals/r1").text == before)
    }

    @Test("within the budget a commissioner buys on the spot, and the block says for whom")
    func spot() {
        let county = County()
        #expect(county.commissioner.put("/v1/policy", #"{"spot":{"budgetPence":10000000}}"#).status == 200)
        #expect(county.commissioner.post("/v1/blocks", County.block(minutes: 20, provider: "avon-care")).status == 201)
        #expect(county.referrer.post("/v1/referrals", County.referral).json["status"] == .string("waiting"))
        let changes = county.commissioner.get("/v1/referrals/r1/explanation").json["changes"]?.elements ?? []
        #expect(changes.contains { $0["kind"] == .string("spot") })
        // What hours may cost is not for whoever refers.
        #expect(!county.referrer.get("/v1/referrals/r1/explanation").text.contains("pence"))
        #expect(!county.referrer.get("/v1/referrals/r1/explanation").text.contains("Pence"))
        let body =
            #"{"provider":"avon-care","reason":"r","by":{"name":"C","role":"commissioner"},"spot":{"ratePence":3000}}"#
        let answer = county.commissioner.put("/v1/referrals/r1/override", body)
        #expect(answer.status == 200 && answer.json["status"] == .string("offered"), "\(answer.text)")
        let spot = county.commissioner.get("/v1/referrals/r1/explanation").json["override"]?["spot"]?.string ?? ""
        #expect(county.referrer.get("/v1/referrals/r1/explanation").json["override"]?["spot"] == .null)
        let block = county.commissioner.get("/v1/blocks/\(spot)").json
        #expect(block["spotFor"] == .string("r1") && block["ratePence"] == .integer(3_000), "\(block)")
    }
}
