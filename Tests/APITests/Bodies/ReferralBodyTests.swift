import JSON
import Testing

@testable import API

@Suite("A referral's body")
struct ReferralBodyTests {
    private func missing(_ path: [String], _ value: String) -> [String] {
        let county = County()
        let body = County.referral.replacing(path, .parse(value))
        let answer = county.referrer.post("/v1/referrals", body)
        #expect(answer.status == 201, "\(answer.text)")
        return answer.json["missing"]?.elements.compactMap(\.string) ?? []
    }

    @Test(
        "a fact is known where words, or yes, were given; a box that was not ticked and a number say nothing, and are missing",
        arguments: [
            ("medication", #""administer""#, true), ("medication", "true", true), ("medication", "false", false),
            ("medication", "0", false), ("consent", "false", false), ("transfers", "7", false),
            ("equipment", "[]", true), ("equipment", "false", false), ("equipment", #""a hoist""#, true),
        ]
    )
    func needs(name: String, value: String, isKnown: Bool) {
        #expect(missing(["needs", name], value).contains(name) == !isKnown)
    }

    @Test("that somebody does not live alone is known; that there is no way in is not")
    func home() {
        #expect(!missing(["home", "livesAlone"], "false").contains("livesAlone"))
        #expect(missing(["home", "access"], "false").contains("access"))
    }
}
