import JSON
import Seeded
import Testing

@testable import API

@Suite("Who waits, and why")
struct WaitingTests {
    @Test("the board counts by zone, class, hours and what is awaited; rows are for those who may see them")
    func board() {
        let county = AccessTests.placed()
        let board = county.broker.get("/v1/waiting").json
        #expect(board["total"] == .integer(2))
        #expect(board["byWaitingFor"]?["broker"] == .integer(1))
        #expect(board["byWaitingFor"]?["triage"] == .integer(1))
        #expect(board["byClass"]?["stepDown"] == .integer(2))
        #expect(board["items"]?.elements.count == 2)
        #expect(county.broker.get("/v1/waiting?zone=rugby").json["items"]?[0]?["referral"] == .string("r2"))
        #expect(county.referrer.get("/v1/waiting").json["items"]?.elements.count == 2)
        #expect(county.otherReferrer.get("/v1/waiting").json["items"]?.elements.count == 0)
        #expect(county.otherReferrer.get("/v1/waiting").json["total"] == .integer(2))
        #expect(county.avon.get("/v1/waiting").json["items"] == .null)
        county.service.wait(minutes: 24 * 60)
        #expect(county.broker.get("/v1/waiting?zone=rugby").json["byHoursToDue"]?["overdue"] == .integer(1))
    }

    @Test("a dashboard sees no count under five, and none that could be reckoned from the others")
    func suppression() {
        let county = AccessTests.placed()
        let board = county.dashboard.get("/v1/waiting").json
        #expect(board["suppressed"] == .bool(true))
        #expect(board["total"] == .null)
        #expect(board["items"] == .null)
        #expect(board["zones"]?.elements.allSatisfy { $0["total"] == .null } == true)
        // Whatever it asks for: what is hidden of one zone hangs on all of them.
        #expect(county.dashboard.get("/v1/waiting?zone=rugby").json["zones"]?[0] == board["zones"]?[1])
        #expect(county.dashboard.get("/v1/waiting?zone=rugby").json["zones"]?.elements.count == 1)
    }

    @Test("what a dashboard may not see of a zone cannot be had by asking for the others one by one")
    func zoneByZone() {
        let county = County()
        for (district, count) in [("CV21", 7), ("CV31", 2)] {
            for _ in 0..<count {
                let ask = County.referral.replacing(["district"], .string(district)).with("sector", nil)
                    .replacing(["person", "nhsNumber"], nil)
                #expect(county.referrer.post("/v1/referrals", ask).status == 201)
            }
        }
        let board = county.dashboard.get("/v1/waiting").json
        #expect(board["total"] == .integer(9))
        for (index, zone) in ["leamington", "rugby"].enumerated() {
            let alone = county.dashboard.get("/v1/waiting?zone=\(zone)").json
            #expect(alone["total"] == .null && board["zones"]?[index]?["total"] == .null)
        }
        #expect(county.broker.get("/v1/waiting?zone=rugby").json["total"] == .integer(7))
    }

    @Test("a person who waits is told why, with the smallest change that would place")
    func explanation() {
        let county = County()
        #expect(county.commissioner.post("/v1/blocks", County.block(minutes: 60)).status == 201)
        let referral = county.referrer.post("/v1/referrals", County.referral)
        #expect(referral.status == 201)
        #expect(referral.json["status"] == .string("waiting"))
        #expect(referral.json["reasons"]?[0]?["code"] == .string("noTime"), "\(referral.text)")
        #expect(referral.json["waitingFor"] == .string("broker"))
        let broker = county.broker.get("/v1/referrals/r1/explanation").json
        #expect(broker["verdicts"]?[0]?["provider"] == .string("avon-care"))
        #expect(broker["verdicts"]?[0]?["amounts"]?["shortBy"] == .integer(30))
        #expect(broker["smallestChange"]?["question"]?.string?.contains("avon-care") == true)
        let referrer = county.referrer.get("/v1/referrals/r1/explanation")
        #expect(!referrer.text.contains("avon"))
        #expect(referrer.json["smallestChange"]?["question"]?.string?.contains("30 more minutes") == true)
    }

    @Test("a double-handed visit where one carer works at a time waits, and says so")
    func doubleHanded() {
        let county = County()
        #expect(county.commissioner.post("/v1/blocks", County.block(carers: 1)).status == 201)
        let referral = county.referrer.post("/v1/referrals", County.referral)
        #expect(referral.status == 201)
        #expect(referral.json["reasons"]?[0]?["code"] == .string("noCarers"), "\(referral.text)")
    }

    @Test("a zone in which nobody has claimed anything gives a reason too")
    func emptyZone() {
        let county = County()
        let referral = county.referrer.post("/v1/referrals", County.referral)
        #expect(referral.json["status"] == .string("waiting"))
        #expect(referral.json["reasons"]?.elements.count == 1)
        #expect(county.broker.get("/v1/referrals/r1/explanation").status == 200)
    }

    @Test("a telephone call without visits is provisional and misses what it misses")
    func provisional() {
        let county = County()
        let body = JSONValue.parse(
            #"{"person":{"reference":"A"},"district":"CV31","pathway":1,"source":"gp","class":"stepUp","visits":[]}"#
        )
        let referral = county.referrer.post("/v1/referrals", body).json
        #expect(referral["status"] == .string("provisional"))
        #expect(referral["due"] == .null)
        #expect(referral["startFrom"] == .string("2027-01-04"))
        #expect(referral["missing"]?.elements.contains(.string("visits")) == true)
        #expect(referral["missing"]?.elements.contains(.string("transfers")) == true)
        #expect(referral["waitingFor"] == .string("information"))
        #expect(referral["weeks"] == .integer(6))
        #expect(referral["funding"] == .string("betterCareFund"))
    }

    @Test("another live referral under the same NHS number is pointed out")
    func duplicates() {
        let county = AccessTests.placed()
        let again = county.referrer.post("/v1/referrals", County.referral).json
        #expect(again["possibleDuplicates"] == .parse(#"["r1"]"#))
        #expect(again["alerts"]?[0]?["kind"] == .string("possibleDuplicate"))
    }
}
