import Brokerage
import JSON

/// Bodies about supply: zones, providers, blocks, claims, reductions, shortfalls.
extension Body {
    static func zone(_ value: JSONValue) throws(Problem) -> (name: String, districts: [PostcodeDistrict]) {
        try read(value) { fields, _ in
            let name = fields.string("name", max: 200)
            // The country has about 3,000 districts.
            let districts = fields.list("districts", max: 3_000, Words.district) { PostcodeDistrict($0) }
            guard let name, let districts else { return nil }
            return (name, districts)
        }
    }

    static func provider(_ value: JSONValue, id: ProviderID) throws(Problem) -> Provider {
        try read(value) { fields, rules in
            let name = fields.string("name", max: 200)
            let kind = fields.word("kind", Provider.Kind.self)
            let personalCare = fields.bool("personalCare")
            let zones = fields.list("zones", max: 1_000, Words.slug) { ZoneID($0) }
            let status = fields.word("status", Provider.Status.self)
            let skills = fields.optionalSkills("skills")
            let location = fields.optionalString("cqcLocation", max: 64)
            let registered = fields.optionalDay("registeredFrom")
            let languages = fields.optionalList("languages", max: 100, Words.code) { isNewCode($0) ? $0 : nil }
            let genders = fields.optionalList("genders", max: 2, Words.oneOf(Provider.Gender.self)) {
                Provider.Gender(rawValue: $0)
            }
            let caseload = fields.optionalObject("caseload") { $0.number("max", rules, in: 1...100_000) }
            let answering = fields.optionalObjects("answering", max: 21) { answeringHours(&$0, rules) }
            let telephone = fields.optionalString("onCallTelephone", max: 64)
            guard let name, let kind, let personalCare, let zones, let status else { return nil }
            return Provider(
                id: id,
                name: name,
                kind: kind,
                personalCare: personalCare,
                zones: Set(zones).sorted(),
                status: status,
                skills: skills,
                cqcLocation: location,
                registeredFrom: registered,
                languages: languages,
                genders: genders,
                caseloadMax: caseload,
                answering: answering,
                onCallTelephone: telephone
            )
        }
    }

    private static func answeringHours(
        _ fields: inout ObjectReader,
        _ rules: JSONFailures
    ) -> Provider.AnsweringHours? {
        let days = fields.weekdays("days", rules)
        let from = fields.time("from")
        let until = fields.parsed("until", "a time of day, such as 17:00, or 24:00") {
            $0 == "24:00" ? 1440 : TimeOfDay($0)?.minutes
        }
        guard let days, let from, let until else { return nil }
        if until <= from.minutes {
            rules.add(
                fields.pointer.appending("until"),
                "must be later than from; split hours that cross midnight"
            )
        }
        // What a rule refused never reaches the brokerage; any hours will do in its place.
        return Provider.AnsweringHours(days: days, from: from, until: until)
            ?? Provider.AnsweringHours(days: .all, from: from, until: 1440)
    }

    static func block(_ value: JSONValue) throws(Problem) -> (terms: BlockTerms, provider: ProviderID?) {
        try read(value) { fields, rules in
            let zone = fields.slug("zone")
            let from = fields.day("from")
            let until = fields.day("until")
            let rate = fields.number("ratePence", rules, in: 0...1_000_000)
            let funding = fields.word("funding", Funding.self)
            let skills = fields.decode("skills") { value, pointer, failures in
                ObjectReader.array(value, pointer, failures, 100) {
                    ObjectReader.parsed($0, $1, $2, Words.code) { isNewCode($0) ? Skill($0) : nil }
                }
            }
            let weekly = weekly(&fields, rules)
            let provider = fields.optionalSlug("provider")
            let eligible = fields.optionalList("eligibleProviders", max: 1_000, Words.slug) { ProviderID($0) }
            let least = fields.optionalNumber("minimumClaim", rules, in: 0...1_050_000)
            let share = fields.optionalNumber("maxSharePercent", rules, in: 1...100)
            let lead = fields.optionalInstant("leadFirstUntil")
            let stepUp = fields.optionalNumber("stepUpPercent", rules, in: 0...100)
            let reference = fields.optionalString("contractReference", max: 64)
            guard let zone, let from, let until, let rate, let funding, let skills, let weekly else {
                return nil
            }
            return (
                BlockTerms(
                    zone: zone,
                    from: from,
                    until: until,
                    ratePence: Int64(rate),
                    funding: funding,
                    skills: Set(skills).sorted(),
                    weekly: weekly,
                    eligibleProviders: eligible.map { Set($0).sorted() },
                    minimumClaim: least,
                    maxSharePercent: share,
                    leadFirstUntil: lead,
                    stepUpPercent: stepUp,
                    contractReference: reference
                ),
                provider
            )
        }
    }

