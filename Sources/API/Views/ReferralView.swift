import Brokerage
import JSON

/// Texts of one referral as read from the vault, or as just posted.
struct ReferralTexts: Sendable {
    var person: JSONValue?
    /// nil where the reader of a list is spared them.
    var needs: JSONValue?
    var triage: JSONValue?
    var withdrawal: JSONValue?
    /// Whether needs, home and notes are shown at all: a list leaves them to the referral itself.
    var isWhole = true
}

/// How a referral is shown. Everything comes from the referral as it is handed in, and from what never changes, so
/// that a repeated request is answered as it was the first time.
struct ReferralView {
    let referral: Referral
    /// Other people's referrals are not named to it.
    let reader: Actor
    /// nil for whoever sees no person: a commissioner.
    let texts: ReferralTexts?

    /// - Returns: where what comes from the texts stands, ascending. Without these bytes it is the same for every reader, so
    ///   that a tag can be made of it.
    @discardableResult
    func write(to json: inout JSONWriter, in state: State) -> [Range<Int>] {
        let ask = referral.ask
        var asides: [Range<Int>] = []
        func aside(_ json: inout JSONWriter, _ write: (inout JSONWriter) -> Void) {
            let start = json.count
            write(&json)
            if json.count > start { asides.append(start..<json.count) }
        }
        json.object { json in
            json.field("id", referral.id)
            json.field("status", referral.status.rawValue)
            json.field("receivedAt", referral.receivedAt)
            json.field("completedAt", referral.completedAt)
            json.field("due", referral.due)
            json.object("person") { json in
                json.field("id", referral.person.description)
                if let texts { aside(&json) { $0.field("reference", orNull: texts.person?["reference"]) } }
            }
            if let texts, texts.isWhole {
                aside(&json) { $0.field("externalIds", orNull: texts.person?["externalIds"]) }
            }
            json.field("referrer", referral.referrer)
            json.field("zone", referral.zone)
            json.field("district", ask.district.description)
            json.field("sector", ask.sector?.description)
            json.field("pathway", ask.pathway)
            json.field("source", ask.source.rawValue)
            json.field("class", ask.class.rawValue)
            json.field("readyAt", referral.readyDates.last.map(\.at) ?? ask.readyAt)
            json.field("dischargeReadyDate", ask.dischargeReadyDate)
            json.field("startFrom", ask.startFrom)
            json.field("weeks", ask.weeks)
            let isWhole = texts?.isWhole ?? false
            asides += json.visits(ask.visits, reasons: isWhole ? shortVisitReasons : [])
            json.wishes(ask)
            if isWhole {
                aside(&json) { json in
                    json.field("needs", orNull: texts?.needs?["needs"])
                    json.field("home", orNull: texts?.needs?["home"])
                    json.field("assessment", orNull: texts?.needs?["assessment"])
                    json.field("whereNow", orNull: texts?.needs?["whereNow"])
                }
            }
            json.field("existingProvider", ask.existingProvider)
            json.field("maxProviders", ask.maxProviders)
            json.field("funding", ask.funding.rawValue)
            json.field("safeUntil", ask.safeUntil)
            json.field("unsafeNow", ask.unsafeNow)
            triage(&json, isWhole: isWhole, aside)
            if isWhole { aside(&json) { $0.field("withdrawal", orNull: texts?.withdrawal) } }
            json.array("readyDates") { json in
                for entry in referral.readyDates {
                    json.object {
                        $0.field("at", entry.at)
                        $0.field("recordedAt", entry.recordedAt)
                    }
                }
            }
            json.strings("missing", ask.missing)
            json.field("safeToLeave", state.isSafeToLeave(referral))
            json.field("waitingFor", state.waitingFor(referral)?.rawValue)
            json.array("alerts") { json in
                for alert in referral.alerts(for: reader) {
                    json.object {
                        $0.field("kind", alert.kind.rawValue)
                        $0.field("at", alert.at)
                    }
                }
            }
            json.field("offer", referral.offer)
            json.field("package", referral.package)
            json.array("shares") { json in
                for share in referral.shares {
                    json.object {
                        $0.integers("visits", share.visits)
                        $0.field("offer", share.offer)
                        $0.field("package", share.package)
                    }
                }
            }
            json.strings("possibleDuplicates", referral.duplicates(for: reader, state).map(\.description))
            reasons(&json)
        }
        return asides
    }

    private var shortVisitReasons: [JSONValue] {
        guard case .array(let reasons)? = texts?.needs?["shortVisitReasons"] else {
            return Array(repeating: .null, count: referral.ask.visits.count)
        }
        return reasons
    }

    private func triage(
        _ json: inout JSONWriter,
        isWhole: Bool,
        _ aside: (inout JSONWriter, (inout JSONWriter) -> Void) -> Void
    ) {
        guard let triage = referral.triage else { return json.field("triage", JSONValue.null) }
        json.object("triage") { json in
            json.field("outcome", triage.outcome.rawValue)
            json.field("at", triage.at)
            aside(&json) { json in
                if isWhole {
                    json.field("by", texts?.triage?["by"] ?? .object([JSONMember("role", .string(triage.role))]))
                    json.field("note", orNull: texts?.triage?["note"])
                } else {
                    json.object("by") { $0.field("role", triage.role) }
                }
            }
        }
    }

    /// Why it waits: what kept the claims of the zone from carrying it, by code.
    private func reasons(_ json: inout JSONWriter) {
        guard referral.status == .waiting else { return json.field("reasons", JSONValue.null) }
        json.array("reasons") { json in
            for reason in ReasonSummary.all(of: referral) {
                json.object {
                    $0.field("code", reason.code)
                    $0.field("count", reason.count)
                    $0.field("detail", reason.detail)
                }
            }
        }
    }
}

extension JSONValue {
    /// The text of a string; nil for anything else.
    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// A member of an object; nil when there is none or this is no object.
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}

extension Referral {
    /// Other referrals under the same NHS number, as far as a reader may see them: a number that somebody knows must not be
    /// a way to what others wrote of the person.
    fileprivate func duplicates(for reader: Actor, _ state: State) -> [ReferralID] {
        guard reader.seesPersons else { return [] }
        return duplicates.filter { state.referrals[$0].map { state.isVisible($0, to: reader) } ?? false }
    }

    /// The alerts for a reader. That there is another referral under the number is for whoever may know the person, and a
    /// ward learns it without a name: nobody is to be arranged for twice.
    func alerts(for reader: Actor) -> [Alert] {
        reader.seesPersons ? alerts : alerts.filter { $0.kind != .possibleDuplicate }
    }
}
