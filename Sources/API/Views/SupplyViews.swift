import Brokerage
import JSON

/// How zones, providers, blocks, claims and shortfalls are shown, and to whom.
extension JSONWriter {
    mutating func zone(_ zone: Zone) {
        object {
            $0.field("id", zone.id)
            $0.field("name", zone.name)
            $0.strings("districts", zone.districts.map(\.description))
        }
    }

    mutating func provider(_ provider: Provider) {
        object { json in
            json.field("id", provider.id)
            json.field("name", provider.name)
            json.field("kind", provider.kind.rawValue)
            json.field("personalCare", provider.personalCare)
            json.strings("zones", provider.zones.map(\.description))
            json.field("status", provider.status.rawValue)
            json.strings("skills", orNull: provider.skills?.map(\.description))
            json.field("cqcLocation", provider.cqcLocation)
            json.field("registeredFrom", provider.registeredFrom)
            json.strings("languages", orNull: provider.languages)
            json.strings("genders", orNull: provider.genders?.map(\.rawValue))
            if let most = provider.caseloadMax {
                json.object("caseload") { $0.field("max", most) }
            } else {
                json.field("caseload", JSONValue.null)
            }
            if let answering = provider.answering {
                json.array("answering") { json in
                    for hours in answering {
                        json.object {
                            $0.days(hours.days)
                            $0.field("from", hours.from)
                            $0.field("until", TimeOfDay(minutes: hours.until)?.description ?? "24:00")
                        }
                    }
                }
            } else {
                json.field("answering", JSONValue.null)
            }
            json.field("onCallTelephone", provider.onCallTelephone)
        }
    }

    /// A block as one reader may see it. The claims, and what they leave, are handed in: an answer to a repeated
    /// request shows them as they were.
    mutating func block(
        _ block: Block,
        _ claims: [Claim],
        left: WeeklyPattern,
        _ reader: Actor,
        today: Day,
        ledger: State.LedgerView? = nil
    ) {
        let seesAll = reader.actsForOthers
        let isHolder = claims.contains { $0.provider == reader.organisation } && reader.role == .provider
        object { json in
            json.field("id", block.id)
            json.field("status", block.status(unclaimed: left.minutesPerWeek, on: today))
            json.field("zone", block.zone)
            json.field("from", block.from)
            json.field("until", block.until)
            json.field("ratePence", reader.seesRates || isHolder ? block.ratePence : nil)
            json.field("funding", block.funding.rawValue)
            json.strings("skills", block.skills.map(\.description))
            json.rows("weekly", block.weekly)
            json.strings(
                "eligibleProviders",
                orNull: block.eligibleProviders.map { eligible in
                    eligible.filter { seesAll || $0 == reader.organisation }.map(\.description)
                }
            )
            json.field("minimumClaim", block.minimumClaim)
            json.field("maxSharePercent", block.maxSharePercent)
            json.field("leadFirstUntil", block.leadFirstUntil)
            json.field("stepUpPercent", block.stepUpPercent)
            json.field("contractReference", seesAll || isHolder ? block.contractReference : nil)
            json.field("spotFor", block.spotFor)
            json.field("bought", block.weekly.minutesPerWeek)
            json.field("unclaimed", left.minutesPerWeek)
            json.rows("left", left)
            json.array("claims") { json in
                for claim in claims {
                    json.share(claim, isNamed: seesAll || claim.provider == reader.organisation, today: today)
                }
            }
            if let ledger { json.ledger(ledger) }
        }
    }

    /// A claim inside its block: of other providers' claims a provider sees the minutes and no more.
    private mutating func share(_ claim: Claim, isNamed: Bool, today: Day) {
        object { json in
            json.field("id", isNamed ? claim.id : nil)
            json.field("provider", isNamed ? claim.provider : nil)
            json.field("minutes", claim.pattern(on: today).minutesPerWeek)
            if isNamed {
                json.claimTerms(claim, today: today)
            }
        }
    }

    mutating func claim(_ claim: Claim, today: Day) {
        object { json in
            json.field("id", claim.id)
            json.field("block", claim.block)
            json.field("provider", claim.provider)
            json.field("minutes", claim.pattern(on: today).minutesPerWeek)
            json.claimTerms(claim, today: today)
        }
    }

    private mutating func claimTerms(_ claim: Claim, today: Day) {
        field("status", claim.status(on: today))
        field("from", claim.from)
        field("until", claim.until)
        field("firmFrom", claim.firmFrom)
        rows("weekly", claim.pattern(on: today))
        array("terms") { json in
            for term in claim.terms {
                json.object {
                    $0.field("from", term.from)
                    $0.rows("weekly", term.weekly)
                }
            }
        }
    }

    private mutating func ledger(_ ledger: State.LedgerView) {
        object("ledger") { json in
            json.field("from", ledger.from)
            json.table("bought", ledger.bought)
            json.table("unclaimed", ledger.unclaimed)
            json.table("free", ledger.accounts[Slab.Account.free.rawValue])
            json.table("held", ledger.accounts[Slab.Account.held.rawValue])
            json.table("committed", ledger.accounts[Slab.Account.committed.rawValue])
            json.table("retained", ledger.accounts[Slab.Account.retained.rawValue])
            json.table("unavailable", ledger.accounts[Slab.Account.unavailable.rawValue])
        }
    }

    mutating func shortfall(_ shortfall: Shortfall, reason: String?) {
        object { json in
            json.field("id", shortfall.id)
            json.field("claim", shortfall.claim)
            json.field("block", shortfall.block)
            json.field("provider", shortfall.provider)
            json.field("date", shortfall.day)
            json.field("band", shortfall.band.rawValue)
            json.field("minutes", shortfall.minutes)
            json.field("carers", shortfall.carers)
            json.field("reason", reason)
            json.field("taken", shortfall.taken)
            json.field("uncovered", shortfall.uncovered)
            json.array("cover") { json in
                for (index, package) in shortfall.cover.enumerated() {
                    json.object {
                        $0.field("package", package)
                        $0.field("rank", index + 1)
                    }
                }
            }
            json.field("at", shortfall.at)
        }
    }
}

extension Block {
    /// `open` while minutes can be claimed, `claimed` when none can, `ended` after its last day.
    func status(unclaimed: Int, on today: Day) -> String {
        until < today ? "ended" : unclaimed > 0 ? "open" : "claimed"
    }
}

extension Claim {
    /// `agreed` before its first day, `recruiting` until it is firm, `firm`, `ended`.
    func status(on today: Day) -> String {
        today > until ? "ended" : today < from ? "agreed" : today < firmFrom ? "recruiting" : "firm"
    }

    /// The pattern in force; before the first day the one it begins with, after the last the one it ended with.
    func pattern(on today: Day) -> WeeklyPattern {
        weekly(on: min(max(today, from), until)) ?? WeeklyPattern()
    }
}
