import Brokerage
import JSON

extension Decision.Reason {
    /// The wire's code.
    var code: String {
        switch self {
        case .outOfZone: "outOfZone"
        case .contractDates: "contractDates"
        case .lacksSkill: "lacksSkill"
        case .notRegistered: "notRegistered"
        case .declined: "declined"
        case .gender: "gender"
        case .noTime: "noTime"
        case .noCarers: "noCarers"
        case .caseloadFull: "caseloadFull"
        case .ringFenced: "ringFenced"
        case .tooManyProviders: "tooManyProviders"
        case .beaten: "beaten"
        case .unclaimed: "unclaimed"
        case .suspended: "suspended"
        }
    }

    /// In words for a person, without names.
    var words: String {
        switch self {
        case .outOfZone: "does not work in this zone"
        case .contractDates: "the claim does not cover the whole package"
        case .lacksSkill(let skill): "nobody with the skill \(skill)"
        case .notRegistered: "not registered for personal care on the first day"
        case .declined: "refused this referral, or let its offer lapse"
        case .gender: "no carer of the gender required"
        case .noTime(let day, let band, let short):
            "\(short) minutes too few on \(day) in the \(band.rawValue) band"
        case .noCarers(let day, let band, let at):
            "too few carers at once on \(day) in the \(band.rawValue) band" + (at.map { " at \($0)" } ?? "")
        case .caseloadFull: "cares for as many people as it can"
        case .ringFenced(let short): "\(short) minutes are kept for step-up"
        case .tooManyProviders: "would need more providers than the person may have"
        case .beaten(let criterion, _): criterion.words
        case .unclaimed: "minutes that nobody has claimed: authorised, not staffed"
        case .suspended: "is suspended"
        }
    }

    /// The figures behind the words.
    func writeAmounts(to json: inout JSONWriter) {
        switch self {
        case .lacksSkill(let skill): json.field("skill", skill.description)
        case .noTime(let day, let band, let short):
            json.field("date", day)
            json.field("band", band.rawValue)
            json.field("shortBy", short)
        case .noCarers(let day, let band, let at):
            json.field("date", day)
            json.field("band", band.rawValue)
            json.field("at", at)
        case .ringFenced(let short): json.field("shortBy", short)
        case .beaten(let criterion, let difference):
            json.field("criterion", criterion.rawValue)
            json.field("difference", difference)
        case .outOfZone, .contractDates, .notRegistered, .declined, .gender, .caseloadFull, .tooManyProviders,
            .unclaimed, .suspended:
            return
        }
    }

    /// Smaller changes first: minutes, then people's arrangements, then contracts.
    var effort: (Int, Int) {
        switch self {
        case .noTime(_, _, let short): (short <= 60 ? 0 : 3, short)
        case .noCarers(_, _, let at): (at == nil ? 4 : 1, 0)
        case .ringFenced(let short): (2, short)
        case .tooManyProviders: (2, 0)
        case .unclaimed: (2, 1)
        case .contractDates: (5, 0)
        case .caseloadFull: (6, 0)
        case .gender: (7, 0)
        case .lacksSkill: (8, 0)
        case .outOfZone, .notRegistered, .declined, .beaten, .suspended: (9, 0)
        }
    }
}

extension Decision.Criterion {
    /// Why another option was better.
    var words: String {
        switch self {
        case .restart: "the existing provider has first refusal"
        case .preferences: "another meets more of what was asked for"
        case .splits: "another carries all of it on one claim"
        case .scarcity: "another's minutes are less sought after by those who wait"
        case .fairness: "another has had less of its fair share in these weeks"
        case .fit: "another fits more closely and leaves larger gaps whole"
        case .order: "another claim is older; all else was equal"
        case .together: "it was kept for others, so that more of those who wait could be placed"
        case .override: "a named person chose another"
        }
    }
}

/// Why someone waits, gathered by code.
struct ReasonSummary {
    let code: String
    var count: Int
    let detail: String

    static func all(of referral: Referral) -> [ReasonSummary] {
        // Nothing was decided yet: it waits for something else.
        guard let decision = referral.decision else { return [] }
        var summaries: [ReasonSummary] = []
        var leastEffort: [String: (Int, Int)] = [:]
        for reason in decision.verdicts.compactMap(\.reason) {
            if let index = summaries.firstIndex(where: { $0.code == reason.code }) {
                // Of several claims with the same reason the one nearest to fitting is told.
                let isNearer = leastEffort[reason.code].map { reason.effort < $0 } ?? true
                summaries[index] = ReasonSummary(
                    code: reason.code,
                    count: summaries[index].count + 1,
                    detail: isNearer ? reason.words : summaries[index].detail
                )
                if isNearer { leastEffort[reason.code] = reason.effort }
            } else {
                summaries.append(ReasonSummary(code: reason.code, count: 1, detail: reason.words))
                leastEffort[reason.code] = reason.effort
            }
        }
        if summaries.isEmpty {
            // Nobody was looked at, so nobody works there.
            return [
                ReasonSummary(
                    code: "outOfZone",
                    count: 0,
                    detail: "no provider has claimed minutes in this zone"
                )
            ]
        }
        return summaries
    }
}
