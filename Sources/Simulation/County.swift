import Brokerage

/// Who and where: zones, providers, blocks and people, invented from the seed.
struct County {
    static let commissioner = Actor(key: nil, role: .commissioner, organisation: slug("council"))
    static let hub = Actor(key: nil, role: .broker, organisation: slug("hub"))
    static let clinician = Actor(key: nil, role: .clinician, organisation: slug("therapy"))
    static let wards = ["general-hospital", "infirmary"].map {
        Actor(key: nil, role: .referrer, organisation: slug($0))
    }
    static let skills = ["dementia", "medication", "peg-feed"].compactMap { Skill($0) }

    let scale: Scale
    let firstDay: Day
    /// Days the simulation lasts: blocks bought at the start outlive it.
    let days: Int

    static func slug(_ text: String) -> Slug {
        guard let slug = Slug(text) else { preconditionFailure("\(text) is no slug") }
        return slug
    }

    var zones: [ZoneID] { (0..<scale.zones).map { County.slug("zone-\($0)") } }
    var providers: [ProviderID] { (0..<scale.providers).map { County.slug("provider-\($0)") } }

    private func districts(_ zone: Int) -> [PostcodeDistrict] {
        (1...3).compactMap { PostcodeDistrict("CV\(zone * 3 + $0)") }
    }

    var districts: [PostcodeDistrict] { (0..<scale.zones).flatMap { districts($0) } }

    func zoneOf(_ provider: Int) -> Int { provider % scale.zones }

    /// What must be there before anything else: in this order, and each answered before the next kind is sent.
    func founding(_ dice: inout Dice) -> [[Command]] {
        let zoneCommands = zones.enumerated().map {
            Command.setZone($1, name: "Zone \($0)", districts: districts($0), .absent)
        }
        let providerCommands = (0..<scale.providers).map { Command.setProvider(provider($0, .open), .absent) }
        let blocks = (0..<scale.providers).map { index in
            Command.buyBlock(
                terms(zone: zoneOf(index), from: firstDay, days: days + 150, &dice),
                awardedTo: index % 4 == 3 ? nil : providers[index]
            )
        }
        return [zoneCommands, providerCommands, blocks]
    }

    func provider(_ index: Int, _ status: Provider.Status) -> Provider {
        Provider(
            id: providers[index],
            name: "Provider \(index)",
            kind: index % 8 == 6 ? .team : .agency,
            personalCare: true,
            zones: [zones[zoneOf(index)]],
            status: status,
            genders: [.female, .male],
            caseloadMax: index % 8 == 6 ? 12 : nil,
            answering: index % 5 == 4
                ? TimeOfDay("08:00").flatMap { Provider.AnsweringHours(days: .all, from: $0, until: 1200) }.map { [$0] }
                : nil
        )
    }

    /// About 60 hours a week, the morning the scarcest band.
    func terms(zone: Int, from: Day, days: Int, _ dice: inout Dice) -> BlockTerms {
        let daily = dice.number(46...72) * scale.weeklyHours / 7
        return BlockTerms(
            zone: zones[zone],
            from: from,
            until: from.adding(days: days),
            ratePence: Int64(dice.number(2_640...3_290)),
            funding: .betterCareFund,
            skills: dice.chance(700) ? County.skills : Array(County.skills.prefix(2)),
            weekly: County.pattern(daily, carers: UInt8(dice.number(2...3) * scale.weeklyHours / 60))
        )
    }

    static func pattern(_ daily: Int, carers: UInt8) -> WeeklyPattern {
        let shares: [(Band, Int)] = [(.morning, 37), (.lunch, 19), (.tea, 17), (.bed, 22), (.night, 5)]
        let rows = shares.map { band, share in
            WeeklyPattern.Row(
                days: .all,
                band: band,
                cell: WeeklyPattern.Cell(minutes: Int32(daily * share / 500 * 5), carers: carers)
            )
        }
        return WeeklyPattern(rows: rows.filter { $0.cell.minutes > 0 }) ?? WeeklyPattern()
    }

    // MARK: People

    func ask(_ today: Day, _ dice: inout Dice) -> Ask {
        let zone = dice.number(0...scale.zones - 1)
        guard let district = dice.one(of: districts(zone)) else { preconditionFailure("a zone has districts") }
        let shapes: [[Band]] = [
            [.morning], [.morning, .bed], [.morning, .lunch, .bed], [.morning, .lunch, .tea, .bed], [.morning, .tea],
            [.morning, .lunch, .tea, .bed], [.morning, .bed, .night], [.tea],
        ]
        let classes: [Ask.Class] = [.stepDown, .stepDown, .stepDown, .stepDown, .stepUp, .urgent, .fastTrack]
        let kind = dice.one(of: classes) ?? .stepDown
        let isDouble = dice.chance(120)
        // Now and then a telephone call: care is asked for before anyone knows the visits.
        let bands = dice.chance(60) ? [] : dice.one(of: shapes) ?? []
        var visits: [Visit] = []
        for band in bands {
            visits.append(
                Visit(
                    band: band,
                    minutes: dice.one(of: [15, 30, 30, 30, 45, 60]) ?? 30,
                    carers: isDouble ? 2 : 1,
                    days: dice.chance(850) ? .all : Weekdays(bits: UInt8(dice.number(1...127))),
                    skills: dice.chance(200) ? Array(County.skills.suffix(dice.number(1...3))) : [],
                    personalCare: true,
                    time: band == .morning && dice.chance(120)
                        ? TimeOfDay("08:00").map { Visit.Time(at: $0, toleranceMinutes: 15) } : nil,
                    hasShortVisitReason: true
                )
            )
        }
        return Ask(
            district: district,
            pathway: 1,
            source: kind == .stepDown ? .ward : .gp,
            class: kind,
            startFrom: today.adding(days: dice.one(of: [0, 0, 0, 1, 1, 2, 5, 30]) ?? 0),
            weeks: dice.one(of: [1, 2, 4, 6, 6, 6]) ?? 6,
            visits: visits,
            facts: Ask.Facts(Ask.Fact.allCases.filter { _ in dice.chance(800) }),
            livesAlone: dice.chance(450)
        )
    }

    /// A number of the range that is never issued (999 ...).
    static func nhsNumber(_ serial: Int) -> NHSNumber? {
        let nine = "999" + String(1_000_000 + serial % 1_000_000).suffix(6)
        return (0...9).lazy.compactMap { NHSNumber("\(nine)\($0)") }.first
    }
}

/// How large the county is.
public struct Scale: Sendable {
    /// Zones; at most 30.
    public var zones: Int
    /// Providers, each with a block of about 60 hours a week.
    public var providers: Int
    /// People referred in a day, on average.
    public var referralsPerDay: Int
    /// Hours a week of a provider's block, about; 60 to 600.
    public var weeklyHours: Int

    /// A county of this size.
    public init(zones: Int, providers: Int, referralsPerDay: Int, weeklyHours: Int = 60) {
        self.zones = zones
        self.providers = providers
        self.referralsPerDay = referralsPerDay
        self.weeklyHours = weeklyHours
    }

    /// About ten referrals a day, 60 providers and 3,600 hours a week.
    public static let county = Scale(zones: 7, providers: 60, referralsPerDay: 10)
    /// An integrated care system at its busiest: a year of it is about a million events.
    public static let ics = Scale(zones: 30, providers: 340, referralsPerDay: 270, weeklyHours: 300)
    /// A small corner of one, for quick tests: full most of the time, so that everything clashes.
    public static let corner = Scale(zones: 2, providers: 6, referralsPerDay: 4)
}
