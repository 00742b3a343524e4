import Broker
import Brokerage
import JSON

/// A referral as it was posted, parted into what the brokerage may know and what only the vault may.
struct ReferralBody: Sendable {
    let ask: Ask
    let nhsNumber: NHSNumber?
    /// What identifies the person.
    let person: SensitiveText
    /// What the person needs, in words.
    let needs: SensitiveText
    /// The same two as values, for the answer.
    let personValue: JSONValue
    let needsValue: JSONValue

    /// Bytes of one text at most, 256 KiB: well under what the vault seals (`Keyring.plainBytes`).
    static let mostTextBytes = 256 * 1024
    /// Visits a package may have.
    static let mostVisits = 16

    /// - Parameters:
    ///   - today: today in London, for defaults.
    ///   - known: the referral that is amended; keeps its first day where none is given.
    init(_ value: JSONValue, today: Day, known: Ask?) throws(Problem) {
        self = try Body.read(value) { ReferralBody(&$0, $1, today: today, known: known) }
    }

    private init?(_ fields: inout ObjectReader, _ rules: JSONFailures, today: Day, known: Ask?) {
        let person = fields.object("person") { Identity(&$0) }
        let externalIds = fields.optionalObjects("externalIds", max: 20) { ReferralBody.externalID(&$0) }
        let district = fields.parsed("district", Words.district) { PostcodeDistrict($0) }
        let sector = fields.optionalParsed("sector", "a postcode sector, such as CV32 5") {
            PostcodeSector($0)
        }
        let pathway = fields.number("pathway", rules, in: 0...3)
        let source = fields.word("source", Ask.Source.self)
        let urgency = fields.word("class", Ask.Class.self)
        let whereNow = fields.optionalString("whereNow", max: 500)
        let readyAt = fields.optionalInstant("readyAt")
        let dischargeReady = fields.optionalDay("dischargeReadyDate")
        let startFrom = fields.optionalDay("startFrom")
        let weeks = fields.optionalNumber("weeks", rules, in: 1...6) ?? 6
        let visits = fields.objects("visits", max: 1_000) { VisitBody(&$0, rules) }
        let gender = fields.optionalObject("requirements") {
            Optional($0.optionalWord("carerGender", Provider.Gender.self))
        }
        let language = fields.optionalObject("preferences") { preferences in
            Optional(preferences.optionalParsed("language", Words.code) { isNewCode($0) ? $0 : nil })
        }
        let needs = fields.optionalObject("needs") { Facts(&$0, Facts.needs) }
        let home = fields.optionalObject("home") { Facts(&$0, Facts.home) }
        let assessment = fields.optionalObject("assessment") { Assessment(&$0) }
        let existing = fields.optionalSlug("existingProvider")
        if let triage = fields.value("triage"), triage != .null {
            rules.add(
                fields.pointer.appending("triage"),
                "is recorded by a clinician: POST it to the referral's triage"
            )
        }
        let providers = fields.optionalNumber("maxProviders", rules, in: 1...2) ?? 1
        let funding = fields.optionalWord("funding", Funding.self)
        let safeUntil = fields.optionalInstant("safeUntil")
        let unsafeNow = fields.optionalBool("unsafeNow")
        guard let person, let district, let pathway, let source, let urgency, let visits else { return nil }
        if visits.count > ReferralBody.mostVisits {
            rules.add(
                fields.pointer.appending("visits"),
                "a package has at most \(ReferralBody.mostVisits) visits"
            )
        }

        var facts = (needs?.given ?? []).union(home?.given ?? [])
        if assessment?.isSigned ?? false { facts.insert(.assessment) }
        if whereNow != nil { facts.insert(.whereNow) }
        let first = startFrom ?? known?.startFrom ?? max(today, readyAt.map(London.day(at:)) ?? today)
        ask = Ask(
            district: district,
            sector: sector,
            pathway: pathway,
            source: source,
            class: urgency,
            readyAt: readyAt,
            dischargeReadyDate: dischargeReady,
            startFrom: first,
            weeks: weeks,
            visits: visits.map(\.visit),
            carerGender: gender ?? nil,
            language: language ?? nil,
            existingProvider: existing,
            maxProviders: providers,
            funding: funding ?? .betterCareFund,
            safeUntil: safeUntil,
            unsafeNow: unsafeNow ?? false,
            facts: facts,
            livesAlone: home?.livesAlone
        )
        nhsNumber = person.nhsNumber
        personValue = .object(
            present: [
                ("reference", .string(person.reference)),
                ("nhsNumber", person.nhsNumber.map { .string($0.digits) }),
                ("name", person.name), ("address", person.address), ("telephone", person.telephone),
                ("externalIds", externalIds.map(JSONValue.array)),
            ]
        )
        self.person = SensitiveText(kind: TextKind.person, personValue)
        let reasons = visits.map { $0.shortVisitReason.map(JSONValue.string) ?? .null }
        needsValue = .object(
            present: [
                ("needs", needs?.json), ("home", home?.json), ("assessment", assessment?.json),
                ("whereNow", whereNow.map(JSONValue.string)),
                ("shortVisitReasons", reasons.contains { $0 != .null } ? .array(reasons) : nil),
            ]
        )
        self.needs = SensitiveText(kind: TextKind.needs, needsValue)
        if self.needs.json.count > ReferralBody.mostTextBytes {
            rules.add(
                fields.pointer.appending("needs"),
                "all texts together are more than 256 KiB; say it in fewer words"
            )
        }
    }

