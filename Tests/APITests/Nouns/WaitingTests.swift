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
        #expect(WaitingBoard.shown([12, 3, 0], true) == [nil, nil, nil])
        #expect(WaitingBoard.shown([12, 7, 3], true) == [12, nil, nil])
        #expect(WaitingBoard.shown([12, 7, 0], true) == [12, 7, nil])
        #expect(WaitingBoard.shown([12, 3, 4], true) == [12, nil, nil])
        #expect(WaitingBoard.shown([1, 0], false) == [1, 0])
        // What one part hides must not be what the other parts leave of the whole: of 8, 7 are shown.
        #expect(WaitingBoard.shown([8, 12], of: [[7, 6], [1, 6]], true) == [nil, nil])
        #expect(WaitingBoard.shown([14, 12], of: [[7, 6], [7, 6]], true) == [14, 12])
        #expect(WaitingBoard.shown([14, 12], of: [[7, 6], [7, 6]], false) == [14, 12])
        // A part whose sum is hidden shows none of what it is made of, so nothing of the whole may rest on that.
        #expect(WaitingBoard.shown([13, 9], of: [[3, 0], [10, 9]], hidden: [true, true], true) == [nil, nil])
        #expect(WaitingBoard.shown([13, 18], of: [[3, 8], [10, 10]], hidden: [true, true], true) == [13, 18])
        // Where a part is alone with what it hides, the whole's own sum must not tell either.
        #expect(WaitingBoard.shown([9, 12, 30], of: [[1, 12, 15], [8, 0, 15]], true) == [nil, nil, 30])
    }

    @Test("no count under five comes out of a dashboard's board, whatever one subtracts from what")
    func noDifference() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3_000 {
            let zones = Int.random(in: 1...4, using: &random)
            let labels = Int.random(in: 2...4, using: &random)
            let parts = (0..<zones).map { _ in
                (0..<labels).map { _ in [0, 0, 1, 2, 4, 5, 6, 9, 30].randomElement(using: &random)! }
            }
            let whole = (0..<labels).map { label in parts.reduce(0) { $0 + $1[label] } }
            let shownParts = parts.map { WaitingBoard.shown($0, true) }
            let shown = WaitingBoard.shown(whole, of: parts, true)
            for label in 0..<labels {
                guard let total = shown[label] else { continue }
                // What the zones that are shown leave of the whole is of several zones, or of nobody.
                let hidden = (0..<zones).filter { shownParts[$0][label] == nil && parts[$0][label] > 0 }
                let left = total - shownParts.reduce(0) { $0 + ($1[label] ?? 0) }
                #expect(hidden.isEmpty || hidden.count > 1 && left >= WaitingBoard.leastShown, "\(parts), seed \(seed)")
            }
            let hidden = (0..<labels).filter { shown[$0] == nil && whole[$0] > 0 }
            // Alone it would be the sum less the others; with nothing shown beside it, it may be any of them.
            #expect(hidden.count != 1 || shown.allSatisfy { $0 == nil }, "\(parts), seed \(seed)")
        }
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
