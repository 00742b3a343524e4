import JSON
import Testing

@testable import API

@Suite("What an explanation asks")
struct ExplanationTests {
    /// What is asked first of somebody who awaits triage, in a zone with a block of so many minutes.
    private func question(minutes: Int) -> String {
        let county = County()
        #expect(county.commissioner.put("/v1/policy", #"{"triageBeforeStart":true}"#).status == 200)
        #expect(county.commissioner.post("/v1/blocks", County.block(minutes: minutes)).status == 201)
        #expect(county.referrer.post("/v1/referrals", County.referral).json["status"] == .string("waiting"))
        let told = county.clinician.get("/v1/referrals/r1/explanation").json
        #expect(told["smallestChange"]?["kind"] == .string("triage"), "\(told)")
        return told["smallestChange"]?["question"]?.string ?? ""
    }

    @Test("before triage it says that there is room only where there is")
    func triage() {
        #expect(question(minutes: 240).contains("There is room"))
        #expect(!question(minutes: 20).contains("There is room"))
    }
}