    private static func externalID(_ fields: inout ObjectReader) -> JSONValue? {
        let system = fields.string("system", max: 256)
        let value = fields.string("value", max: 256)
        guard let system, let value else { return nil }
        return .object([JSONMember("system", .string(system)), JSONMember("value", .string(value))])
    }

    /// Who the person is.
    private struct Identity {
        let reference: String
        let nhsNumber: NHSNumber?
        let name: JSONValue?
        let address: JSONValue?
        let telephone: JSONValue?

        init?(_ fields: inout ObjectReader) {
            let reference = fields.string("reference", max: 128)
            nhsNumber = fields.optionalParsed(
                "nhsNumber",
                "an NHS number: ten digits with the right check digit"
            ) {
                NHSNumber($0).flatMap { $0.isNobodys ? nil : $0 }
            }
            name = fields.optionalString("name", max: 200).map(JSONValue.string)
            address = fields.optionalString("address", max: 1_000).map(JSONValue.string)
            telephone = fields.optionalString("telephone", max: 64).map(JSONValue.string)
            guard let reference else { return nil }
            self.reference = reference
        }
    }
}

/// A visit, and the words for why it is short.
private struct VisitBody {
    let visit: Visit
    let shortVisitReason: String?

    init?(_ fields: inout ObjectReader, _ rules: JSONFailures) {
        let band = fields.word("band", Band.self)
        let minutes = fields.number("minutes", rules, in: 0...1_440)
        let carers = fields.number("carers", rules, in: 1...2)
        let days = fields.weekdays("days", rules)
        let skills = fields.optionalSkills("skills")
        let personalCare = fields.bool("personalCare")
        let time = fields.optionalObject("time") { time in
            let at = time.time("at")
            let tolerance = time.optionalNumber("toleranceMinutes", rules, in: 0...240)
            // A time-critical visit bears fifteen minutes unless it says otherwise.
            return at.map { Visit.Time(at: $0, toleranceMinutes: tolerance ?? 15) }
        }
        shortVisitReason = fields.optionalString("shortVisitReason", max: 1_000)
        guard let band, let minutes, let carers, let days, let personalCare else { return nil }
        visit = Visit(
            band: band,
            minutes: minutes,
            carers: carers,
            days: days,
            skills: skills ?? [],
            personalCare: personalCare,
            time: time,
            hasShortVisitReason: shortVisitReason != nil
        )
    }
}

/// Facts a provider needs: the words for the vault, and which were given.
private struct Facts {
    let json: JSONValue
    let given: Ask.Facts
    let livesAlone: Bool?

    static let needs = [
        "transfers", "equipment", "medication", "medicationChart", "daysSupplied", "cognition", "consent",
        "communication", "swallowing", "continence", "skin", "infection", "risks", "goals",
        "treatmentEscalation",
    ]
    static let home = ["livesAlone", "unpaidCarer", "access", "pets", "smoking"]

