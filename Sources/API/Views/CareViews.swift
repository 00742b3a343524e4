import Brokerage
import JSON

/// What was said about a package, in whose name, as kept in the vault.
struct PackageTexts: Sendable {
    var acceptance: JSONValue?
    var postponement: JSONValue?
    var ending: JSONValue?
}

/// How offers and packages are shown.
extension JSONWriter {
    /// - Parameters:
    ///   - needs: the referral's words, as kept in the vault; nil where this reader sees none.
    ///   - refusal: what the provider said beside its reason; nil where it is not shown (a list).
    mutating func offer(
        _ offer: Offer,
        _ state: State,
        _ reader: Actor,
        needs: JSONValue?,
        refusal: JSONValue?? = nil
    ) {
        // While it is open the provider sees what is known now, and what is still missing of it.
        let known = offer.status == .open ? state.referrals[offer.referral]?.ask ?? offer.ask : offer.ask
        let seesRate = reader.seesRates || (reader.role == .provider && offer.provider == reader.organisation)
        object { json in
            json.field("id", offer.id)
            json.field("status", offer.status.rawValue)
            json.field("sentAt", offer.sentAt)
            json.field("expiresAt", offer.expiresAt)
            json.field("answeredAt", offer.answeredAt)
            json.field("referral", offer.referral)
            json.field("provider", offer.provider)
            json.field("block", offer.block)
            json.field("ratePence", seesRate ? state.blocks[offer.block]?.ratePence : nil)
            json.field("district", offer.ask.district.description)
            json.field("sector", offer.ask.sector?.description)
            json.field("pathway", offer.ask.pathway)
            json.field("class", offer.ask.class.rawValue)
            json.field("weeks", offer.ask.weeks)
            json.visits(offer.ask.visits)
            json.wishes(offer.ask)
            json.field("needs", orNull: needs?["needs"])
            json.field("home", orNull: needs?["home"]?.without("access"))
            json.field("assessment", orNull: needs?["assessment"]?.without("by"))
            json.field("whereNow", orNull: needs?["whereNow"])
            json.field("startFrom", offer.startFrom)
            json.field("firstVisitBy", offer.firstVisitBy)
            json.placements(offer.claims, state)
            // Where another provider carries the rest: which of the referral's visits these are.
            if let part = offer.part { json.integers("part", part) } else { json.field("part", JSONValue.null) }
            json.strings("missing", known.missing)
            json.field("replaces", offer.replaces)
            json.field("refusal", offer.refusal?.rawValue)
            if let refusal { json.field("note", orNull: refusal?["note"]) }
            json.field("package", offer.package)
        }
    }

    /// - Parameter texts: what was said on accepting and ending, in whose name; nil where it is not shown.
    mutating func package(_ package: Package, _ state: State, today: Day, texts: PackageTexts?) {
        let acceptance = texts.map(\.acceptance)
        object { json in
            json.field("id", package.id)
            json.field("status", package.status.rawValue)
            json.field("offer", package.offer)
            json.field("referral", package.referral)
            json.object("person") { $0.field("id", package.person.description) }
            json.field("provider", package.provider)
            json.field("block", package.claims.first.flatMap { state.claims[$0]?.block })
            json.field("district", package.ask.district.description)
            json.field("sector", package.ask.sector?.description)
            json.field("weeks", package.ask.weeks)
            // The fund pays for six weeks; who pays for what follows, a person has to settle, and it is never the person's by itself.
            let isUndetermined =
                package.ask.funding == .betterCareFund && package.status == .started && today > package.lastFreeDay
            json.field("funding", isUndetermined ? "undetermined" : package.ask.funding.rawValue)
            json.visits(package.ask.visits)
            json.placements(package.claims, state)
            json.firstVisit(package.firstVisit, texts.map(\.postponement))
            json.array("agreedTimes") { json in
                for time in package.acceptance.times {
                    json.object {
                        $0.field("band", time.band.rawValue)
                        $0.field("at", time.at)
                    }
                }
            }
            json.field("acceptedAt", package.acceptedAt)
            json.field(
                "by",
                acceptance.flatMap { $0?["by"] }
                    ?? .object([JSONMember("role", .string(package.acceptance.role))])
            )
            json.field("hasConditions", package.acceptance.hasConditions)
            if let acceptance { json.field("conditions", orNull: acceptance?["conditions"]) }
            json.field("firstDay", package.firstDay)
            json.field("lastDay", package.lastDay)
            json.field("dayOne", package.dayOne)
            json.field("lastFreeDay", package.lastFreeDay)
            json.field("day", package.startedAt == nil ? nil : package.dayCount(on: today))
            json.strings("reviewsDue", package.reviewsDue(state.policy).map(\.description))
            json.care(package, ending: texts.map(\.ending))
        }
    }

    /// What became of it since it was accepted.
    private mutating func care(_ package: Package, ending text: JSONValue??) {
        if let started = package.startedAt {
            object("start") {
                $0.field("at", started)
                $0.field("recordedAt", package.startRecordedAt)
            }
        } else {
            field("start", JSONValue.null)
        }
        if let ending = package.ending {
            object("ending") { json in
                json.field("at", ending.at)
                json.field("outcome", ending.outcome.rawValue)
                json.field(
                    "by",
                    text.flatMap { $0?["by"] } ?? .object([JSONMember("role", .string(ending.role))])
                )
                if let text { json.field("onward", orNull: text?["onward"]) }
            }
        } else {
            field("ending", JSONValue.null)
        }
        if let until = package.retainedUntil, let last = package.lastRetainedDay {
            object("retained") {
                $0.field("from", package.promisedDay)
                $0.field("until", last)
                $0.field("keptUntil", until)
            }
        } else {
            field("retained", JSONValue.null)
        }
        array("uncovered") { json in
            for gap in package.uncovered {
                json.object {
                    $0.field("date", gap.day)
                    $0.field("visit", gap.visit)
                }
            }
        }
    }
}

extension JSONValue {
    /// An object without one of its members.
    func without(_ name: String) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.name != name })
    }
}
