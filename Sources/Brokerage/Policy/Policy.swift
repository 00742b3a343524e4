/// Local policy: every figure that a brokerage sets for itself. It is read from the configuration and recorded in
/// the journal when it changes, so that a decision can be replayed under the policy it was made with.
public struct Policy: Hashable, Sendable {
    /// Grows with each change.
    public var version = 1
    public var bands = BandHours.standard
    /// Hours from complete to a first visit being available.
    public var hoursToPlace = HoursToPlace()
    /// Elapsed hours of the placement clock at which a person is alerted, early, late and breached.
    public var alertHours = [12, 20, 24]
    /// Minutes after which an unplaced urgent referral is telephoned.
    public var urgentUnplacedMinutes = 15
    /// Minutes of answering time an offer lasts.
    public var answerMinutes = 60
    /// The same for urgent referrals.
    public var answerMinutesUrgent = 20
    /// Offers that may lapse before a person takes over.
    public var expiriesBeforeBroker = 2
    /// Minutes of leeway of a visit that asks for no closer one.
    public var usualTolerance = 30
    /// Minutes after the first visit's window without a start before the alarm.
    public var startAlarmMinutes = 30
    /// Hours for which a postponed first visit's minutes are kept before a broker decides.
    public var postponementHours = 24
    /// Days of the package on which reviews are due.
    public var reviewDays = [7, 14, 28, 35, 42]
    /// The shortest visit in minutes.
    public var shortestVisit = 15
    /// Visits shorter than this need a recorded reason (NICE NG21).
    public var shortVisit = 30
    /// Days of notice of a reduction.
    public var reductionNoticeDays = 28
    /// How far ahead care can be asked for, in days.
    public var startAheadDays = 84
    /// Whether a referral waits for triage before it is placed.
    public var triageBeforeStart = false
    /// Facts without which nobody is called safe to leave.
    public var essentialFacts: [Ask.Fact] = [
        .transfers, .equipment, .medication, .consent, .livesAlone, .access, .assessment,
    ]
    /// Days of committed care kept ahead for a person past the last free day.
    public var overstayDaysAhead = 7
    /// Seconds for which an offer may be moved freely after it was first sent; later only when somebody who waits gains.
    public var settlingSeconds = 120
    /// Days over which what a provider received is held against its share, today included; at most `mostFairnessDays`.
    public var fairnessDays = 28
    /// Minutes of each of the four visits a day of the standard package that capacity is counted in.
    public var standardVisit = 30
    /// What an allocation is judged by.
    public var objective = Objective()
    /// When minutes may be bought on the spot.
    public var spot = SpotRules()

    /// Days of what was received that are kept, whatever the policy: 56, twice the usual window.
    public static let mostFairnessDays = 56

    /// Hours to place, by class.
    public struct HoursToPlace: Hashable, Sendable {
        public var fastTrack = 48
        public var urgent = 2
        public var stepDown = 24
        public var stepUp = 24

        /// The defaults of the national guidance.
        public init() {}

        /// The hours of a class.
        public subscript(class: Ask.Class) -> Int {
            switch `class` {
            case .fastTrack: fastTrack
            case .urgent: urgent
            case .stepDown: stepDown
            case .stepUp: stepUp
            }
        }
    }

    /// The defaults.
    public init() {}

    /// When a first visit is due: so many hours after the referral was complete, or, when it came early, the start
    /// of the day asked for.
    public func due(_ ask: Ask, completedAt: Instant) -> Instant {
        max(
            completedAt.adding(hours: hoursToPlace[ask.class]),
            London.instant(ask.startFrom, minuteOfDay: 0)
        )
    }
}
