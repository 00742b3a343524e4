/// What a referral asks for, as far as the brokerage may know it: codes, dates and numbers. Names, references and
/// every free text are in the vault; here stands only whether they were given.
public final class Ask: Sendable, Hashable {
    /// How soon, and under which clock.
    public enum Class: String, CaseIterable, Sendable {
        case fastTrack, urgent, stepDown, stepUp
    }

    /// Who sees the need first.
    public enum Source: String, CaseIterable, Sendable {
        case ward, frontDoor, gp, nhs111 = "111", ambulance, community, `self`
    }

    /// A fact a provider needs in order to say yes. The raw value is the name that `missing` shows.
    public enum Fact: String, CaseIterable, Sendable {
        case transfers, equipment, medication, cognition, consent, communication, swallowing, continence, skin
        case infection, risks, goals
        case livesAlone, unpaidCarer, access, pets, smoking
        case assessment, whereNow
    }

    public let district: PostcodeDistrict
    public let sector: PostcodeSector?
    /// 0...3; this service's heart is 1.
    public let pathway: Int
    public let source: Source
    public let `class`: Class
    public let readyAt: Instant?
    public let dischargeReadyDate: Day?
    /// First day on which care can start.
    public let startFrom: Day
    /// 1...6.
    public let weeks: Int
    public let visits: [Visit]
    public let carerGender: Provider.Gender?
    /// A preferred language, as a code.
    public let language: String?
    public let existingProvider: ProviderID?
    /// 1 or 2.
    public let maxProviders: Int
    public let funding: Funding
    /// Until when the person is safe where they are; nil: nothing is known to end. `unsafeNow` once it has passed.
    public let safeUntil: Instant?
    /// Whether the person is at home alone and unsafe now.
    public let unsafeNow: Bool
    /// Facts that were given; an unknown never reads as "none".
    public let facts: Facts
    /// Whether the person lives alone; nil: not known. Ranks cover when staff are short.
    public let livesAlone: Bool?

    /// An ask from its parts.
    public init(
        district: PostcodeDistrict,
        sector: PostcodeSector? = nil,
        pathway: Int,
        source: Source,
        class: Class,
        readyAt: Instant? = nil,
        dischargeReadyDate: Day? = nil,
        startFrom: Day,
        weeks: Int = 6,
        visits: [Visit],
        carerGender: Provider.Gender? = nil,
        language: String? = nil,
        existingProvider: ProviderID? = nil,
        maxProviders: Int = 1,
        funding: Funding = .betterCareFund,
        safeUntil: Instant? = nil,
        unsafeNow: Bool = false,
        facts: Facts = [],
        livesAlone: Bool? = nil
    ) {
        self.district = district
        self.sector = sector
        self.pathway = pathway
        self.source = source
        self.class = `class`
        self.readyAt = readyAt
        self.dischargeReadyDate = dischargeReadyDate
        self.startFrom = startFrom
        self.weeks = weeks
        self.visits = visits
        self.carerGender = carerGender
        self.language = language
        self.existingProvider = existingProvider
        self.maxProviders = maxProviders
        self.funding = funding
        self.safeUntil = safeUntil
        self.unsafeNow = unsafeNow
        self.facts = facts
        self.livesAlone = livesAlone
    }

    /// Without visits nothing can be placed: a telephone call, to be completed.
    public var isProvisional: Bool { visits.isEmpty }

    /// Every skill any visit demands, ascending.
    public var skills: [Skill] { Set(visits.flatMap(\.skills)).sorted() }

    /// Whether any visit holds a regulated task.
    public var needsPersonalCare: Bool { visits.contains(where: \.personalCare) }

    /// Whether any visit begins at a fixed time.
    public var hasTimedVisit: Bool { visits.contains { $0.time != nil } }

    /// Days a package lasts, day 1 to the last free day.
    public var days: Int { weeks * 7 }

    /// What is absent, by name, in a fixed order.
    public var missing: [String] {
        (visits.isEmpty ? ["visits"] : []) + Fact.allCases.filter { !facts.contains($0) }.map(\.rawValue)
    }

    /// Whether placing this ask could come out differently from placing another: then an offer made for the other
    /// is made again.
    public func placesDifferently(from other: Ask) -> Bool {
        district != other.district || sector != other.sector || startFrom != other.startFrom || weeks != other.weeks
            || visits != other.visits || carerGender != other.carerGender || maxProviders != other.maxProviders
            || existingProvider != other.existingProvider || `class` != other.class || pathway != other.pathway
    }

    /// Whether a provider would read something else in an offer of this ask than in one of another that is placed alike.
    public func readsDifferently(from other: Ask) -> Bool {
        facts != other.facts || livesAlone != other.livesAlone || funding != other.funding || language != other.language
            || unsafeNow != other.unsafeNow
    }

    /// Every field counts: `comparedFields` says how many there are.
    public static func == (a: Ask, b: Ask) -> Bool {
        if a === b { return true }
        return a.district == b.district && a.sector == b.sector && a.pathway == b.pathway
            && a.source == b.source && a.`class` == b.`class` && a.readyAt == b.readyAt
            && a.dischargeReadyDate == b.dischargeReadyDate && a.startFrom == b.startFrom && a.weeks == b.weeks
            && a.visits == b.visits && a.carerGender == b.carerGender && a.language == b.language
            && a.existingProvider == b.existingProvider && a.maxProviders == b.maxProviders && a.funding == b.funding
            && a.safeUntil == b.safeUntil && a.unsafeNow == b.unsafeNow && a.facts == b.facts
            && a.livesAlone == b.livesAlone
    }

    /// Fields that equality looks at, 19: a test holds it to those that are stored.
    static let comparedFields = 19

    public func hash(into hasher: inout Hasher) {
        hasher.combine(district)
        hasher.combine(startFrom)
        hasher.combine(visits)
    }
}
