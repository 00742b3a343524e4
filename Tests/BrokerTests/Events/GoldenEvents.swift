import Broker
import Brokerage

/// What the lines of the golden files say, in their order: every event once with all that it can hold, then the
/// reasons, outcomes and nouns that those do not show, then records in which one event leans on another. Lines are added when
/// an event is; none is ever changed.
enum Golden {
    /// Of a version: older programs wrote the first of them only.
    static func entries(of version: Int) -> [JournalEntry] {
        let alone = (supply + demand + care + running + since).map { [$0] }
        return (alone + (version == 1 ? [] : together) + covered.map { [$0] }).enumerated().map { index, events in
            JournalEntry(
                at: Instant("2027-01-04T09:30:00Z")!.adding(minutes: index),
                command: CommandID(high: 0xFEDC_BA98_7654_3210, low: UInt64(index)),
                by: Actor(key: index % 2 == 0 ? nil : KeyID(number: 3), role: .broker, organisation: hub),
                events: events
            )
        }
    }

    /// Offers beside the referral they are for: what it asks, and a part of it.
    private static var together: [[Event]] {
        let id = ReferralID(number: 14)
        let part = Ask(
            district: cv31,
            pathway: 1,
            source: .ward,
            class: .stepDown,
            startFrom: day,
            visits: [ask.visits[0]]
        )
        func offer(_ number: UInt32, _ asked: Ask) -> Event {
            .offerSent(
                Offer(
                    id: OfferID(number: number),
                    referral: id,
                    provider: acorn,
                    claims: [ClaimID(number: 1)],
                    block: BlockID(number: 1),
                    ask: asked,
                    startFrom: day,
                    sentAt: now,
                    expiresAt: later,
                    firstVisitBy: day
                )
            )
        }
        let received = Referral(
            id: id,
            person: PersonID(high: 7, low: 8),
            referrer: hub,
            zone: leam,
            ask: ask,
            receivedAt: now,
            completedAt: now,
            due: later,
            duplicates: []
        )
        return [
            [.referralReceived(received), offer(11, ask), offer(12, part)],
            [.referralAmended(id, part, completedAt: now, due: nil), offer(13, part), offer(14, ask)],
        ]
    }

    private static let supply: [Event] = [
        .zoneSet(
            Zone(
                id: leam,
                name: "Leamington \"Spa\" & Söhne",
                districts: [cv31, PostcodeDistrict("CV32")!],
                version: 2
            )
        ),
        .providerSet(
            Provider(
                id: acorn,
                name: "Acorn Care",
                kind: .inHouse,
                personalCare: true,
                zones: [leam],
                status: .suspended,
                skills: [medication],
                cqcLocation: "1-234567890",
                registeredFrom: day,
                languages: ["cy", "pl"],
                genders: [.female, .male],
                caseloadMax: 12,
                answering: [
                    Provider.AnsweringHours(days: Weekdays([.mon, .sun]), from: eight, until: 1440)!
                ],
                onCallTelephone: "01632 960001",
                version: 3
            )
        ),
        .providerSet(
            Provider(id: acorn, name: "", kind: .agency, personalCare: false, zones: [], status: .open)
        ),
        .blockBought(
            Block(
                id: BlockID(number: 1),
                zone: leam,
                from: day,
                until: day.adding(days: 90),
                ratePence: 2_550,
                funding: .individualServiceFund,
                skills: [medication],
                weekly: weekly,
                eligibleProviders: [acorn],
                minimumClaim: 60,
                maxSharePercent: 50,
                leadFirstUntil: later,
                stepUpPercent: 10,
                contractReference: "C/27-1"
            )
        ),
        .minutesClaimed(
            Claim(
                id: ClaimID(number: 1),
                block: BlockID(number: 1),
                provider: acorn,
                from: day,
                until: day.adding(days: 90),
                firmFrom: day.adding(days: 14),
                claimedAt: now,
                weekly: weekly
            )
        ),
        .claimReduced(ClaimID(number: 1), Claim.Term(from: day.adding(days: 28), weekly: WeeklyPattern())),
        .shortfallReported(
            Shortfall(
                id: ShortfallID(number: 1),
                claim: ClaimID(number: 1),
                block: BlockID(number: 1),
                provider: acorn,
                day: day,
                band: .night,
                minutes: 60,
                carers: 1,
                taken: 45,
                uncovered: 15,
                cover: [PackageID(number: 4), PackageID(number: 2)],
                at: now
            )
        ),
    ]

    private static let demand: [Event] = [
        .referralReceived(
            Referral(
                id: ReferralID(number: 12),
                person: person,
                referrer: ward,
                zone: leam,
                ask: ask,
                receivedAt: now,
                completedAt: now,
                due: later,
                duplicates: [ReferralID(number: 7)]
            )
        ),
        .referralReceived(
            Referral(
                id: ReferralID(number: 13),
                person: person,
                referrer: ward,
                zone: leam,
                ask: call,
                receivedAt: now,
                completedAt: nil,
                due: nil,
                duplicates: []
            )
        ),
        .referralAmended(ReferralID(number: 12), call, completedAt: now, due: later),
        .referralTriaged(
            ReferralID(number: 12),
            Referral.Triage(outcome: .careAndTherapy, at: now, role: "physio")
        ),
        .readyDateRecorded(ReferralID(number: 12), Referral.ReadyDate(at: later, recordedAt: now)),
        .readyDateRecorded(ReferralID(number: 12), Referral.ReadyDate(at: nil, recordedAt: now)),
        .referralWithdrawn(ReferralID(number: 13)),
        .placementDecided(
            ReferralID(number: 12),
            Decision(at: now, policyVersion: 4, chosen: acorn, verdicts: verdicts)
        ),
        .offerSent(
            Offer(
                id: OfferID(number: 5),
                referral: ReferralID(number: 12),
                provider: acorn,
                claims: [ClaimID(number: 1), ClaimID(number: 2)],
                block: BlockID(number: 1),
                ask: ask,
                startFrom: day,
                sentAt: now,
                expiresAt: later,
                firstVisitBy: day.adding(days: 1),
                replaces: PackageID(number: 2)
            )
        ),
        .offerAccepted(
            OfferID(number: 5),
            PackageID(number: 3),
            Acceptance(
                firstVisit: FirstVisit(day: day, band: .lunch, at: TimeOfDay("12:15")!),
                role: "manager",
                times: [Acceptance.AgreedTime(band: .bed, at: TimeOfDay("21:00")!)],
                hasConditions: true
            )
        ),
        .offerRefused(OfferID(number: 6), .personDeclined),
        .offerExpired(OfferID(number: 7)),
        .offerWithdrawn(OfferID(number: 8)),
    ]

