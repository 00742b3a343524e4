// The values that the golden events hold.

import Brokerage

extension Golden {
    static let now = Instant("2027-01-04T09:30:00Z")!
    static let later = Instant("2027-03-28T01:00:05Z")!
    static let day = Day("2027-01-04")!
    static let eight = TimeOfDay("08:00")!
    static let leam = Slug("leam")!
    static let acorn = Slug("acorn")!
    static let ward = Slug("ward-7")!
    static let hub = Slug("hub")!
    static let cv31 = PostcodeDistrict("CV31")!
    static let medication = Skill("medication")!
    static let person = PersonID(high: 0x0123_4567_89AB_CDEF, low: 0xF0)

    static let weekly = WeeklyPattern(
        rows: [
            WeeklyPattern.Row(
                days: Weekdays([.mon, .tue]),
                band: .morning,
                cell: WeeklyPattern.Cell(minutes: 240, carers: 2)
            ),
            WeeklyPattern.Row(
                days: Weekdays([.sat]),
                band: .morning,
                cell: WeeklyPattern.Cell(minutes: 60, carers: 1)
            ),
            WeeklyPattern.Row(
                days: .all,
                band: .night,
                cell: WeeklyPattern.Cell(minutes: 30_000, carers: 100)
            ),
        ])!

    /// With everything an ask can say.
    static let ask = Ask(
        district: cv31,
        sector: PostcodeSector("CV31 3")!,
        pathway: 1,
        source: .nhs111,
        class: .urgent,
        readyAt: now,
        dischargeReadyDate: day,
        startFrom: day,
        weeks: 4,
        visits: [
            Visit(
                band: .morning,
                minutes: 45,
                carers: 2,
                days: .all,
                skills: [medication],
                personalCare: true,
                time: Visit.Time(at: eight, toleranceMinutes: 15)
            ),
            Visit(
                band: .bed,
                minutes: 15,
                carers: 1,
                days: Weekdays([.fri]),
                personalCare: false,
                hasShortVisitReason: true
            ),
        ],
        carerGender: .female,
        language: "pl",
        existingProvider: acorn,
        maxProviders: 2,
        funding: .council,
        safeUntil: later,
        unsafeNow: true,
        facts: [.whereNow, .transfers, .skin],
        livesAlone: true
    )

    /// With nothing that can be left out.
    static let call = Ask(
        district: cv31,
        pathway: 1,
        source: .`self`,
        class: .stepUp,
        startFrom: day,
        visits: []
    )

    static let verdicts: [Decision.Verdict] =
        [Decision.Verdict(provider: acorn, block: BlockID(number: 1), reason: nil)]
        + reasons.map { Decision.Verdict(provider: Slug("birch")!, block: BlockID(number: 2), reason: $0) }
        + [Decision.Verdict(provider: nil, block: BlockID(number: 3), reason: .unclaimed)]

    static let reasons: [Decision.Reason] = [
        .outOfZone, .contractDates, .lacksSkill(medication), .notRegistered, .declined, .gender,
        .noTime(day: day, band: .lunch, shortBy: 25), .noCarers(day: day, band: .morning, at: eight),
        .noCarers(day: day, band: .morning, at: nil), .caseloadFull, .ringFenced(shortBy: 30),
        .tooManyProviders,
        .beaten(by: .fairness, difference: -4), .suspended,
    ]

    static let outcomes: [Outcome] = [
        .zone(leam, created: true), .provider(acorn, created: false), .block(BlockID(number: 1)),
        .claim(ClaimID(number: 1)), .shortfall(ShortfallID(number: 1)),
        .referral(ReferralID(number: 12), created: true), .offer(OfferID(number: 5)),
        .package(PackageID(number: 3)),
        .person(ReferralID(number: 12), person), .key(KeyID(number: 3)), .policy, .advanced,
    ]

    static let nouns: [Noun] = [
        .reduction(ClaimID(number: 1)), .withdrawal(ReferralID(number: 13)), .acceptance(OfferID(number: 5)),
        .refusal(OfferID(number: 6)), .firstVisit(PackageID(number: 3)), .start(PackageID(number: 3)),
        .ending(PackageID(number: 3)),
    ]
}
