import JSON
import Testing

@testable import API

@Suite("Blocks, claims and what is left")
struct BlockTests {
    @Test("a claim is all or nothing; a clash says what is left, and nothing is written")
    func claim() {
        let county = County()
        let block = county.commissioner.post("/v1/blocks", County.block(provider: nil))
        #expect(block.json["status"] == .string("open"))
        #expect(block.json["unclaimed"] == .integer(3360))
        func body(_ provider: String, _ minutes: Int) -> String {
            #"{"provider":"\#(provider)","weekly":[{"days":\#(County.everyDay),"band":"morning","minutes":\#(minutes),"carers":2}]}"#
        }
        let first = county.avon.post("/v1/blocks/b1/claims", body("avon-care", 200))
        #expect(first.status == 201, "\(first.text)")
        #expect(first["Location"] == "/v1/blocks/b1/claims/c1")
        #expect(first.json["minutes"] == .integer(1400))
        let clash = county.brook.post("/v1/blocks/b1/claims", body("brook-care", 60))
        #expect(clash.status == 409)
        let left = clash.json["left"]?.elements ?? []
        #expect(left.contains { $0["band"] == .string("morning") && $0["minutes"] == .integer(40) }, "\(clash.text)")
        #expect(county.brook.post("/v1/blocks/b1/claims", body("brook-care", 40)).status == 201)
        #expect(county.brook.post("/v1/blocks/b1/claims", body("avon-care", 10)).status == 403)
        let none = county.brook.post("/v1/blocks/b1/claims", body("brook-care", 1))
        #expect(none.status == 409)
        #expect(
            none.json["left"]?.elements.contains { $0["band"] == .string("morning") && $0["minutes"] != .integer(0) }
                == false
        )
        let after = county.commissioner.get("/v1/blocks/b1").json
        #expect(after["unclaimed"] == .integer(1680))
        #expect(after["claims"]?.elements.count == 2)
    }

    @Test("the ledger adds up, row by row, and rows are as many as asked for")
    func ledger() {
        let county = AccessTests.placed()
        let answer = county.commissioner.get("/v1/blocks/b1?from=2027-01-05&days=42")
        guard let ledger = answer.json["ledger"] else { return #expect(Bool(false), "\(answer.text)") }
        let parts = ["unclaimed", "free", "held", "committed", "retained", "unavailable"]
        for row in 0..<42 {
            for band in 0..<5 {
                let sum = parts.reduce(0) { $0 + (ledger[$1]?[row]?[band]?.integer ?? -9999) }
                #expect(ledger["bought"]?[row]?[band]?.integer == sum, "row \(row) band \(band)")
            }
        }
        #expect(ledger["committed"]?[0] == .parse("[90,0,0,0,0]"))
        #expect(ledger["committed"]?[1] == .parse("[90,0,0,20,0]"))
        #expect(county.commissioner.get("/v1/blocks/b1").json["ledger"] == nil)
        #expect(county.commissioner.get("/v1/blocks?days=2").json["items"]?[0]?["ledger"]?["free"]?.elements.count == 2)
        #expect(county.commissioner.get("/v1/blocks/b1?days=127").json["ledger"]?["bought"]?.elements.count == 127)
    }

    @Test("a reduction keeps notice and what packages stand on")
    func reduction() {
        let county = AccessTests.placed()
        let path = "/v1/blocks/b1/claims/c1/reduction"
        func body(_ from: String, _ minutes: Int) -> String {
            #"{"from":"\#(from)","weekly":[{"days":\#(County.everyDay),"band":"morning","minutes":\#(minutes),"carers":2},{"days":\#(County.everyDay),"band":"bed","minutes":240,"carers":2}],"reason":"two carers leave"}"#
        }
        let soon = county.avon.put(path, body("2027-01-10", 100))
        #expect(soon.status == 422)
        #expect(soon.pointers == ["/from"])
        #expect(county.avon.put(path, body("2027-02-02", 60)).status == 409)
        #expect(county.avon.put(path, body("2027-02-02", 300)).status == 422)
        let done = county.avon.put(path, body("2027-02-02", 100))
        #expect(done.status == 200, "\(done.text)")
        #expect(done.json["terms"]?.elements.count == 2)
        #expect(county.avon.put(path, body("2027-02-02", 100)).status == 200)
    }

    @Test("a shortfall takes free minutes and lists who must be covered")
    func shortfall() {
        let county = AccessTests.placed()
        let answer = county.avon.post(
            "/v1/blocks/b1/claims/c1/shortfalls",
            #"{"date":"2027-01-06","band":"morning","minutes":200,"reason":"flu"}"#
        )
        #expect(answer.status == 201, "\(answer.text)")
        #expect(answer.json["taken"] == .integer(150))
        #expect(answer.json["reason"] == .string("flu"))
        #expect(answer.json["uncovered"] == .integer(50))
        #expect(answer.json["cover"] == .parse(#"[{"package":"p1","rank":1}]"#))
        let read = county.avon.get(answer["Location"] ?? "")
        #expect(read.body == answer.body)
        let week = county.avon.get("/v1/providers/avon-care/week?from=2027-01-05").json
        let wednesday = week["days"]?[1]?["bands"]
        #expect(wednesday?[0]?["unavailable"] == .integer(150))
        #expect(wednesday?[0]?["free"] == .integer(0))
        #expect(wednesday?[0]?["visits"]?[0]?["package"] == .string("p1"))
        #expect(wednesday?[0]?["visits"]?[0]?["at"] == .string("08:00"))
        #expect(wednesday?[3]?["visits"]?.elements.count == 1)
        #expect(week["days"]?[0]?["bands"]?[3]?["visits"]?.elements.count == 0)
    }
}