    private static let care: [Event] = [
        .firstVisitPostponed(PackageID(number: 3), FirstVisit(day: day, band: .tea), retainedUntil: later),
        .careStarted(PackageID(number: 3), at: now, firstDay: day, lastDay: day.adding(days: 41)),
        .packageEnded(
            PackageID(number: 3),
            Package.Ending(at: later, outcome: .longTermCare, role: "ot"),
            lastDay: day
        ),
        .careOverran(
            PackageID(number: 3),
            lastDay: day.adding(days: 48),
            uncovered: [Package.Uncovered(day: day.adding(days: 43), visit: 1)]
        ),
        .alertRaised(ReferralID(number: 12), .placementBreached),
        .personDisclosed(person, ReferralID(number: 12)),
    ]

    private static var running: [Event] {
        var policy = Policy()
        policy.version = 2
        policy.bands = BandHours(starts: [390, 660, 900, 1080, 1350])!
        policy.hoursToPlace.urgent = 3
        policy.triageBeforeStart = true
        policy.essentialFacts = [.goals]
        return [
            .policyAdopted(policy),
            .dayBegan(day),
            .keyAdded(
                AccessKey(
                    id: KeyID(number: 3),
                    hash: Array(0..<32),
                    role: .administrator,
                    organisation: hub,
                    addedAt: now,
                    revokedAt: later
                )
            ),
            .keyRevoked(KeyID(number: 3)),
            .triesDeferred([Deferral(zone: leam, tried: 256)]),
            .requestsForgotten(before: now),
        ]
            + outcomes.map {
                .requestRemembered(RememberedRequest(scope: RequestScope(Array(0..<32))!, body: [0xFF], outcome: $0))
            }
            + nouns.map { .nounSet($0, body: [0x0A, 0xA0]) }
    }

    /// What came after the first golden lines: the batch, overrides, spot, the policy's later figures.
    private static var since: [Event] {
        var policy = Policy()
        policy.version = 3
        policy.settlingSeconds = 90
        policy.fairnessDays = 14
        policy.standardVisit = 45
        policy.objective.overFair = 2
        policy.objective.exchange = 32
        policy.spot.budgetPence = 250_000
        return [
            .policySet(policy),
            .policyAdopted(policy),
            .placementOverridden(
                ReferralID(number: 12),
                Referral.Override(provider: acorn, spot: BlockID(number: 9), role: "broker", at: now, words: 4)
            ),
            .placementOverridden(
                ReferralID(number: 12),
                Referral.Override(provider: acorn, spot: nil, role: "other", at: now, words: 7)
            ),
            .placementDecided(
                ReferralID(number: 12),
                Decision(
                    at: now,
                    policyVersion: 4,
                    chosen: acorn,
                    verdicts: [
                        Decision.Verdict(
                            provider: acorn,
                            block: BlockID(number: 1),
                            reason: .beaten(by: .together, difference: 2)
                        ),
                        Decision.Verdict(
                            provider: acorn,
                            block: BlockID(number: 2),
                            reason: .beaten(by: .override, difference: 0)
                        ),
                    ],
                    method: .batch,
                    weighed: [0, 1, 0, 250, 15]
                )
            ),
            .offerSent(
                Offer(
                    id: OfferID(number: 6),
                    referral: ReferralID(number: 12),
                    provider: acorn,
                    claims: [ClaimID(number: 1), ClaimID(number: 2)],
                    block: BlockID(number: 1),
                    ask: ask,
                    startFrom: day,
                    sentAt: now,
                    expiresAt: later,
                    firstVisitBy: day.adding(days: 1),
                    origin: .improved,
                    settlesAt: later,
                    part: [0, 2]
                )
            ),
            .blockBought(
                Block(
                    id: BlockID(number: 9),
                    zone: leam,
                    from: day,
                    until: day.adding(days: 41),
                    ratePence: 3_100,
                    funding: .council,
                    skills: [],
                    weekly: weekly,
                    awardedTo: acorn,
                    spotFor: ReferralID(number: 12)
                )
            ),
            .nounSet(.override(ReferralID(number: 12)), body: [0x0A]),
            .scarcitySet(leam, [Scarcity(claim: ClaimID(number: 1), bands: [12, 0, 3, 7, 0])]),
        ]
    }

    /// What came after the second version: visits that are uncovered from the start, and covered again; a district that moves.
    private static let covered: [Event] = [
        .careStarted(
            PackageID(number: 3),
            at: now,
            firstDay: day,
            lastDay: day.adding(days: 41),
            uncovered: [Package.Uncovered(day: day.adding(days: 2), visit: 0)]
        ),
        .coverFound(PackageID(number: 3), [Package.Uncovered(day: day.adding(days: 2), visit: 0)]),
        .referralRezoned(ReferralID(number: 12), leam),
    ]
}
