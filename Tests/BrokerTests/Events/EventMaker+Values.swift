// The values that arbitrary events are made of.

import Brokerage

@testable import Broker

// MARK: - Compound values

extension EventMaker {
    mutating func policy() -> Policy {
        var policy = Policy()
        policy.version = whole()
        let start = whole(0...200)
        policy.bands = BandHours(starts: (0..<5).map { start + $0 * whole(200...300) / 2 + $0 }) ?? .standard
        policy.hoursToPlace.fastTrack = whole()
        policy.hoursToPlace.stepUp = whole()
        policy.alertHours = list { $0.whole() }
        policy.answerMinutes = whole()
        policy.reviewDays = list { $0.whole() }
        policy.triageBeforeStart = flag()
        policy.essentialFacts = list { $0.pick() }
        policy.overstayDaysAhead = whole()
        policy.settlingSeconds = whole()
        policy.fairnessDays = whole()
        policy.objective.unsafeWaiting = whole()
        policy.objective.split = whole()
        policy.spot.budgetPence = whole()
        return policy
    }

    mutating func provider() -> Provider {
        Provider(
            id: slug(),
            name: text(),
            kind: pick(),
            personalCare: flag(),
            zones: list { $0.slug() },
            status: pick(),
            skills: maybe { $0.list { $0.skill() } },
            cqcLocation: maybe { $0.text() },
            registeredFrom: maybe { $0.day() },
            languages: maybe { $0.list { $0.text() } },
            genders: maybe { $0.list { $0.pick() } },
            caseloadMax: maybe { $0.whole() },
            answering: maybe {
                $0.list {
                    let opens = $0.time()
                    return Provider.AnsweringHours(
                        days: $0.weekdays(),
                        from: opens,
                        until: $0.whole(opens.minutes + 1...1440)
                    )!
                }
            },
            onCallTelephone: maybe { $0.text() },
            version: number()
        )
    }

    mutating func block() -> Block {
        Block(
            id: id(),
            zone: slug(),
            from: day(),
            until: day(),
            ratePence: Int64.random(in: .min ... .max, using: &random),
            funding: pick(),
            skills: list { $0.skill() },
            weekly: weekly(),
            eligibleProviders: maybe { $0.list { $0.slug() } },
            minimumClaim: maybe { $0.whole() },
            maxSharePercent: maybe { $0.whole() },
            leadFirstUntil: maybe { $0.instant() },
            stepUpPercent: maybe { $0.whole() },
            contractReference: maybe { $0.text() },
            spotFor: maybe { $0.id() }
        )
    }

    mutating func weekly() -> WeeklyPattern {
        var pattern = WeeklyPattern()
        let alike = flag()
        for day in Weekday.allCases {
            for band in Band.allCases where flag() {
                pattern[day, band] = WeeklyPattern.Cell(
                    minutes: alike ? 120 : Int32(whole(0...30_000)),
                    carers: alike ? 2 : UInt8(whole(0...255))
                )
            }
        }
        return pattern
    }

    mutating func ask() -> Ask {
        Ask(
            district: district(),
            sector: maybe { PostcodeSector("\($0.district()) \($0.whole(0...9))")! },
            pathway: whole(0...3),
            source: pick(),
            class: pick(),
            readyAt: maybe { $0.instant() },
            dischargeReadyDate: maybe { $0.day() },
            startFrom: day(),
            weeks: whole(1...6),
            visits: list {
                Visit(
                    band: $0.pick(),
                    minutes: $0.whole(15...120),
                    carers: $0.whole(1...2),
                    days: $0.weekdays(),
                    skills: $0.list { $0.skill() },
                    personalCare: $0.flag(),
                    time: $0.maybe { Visit.Time(at: $0.time(), toleranceMinutes: $0.whole(0...120)) },
                    hasShortVisitReason: $0.flag()
                )
            },
            carerGender: maybe { $0.pick() },
            language: maybe { $0.text() },
            existingProvider: maybe { $0.slug() },
            maxProviders: whole(1...2),
            funding: pick(),
            safeUntil: maybe { $0.instant() },
            unsafeNow: flag(),
            facts: Ask.Facts(list { $0.pick() }),
            livesAlone: maybe { $0.flag() }
        )
    }

    mutating func firstVisit() -> FirstVisit {
        FirstVisit(day: day(), band: pick(), at: maybe { $0.time() })
    }