    static func claim(_ value: JSONValue) throws(Problem) -> ClaimTerms {
        try read(value) { fields, rules in
            let provider = fields.slug("provider")
            let weekly = weekly(&fields, rules)
            let from = fields.optionalDay("from")
            let until = fields.optionalDay("until")
            let firmFrom = fields.optionalDay("firmFrom")
            guard let provider, let weekly else { return nil }
            return ClaimTerms(
                provider: provider,
                weekly: weekly,
                from: from,
                until: until,
                firmFrom: firmFrom
            )
        }
    }

    struct Reduction {
        let from: Day
        let weekly: WeeklyPattern
        let reason: String
    }

    static func reduction(_ value: JSONValue) throws(Problem) -> Reduction {
        try read(value) { fields, rules in
            let from = fields.day("from")
            // Carers that are not named stay as many as they are.
            let weekly = weekly(&fields, rules, carers: 0)
            let reason = fields.string("reason", max: 2_000)
            guard let from, let weekly, let reason else { return nil }
            return Reduction(from: from, weekly: weekly, reason: reason)
        }
    }

    struct ShortfallReport {
        let date: Day
        let band: Band
        let minutes: Int
        let carers: Int
        let reason: String
    }

    static func shortfall(_ value: JSONValue) throws(Problem) -> ShortfallReport {
        try read(value) { fields, rules in
            let date = fields.day("date")
            let band = fields.word("band", Band.self)
            let minutes = fields.number("minutes", rules, in: 1...WeeklyPattern.mostMinutes)
            let carers = fields.optionalNumber("carers", rules, in: 0...WeeklyPattern.mostCarers)
            let reason = fields.string("reason", max: 2_000)
            guard let date, let band, let minutes, let reason else { return nil }
            return ShortfallReport(
                date: date,
                band: band,
                minutes: minutes,
                carers: carers ?? 0,
                reason: reason
            )
        }
    }

    /// `weekly`: minutes that apply to each listed day; a (day, band) may be named once.
    private static func weekly(
        _ fields: inout ObjectReader,
        _ rules: JSONFailures,
        carers assumed: Int = 1
    ) -> WeeklyPattern? {
        var named: Set<Int> = []
        // Thirty-five (day, band) exist; more rows can only repeat.
        guard
            let rows = fields.objects(
                "weekly",
                max: 100,
                { row in
                    let days = row.weekdays("days", rules)
                    let band = row.word("band", Band.self)
                    let minutes = row.number("minutes", rules, in: 0...WeeklyPattern.mostMinutes)
                    let carers = row.optionalNumber("carers", rules, in: 1...WeeklyPattern.mostCarers)
                    guard let days, let band, let minutes else { return nil as WeeklyPattern.Row? }
                    for day in days.days where !named.insert(day.index * Band.count + band.index).inserted {
                        rules.add(row.pointer.appending("days"), "\(day) \(band) is named twice")
                    }
                    let cell =
                        minutes == 0
                        ? WeeklyPattern.Cell.empty
                        : WeeklyPattern.Cell(
                            minutes: Int32(clamping: minutes),
                            carers: UInt8(clamping: carers ?? assumed)
                        )
                    return WeeklyPattern.Row(days: days, band: band, cell: cell)
                }
            )
        else { return nil }
        return WeeklyPattern(rows: rows) ?? WeeklyPattern()
    }
}
