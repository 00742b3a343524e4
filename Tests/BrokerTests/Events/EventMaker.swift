import Brokerage

@testable import Broker

/// Makes arbitrary events as commands could make them: any value that the types allow, optionals absent or present.
struct EventMaker {
    var random: SplitMix

    init(seed: UInt64) { random = SplitMix(state: seed) }

    mutating func entry(_ names: [EventName]) -> JournalEntry {
        var events: [Event] = []
        for name in names { events.append(event(name)) }
        return JournalEntry(
            at: instant(),
            command: CommandID(high: random.next(), low: random.next()),
            by: Actor(key: maybe { $0.id() }, role: pick(), organisation: slug()),
            events: events
        )
    }

    mutating func event(_ name: EventName) -> Event {
        switch name {
        case .policyAdopted: .policyAdopted(policy())
        case .policySet: .policySet(policy())
        case .dayBegan: .dayBegan(day())
        case .keyAdded:
            .keyAdded(
                AccessKey(
                    id: id(),
                    hash: hash(),
                    role: pick(),
                    organisation: slug(),
                    addedAt: instant(),
                    revokedAt: maybe { $0.instant() }
                )
            )
        case .keyRevoked: .keyRevoked(id())
        case .zoneSet:
            .zoneSet(Zone(id: slug(), name: text(), districts: list { $0.district() }, version: number()))
        case .providerSet: .providerSet(provider())
        case .blockBought: .blockBought(block())
        case .minutesClaimed:
            .minutesClaimed(
                Claim(
                    id: id(),
                    block: id(),
                    provider: slug(),
                    from: day(),
                    until: day(),
                    firmFrom: day(),
                    claimedAt: instant(),
                    weekly: weekly()
                )
            )
        case .claimReduced: .claimReduced(id(), Claim.Term(from: day(), weekly: weekly()))
        case .shortfallReported:
            .shortfallReported(
                Shortfall(
                    id: id(),
                    claim: id(),
                    block: id(),
                    provider: slug(),
                    day: day(),
                    band: pick(),
                    minutes: whole(),
                    carers: whole(),
                    taken: whole(),
                    uncovered: whole(),
                    cover: list { $0.id() },
                    at: instant()
                )
            )
        case .referralReceived:
            .referralReceived(
                Referral(
                    id: id(),
                    person: person(),
                    referrer: slug(),
                    zone: slug(),
                    ask: ask(),
                    receivedAt: instant(),
                    completedAt: maybe { $0.instant() },
                    due: maybe { $0.instant() },
                    duplicates: list { $0.id() }
                )
            )
        case .referralAmended:
            .referralAmended(id(), ask(), completedAt: maybe { $0.instant() }, due: maybe { $0.instant() })
        case .referralRezoned: .referralRezoned(id(), slug())
        case .referralTriaged:
            .referralTriaged(id(), Referral.Triage(outcome: pick(), at: instant(), role: text()))
        case .readyDateRecorded:
            .readyDateRecorded(id(), Referral.ReadyDate(at: maybe { $0.instant() }, recordedAt: instant()))
        case .referralWithdrawn: .referralWithdrawn(id())
        case .placementDecided:
            .placementDecided(
                id(),
                Decision(
                    at: instant(),
                    policyVersion: whole(),
                    chosen: maybe { $0.slug() },
                    verdicts: list {
                        Decision.Verdict(
                            provider: $0.maybe { $0.slug() },
                            block: $0.id(),
                            reason: $0.maybe { $0.reason() }
                        )
                    },
                    method: pick(),
                    weighed: list { $0.whole() }
                )
            )
        case .placementOverridden:
            .placementOverridden(
                id(),
                Referral.Override(
                    provider: slug(),
                    spot: maybe { $0.id() },
                    role: text(),
                    at: instant(),
                    words: number()
                )
            )
        case .scarcitySet:
            .scarcitySet(slug(), list { Scarcity(claim: $0.id(), bands: $0.list { $0.whole() }) })
        case .offerSent:
            .offerSent(
                Offer(
                    id: id(),
                    referral: id(),
                    provider: slug(),
                    claims: list { $0.id() },
                    block: id(),
                    ask: ask(),
                    startFrom: day(),
                    sentAt: instant(),
                    expiresAt: instant(),
                    firstVisitBy: day(),
                    replaces: maybe { $0.id() },
                    origin: pick(),
                    settlesAt: maybe { $0.instant() },
                    part: maybe { $0.list { $0.whole() } }
                )
            )
        case .offerAccepted:
            .offerAccepted(
                id(),
                id(),
                Acceptance(
                    firstVisit: firstVisit(),
                    role: text(),
                    times: list { Acceptance.AgreedTime(band: $0.pick(), at: $0.time()) },
                    hasConditions: flag()
                )
            )
        case .offerRefused: .offerRefused(id(), pick())
        case .offerExpired: .offerExpired(id())
        case .offerWithdrawn: .offerWithdrawn(id())
        case .firstVisitPostponed: .firstVisitPostponed(id(), firstVisit(), retainedUntil: instant())
        case .careStarted:
            .careStarted(
                id(),
                at: instant(),
                firstDay: day(),
                lastDay: day(),
                uncovered: list { Package.Uncovered(day: $0.day(), visit: $0.whole()) }
            )
        case .packageEnded:
            .packageEnded(id(), Package.Ending(at: instant(), outcome: pick(), role: text()), lastDay: day())
        case .careOverran:
            .careOverran(
                id(),
                lastDay: day(),
                uncovered: list { Package.Uncovered(day: $0.day(), visit: $0.whole()) }
            )
        case .coverFound: .coverFound(id(), list { Package.Uncovered(day: $0.day(), visit: $0.whole()) })
        case .alertRaised: .alertRaised(id(), pick())
        case .triesDeferred: .triesDeferred(list { Deferral(zone: $0.slug(), tried: $0.whole()) })
        case .personDisclosed: .personDisclosed(person(), id())
        case .requestRemembered:
            .requestRemembered(RememberedRequest(scope: RequestScope(hash())!, body: hash(), outcome: outcome()))
        case .nounSet: .nounSet(noun(), body: flag() ? hash() : [])
        case .requestsForgotten: .requestsForgotten(before: instant())
        }
    }
}

/// SplitMix64, so that a printed seed repeats a run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
