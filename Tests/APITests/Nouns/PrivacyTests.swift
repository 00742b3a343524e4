import Brokerage
import HTTPWire
import JSON
import Testing

@testable import API

@Suite("Who a person is stays in the vault")
struct PrivacyTests {
    static let planted = [
        "RJC-88213", "999 000 0018", "9990000018", "Winifred", "Marked Lane", "555 0199", "77120", "4711", "Olive",
        "Carla",
        "prompt by a known carer", "hoist",
    ]

    private func isClean(_ answer: Answered, but allowed: [String] = []) -> Bool {
        let text = answer.text + answer.fields.map { $0.name + $0.value }.joined()
        return !PrivacyTests.planted.contains { !allowed.contains($0) && text.contains($0) }
    }

    @Test("no refusal repeats what was sent")
    func errors() {
        let county = AccessTests.placed()
        var bad = County.referral
        for path in [["district"], ["sector"], ["source"], ["class"], ["readyAt"], ["startFrom"], ["funding"]] {
            bad = bad.replacing(path, .string("Winifred Planted of Marked Lane, 999 000 0018"))
        }
        bad = bad.replacing(["visits", "0", "band"], .string("Winifred")).replacing(
            ["person", "nhsNumber"],
            .string("9990000019")
        )
        let cases: [Answered] = [
            county.referrer.post("/v1/referrals", bad), county.otherReferrer.get("/v1/referrals/r1"),
            county.referrer.post("/v1/referrals", County.referral.with("startFrom", .string("2028-01-01"))),
            county.referrer.post("/v1/referrals", #"{"person": {"name": "Winifred", "name": "Winifred"}}"#),
            county.referrer.post("/v1/referrals", #"{"person": {"name": "Winifred"#),
            county.referrer.put("/v1/referrals/r1", County.referral),
            county.referrer.get("/v1/referrals?zone=Winifred&x=4711"),
            county.referrer.get("/v1/referrals/9990000018"), county.referrer.get("/v1/Winifred"),
            county.avon.put(
                "/v1/offers/o1/acceptance",
                JSONValue.parse(County.acceptance).with("conditions", .string("x"))
            ),
        ]
        for answer in cases {
            #expect(answer.status >= 400, "\(answer.text)")
            #expect(isClean(answer), "\(answer.text)")
        }
    }

    @Test("boards, blocks, weeks and explanations name nobody")
    func boards() {
        let county = AccessTests.placed()
        for path in [
            "/v1/waiting", "/v1/capacity", "/v1/blocks", "/v1/blocks/b1?days=9", "/v1/providers/avon-care/week",
            "/v1/referrals/r1/explanation", "/v1/zones", "/v1/providers", "/v1/packages",
        ] {
            #expect(isClean(county.administrator.get(path)), "\(path)")
        }
        #expect(isClean(county.avon.get("/v1/offers/o1"), but: ["hoist"]))
        #expect(isClean(county.avon.get("/v1/offers"), but: ["hoist"]))
        #expect(isClean(county.commissioner.get("/v1/referrals/r1")))
        #expect(isClean(county.referrer.get("/v1/referrals"), but: ["RJC-88213"]))
    }

    @Test("a provider whose care has ended is not told who the person is, nor what is written of them since")
    func ended() {
        let county = AccessTests.placed()
        #expect(county.avon.get("/v1/packages/p1/person").status == 200)
        #expect(county.avon.get("/v1/offers/o1").text.contains("hoist"))
        let ending = county.clinician.put(
            "/v1/packages/p1/ending",
            #"{"at":"2027-01-04T12:00:00Z","outcome":"neverStarted","onward":"home","by":{"name":"Dr","role":"OT"}}"#
        )
        #expect(ending.status == 200, "\(ending.text)")
        let refused = county.avon.get("/v1/packages/p1/person")
        #expect(refused.status == 403 && isClean(refused), "\(refused.text)")
        #expect(isClean(county.avon.get("/v1/offers/o1")) && isClean(county.avon.get("/v1/offers")))
        #expect(county.avon.get("/v1/packages/p1").status == 200)
        for client in [county.referrer, county.clinician, county.broker] {
            #expect(client.get("/v1/packages/p1/person").status == 200)
        }
        #expect(county.broker.get("/v1/offers/o1").text.contains("hoist"))
    }

    @Test("until an end that was planned the provider reads who the person is, and a new address reaches it")
    func plannedEnd() {
        let county = AccessTests.placed()
        let started = county.avon.put("/v1/packages/p1/start", #"{"at":"2027-01-04T09:00:00Z"}"#)
        #expect(started.status == 200, "\(started.text)")
        let ending =
            #"{"at":"2027-01-06T12:00:00Z","outcome":"independent","onward":"to a daughter","by":{"name":"Dr","role":"OT"}}"#
        let ended = county.clinician.put("/v1/packages/p1/ending", ending)
        #expect(ended.status == 200 && ended.json["status"] == .string("ended"), "\(ended.text)")
        #expect(county.avon.get("/v1/packages/p1/person").status == 200)
        #expect(county.avon.get("/v1/offers/o1").text.contains("hoist"))
        let moved = county.referrer.put(
            "/v1/referrals/r1",
            County.referral.replacing(["person", "address"], .string("9 New Street")),
            fields: [.ifMatch: "*"]
        )
        #expect(moved.status == 200, "\(moved.text)")
        #expect(county.avon.get("/v1/packages/p1/person").text.contains("9 New Street"))
        // Where the person goes from there is not for the provider.
        #expect(!county.avon.get("/v1/packages/p1").text.contains("daughter"))
        #expect(county.clinician.get("/v1/packages/p1").text.contains("daughter"))
    }

    @Test("an NHS number leads nobody to what another wrote of the person")
    func numberProbes() {
        let county = AccessTests.placed()
        let probe =
            #"{"person":{"reference":"A","nhsNumber":"9990000018"},"district":"CV31","pathway":1,"source":"gp","class":"stepUp","visits":[]}"#
        let other = county.otherReferrer.post("/v1/referrals", probe).json
        #expect(other["possibleDuplicates"] == .parse("[]"))
        // That there is one it learns: nobody is to be arranged for twice.
        #expect(other["alerts"]?[0]?["kind"] == .string("possibleDuplicate"))
        let commissioner = county.commissioner.post("/v1/referrals", probe).json
        #expect(commissioner["possibleDuplicates"] == .parse("[]") && commissioner["alerts"] == .parse("[]"))
        #expect(!county.commissioner.get("/v1/waiting").text.contains("possibleDuplicate"))
        #expect(county.broker.get("/v1/referrals/r3").json["possibleDuplicates"] == .parse(#"["r1"]"#))
        #expect(county.commissioner.get("/v1/referrals/r3").json["possibleDuplicates"] == .parse("[]"))
    }

    @Test("words that may name a carer are not the commissioner's")
    func shortfallWords() {
        let county = AccessTests.placed()
        let path = "/v1/blocks/b1/claims/c1/shortfalls"
        let posted = county.avon.post(
            path,
            #"{"date":"2027-01-06","band":"morning","minutes":30,"carers":0,"reason":"Carla is ill"}"#
        )
        #expect(posted.status == 201, "\(posted.text)")
        #expect(county.avon.get("\(path)/s1").json["reason"] == .string("Carla is ill"))
        #expect(county.broker.get("\(path)/s1").json["reason"] == .string("Carla is ill"))
        #expect(isClean(county.commissioner.get("\(path)/s1")))
    }

    @Test("a referrer's reasons name no provider, and no block that would")
    func reasons() {
        let county = County()
        #expect(county.commissioner.post("/v1/blocks", County.block(minutes: 60)).status == 201)
        #expect(county.referrer.post("/v1/referrals", County.referral).status == 201)
        let path = "/v1/referrals/r1/explanation"
        let told = county.referrer.get(path).json
        #expect(told["verdicts"]?.elements.isEmpty == false)
        for entry in (told["verdicts"]?.elements ?? []) + (told["changes"]?.elements ?? []) {
            #expect(entry["block"] == .null && entry["provider"] == .null, "\(entry)")
        }
        #expect(county.broker.get(path).json["verdicts"]?[0]?["block"] == .string("b1"))
    }

    @Test("no number that says who somebody is hides in a code")
    func codes() {
        let county = County()
        for skill in ["n9990000018", "n999-000-0018"] {
            let asked = County.referral.replacing(["visits", "0", "skills"], .array([.string(skill)]))
            let answer = county.referrer.post("/v1/referrals", asked)
            #expect(answer.status == 400 && answer.pointers == ["/visits/0/skills/0"], "\(answer.text)")
        }
        let asked = County.referral.replacing(["visits", "0", "skills"], .array([.string("nvq3-2024")]))
        #expect(county.referrer.post("/v1/referrals", asked).status == 201)
    }

    @Test("no command holds a name, a reference, a number or a word of free text")
    func commands() throws {
        let value = County.referral
        let body = try ReferralBody(value, today: London.day(at: Service.monday), known: nil)
        let command =
            "\(body.ask.district) \(body.ask.visits) \(body.ask.facts) \(String(describing: body.ask.language))"
        for word in PrivacyTests.planted { #expect(!command.contains(word)) }
        let vault = String(decoding: body.person.json + body.needs.json, as: UTF8.self)
        for word in ["RJC-88213", "9990000018", "Winifred", "4711", "Olive", "prompt by a known carer"] {
            #expect(vault.contains(word))
        }
        #expect(
            Set(body.ask.facts.all.map(\.rawValue)) == [
                "transfers", "equipment", "medication", "consent", "livesAlone", "access", "assessment", "whereNow",
            ]
        )
        #expect(body.ask.livesAlone == true)
        #expect(body.ask.visits[1].hasShortVisitReason)
    }

    @Test("when nothing can be written or read, the answer is 503, and polls go on")
    func unavailable() {
        let county = AccessTests.placed()
        let poll = county.dashboard.get("/v1/capacity")
        county.service.broker().close()
        let post = county.referrer.post("/v1/referrals", County.referral)
        #expect(post.status == 503)
        #expect(post["Retry-After"] == "3")
        #expect(!post.text.contains("ward 7"))
        #expect(county.referrer.get("/v1/referrals/r1").status == 503)
        #expect(county.referrer.get("/v1/referrals/r1/person").status == 503)
        #expect(county.dashboard.get("/v1/capacity").body == poll.body)
        #expect(county.dashboard.get("/v1/zones/rugby").status == 200)
    }
}

extension Body {
    static let today = London.day(at: Service.monday)
}