    mutating func reason() -> Decision.Reason {
        switch pick(Decision.Reason.Rule.self) {
        case .outOfZone: .outOfZone
        case .contractDates: .contractDates
        case .lacksSkill: .lacksSkill(skill())
        case .notRegistered: .notRegistered
        case .declined: .declined
        case .gender: .gender
        case .noTime: .noTime(day: day(), band: pick(), shortBy: whole())
        case .noCarers: .noCarers(day: day(), band: pick(), at: maybe { $0.time() })
        case .caseloadFull: .caseloadFull
        case .ringFenced: .ringFenced(shortBy: whole())
        case .tooManyProviders: .tooManyProviders
        case .beaten: .beaten(by: pick(), difference: whole())
        case .unclaimed: .unclaimed
        case .suspended: .suspended
        }
    }

    mutating func outcome() -> Outcome {
        switch pick(Outcome.Kind.self) {
        case .zone: .zone(slug(), created: flag())
        case .provider: .provider(slug(), created: flag())
        case .block: .block(id())
        case .claim: .claim(id())
        case .shortfall: .shortfall(id())
        case .referral: .referral(id(), created: flag())
        case .offer: .offer(id())
        case .package: .package(id())
        case .person: .person(id(), person())
        case .key: .key(id())
        case .policy: .policy
        case .advanced: .advanced
        }
    }

    mutating func noun() -> Noun {
        switch pick(Noun.Kind.self) {
        case .reduction: .reduction(id())
        case .withdrawal: .withdrawal(id())
        case .override: .override(id())
        case .acceptance: .acceptance(id())
        case .refusal: .refusal(id())
        case .firstVisit: .firstVisit(id())
        case .start: .start(id())
        case .ending: .ending(id())
        }
    }
}

// MARK: - Simple values

extension EventMaker {
    mutating func whole(_ range: ClosedRange<Int> = Int.min...Int.max) -> Int {
        Int.random(in: range, using: &random)
    }

    mutating func number() -> UInt32 { UInt32.random(in: 1 ... .max, using: &random) }
    mutating func flag() -> Bool { Bool.random(using: &random) }
    mutating func id<ID: DenseIdentifier>() -> ID {
        ID(number: flag() ? number() : UInt32(whole(1...99)))
    }
    mutating func person() -> PersonID { PersonID(high: random.next() >> 8, low: random.next()) }
    mutating func hash() -> [UInt8] {
        (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
    mutating func skill() -> Skill {
        ["medication", "pegFeed", "dementia-2"].randomElement(using: &random).flatMap { Skill($0) }!
    }
    mutating func time() -> TimeOfDay { TimeOfDay(minutes: whole(0...1439))! }
    mutating func weekdays() -> Weekdays { Weekdays(bits: UInt8(whole(1...127))) }

    mutating func slug() -> Slug {
        Slug(["acorn", "warwick-hospital", "leam", "0", String(repeating: "x", count: 64)][whole(0...4)])!
    }

    mutating func district() -> PostcodeDistrict {
        PostcodeDistrict(["CV32", "B1", "SW1A", "M60", "EC1A", "W1A"][whole(0...5)])!
    }

    /// Text that wants escapes, that has several bytes a letter, that is empty, that is plain.
    mutating func text() -> String {
        ["", "manager", "O\"Brien \\ Söhne\n", "介護 🏡", "\u{0}\u{7F}\u{2028}"][whole(0...4)]
    }

    /// From 1900 to 9999, which is what a date can be.
    mutating func day() -> Day {
        flag() ? Day(number: Int32(whole(20_000...22_000))) : Day(number: Int32(whole(-25_567...2_932_896)))
    }

    mutating func instant() -> Instant {
        Instant(seconds: Int64(day().number) * 86_400 + Int64(whole(0...86_399)))
    }

    mutating func pick<Value: CaseIterable>(_ type: Value.Type = Value.self) -> Value {
        Array(Value.allCases)[whole(0...Value.allCases.count - 1)]
    }

    mutating func maybe<Value>(_ make: (inout EventMaker) -> Value) -> Value? {
        flag() ? make(&self) : nil
    }

    mutating func list<Value>(_ make: (inout EventMaker) -> Value) -> [Value] {
        var values: [Value] = []
        for _ in 0..<whole(0...3) { values.append(make(&self)) }
        return values
    }
}
