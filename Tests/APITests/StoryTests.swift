import HTTPWire
import JSON
import Testing

@testable import API

@Suite("A referral becomes a package")
struct StoryTests {
    @Test("from the ward's post to started care, every step is a route and every minute is accounted for")
    func story() throws {
        let county = County()
        let block = county.commissioner.post("/v1/blocks", County.block())
        #expect(block.status == 201)
        #expect(block["Location"] == "/v1/blocks/b1")
        #expect(block.json["unclaimed"] == .integer(0))
        #expect(block.json["claims"]?[0]?["provider"] == .string("avon-care"))

        let referral = county.referrer.post("/v1/referrals", County.referral)
        #expect(referral.status == 201, "\(referral.text)")
        #expect(referral["Location"] == "/v1/referrals/r1")
        #expect(referral.json["status"] == .string("offered"))
        #expect(referral.json["offer"] == .string("o1"))
        #expect(referral.json["safeToLeave"] == .bool(false))
        #expect(referral.json["person"]?["reference"] == .string("RJC-88213"))

        let offer = county.avon.get("/v1/offers/o1")
        #expect(offer.json["status"] == .string("open"))
        #expect(offer.json["needs"]?["transfers"] == .string("hoist"))
        #expect(offer.json["ratePence"] == .integer(2600))
        #expect(
            !offer.text.contains("Planted") && !offer.text.contains("4711") && !offer.text.contains("RJC")
        )

        let package = county.avon.put("/v1/offers/o1/acceptance", County.acceptance)
        #expect(package.status == 200, "\(package.text)")
        #expect(package["Location"] == "/v1/packages/p1")
        #expect(package.json["by"]?["name"] == .string("Carla Manager"))

        let triage = county.clinician.post(
            "/v1/referrals/r1/triage",
            #"{"outcome":"careOnly","by":{"name":"Theo","role":"OT"}}"#
        )
        #expect(triage.status == 200, "\(triage.text)")
        #expect(triage.json["safeToLeave"] == .bool(true))

        county.service.wait(minutes: 24 * 60)
        let started = county.avon.put("/v1/packages/p1/start", #"{"at":"2027-01-05T08:05:00Z"}"#)
        #expect(started.status == 200, "\(started.text)")
        #expect(started.json["status"] == .string("started"))
        #expect(started.json["day"] == .integer(1))
        #expect(started.json["lastFreeDay"] == .string("2027-02-15"))

        let capacity = county.dashboard.get("/v1/capacity?zone=leamington&from=2027-01-05&days=1")
        #expect(capacity.json["zones"]?[0]?["free"]?[0] == .parse("[150,0,0,240,0]"))
    }
}
