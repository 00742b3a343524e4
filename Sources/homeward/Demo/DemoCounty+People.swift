import Broker
import Brokerage
import JSON

/// The county's people: invented, with NHS numbers of the range that is never issued (999 ...).
extension DemoCounty {
    mutating func referSomeone(class: Ask.Class?, skills: [String] = [], heavy: Bool = false) throws {
        let ask = ask(class: `class`, skills: skills, heavy: heavy)
        let (texts, number) = texts(ask)
        let submission = Submission(
            .refer(ask),
            by: random.one(of: DemoCounty.hospitals),
            texts: texts,
            nhsNumber: number
        )
        switch broker.perform(submission) {
        case .accepted: return
        case .refused(let rejection, _): throw Failure(rejection.detail)
        case .unavailable(let reason, _): throw Failure(reason)
        }
    }

    private mutating func ask(class: Ask.Class?, skills: [String], heavy: Bool) -> Ask {
        let state = broker.published().state
        let zone = random.one(of: zonesByShare())
        let district = random.one(of: state.zones[zone]?.districts ?? [])
        // One to four visits a day; 13 hours a week on average.
        let bands: [[Band]] = [
            [.morning], [.morning, .bed], [.morning, .lunch, .bed], [.morning, .lunch, .tea, .bed],
            [.morning, .tea], [.morning, .lunch, .tea, .bed],
        ]
        let chosen = heavy ? [.morning, .lunch, .tea, .bed] : random.one(of: bands)
        let double = heavy || random.chance(12)
        let visits = chosen.map { band in
            Visit(
                band: band,
                minutes: band == .morning ? random.one(of: [30, 30, 45]) : heavy ? 60 : 30,
                carers: double ? 2 : 1,
                days: .all,
                skills: (skills + (random.chance(40) ? ["medication"] : [])).compactMap { Skill($0) }.sorted(),
                personalCare: true,
                time: band == .morning && random.chance(12)
                    ? TimeOfDay("08:00").map { Visit.Time(at: $0, toleranceMinutes: 15) } : nil
            )
        }
        let kind = `class` ?? random.one(of: [.stepDown, .stepDown, .stepDown, .stepDown, .stepUp, .fastTrack])
        return Ask(
            district: district,
            sector: PostcodeSector("\(district) \(random.number(1...9))"),
            pathway: 1,
            source: kind == .stepUp ? .gp : .ward,
            class: kind,
            readyAt: clock.now,
            dischargeReadyDate: London.day(at: clock.now),
            startFrom: London.day(at: clock.now),
            weeks: 6,
            visits: visits,
            language: random.chance(5) ? "pa" : nil,
            facts: [.transfers, .equipment, .medication, .consent, .livesAlone, .access, .assessment, .whereNow],
            livesAlone: random.chance(45)
        )
    }

    private func zonesByShare() -> [ZoneID] {
        let zones = broker.published().state.zones
        return Places.warwickshire.flatMap { place in
            (0..<scale.counties).flatMap { copy -> [ZoneID] in
                let id = DemoCounty.slug(copy == 0 ? place.zone : "\(place.zone)-\(copy + 1)")
                return zones[id] == nil ? [] : Array(repeating: id, count: scale.counties == 1 ? place.share : 1)
            }
        }
    }

    private mutating func texts(_ ask: Ask) -> (texts: [SensitiveText], number: NHSNumber) {
        let number = testNumber()
        let name = "\(random.one(of: Places.firstNames)) \(random.one(of: Places.lastNames))"
        let reference = "RJC-\(random.number(10_000...99_999))"
        let house = random.number(1...120)
        let telephone = "01632 960\(random.number(100...999))"
        let reporter = "\(random.one(of: Places.firstNames)) \(random.one(of: Places.lastNames))"
        var person = JSONWriter()
        person.object {
            $0.field("reference", reference)
            $0.field("nhsNumber", number.digits)
            $0.field("name", name)
            $0.field("address", "\(house) Example Street, \(ask.district)")
            $0.field("telephone", telephone)
        }
        var needs = JSONWriter()
        needs.object {
            $0.key("needs")
            $0.object {
                $0.field("transfers", ask.visits.contains { $0.carers == 2 } ? "hoist, two carers" : "with a frame")
                $0.key("equipment")
                $0.array { _ in }
                $0.field("medication", "prompt")
                $0.field("consent", "given")
            }
            $0.key("home")
            $0.object {
                $0.field("livesAlone", ask.livesAlone)
                $0.field("access", "key safe")
            }
            $0.key("assessment")
            $0.object {
                $0.field("by", reporter)
                $0.field("role", "OT")
                $0.field("at", clock.now.description)
            }
            $0.field("whereNow", "ward")
        }
        return (
            [
                SensitiveText(kind: "person", json: person.bytes), SensitiveText(kind: "needs", json: needs.bytes),
            ], number
        )
    }

    /// A valid number of the range 999, which is kept for tests.
    private mutating func testNumber() -> NHSNumber {
        while true {
            let nine = "999" + String(1_000_000 + random.number(0...999_999)).dropFirst()
            for digit in 0...9 {
                if let number = NHSNumber(nine + String(digit)) { return number }
            }
        }
    }
}
