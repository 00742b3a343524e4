/// What an allocation is judged by: tiers, of which the first difference decides. A commissioner signs these weights.
///
/// The batch searches by one number, so each tier's points must dominate: the least step of a tier outweighs all that an
/// exchange of `exchange` people could cost in every tier below it (`objections`). Whether an exchange is carried out is
/// decided on the tiers themselves (`Tiers`), never on the folded number. Points are weights and no money.
public struct Objective: Hashable, Sendable {
    // Tier 1: whoever is unsafe now, then end of life, not placed.

    /// Points for a person who is unsafe now and waits.
    public var unsafeWaiting = 8_000_000_000_000_000
    /// Points for a person at the end of life (fast track) who waits.
    public var fastTrackWaiting = 4_000_000_000_000_000

    // Tier 2: others not placed, by days already waited and time to breach.

    /// Points for each hour of need of a person who waits.
    public var waitingPerHour = 200_000_000_000
    /// Hours that waiting at all counts for.
    public var hoursForWaiting = 48
    /// Hours that each day already waited counts for.
    public var hoursPerDayWaited = 24
    /// Days waited beyond this count no more.
    public var mostDaysWaited = 10
    /// Where fewer than this many hours are left to the breach, each hour nearer counts as one more hour of need.
    public var hoursBeforeBreach = 24

    // Tier 3, spot pounds, is not folded: the engine buys nothing (`SpotRules`).

    // Tier 4: churn.

    /// Points for an offer that is withdrawn after it has settled.
    public var offerWithdrawn = 3_000_000_000

    // Tier 5: what was asked for and not met.

    /// Points for a restart that does not go to the existing provider: first refusal is its own.
    public var restartMissed = 24_000_000
    /// Points for each requirement or preference that a provider has not said it meets.
    public var preferenceMissed = 6_000_000
    /// Points for a package on two claims.
    public var split = 6_000_000

    // Tier 6: fairness.

    /// Points for each weekly minute a provider receives above its fair share.
    public var overFair = 1
    /// Points more for each weekly minute above five quarters of its fair share: convex.
    public var farOverFair = 3

    /// People that one exchange is reckoned to move, 64: what a tier's least step must outweigh.
    public var exchange = 64

    /// The defaults.
    public init() {}

    /// Minutes a week one person can take at most: two carers around the clock.
    static let mostWeeklyMinutes = 2 * 7 * 24 * 60
    /// Requirements and preferences that one package can miss: gender and language.
    static let mostPreferences = 2
    /// People in one search at most; with it the folded number fits 64 bits.
    public static let mostPeople = 512

    /// Points one package can cost at most, by tier from the fifth on.
    var mostInFairness: Int { Objective.mostWeeklyMinutes * (overFair + farOverFair) }
    private var mostInWishes: Int { restartMissed + Objective.mostPreferences * preferenceMissed + split }
    private var mostHours: Int { hoursForWaiting + hoursPerDayWaited * mostDaysWaited + hoursBeforeBreach }

    /// Where a tier does not dominate those below it, by field, in words; nothing when the objective can be used.
    public var objections: [(field: String, detail: String)] {
        var found: [(String, String)] = []
        func atLeast(_ field: String, _ value: Int, _ below: Int) {
            let (least, overflow) = below.multipliedReportingOverflow(by: exchange)
            if overflow || value <= least {
                found.append(
                    (field, "must be above \(overflow ? "any number" : String(least)), or the tier below weighs more")
                )
            }
        }
        atLeast("preferenceMissed", preferenceMissed, mostInFairness)
        atLeast("split", split, mostInFairness)
        if restartMissed <= Objective.mostPreferences * preferenceMissed + split {
            found.append(("restartMissed", "must be above all other wishes together: a restart goes first"))
        }
        atLeast("offerWithdrawn", offerWithdrawn, mostInWishes + mostInFairness)
        atLeast("waitingPerHour", waitingPerHour, offerWithdrawn + mostInWishes + mostInFairness)
        if hoursForWaiting < 1 { found.append(("hoursForWaiting", "must be at least 1: waiting counts")) }
        let (waiting, tooLong) = waitingPerHour.multipliedReportingOverflow(by: mostHours)
        atLeast("fastTrackWaiting", fastTrackWaiting, tooLong ? .max : waiting)
        if unsafeWaiting <= fastTrackWaiting {
            found.append(("unsafeWaiting", "must be above fastTrackWaiting: whoever is unsafe now comes first"))
        }
        if unsafeWaiting.multipliedReportingOverflow(by: 2 * Objective.mostPeople).overflow {
            found.append(("unsafeWaiting", "is too large: \(Objective.mostPeople) people would not fit 64 bits"))
        }
        return found
    }

    /// Points of a provider's standing over the fairness window: 0 up to its fair share, then convex.
    ///
    /// - Parameters:
    ///   - received: weekly minutes it received.
    ///   - fair: weekly minutes that would be its share.
    public func fairness(received: Int, fair: Int) -> Int {
        max(0, received - fair) * overFair + max(0, received - fair * 5 / 4) * farOverFair
    }

    /// Hours of need of somebody who waits: tier 2's unit.
    ///
    /// - Parameters:
    ///   - waited: since the referral was complete, in hours.
    ///   - left: to the time a first visit is due, in hours; negative once it has passed.
    public func hoursOfNeed(waited: Int, left: Int) -> Int {
        hoursForWaiting + hoursPerDayWaited * min(max(0, waited) / 24, mostDaysWaited)
            + min(max(0, hoursBeforeBreach - left), hoursBeforeBreach)
    }
}

/// An allocation's standing, tier by tier, each smaller the better: what a commissioner compares, and what an exchange is
/// judged by. Nothing is added up across tiers.
public struct Tiers: Hashable, Comparable, Sendable {
    /// People unsafe now who wait.
    public var unsafeWaiting = 0
    /// People at the end of life who wait.
    public var fastTrackWaiting = 0
    /// Hours of need of everyone else who waits (`Objective.hoursOfNeed`).
    public var hoursOfNeed = 0
    /// Offers withdrawn after they settled.
    public var withdrawn = 0
    /// Points of restarts, preferences and splits.
    public var wishes = 0
    /// Points of fairness.
    public var fairness = 0

    /// Nobody waits and nothing is amiss.
    public init() {}

    /// The tiers by name, the weightiest first.
    public var named: [(name: String, value: Int)] {
        [
            ("unsafeWaiting", unsafeWaiting), ("fastTrackWaiting", fastTrackWaiting), ("hoursOfNeed", hoursOfNeed),
            ("withdrawn", withdrawn), ("wishes", wishes), ("fairness", fairness),
        ]
    }

    public static func < (a: Tiers, b: Tiers) -> Bool {
        a.named.map(\.value).lexicographicallyPrecedes(b.named.map(\.value))
    }
}
