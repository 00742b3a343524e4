/// A call at the home that repeats weekly.
public struct Visit: Hashable, Sendable {
    /// A time that matters (insulin, Parkinson's), with the leeway it bears.
    public struct Time: Hashable, Sendable {
        /// When the visit is to begin, on London's clocks.
        public var at: TimeOfDay
        /// Minutes early or late that do no harm.
        public var toleranceMinutes: Int

        /// A time from its parts.
        public init(at: TimeOfDay, toleranceMinutes: Int) {
            self.at = at
            self.toleranceMinutes = toleranceMinutes
        }
    }

    public var band: Band
    /// Contact minutes of each carer.
    public var minutes: Int
    /// 1, or 2 for a double-handed visit.
    public var carers: Int
    public var days: Weekdays
    /// The union of what its tasks demand, ascending.
    public var skills: [Skill]
    /// Whether it holds a regulated task.
    public var personalCare: Bool
    public var time: Time?
    /// Whether a reason for a visit under 30 minutes was recorded (NICE NG21); the words are in the vault.
    public var hasShortVisitReason: Bool

    /// A visit from its parts.
    public init(
        band: Band,
        minutes: Int,
        carers: Int,
        days: Weekdays,
        skills: [Skill] = [],
        personalCare: Bool,
        time: Time? = nil,
        hasShortVisitReason: Bool = false
    ) {
        self.band = band
        self.minutes = minutes
        self.carers = carers
        self.days = days
        self.skills = skills
        self.personalCare = personalCare
        self.time = time
        self.hasShortVisitReason = hasShortVisitReason
    }

    /// Minutes it takes from a claim on each of its days: two carers take twice the minutes.
    public var carerMinutes: Int { minutes * carers }
}
