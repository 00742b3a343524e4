/// Why a referral went where it went: the winner, and for every provider with a block in the zone the first rule
/// that failed and by how much. Kept with the event that decided.
public struct Decision: Hashable, Sendable {
    /// The first rule that failed. The raw names are the wire's `reason` codes.
    public enum Reason: Hashable, Sendable {
        /// The provider does not work in this zone.
        case outOfZone
        /// The claim does not cover the whole package.
        case contractDates
        case lacksSkill(Skill)
        /// No CQC registration for personal care on the first day.
        case notRegistered
        /// Refused this referral, or let its offer lapse.
        case declined
        case gender
        /// Too few free minutes on the worst day.
        case noTime(day: Day, band: Band, shortBy: Int)
        /// Too few carers at once: another timed visit overlaps, or the visit is double-handed.
        case noCarers(day: Day, band: Band, at: TimeOfDay?)
        case caseloadFull
        case ringFenced(shortBy: Int)
        /// It fits only over more providers than the person may have.
        case tooManyProviders
        /// Feasible, but another was better.
        case beaten(by: Criterion, difference: Int)
        /// The block has minutes that nobody has claimed.
        case unclaimed
        /// The provider is suspended.
        case suspended
    }

    /// What feasible options are compared by, in this order; the first difference decides.
    public enum Criterion: String, CaseIterable, Sendable {
        /// The existing provider gets first refusal of a restart.
        case restart
        /// Requirements and preferences the provider has not said it meets.
        case preferences
        /// Claims the package is split over.
        case splits
        /// How sought after the minutes are, in tenths: what others have less choice in is left to them.
        case scarcity
        /// Points by which the provider would be above its share of what was given out in four weeks.
        case fairness
        /// Minutes left in the tightest cell: the closest fit keeps large gaps whole.
        case fit
        /// The older claim, so that the choice is never left to chance.
        case order
        /// The batch: kept for others, so that more of those who wait could be placed, or need met sooner.
        case together
        /// A named person chose another.
        case override
    }

    /// What made it.
    public enum Method: String, CaseIterable, Sendable { case choice, batch, override }

    /// One provider's outcome.
    public struct Verdict: Hashable, Sendable {
        /// nil for minutes of the block that nobody has claimed.
        public let provider: ProviderID?
        public let block: BlockID
        /// nil: chosen; where nobody was, nothing stands in its way and a named person decides.
        public let reason: Reason?

        /// A verdict from its parts.
        public init(provider: ProviderID?, block: BlockID, reason: Reason?) {
            self.provider = provider
            self.block = block
            self.reason = reason
        }
    }

    public let at: Instant
    public let policyVersion: Int
    /// The provider that won; nil: nobody could.
    public let chosen: ProviderID?
    /// One for each provider with a claim in the zone, and one for each block with unclaimed minutes; ascending.
    public let verdicts: [Verdict]
    public let method: Method
    /// What the chosen option weighed in the criteria from `restart` to `fit`; empty when nobody was chosen.
    public let weighed: [Int]

    /// A decision from its parts.
    public init(
        at: Instant,
        policyVersion: Int,
        chosen: ProviderID?,
        verdicts: [Verdict],
        method: Method = .choice,
        weighed: [Int] = []
    ) {
        self.at = at
        self.policyVersion = policyVersion
        self.chosen = chosen
        self.verdicts = verdicts
        self.method = method
        self.weighed = weighed
    }

    /// The same reasons with nobody chosen: for a referral that a person has taken over.
    var withoutChoice: Decision {
        Decision(at: at, policyVersion: policyVersion, chosen: nil, verdicts: verdicts)
    }
}
