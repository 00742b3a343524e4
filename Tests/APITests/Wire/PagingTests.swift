import JSON
import Testing

@testable import API

@Suite("Lists come in pages")
struct PagingTests {
    /// Follows the links of a list to its end, gathering identifiers.
    private func walk(_ client: Client, _ first: String) -> (ids: [String], pages: Int) {
        var ids: [String] = []
        var next: String? = first
        var pages = 0
        while let target = next, pages < 100 {
            let page = client.get(target)
            ids += page.json["items"]?.elements.compactMap { $0["id"]?.string } ?? []
            pages += 1
            next = page["Link"].map { String($0.dropFirst().prefix { $0 != ">" }) }
            if let link = page["Link"] { #expect(link.hasSuffix(#"; rel="next""#)) }
        }
        return (ids, pages)
    }

    @Test("following the links gives each item once, in order, and ends")
    func follow() {
        let county = County()
        for _ in 1...7 { #expect(county.commissioner.post("/v1/blocks", County.block()).status == 201) }
        let all = (1...7).map { "b\($0)" }
        for (limit, pages) in [(1, 7), (2, 4), (3, 3), (7, 1), (100, 1)] {
            let walked = walk(county.broker, "/v1/blocks?zone=leamington&limit=\(limit)")
            #expect(walked.ids == all)
            #expect(walked.pages == pages, "limit \(limit)")
        }
        #expect(walk(county.broker, "/v1/zones?limit=1").ids == ["leamington", "rugby"])
        #expect(walk(county.broker, "/v1/providers?limit=1").ids == ["avon-care", "brook-care"])
        #expect(walk(county.avon, "/v1/providers").ids == ["avon-care"])
    }

    @Test("filters hold across pages")
    func filters() {
        let county = County()
        #expect(county.commissioner.post("/v1/blocks", County.block(minutes: 1000)).status == 201)
        // Without a fixed hour, so that one after another fits the two carers.
        let untimed = County.referral.replacing(["visits", "0", "time"], nil)
        for _ in 1...5 { #expect(county.referrer.post("/v1/referrals", untimed).status == 201) }
        let withdrawn = county.referrer.put("/v1/referrals/r2/withdrawal", #"{"reason":"home"}"#)
        #expect(withdrawn.status == 200, "\(withdrawn.text)")
        #expect(withdrawn.json["withdrawal"]?["reason"] == .string("home"))
        #expect(walk(county.referrer, "/v1/referrals?status=offered&limit=2").ids == ["r1", "r3", "r4", "r5"])
        #expect(walk(county.referrer, "/v1/referrals?status=withdrawn&limit=2").ids == ["r2"])
        #expect(walk(county.avon, "/v1/offers?status=open&limit=2").ids == ["o1", "o3", "o4", "o5"])
        #expect(walk(county.avon, "/v1/offers?limit=2").ids == ["o1", "o2", "o3", "o4", "o5"])
        #expect(walk(county.brook, "/v1/offers?limit=2").ids == [])
        #expect(walk(county.otherReferrer, "/v1/referrals").ids == [])
        #expect(walk(county.referrer, "/v1/referrals?overdue=true").ids == [])
        county.service.wait(minutes: 25 * 60)
        #expect(walk(county.referrer, "/v1/referrals?overdue=true&limit=3").ids == ["r1", "r3", "r4", "r5"])
        #expect(walk(county.referrer, "/v1/referrals?zone=rugby").ids == [])
    }
}
