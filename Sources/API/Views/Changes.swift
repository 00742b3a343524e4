import Brokerage
import JSON

/// How a change that would place somebody is told: as a question to a person.
extension Change {
    /// The wire's code.
    var kind: String {
        switch self {
        case .triage: "triage"
        case .choose: "choose"
        case .moreMinutes: "moreMinutes"
        case .otherTime: "otherTime"
        case .start: "start"
        case .claim: "claim"
        case .twoProviders: "twoProviders"
        case .singleHanded: "singleHanded"
        case .weeks: "weeks"
        case .anyGender: "anyGender"
        case .oneMorePerson: "oneMorePerson"
        case .askAgain: "askAgain"
        case .spot: "spot"
        case .buy: "buy"
        }
    }

    /// The reason it would take away, by its code; nil where that may be one of several, or none of the verdicts'.
    private var reason: String? {
        switch self {
        case .moreMinutes: "noTime"
        case .otherTime: "noCarers"
        case .claim: "unclaimed"
        case .twoProviders: "tooManyProviders"
        case .anyGender: "gender"
        case .oneMorePerson: "caseloadFull"
        case .askAgain: "declined"
        case .triage, .choose, .start, .singleHanded, .weeks, .spot, .buy: nil
        }
    }

    private var provider: ProviderID? {
        switch self {
        case .moreMinutes(let provider, _, _), .oneMorePerson(let provider), .askAgain(let provider),
            .choose(let provider):
            provider
        case .triage, .otherTime, .start, .claim, .twoProviders, .singleHanded, .weeks, .anyGender, .spot, .buy: nil
        }
    }

    private var block: BlockID? {
        switch self {
        case .moreMinutes(_, let block, _), .claim(let block): block
        case .triage, .choose, .otherTime, .start, .twoProviders, .singleHanded, .weeks, .anyGender, .oneMorePerson,
            .askAgain, .spot, .buy:
            nil
        }
    }

    /// Writes it; `isNamed`: for a reader who may know which provider it is about.
    func write(_ ask: Ask, isNamed: Bool, to json: inout JSONWriter) {
        json.object { json in
            json.field("kind", kind)
            json.field("provider", isNamed ? provider : nil)
            json.field("block", isNamed ? block : nil)
            json.field("reason", reason)
            json.object("amounts") { writeAmounts(ask, to: &$0) }
            json.field("question", question(ask, isNamed ? provider?.description : nil))
        }
    }

    private func writeAmounts(_ ask: Ask, to json: inout JSONWriter) {
        switch self {
        case .moreMinutes(_, _, let shortages):
            json.array("bands") { json in
                for short in shortages {
                    json.object {
                        $0.field("band", short.band.rawValue)
                        $0.field("minutes", short.minutes)
                        $0.field("days", short.days)
                        $0.field("from", short.first)
                        $0.field("until", short.last)
                    }
                }
            }
        case .otherTime(let visit, let at):
            json.field("visit", visit)
            json.field("band", ask.visits[visit].band.rawValue)
            json.field("at", at)
        case .start(let day): json.field("startFrom", day)
        case .weeks(let weeks): json.field("weeks", weeks)
        case .spot(let ceiling, let most, let left):
            json.field("ceilingPence", ceiling)
            json.field("mostPence", most)
            json.field("budgetLeftPence", left)
        case .buy(let weekly, let from, let until, _):
            json.rows("weekly", weekly)
            json.array("skills") { json in
                for skill in ask.skills { json.value(skill.description) }
            }
            json.field("from", from)
            json.field("until", until)
        case .triage, .choose, .claim, .twoProviders, .singleHanded, .anyGender, .oneMorePerson, .askAgain: return
        }
    }

    private func question(_ ask: Ask, _ provider: String?) -> String {
        let who = provider ?? "a provider"
        switch self {
        case .triage(hasRoom: true):
            return "What does the person need? There is room for what was asked for, once a clinician has said."
        case .triage(hasRoom: false):
            return
                "What does the person need? Nothing is placed before a clinician has said; the other changes say what else is missing."
        case .choose:
            return
                "Should a named person choose \(who)? It has room; after offers that came to nothing none is sent by itself."
        case .moreMinutes(_, _, let shortages):
            let parts = shortages.map { short in
                "\(short.minutes) more minutes a day in the \(short.band.rawValue) band"
                    + (short.days == 1
                        ? " on \(short.first)" : " on \(short.days) days from \(short.first) to \(short.last)")
            }
            return "Could \(who) find \(parts.joined(separator: ", and ")), on its claim, in \(ask.district)?"
        case .otherTime(let visit, let at):
            return "Could the \(ask.visits[visit].band.rawValue) visit be at \(at)?"
        case .start(let day): return "Could care begin on \(day)?"
        case .claim: return "Could a provider claim the minutes that nobody has claimed yet?"
        case .twoProviders: return "May two providers share this package?"
        case .singleHanded: return "Would one carer at a time do, with equipment perhaps?"
        case .weeks(let weeks):
            return "Could care be arranged for \(weeks) \(weeks == 1 ? "week" : "weeks") first?"
        case .anyGender: return "Would a carer of another gender be acceptable to the person?"
        case .oneMorePerson: return "Could \(who) take one more person than it said it could?"
        case .askAgain: return "Could \(who) be asked once more?"
        case .spot(let ceiling, let most, let left):
            return
                "Should a named person buy these hours on the spot, at \(ceiling) pence an hour at most: \(most) pence "
                + "of the \(left) left?"
        case .buy(let weekly, let from, let until, let isCarried):
            return
                "Could a block of \(weekly.minutesPerWeek) minutes a week be bought for \(ask.district), from \(from) to "
                + "\(until) or longer, and awarded to a provider that may carry it"
                + (isCarried ? "?" : ", which none of those known would be asked to?")
        }
    }
}
