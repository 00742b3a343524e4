/// An accepted offer: care for one person by one provider, until someone ends it.
public struct Package: Hashable, Sendable {
    /// How far it has come.
    public enum Status: String, CaseIterable, Sendable { case accepted, started, paused, ended }

    /// How it ended.
    public enum Outcome: String, CaseIterable, Sendable {
        case independent, longTermCare, ownArrangements, hospital, careHome, died, neverStarted, other
    }

    /// Its end, as a named person recorded it.
    public struct Ending: Hashable, Sendable {
        public let at: Instant
        public let outcome: Outcome
        /// The role of whoever ended it; the name is in the vault.
        public let role: String

        /// An ending from its parts.
        public init(at: Instant, outcome: Outcome, role: String) {
            self.at = at
            self.outcome = outcome
            self.role = role
        }
    }

    public let id: PackageID
    public let offer: OfferID
    public let referral: ReferralID
    public let person: PersonID
    public let provider: ProviderID
    public let referrer: OrganisationID
    /// The ask it was accepted for.
    public let ask: Ask
    /// The claim each visit stands on, in the order of the ask's visits.
    public let claims: [ClaimID]
    public let acceptedAt: Instant
    public let acceptance: Acceptance
    public var status: Status
    /// As promised, or as postponed.
    public var firstVisit: FirstVisit
    /// The earliest first day it was ever given: where retained minutes begin. From there on as many days as it lasts are its own,
    /// committed or retained, wherever its first visit is moved to; days that it gave up by moving forward are not.
    public var promisedDay: Day
    /// Until when a postponed first visit's minutes are kept; nil: not postponed.
    public var retainedUntil: Instant?
    /// When care began; its London date is day 1.
    public var startedAt: Instant?
    /// When the start was reported.
    public var startRecordedAt: Instant?
    /// First day of the minutes that are committed: day 1, once care has begun.
    public var firstDay: Day
    /// Last day with committed minutes, inclusive: the last free day, later when a person overstays, earlier when
    /// the package ended.
    public var lastDay: Day
    /// Visits that the claim had no minutes or no carers for on a day, each once: where care began on other days than were held
    /// for it, or goes on past the last free day.
    public var uncovered: [Uncovered]
    public var ending: Ending?
    public var version: UInt32

    /// A visit on a day that stands on no minutes.
    public struct Uncovered: Hashable, Sendable {
        public let day: Day
        /// Index into the visits.
        public let visit: Int

        /// An entry from its parts.
        public init(day: Day, visit: Int) {
            self.day = day
            self.visit = visit
        }
    }

    /// A package as it is accepted.
    public init(id: PackageID, offer: Offer, referral: Referral, acceptance: Acceptance, at: Instant) {
        self.id = id
        self.offer = offer.id
        self.referral = referral.id
        person = referral.person
        provider = offer.provider
        referrer = referral.referrer
        ask = offer.ask
        claims = offer.claims
        acceptedAt = at
        self.acceptance = acceptance
        status = .accepted
        firstVisit = acceptance.firstVisit
        promisedDay = acceptance.firstVisit.day
        firstDay = acceptance.firstVisit.day
        lastDay = acceptance.firstVisit.day.adding(days: offer.ask.days - 1)
        uncovered = []
        version = 1
    }

    /// Day 1: the London date on which care began; until then, of the first visit as promised.
    public var dayOne: Day { startedAt.map(London.day(at:)) ?? firstVisit.day }

    /// The last day on which care is free: day 42 for six weeks, counted from day 1, inclusive.
    public var lastFreeDay: Day { dayOne.adding(days: ask.days - 1) }

    /// Which day of the package a date is.
    public func dayCount(on day: Day) -> Int { day.days(since: dayOne) + 1 }

    /// The minutes it has committed.
    public var footprint: Footprint {
        let whole = Footprint(visits: ask.visits, claims: claims, from: firstDay, until: lastDay)
        guard !uncovered.isEmpty else { return whole }
        let missing = uncovered.reduce(into: Footprint.empty) { sum, gap in
            sum = sum.adding(
                Footprint(visits: [ask.visits[gap.visit]], claims: [claims[gap.visit]], from: gap.day, until: gap.day)
            )
        }
        return whole.beyond(missing)
    }

    /// The last day of the minutes kept for it while its first visit is postponed: the day before the new one, and never a day
    /// that is not its own. nil: none are kept.
    public var lastRetainedDay: Day? {
        guard retainedUntil != nil, promisedDay < firstDay else { return nil }
        return min(firstDay.adding(days: -1), promisedDay.adding(days: ask.days - 1))
    }

    /// The minutes kept for it while its first visit is postponed.
    public var retained: Footprint {
        guard let last = lastRetainedDay else { return .empty }
        return Footprint(visits: ask.visits, claims: claims, from: promisedDay, until: last)
    }

    /// Whether a day is its own: its minutes are committed, or kept while its first visit is postponed. Single visits of it may be
    /// uncovered.
    func owns(_ day: Day) -> Bool {
        day >= firstDay && day <= lastDay || lastRetainedDay.map { day >= promisedDay && day <= $0 } ?? false
    }

    /// Whether it is over: ended, and not at a moment that was planned and is still to come. Until then its visits go on, where
    /// it has any.
    public func isOver(at now: Instant) -> Bool {
        status == .ended && (lastDay < firstDay || ending.map { $0.at <= now } ?? true)
    }

    /// When care began, where that was told for an earlier day than the first visit was promised for.
    var startToldEarly: Instant? {
        startedAt.flatMap { London.day(at: $0) < firstVisit.day ? $0 : nil }
    }

    /// Days on which a review is due, from day 1.
    public func reviewsDue(_ policy: Policy) -> [Day] {
        policy.reviewDays.filter { $0 <= ask.days }.sorted().map { dayOne.adding(days: $0 - 1) }
    }
}

extension Package {
    /// Visits of the first visit's band on its day, with the time each was promised or asked for.
    private func firstVisits(_ bands: BandHours) -> [(visit: Visit, at: TimeOfDay?)] {
        let times = ask.promised(acceptance.times, bands) ?? ask.visits.map { $0.time?.at }
        return zip(ask.visits, times).filter {
            $0.0.band == firstVisit.band && $0.0.days.contains(firstVisit.day.weekday)
        }.map { ($0.0, $0.1) }
    }

    /// The minute of its band at which the first visit begins: as promised for it, else the earliest time any visit of
    /// the band has that day; nil when none has one.
    func firstMinute(_ bands: BandHours) -> Int? {
        if let at = firstVisit.at { return bands.minute(of: at, in: firstVisit.band) }
        return firstVisits(bands).compactMap { $0.at.flatMap { bands.minute(of: $0, in: firstVisit.band) } }.min()
    }

    /// Minutes of leeway of the first visit: the closest that any visit of its band asks for, else the usual.
    func firstTolerance(_ policy: Policy) -> Int {
        firstVisits(policy.bands).compactMap { $0.visit.time?.toleranceMinutes }.min() ?? policy.usualTolerance
    }
}
