import HTTPWire
import JSON
import Testing

@testable import API

@Suite("Tags: what is served, and nothing else")
struct ConditionalTests {
    @Test("every GET under /v1 has a tag that gives 304, but the disclosure of a person")
    func everyGet() {
        let county = AccessTests.placed()
        let values = [
            "/v1/zones/{id}": "/v1/zones/rugby", "/v1/providers/{id}": "/v1/providers/avon-care",
            "/v1/providers/{id}/week": "/v1/providers/avon-care/week", "/v1/blocks/{id}": "/v1/blocks/b1",
            "/v1/blocks/{id}/claims/{claim}": "/v1/blocks/b1/claims/c1", "/v1/referrals/{id}": "/v1/referrals/r1",
            "/v1/referrals/{id}/explanation": "/v1/referrals/r1/explanation", "/v1/offers/{id}": "/v1/offers/o1",
            "/v1/packages/{id}": "/v1/packages/p1",
        ]
        let shortfall = county.avon.post(
            "/v1/blocks/b1/claims/c1/shortfalls",
            #"{"date":"2027-01-06","band":"morning","minutes":60,"reason":"flu"}"#
        )
        #expect(shortfall.status == 201, "\(shortfall.text)")
        for route in Routes.all where route.method == .get && route.pattern.hasPrefix("/v1/") {
            if case .recordedQuery = route.work { continue }
            let path =
                route.pattern.contains("{shortfall}")
                ? shortfall["Location"] ?? "" : values[route.pattern] ?? route.pattern
            let first = county.administrator.get(path)
            #expect(first.status == 200, "\(path) \(first.text)")
            #expect(first["Homeward-Position"] != nil)
            guard let tag = first["ETag"] else { Issue.record("\(path) has no tag"); continue }
            for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let second = county.administrator.get(path, fields: [.ifNoneMatch: known])
                #expect(second.status == 304, "\(path) \(known)")
                #expect(second.body.isEmpty)
                #expect(second["ETag"] == tag)
            }
            #expect(county.administrator.get(path, fields: [.ifNoneMatch: "\"other\""]).status == 200)
        }
    }

    @Test(
        "a GET of what is not what the client thinks is 412, before If-None-Match is looked at (RFC 9110 section 13.2.2)",
        arguments: ["/v1/zones", "/v1/zones/rugby", "/v1/capacity", "/v1/waiting", "/v1/referrals/r1", "/openapi.json"]
    )
    func matching(path: String) {
        let client = AccessTests.placed().administrator
        let tag = client.get(path)["ETag"] ?? ""
        // Twice, so that a poll that a lane remembers is held to it too.
        for _ in 0..<2 {
            #expect(client.get(path, fields: [.ifMatch: "\"other\""]).status == 412)
            #expect(client.get(path, fields: [.ifMatch: "W/\(tag)"]).status == 412)
            #expect(client.get(path, fields: [.ifMatch: "\"other\"", .ifNoneMatch: tag]).status == 412)
            #expect(client.get(path, fields: [.ifMatch: tag, .ifNoneMatch: tag]).status == 304)
            #expect(client.get(path, fields: [.ifMatch: "\"other\", \(tag)"]).status == 200)
            #expect(client.get(path, fields: [.ifMatch: "*"]).status == 200)
        }
        #expect(client.get(path, fields: [.ifMatch: "\"other\""])["ETag"] == tag)
    }

    @Test("what has no tag matches only *, and a precondition hides no other refusal")
    func untagged() {
        let county = County()
        for path in ["/healthz", "/readyz", "/problems/stale"] {
            #expect(county.administrator.get(path, fields: [.ifMatch: "*"]).status == 200)
            #expect(county.administrator.get(path, fields: [.ifMatch: "\"x\""]).status == 412)
            #expect(county.administrator.get(path, fields: [.ifNoneMatch: "*"]).status == 304)
            #expect(county.administrator.get(path, fields: [.ifNoneMatch: "\"x\""]).status == 200)
        }
        #expect(county.administrator.get("/v1/zones/none", fields: [.ifNoneMatch: "*"]).status == 404)
        #expect(county.administrator.get("/v1/zones", fields: [.ifMatch: "\"x\"", .accept: "text/html"]).status == 406)
    }

    @Test("a command on what has no tag of its own is not done under a tag")
    func untaggedCommand() {
        let county = AccessTests.placed()
        let position = county.administrator.get("/v1/zones")["Homeward-Position"]
        let body = #"{"reason":"found another way"}"#
        for path in ["/v1/referrals/r1/withdrawal", "/v1/referrals/r2/withdrawal"] {
            #expect(county.referrer.put(path, body, fields: [.ifMatch: "\"x\""]).status == 412)
        }
        let block = #"{"zone":"none"}"#
        #expect(county.commissioner.post("/v1/blocks", block, fields: [.ifMatch: "\"x\""]).status == 412)
        #expect(county.commissioner.post("/v1/blocks", block, fields: [.ifNoneMatch: "*"]).status == 412)
        #expect(county.administrator.get("/v1/zones")["Homeward-Position"] == position)
        #expect(county.referrer.put("/v1/referrals/r2/withdrawal", body, fields: [.ifMatch: "*"]).status == 200)
    }

    @Test("replacing is refused when If-None-Match names what is there")
    func replacingUnlike() {
        let county = County()
        let body = #"{"name":"Rugby","districts":["CV21"]}"#
        let path = "/v1/zones/rugby"
        let tag = county.commissioner.get(path)["ETag"] ?? ""
        for known in [tag, "W/\(tag)", "\"x\", \(tag)"] {
            #expect(county.commissioner.put(path, body, fields: [.ifNoneMatch: known]).status == 412)
            #expect(county.commissioner.put(path, body, fields: [.ifMatch: tag, .ifNoneMatch: known]).status == 412)
        }
        #expect(county.commissioner.put(path, body, fields: [.ifMatch: tag, .ifNoneMatch: "\"x\""]).status == 200)
    }

    @Test(
        "what is no entity tag to the letter counts for nothing, and what stands beside it still counts",
        arguments: [
            (#"W/"a""#, [#"weak "a""#]), (#"w/"a""#, []), (#"x"a""#, []), (#""a"x"#, []), (#""a""b""#, []),
            (#"W/ "a""#, []), (#"W /"a""#, []), (#""a"#, []), ("", []), (" , ,\t", []), ("W/", []),
            (#"x, "b""#, [#""b""#]), (#" "a" ,W/"b" , "c,d""#, [#""a""#, #"weak "b""#, #""c,d""#]),
        ]
    )
    func letters(field: String, tags: [String]) {
        #expect(EntityTag.list(field).map { ($0.isWeak ? "weak " : "") + $0.tag } == tags)
    }

    @Test("a list of tags is read to its end")
    func longList() {
        let county = County()
        let answer = county.broker.get("/v1/zones/rugby")
        let tag = answer["ETag"] ?? ""
        let others = (0..<200).map { "\"\($0)\"" }.joined(separator: ", ")
        #expect(county.broker.get("/v1/zones/rugby", fields: [.ifNoneMatch: "\(others), \(tag)"]).status == 304)
        #expect(county.broker.get("/v1/zones/rugby", fields: [.ifMatch: "\(others), \(tag)"]).status == 200)
        #expect(county.broker.get("/v1/zones/rugby", fields: [.ifMatch: others]).status == 412)
    }

    @Test("a commit elsewhere leaves tags as they are and moves the position")
    func elsewhere() {
        let county = AccessTests.placed()
        let paths = ["/v1/capacity?zone=leamington", "/v1/zones", "/v1/blocks/b1", "/v1/offers/o1", "/v1/referrals/r1"]
        let before = paths.map { county.administrator.get($0) }
        #expect(county.commissioner.put("/v1/zones/new", #"{"name":"New","districts":["CV12"]}"#).status == 201)
        for (path, old) in zip(paths, before) where path != "/v1/zones" {
            let new = county.administrator.get(path, fields: [.ifNoneMatch: old["ETag"] ?? ""])
            #expect(new.status == 304, "\(path)")
            #expect(new["Homeward-Position"] != old["Homeward-Position"])
        }
        #expect(county.administrator.get("/v1/zones", fields: [.ifNoneMatch: before[1]["ETag"] ?? ""]).status == 200)
    }

    @Test("a zone is created without If-Match, replaced only with its present tag")
    func replace() {
        let county = County()
        let body = #"{"name":"Rugby and Hillmorton","districts":["CV21"]}"#
        let path = "/v1/zones/rugby"
        #expect(county.commissioner.put(path, body).status == 428)
        #expect(county.commissioner.put(path, body, fields: [.ifMatch: "\"1.0123456789abcdef\""]).status == 412)
        #expect(county.commissioner.put(path, body, fields: [.ifMatch: "nonsense"]).status == 412)
        let tag = county.commissioner.get(path)["ETag"] ?? ""
        #expect(county.commissioner.put(path, body, fields: [.ifMatch: "W/\(tag)"]).status == 412)
        let done = county.commissioner.put(path, body, fields: [.ifMatch: tag])
        #expect(done.status == 200)
        // What is kept is not the bytes that were sent (RFC 9110 section 9.3.4).
        #expect(done["ETag"] == nil)
        #expect(county.commissioner.get(path)["ETag"] != tag)
        #expect(county.commissioner.put(path, body, fields: [.ifMatch: tag]).status == 412)
        #expect(county.commissioner.put(path, body, fields: [.ifMatch: "*"]).status == 200)
        #expect(county.commissioner.put("/v1/zones/none", body, fields: [.ifMatch: "*"]).status == 412)
        #expect(county.commissioner.put(path, body, fields: [.ifNoneMatch: "*"]).status == 412)
        let other = county.commissioner.get("/v1/zones/leamington")["ETag"] ?? ""
        #expect(county.commissioner.put(path, body, fields: [.ifMatch: other]).status == 412)
    }

    @Test("a district lies in one zone at a time: taking another's is 409 at its place")
    func district() {
        let county = County()
        let answer = county.commissioner.put("/v1/zones/new", #"{"name":"New","districts":["CV12","CV21"]}"#)
        #expect(answer.status == 409)
        #expect(answer.pointers == ["/districts/1"])
    }

    @Test("a referral is amended with its tag; the vault's words are part of the version")
    func amend() {
        let county = AccessTests.placed()
        let path = "/v1/referrals/r2"
        let body = County.referral.replacing(["district"], .string("CV21")).with("sector", nil)
            .replacing(["person", "nhsNumber"], nil)
        #expect(county.referrer.put(path, body).status == 428)
        let tag = county.referrer.get(path)["ETag"] ?? ""
        let same = county.referrer.put(path, body, fields: [.ifMatch: tag])
        #expect(same.status == 200, "\(same.text)")
        #expect(same["ETag"] == nil && county.referrer.get(path)["ETag"] == tag)
        let changed = county.referrer.put(
            path,
            body.replacing(["needs", "transfers"], .string("with one")),
            fields: [.ifMatch: tag]
        )
        #expect(changed.status == 200, "\(changed.text)")
        #expect(changed.json["needs"]?["transfers"] == .string("with one"))
        let newTag = county.referrer.get(path)["ETag"]
        #expect(newTag != nil && newTag != tag)
        #expect(county.referrer.put(path, body, fields: [.ifMatch: tag]).status == 412)
        let commissioners = county.commissioner.get(path)["ETag"] ?? ""
        #expect(commissioners != newTag)
        #expect(county.commissioner.put(path, body, fields: [.ifMatch: commissioners]).status == 200)
    }
}
