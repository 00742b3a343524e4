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

extension Visit {
    /// Whether it may begin at a minute of its band (counted as `BandHours.minute(of:in:)` does): at any, or within
    /// the tolerance of its time.
    func admits(_ minute: Int, _ bands: BandHours) -> Bool {
        guard let time, let at = bands.minute(of: time.at, in: band) else { return true }
        return abs(minute - at) <= time.toleranceMinutes
    }
}

extension Ask {
    /// When each visit is to begin once these times are promised, in the order of the visits; nil for a visit without a
    /// time. The first promise of a band goes to the first visit of the band that admits it, a timed one before any
    /// other; a timed visit nothing was promised for keeps its own time. nil when a promise fits no visit.
    public func promised(_ times: [Acceptance.AgreedTime], _ bands: BandHours) -> [TimeOfDay?]? {
        var at = visits.map { $0.time?.at }
        var taken: Set<Int> = []
        for time in times {
            guard let minute = bands.minute(of: time.at, in: time.band) else { return nil }
            let open = visits.indices.filter {
                visits[$0].band == time.band && !taken.contains($0) && visits[$0].admits(minute, bands)
            }
            guard let index = open.first(where: { visits[$0].time != nil }) ?? open.first else { return nil }
            at[index] = time.at
            taken.insert(index)
        }
        return at
    }
}

extension Sequence where Element: Equatable {
    /// Which visits are carried by one of the carriers, given the carrier of each, as bits: the lowest is the first visit's.
    func mask(of carrier: Element) -> UInt16 {
        enumerated().reduce(0) { $1.element == carrier ? $0 | 1 << UInt16($1.offset) : $0 }
    }
}
