import Broker
import Brokerage
import JSON

/// Fills an empty brokerage with a county and eight weeks of its past, through the same commands as anyone's: nothing
/// here writes what a client could not.
struct DemoCounty {
    let broker: Broker
    let clock: SetClock
    let scale: Demo.Scale
    var random: SplitMix

    static let hub = Actor(key: nil, role: .broker, organisation: slug("care-hub"))
    static let commissioner = Actor(key: nil, role: .commissioner, organisation: slug("county-council"))
    static let clinician = Actor(key: nil, role: .clinician, organisation: slug("therapy-team"))
    static let hospitals = ["general-hospital", "infirmary"].map {
        Actor(key: nil, role: .referrer, organisation: slug($0))
    }

    /// Days of past: long enough for a stay of 28 days to be in balance with the arrivals.
    static let pastDays = 56

    static func slug(_ text: String) -> Slug {
        guard let slug = Slug(text) else { preconditionFailure("\(text) is no slug") }
        return slug
    }

    /// Zones, providers and blocks on the first day, then day after day of referrals, and the waiting list of today.
    mutating func fill(today now: Instant) throws {
        // Nine in the morning: what is done on a day of the past must not run into the next, whatever the hour is now.
        let morning = { (days: Int) in London.instant(London.day(at: now).adding(days: -days), minuteOfDay: 9 * 60) }
        clock.now = morning(DemoCounty.pastDays)
        try setUp()
        for day in (1...DemoCounty.pastDays).reversed() {
            clock.now = morning(day)
            try liveADay()
        }
        clock.now = now
        _ = try broker.must(.advance, by: Broker.itself)
        try topUp()
    }

    // MARK: Supply

    private mutating func setUp() throws {
        let first = London.day(at: clock.now)
        for copy in 0..<scale.counties {
            for place in Places.warwickshire {
                // Beyond one county the districts are invented too: a real one lies in one zone only.
                let districts = place.districts.enumerated().compactMap { index, district in
                    copy == 0 ? PostcodeDistrict(district) : Self.invented(copy, place, index)
                }
                _ = try broker.must(
                    .setZone(zone(place, copy), name: place.name, districts: districts, .absent),
                    by: DemoCounty.commissioner
                )
            }
            try addProviders(copy, from: first)
        }
    }

    private static func invented(_ copy: Int, _ place: Places.Place, _ index: Int) -> PostcodeDistrict? {
        guard let at = Places.warwickshire.firstIndex(where: { $0.zone == place.zone }) else { return nil }
        let letters = Array("ABCDEFGHJKLMNOPQRSTUWYZ")
        let pair = String([letters[copy / 20 % 23], letters[copy % 20]])
        return PostcodeDistrict("\(pair)\(at * 4 + index + 10)")
    }

    private func zone(_ place: Places.Place, _ copy: Int) -> ZoneID {
        DemoCounty.slug(copy == 0 ? place.zone : "\(place.zone)-\(copy + 1)")
    }

    private mutating func addProviders(_ copy: Int, from first: Day) throws {
        let kinds: [Provider.Kind] = [.agency, .agency, .agency, .agency, .agency, .inHouse, .team, .voluntary]
        // Every hundredth share of the county is a fixed number of providers and minutes, largest zones first.
        var places: [Places.Place] = []
        for place in Places.warwickshire { places += Array(repeating: place, count: place.share) }
        for (index, word) in Places.providerWords.enumerated() {
            let place = places[index * places.count / Places.providerWords.count]
            let id = DemoCounty.slug("\(word.lowercased())-care" + (copy == 0 ? "" : "-\(copy + 1)"))
            let kind = kinds[index % kinds.count]
            let provider = Provider(
                id: id,
                name: "\(word) \(Places.providerKinds[index % Places.providerKinds.count])",
                kind: kind,
                personalCare: kind != .voluntary,
                zones: [zone(place, copy)],
                status: .open,
                languages: index % 6 == 0 ? ["en", "pa"] : ["en"],
                genders: [.female, .male],
                caseloadMax: kind == .team ? 50 : nil
            )
            _ = try broker.must(.setProvider(provider, .absent), by: DemoCounty.commissioner)
            try addBlock(for: provider, index: index, from: first)
        }
    }

