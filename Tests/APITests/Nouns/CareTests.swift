import JSON
import Testing

@testable import API

@Suite("Offers and packages")
struct CareTests {
    @Test("a refusal goes to the next best at once, and the provider's note is not shown to the next")
    func refusal() {
        let county = County()
        #expect(county.commissioner.post("/v1/blocks", County.block()).status == 201)
        #expect(county.commissioner.post("/v1/blocks", County.block(provider: "brook-care")).status == 201)
        let referral = county.referrer.post("/v1/referrals", County.referral).json
        let offer = county.broker.get("/v1/offers/o1").json
        #expect(referral["offer"] == .string("o1"))
        let isAvon = offer["provider"] == .string("avon-care")
        let (first, second) = isAvon ? (county.avon, county.brook) : (county.brook, county.avon)
        let refused = first.put("/v1/offers/o1/refusal", #"{"reason":"noStaff","note":"Planted words"}"#)
        #expect(refused.status == 200, "\(refused.text)")
        #expect(refused.json["status"] == .string("refused"))
        #expect(refused.json["refusal"] == .string("noStaff"))
        #expect(refused.json["note"] == .string("Planted words"))
        // What is known of the person from now on is for whoever is asked next.
        #expect(refused.json["needs"] == .null)
        let next = second.get("/v1/offers?status=open")
        #expect(next.json["items"]?[0]?["id"] == .string("o2"))
        #expect(!next.text.contains("Planted"))
        #expect(first.put("/v1/offers/o1/refusal", #"{"reason":"noStaff","note":"Planted words"}"#).status == 200)
    }

    @Test("an offer accepted after it lapsed is 410")
    func lapsed() {
        let county = County()
        #expect(county.commissioner.post("/v1/blocks", County.block()).status == 201)
        #expect(county.referrer.post("/v1/referrals", County.referral).status == 201)
        county.service.wait(minutes: 61)
        let answer = county.avon.put("/v1/offers/o1/acceptance", County.acceptance)
        #expect(answer.status == 410, "\(answer.text)")
        #expect(answer.json["type"] == .string("/problems/offerExpired"))
    }

    @Test("an acceptance needs a day on or after the first, a band with a visit, and a name")
    func acceptance() {
        let county = County()
        #expect(county.commissioner.post("/v1/blocks", County.block()).status == 201)
        #expect(county.referrer.post("/v1/referrals", County.referral).status == 201)
        let good = JSONValue.parse(County.acceptance)
        for (path, value, status, pointer) in [
            ("firstVisit/date", JSONValue.string("2027-01-04"), 422, "/firstVisit/date"),
            ("firstVisit/band", .string("tea"), 422, "/firstVisit/band"),
            ("firstVisit/at", .string("12:00"), 422, "/firstVisit/at"), ("by", nil, 400, "/by"),
            ("by/name", nil, 400, "/by/name"), ("by/nickname", .string("x"), 400, "/by/nickname"),
            ("visits", .parse(#"[{"band":"morning","at":"10:30"}]"#), 422, "/visits/0/at"),
        ] as [(String, JSONValue?, UInt16, String)] {
            let body = good.replacing(path.split(separator: "/").map(String.init), value)
            let answer = county.avon.put("/v1/offers/o1/acceptance", body)
            #expect(answer.status == status, "\(path) \(answer.text)")
            #expect(answer.pointers == [pointer], "\(answer.text)")
        }
        let answer = county.avon.put(
            "/v1/offers/o1/acceptance",
            good.with("conditions", .string("a second key")).with(
                "visits",
                .parse(#"[{"band":"morning","at":"08:10"}]"#)
            )
        )
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["conditions"] == .string("a second key"))
        #expect(answer.json["agreedTimes"]?[0]?["at"] == .string("08:10"))
        #expect(county.referrer.get("/v1/packages/p1").json["conditions"] == .string("a second key"))
        #expect(county.referrer.get("/v1/packages").text.contains("a second key") == false)
    }

    @Test("past the last free day nobody has settled who pays")
    func undetermined() {
        let county = AccessTests.placed()
        #expect(county.avon.put("/v1/packages/p1/start", #"{"at":"2027-01-04T09:00:00Z"}"#).status == 200)
        county.service.wait(minutes: 41 * 24 * 60)
        let last = county.broker.get("/v1/packages/p1")
        #expect(last.json["day"] == .integer(42), "\(last.text)")
        #expect(last.json["funding"] == .string("betterCareFund"))
        county.service.wait(minutes: 24 * 60)
        #expect(county.broker.get("/v1/packages/p1").json["funding"] == .string("undetermined"))
    }

    @Test("a first visit is postponed, its minutes kept; care that never started ends as such")
    func postponed() {
        let county = AccessTests.placed()
        let moved = county.avon.put(
            "/v1/packages/p1/first-visit",
            #"{"date":"2027-01-08","band":"morning","reason":"the hoist is late"}"#
        )
        #expect(moved.status == 200, "\(moved.text)")
        #expect(
            moved.json["retained"]
                == .parse(#"{"from":"2027-01-05","until":"2027-01-07","keptUntil":"2027-01-05T09:00:00Z"}"#),
            "\(moved.text)"
        )
        #expect(moved.json["firstVisit"]?["reason"] == .string("the hoist is late"))
        #expect(county.referrer.get("/v1/packages/p1").json["firstVisit"]?["reason"] == .string("the hoist is late"))
        #expect(county.commissioner.get("/v1/packages/p1").json["firstVisit"]?["reason"] == nil)
        let late = county.avon.put("/v1/packages/p1/start", #"{"at":"2027-01-09T08:00:00Z"}"#)
        #expect(late.status == 422)
        #expect(late.pointers == ["/at"])
        let ended = county.clinician.put(
            "/v1/packages/p1/ending",
            #"{"at":"2027-01-04T12:00:00Z","outcome":"neverStarted","onward":"stays in hospital","by":{"name":"Dr Planted","role":"Consultant physician"}}"#
        )
        #expect(ended.status == 200, "\(ended.text)")
        #expect(ended.json["ending"]?["by"]?["role"] == .string("Consultant physician"))
        #expect(ended.json["ending"]?["onward"] == .string("stays in hospital"))
        #expect(county.commissioner.get("/v1/packages/p1").json["ending"]?["by"] == .parse(#"{"role":"other"}"#))
        // A name can be spelt like a code: only the usual roles are kept where the journal is.
        for (role, isUsual) in [("OT", true), ("Social-Worker", true), ("Jane-Planted", false), ("x", false)] {
            let by = Signature(name: "A", role: role, registration: nil, telephone: nil)
            #expect(by.code == (isUsual ? role : "other"))
        }
        #expect(county.broker.get("/v1/referrals/r1").json["status"] == .string("ended"))
    }

    @Test("ready dates are kept as a history; null says no longer ready, and must be said")
    func readyDates() {
        let county = AccessTests.placed()
        let path = "/v1/referrals/r1/ready-dates"
        #expect(county.referrer.post(path, "{}").status == 400)
        let unfit = county.referrer.post(path, #"{"at":null}"#)
        #expect(unfit.status == 200)
        let ready = county.referrer.post(path, #"{"at":"2027-01-06T10:00:00Z"}"#)
        #expect(
            ready.json["readyDates"]?.elements.map { $0["at"] ?? .bool(false) } == [
                .string("2027-01-04T09:00:00Z"), .null, .string("2027-01-06T10:00:00Z"),
            ]
        )
    }
}
