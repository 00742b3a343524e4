import HTTPWire
import JSON
import Testing

@testable import API

@Suite("The policy over HTTP")
struct PolicyTests {
    @Test("what was read can be put back, and comes back as it was; a change raises the version")
    func roundTrip() {
        let county = County()
        let read = county.commissioner.get("/v1/policy")
        #expect(read.status == 200 && read["ETag"] != nil)
        #expect(read.json["objective"]?["unsafeWaiting"] == .integer(8_000_000_000_000_000))
        let same = county.commissioner.put("/v1/policy", read.text)
        #expect(same.status == 200 && same.text == read.text)
        let changed = county.commissioner.put("/v1/policy", #"{"answerMinutes": 45, "spot": {"budgetPence": 100000}}"#)
        #expect(changed.status == 200)
        #expect(changed.json["answerMinutes"] == .integer(45))
        #expect(changed.json["spot"]?["ceilingPence"] == .integer(3_214))
        #expect(changed.json["version"] == .integer(2))
        #expect(changed.text == county.broker.get("/v1/policy").text)
        // The old document names the version it was made from.
        #expect(county.commissioner.put("/v1/policy", read.text).status == 409)
    }

    @Test(
        "a figure of the wrong name, shape or range is refused with its place, and nothing changes",
        arguments: [
            (#"{"answerMinuts": 45}"#, 400, "/answerMinuts"),
            (#"{"objective": {"split": "5"}}"#, 400, "/objective/split"),
            (#"{"settlingSeconds": -1}"#, 400, "/settlingSeconds"),
            (#"{"shortestVisit": 45}"#, 422, "/shortestVisit"),
            (#"{"objective": {"split": 5}}"#, 422, "/objective/split"),
            (#"{"objective": {"overFair": 30}}"#, 422, "/objective/preferenceMissed"),
        ]
    )
    func bad(body: String, status: Int, pointer: String) {
        let county = County()
        let before = county.commissioner.get("/v1/policy").text
        let answer = county.commissioner.put("/v1/policy", body)
        #expect(Int(answer.status) == status, "\(answer.text)")
        #expect(answer.json["errors"]?[0]?["pointer"] == .string(pointer), "\(answer.text)")
        #expect(county.commissioner.get("/v1/policy").text == before)
    }

    @Test("a broker reads it and may not set it; a provider sees none of it")
    func access() {
        let county = County()
        #expect(county.broker.put("/v1/policy", #"{"answerMinutes": 45}"#).status == 403)
        #expect(county.avon.get("/v1/policy").status == 403)
    }

    @Test("If-Match guards a change")
    func ifMatch() {
        let county = County()
        let tag = county.commissioner.get("/v1/policy")["ETag"] ?? ""
        #expect(county.commissioner.put("/v1/policy", #"{"answerMinutes": 45}"#, fields: [.ifMatch: tag]).status == 200)
        #expect(county.commissioner.put("/v1/policy", #"{"answerMinutes": 50}"#, fields: [.ifMatch: tag]).status == 412)
    }
}