    init?(_ fields: inout ObjectReader, _ names: [String]) {
        var members: [JSONMember] = []
        var given: Ask.Facts = []
        var livesAlone: Bool?
        for name in names {
            let value: JSONValue?
            switch name {
            case "livesAlone":
                livesAlone = fields.optionalBool(name)
                value = livesAlone.map(JSONValue.bool)
            case "equipment": value = fields.decodeOptional(name, Facts.equipment)
            default: value = fields.decodeOptional(name, Facts.words)
            }
            guard let value else { continue }
            members.append(JSONMember(name, value))
            if let fact = Ask.Fact(rawValue: name), Facts.says(value, of: fact) { given.insert(fact) }
        }
        json = .object(members)
        self.given = given
        self.livesAlone = livesAlone
    }

    /// Whether what is written tells a carer something. A box that was not ticked, or a number, of medication or consent does not:
    /// it is kept as it came, and the fact is missing.
    private static func says(_ value: JSONValue, of fact: Ask.Fact) -> Bool {
        switch value {
        case .string, .bool(true): return true
        case .bool(false):
            switch fact {
            case .livesAlone, .unpaidCarer, .pets, .smoking: return true
            case .transfers, .equipment, .medication, .cognition, .consent, .communication, .swallowing, .continence,
                .skin,
                .infection, .risks, .goals, .access, .assessment, .whereNow:
                return false
            }
        // An empty list too: no equipment is needed, or no risk is known.
        case .array: return true
        case .null, .integer, .fraction, .object: return false
        }
    }

    /// What people write about a need: words, yes or no, a number, or a list of words.
    private static func words(_ value: JSONValue, _ pointer: JSONPointer, _ failures: JSONFailures)
        -> JSONValue?
    {
        switch value {
        case .bool, .integer: value
        case .array:
            ObjectReader.array(value, pointer, failures, 50) { value, pointer, failures in
                ObjectReader.string(value, pointer, failures, 1_000).map(JSONValue.string)
            }.map(JSONValue.array)
        case .string, .null, .fraction, .object:
            ObjectReader.string(value, pointer, failures, 4_000).map(JSONValue.string)
        }
    }

    private static func equipment(_ value: JSONValue, _ pointer: JSONPointer, _ failures: JSONFailures)
        -> JSONValue?
    {
        guard case .array = value else { return words(value, pointer, failures) }
        return ObjectReader.array(value, pointer, failures, 50) { value, pointer, failures in
            ObjectReader.object(value, at: pointer, failures) { fields -> JSONValue? in
                let item = fields.string("item", max: 200)
                let day = fields.optionalDay("inPlaceOn")
                return item.map {
                    .object([
                        JSONMember("item", .string($0)),
                        JSONMember("inPlaceOn", day.map { .string($0.description) } ?? .null),
                    ])
                }
            }
        }.map(JSONValue.array)
    }
}

/// Who assessed, in what role, when.
private struct Assessment {
    let json: JSONValue
    /// Whether it says by whom and in what role: otherwise it is still missing.
    let isSigned: Bool

    init?(_ fields: inout ObjectReader) {
        let by = fields.optionalString("by", max: 200)
        let role = fields.optionalString("role", max: 100)
        let at = fields.optionalInstant("at")
        isSigned = by != nil && role != nil
        json = .object([
            JSONMember("by", by.map(JSONValue.string) ?? .null),
            JSONMember("role", role.map(JSONValue.string) ?? .null),
            JSONMember("at", at.map { .string($0.description) } ?? .null),
        ])
    }
}

/// The kinds of text in the vault.
enum TextKind {
    static let person = "person"
    static let needs = "needs"
    static let triage = "triage"
    static let withdrawal = "withdrawal"
    static let shortfall = "shortfall"
    /// One for each override, by the version of the referral it was decided on: no reason overwrites another.
    static func override(_ version: UInt32) -> String { "override-\(version)" }
    static func acceptance(_ id: OfferID) -> String { "acceptance-\(id)" }
    static func refusal(_ id: OfferID) -> String { "refusal-\(id)" }
    static func firstVisit(_ id: PackageID) -> String { "first-visit-\(id)" }
    static func ending(_ id: PackageID) -> String { "ending-\(id)" }
    static func reduction(_ id: ClaimID) -> String { "reduction-\(id)" }
}
