/// An organisation that delivers visits.
public struct Provider: Hashable, Sendable {
    /// What kind of organisation it is.
    public enum Kind: String, CaseIterable, Sendable { case agency, inHouse, team, voluntary, bank }

    /// Whether it is offered anything new; a suspended provider keeps the packages it has.
    public enum Status: String, CaseIterable, Sendable { case open, suspended }

    /// The gender of a carer.
    public enum Gender: String, CaseIterable, Sendable { case female, male }

    /// Hours in which someone answers offers.
    public struct AnsweringHours: Hashable, Sendable {
        /// The weekdays.
        public var days: Weekdays
        /// Opening, on London's clocks.
        public var from: TimeOfDay
        /// Closing, minutes since midnight, up to 1,440; after `from`.
        public var until: Int

        /// Hours from their parts; nil when they close before they open.
        public init?(days: Weekdays, from: TimeOfDay, until: Int) {
            guard until > from.minutes, until <= 1440, days.count > 0 else { return nil }
            self.days = days
            self.from = from
            self.until = until
        }
    }

    /// The provider's name in routes, and the organisation of its keys.
    public let id: ProviderID
    /// What people call it.
    public var name: String
    public var kind: Kind
    /// Whether the legal entity is registered with the CQC for personal care.
    public var personalCare: Bool
    /// The zones it works in, ascending.
    public var zones: [ZoneID]
    public var status: Status
    /// Skills it says its staff have; nil where it has not said (a block's own skills then stand alone).
    public var skills: [Skill]?
    public var cqcLocation: String?
    /// From when the registration holds; nil: always.
    public var registeredFrom: Day?
    /// Languages spoken, as codes; nil where it has not said.
    public var languages: [String]?
    /// Genders of its carers; nil where it has not said: then the offer asks.
    public var genders: [Gender]?
    /// The most people it can have at a time (a neighbourhood team); nil: no limit.
    public var caseloadMax: Int?
    /// When offers are answered; nil: at any hour.
    public var answering: [AnsweringHours]?
    public var onCallTelephone: String?
    /// How often it was set; part of its ETag.
    public var version: UInt32

    /// A provider from its parts.
    public init(
        id: ProviderID,
        name: String,
        kind: Kind,
        personalCare: Bool,
        zones: [ZoneID],
        status: Status,
        skills: [Skill]? = nil,
        cqcLocation: String? = nil,
        registeredFrom: Day? = nil,
        languages: [String]? = nil,
        genders: [Gender]? = nil,
        caseloadMax: Int? = nil,
        answering: [AnsweringHours]? = nil,
        onCallTelephone: String? = nil,
        version: UInt32 = 1
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.personalCare = personalCare
        self.zones = zones
        self.status = status
        self.skills = skills
        self.cqcLocation = cqcLocation
        self.registeredFrom = registeredFrom
        self.languages = languages
        self.genders = genders
        self.caseloadMax = caseloadMax
        self.answering = answering
        self.onCallTelephone = onCallTelephone
        self.version = version
    }

    /// When an offer sent at `sent` lapses: so many minutes of answering time later. Outside its hours an offer
    /// holds until opening and the minutes run from there; without stated hours, every minute counts.
    public func answerDue(sent: Instant, minutes: Int) -> Instant {
        guard let answering, !answering.isEmpty else { return sent.adding(minutes: minutes) }
        var left = minutes
        var day = London.day(at: sent)
        // Hours exist on at least one weekday, so a week holds some; 60 weeks bound the walk for one-minute hours.
        for _ in 0..<420 {
            let today = answering.filter { $0.days.contains(day.weekday) }.sorted { $0.from < $1.from }
            var reached = sent
            for hours in today {
                let opens = max(London.instant(day, minuteOfDay: hours.from.minutes), reached)
                let closes = London.instant(day, minuteOfDay: hours.until)
                guard closes > opens else { continue }
                let open = closes.minutes(since: opens)
                if open >= left { return opens.adding(minutes: left) }
                left -= open
                reached = closes
            }
            day = day.adding(days: 1)
        }
        return London.instant(day, minuteOfDay: 0)
    }
}
