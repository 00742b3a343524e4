/// What one provider received in one zone, by day: weekly minutes of the packages it accepted, and of those it refused
/// for want of time or staff on minutes it had claimed. Refusing what would be unsafe, what was not told, or what is
/// beyond its competence is not among them, so that it costs nothing.
public struct Receipts: Hashable, Sendable {
    /// Weekly minutes received on a day.
    struct Entry: Hashable, Sendable {
        var day: Day
        var minutes: Int
    }

    /// Ascending by day, one a day, none older than `Policy.mostFairnessDays`.
    var entries: [Entry] = []

    /// Notes minutes received; days come in order. What lies too far back is dropped.
    mutating func add(_ minutes: Int, on day: Day) {
        if let last = entries.last, last.day == day {
            entries[entries.count - 1].minutes += minutes
        } else {
            entries.append(Entry(day: day, minutes: minutes))
        }
        entries.removeAll { $0.day <= day.adding(days: -Policy.mostFairnessDays) }
    }

    /// Weekly minutes received in a window of days that ends today.
    func minutes(days: Int, until today: Day) -> Int {
        entries.reduce(0) { $1.day > today.adding(days: -days) && $1.day <= today ? $0 + $1.minutes : $0 }
    }
}

/// A provider in a zone: what is received is counted for each zone apart, since each has its own hours.
struct Receiver: Hashable, Comparable, Sendable {
    var zone: ZoneID
    var provider: ProviderID

    static func < (a: Receiver, b: Receiver) -> Bool { (a.zone, a.provider) < (b.zone, b.provider) }
}

extension Offer.Refusal {
    /// Whether the minutes count as received all the same: they were claimed, and there was nothing wrong with the ask.
    var countsAsReceived: Bool {
        switch self {
        case .timing, .noStaff: true
        case .informationMissing, .unsafe, .beyondCompetence, .geography, .personDeclined, .other: false
        }
    }
}