    /// About 60 hours a week for each provider: 3,600 in a county. The morning is the scarce band everywhere. Most
    /// blocks are awarded; every fourth is open, and its provider claims nine tenths of it.
    private mutating func addBlock(for provider: Provider, index: Int, from first: Day) throws {
        let hours = random.number(46...72)
        let daily = hours * 60 / 7
        let shares: [(Band, Int)] = [(.morning, 37), (.lunch, 21), (.tea, 19), (.bed, 23)]
        func pattern(_ percent: Int) -> WeeklyPattern {
            let rows = shares.map { band, share in
                WeeklyPattern.Row(
                    days: .all,
                    band: band,
                    cell: WeeklyPattern.Cell(
                        minutes: Int32(daily * share * percent / 10_000 / 5 * 5),
                        carers: index % 3 == 0 ? 2 : 3
                    )
                )
            }
            guard let pattern = WeeklyPattern(rows: rows) else { preconditionFailure("each band stands once") }
            return pattern
        }
        let skills = Places.skills.enumerated().filter { $0.offset < 3 || (index + $0.offset) % 3 == 0 }
            .compactMap { Skill($0.element) }.sorted()
        let open = index % 4 == 3
        let terms = BlockTerms(
            zone: provider.zones[0],
            from: first,
            until: first.adding(days: 420),
            ratePence: Int64(random.number(2_640...3_290)),
            funding: .betterCareFund,
            skills: skills,
            weekly: pattern(100)
        )
        let (outcome, _) = try broker.must(
            .buyBlock(terms, awardedTo: open ? nil : provider.id),
            by: DemoCounty.commissioner
        )
        if open, case .block(let id) = outcome {
            _ = try broker.must(
                .claim(id, ClaimTerms(provider: provider.id, weekly: pattern(90))),
                by: DemoCounty.hub
            )
        }
    }

    // MARK: A day

    /// One day as it was: people recover and leave, new ones are referred, offers are answered, care begins.
    private mutating func liveADay() throws {
        _ = try broker.must(.advance, by: Broker.itself)
        let state = broker.published().state
        for id in state.packagesInCare {
            guard let package = state.packages[id], package.status == .started else { continue }
            // A mean stay of four weeks, nobody beyond six.
            if package.dayCount(on: state.today) >= 41 || random.number(1...400) <= 10 {
                let outcome = random.one(of: Package.Outcome.allCases.filter { $0 != .neverStarted })
                _ = try broker.must(
                    .end(id, at: clock.now, outcome, role: "occupationalTherapist"),
                    by: DemoCounty.clinician,
                    texts: [by("ending-\(id)")]
                )
            }
        }
        for id in state.referralsSeekingCare {
            // Whoever waited five days has found another way by now.
            guard let referral = state.referrals[id], referral.status == .waiting,
                clock.now.minutes(since: referral.receivedAt) > 5 * 1440
            else { continue }
            _ = try broker.must(.withdraw(id), by: DemoCounty.hub)
        }
        for _ in 0..<random.number(7...11) * scale.counties { try referSomeone(class: nil) }
        clock.now = clock.now.adding(minutes: 40)
        try answerOffers(declining: 8)
        clock.now = clock.now.adding(minutes: 30)
        try answerOffers(declining: 0)
        try startWhoIsDue()
    }

    /// Refers and accepts until the county cares for as many people as it is meant to, then leaves a waiting list.
    private mutating func topUp() throws {
        var tries = 0
        while broker.published().state.packagesInCare.count < scale.people, tries < scale.people / 2,
            broker.published().state.referralsSeekingCare.count < 30 * scale.counties
        {
            tries += 1
            try referSomeone(class: .stepDown)
            try answerOffers(declining: 0)
        }
        try startWhoIsDue()
        // People whom nobody can take yet: needs that no block brings, and two carers four times a day.
        for index in 0..<12 * scale.counties {
            try referSomeone(class: .stepDown, skills: index % 2 == 0 ? ["ventilation"] : [], heavy: true)
        }
        for _ in 0..<6 * scale.counties { try referSomeone(class: nil) }
    }

    private mutating func answerOffers(declining percent: Int) throws {
        let state = broker.published().state
        for id in state.offersOpen {
            guard let offer = state.offers[id], broker.published().state.offers[id]?.status == .open else { continue }
            if random.chance(percent) {
                _ = try broker.must(.refuse(id, random.one(of: [.noStaff, .timing, .geography])), by: DemoCounty.hub)
            } else {
                guard
                    let day = (0..<7).map({ offer.startFrom.adding(days: $0) })
                        .first(where: { day in offer.ask.visits.contains { $0.days.contains(day.weekday) } }),
                    let visit = offer.ask.visits.first(where: { $0.days.contains(day.weekday) })
                else { continue }
                let acceptance = Acceptance(firstVisit: FirstVisit(day: day, band: visit.band), role: "coordinator")
                _ = try broker.must(.accept(id, acceptance), by: DemoCounty.hub, texts: [by("acceptance-\(id)")])
            }
        }
    }

    private mutating func startWhoIsDue() throws {
        let state = broker.published().state
        for id in state.packagesInCare {
            guard let package = state.packages[id], package.status == .accepted, package.firstVisit.day <= state.today
            else { continue }
            _ = try broker.must(.start(id, at: clock.now), by: DemoCounty.hub)
            if state.referrals[package.referral]?.triage == nil {
                _ = try broker.must(
                    .triage(package.referral, .careOnly, role: "physiotherapist"),
                    by: DemoCounty.clinician,
                    texts: [by("triage")]
                )
            }
        }
    }

    private mutating func by(_ kind: String) -> SensitiveText {
        var writer = JSONWriter()
        let name = person()
        writer.object { writer in
            writer.key("by")
            writer.object { $0.field("name", name) }
        }
        return SensitiveText(kind: kind, json: writer.bytes)
    }

    private mutating func person() -> String {
        "\(random.one(of: Places.firstNames)) \(random.one(of: Places.lastNames))"
    }
}
