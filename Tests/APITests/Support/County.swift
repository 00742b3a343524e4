import API
import Brokerage
import HTTPWire
import JSON
import Testing

/// A county with two zones, two providers and one block awarded to the first, made through the routes.
struct County {
    let service = Service()
    let lane: LaneResponder
    let commissioner: Client
    let referrer: Client
    let otherReferrer: Client
    let avon: Client
    let brook: Client
    let clinician: Client
    let broker: Client
    let dashboard: Client
    let administrator: Client

    init() {
        lane = service.makeLane()
        let service = service
        let lane = lane
        func client(_ role: Role, _ organisation: String? = nil) -> Client {
            Client(lane: lane, key: service.key(role, organisation))
        }
        commissioner = client(.commissioner)
        referrer = client(.referrer, "warwick-hospital")
        otherReferrer = client(.referrer, "george-eliot")
        avon = client(.provider, "avon-care")
        brook = client(.provider, "brook-care")
        clinician = client(.clinician)
        broker = client(.broker)
        dashboard = client(.dashboard)
        administrator = client(.administrator)
        #expect(
            commissioner.put("/v1/zones/leamington", #"{"name":"Leamington","districts":["CV31","CV32"]}"#)
                .status == 201
        )
        #expect(commissioner.put("/v1/zones/rugby", #"{"name":"Rugby","districts":["CV21"]}"#).status == 201)
        for id in ["avon-care", "brook-care"] {
            let body =
                #"{"name":"\#(id)","kind":"agency","personalCare":true,"zones":["leamington","rugby"],"status":"open"}"#
            #expect(commissioner.put("/v1/providers/\(id)", body).status == 201)
        }
    }

    static let everyDay = #"["mon","tue","wed","thu","fri","sat","sun"]"#

    /// A block in Leamington of so many minutes in every morning and bed band.
    static func block(minutes: Int = 240, carers: Int = 2, provider: String? = "avon-care") -> String {
        let awarded = provider.map { #","provider":"\#($0)""# } ?? ""
        return
            #"{"zone":"leamington","from":"2027-01-01","until":"2027-12-31","ratePence":2600,"funding":"betterCareFund","skills":["medication"],"weekly":[{"days":\#(everyDay),"band":"morning","minutes":\#(minutes),"carers":\#(carers)},{"days":\#(everyDay),"band":"bed","minutes":\#(minutes),"carers":\#(carers)}]\#(awarded)}"#
    }

    /// The referral of the API's page.
    static let referral = JSONValue.parse(
        #"""
        {
          "person": {"reference": "RJC-88213", "nhsNumber": "999 000 0018", "name": "Winifred Planted", "address": "7 Marked Lane", "telephone": "01926 555 0199"},
          "externalIds": [{"system": "https://example.nhs.uk/referral", "value": "77120"}],
          "district": "CV32", "sector": "CV32 5", "pathway": 1, "source": "ward", "class": "stepDown",
          "whereNow": "ward", "readyAt": "2027-01-04T09:00:00Z", "dischargeReadyDate": "2027-01-04", "startFrom": "2027-01-05", "weeks": 6,
          "visits": [
            {"band": "morning", "minutes": 45, "carers": 2, "days": ["mon","tue","wed","thu","fri","sat","sun"],
             "skills": ["medication"], "personalCare": true, "time": {"at": "08:00", "toleranceMinutes": 15}},
            {"band": "bed", "minutes": 20, "carers": 1, "days": ["mon","wed","fri"], "personalCare": false, "shortVisitReason": "medication prompt by a known carer"}
          ],
          "preferences": {"language": "pa"},
          "needs": {"transfers": "hoist", "equipment": [{"item": "hoist", "inPlaceOn": "2027-01-04"}], "medication": "administer", "consent": "given"},
          "home": {"livesAlone": true, "access": "key safe 4711"}, "assessment": {"by": "Olive Therapist", "role": "OT", "at": "2027-01-03T15:00:00Z"},
          "existingProvider": null, "triage": null, "maxProviders": 1, "funding": "betterCareFund"
        }
        """#
    )

    static let acceptance =
        #"{"firstVisit":{"date":"2027-01-05","band":"morning","at":"08:00"},"by":{"name":"Carla Manager","role":"manager","telephone":"01926 555 0111"}}"#
}
