/// A part of the day. The five bands cover it without gaps; night belongs to the evening on which it begins.
public enum Band: String, CaseIterable, Sendable, Hashable {
    case morning, lunch, tea, bed, night

    /// The place of the band in every row of five, morning first.
    public var index: Int {
        switch self {
        case .morning: 0
        case .lunch: 1
        case .tea: 2
        case .bed: 3
        case .night: 4
        }
    }

    /// The band at a place from 0 to 4. `allCases` would make its array anew for each.
    static func at(_ index: Int) -> Band {
        switch index {
        case 0: .morning
        case 1: .lunch
        case 2: .tea
        case 3: .bed
        case 4: .night
        default: preconditionFailure("a day has five bands")
        }
    }

    /// How many bands a day has.
    public static let count = 5
}

/// Where the bands lie on the clock: local policy, so a value and not constants.
public struct BandHours: Hashable, Sendable {
    /// Minutes since midnight at which morning, lunch, tea, bed and night begin, ascending.
    public let starts: [Int]

    /// Bands that begin at these minutes since midnight; nil unless there are five, ascending, within one day.
    public init?(starts: [Int]) {
        guard starts.count == Band.count, starts.allSatisfy({ (0..<1440).contains($0) }),
            zip(starts, starts.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.starts = starts
    }

    /// 07:00, 11:00, 15:00, 18:00, 23:00.
    public static let standard = BandHours(unchecked: [420, 660, 900, 1080, 1380])

    private init(unchecked starts: [Int]) {
        self.starts = starts
    }

    /// Minutes since midnight at which a band begins.
    public func start(of band: Band) -> Int { starts[band.index] }

    /// Minutes since the midnight before the band began at which it ends; above 1,440 for the night.
    public func end(of band: Band) -> Int {
        band == .night ? 1440 + starts[0] : starts[band.index + 1]
    }

    /// Minutes a band lasts.
    public func length(of band: Band) -> Int { end(of: band) - start(of: band) }

    /// Minutes since the midnight of the evening it belongs to, for a time of day inside this band; nil when the
    /// time lies outside. 02:00 lies at 1,560 in the night of the evening before.
    public func minute(of time: TimeOfDay, in band: Band) -> Int? {
        let candidates = band == .night ? [time.minutes, time.minutes + 1440] : [time.minutes]
        return candidates.first { $0 >= start(of: band) && $0 < end(of: band) }
    }

    /// The same for a visit that stands already: where the band was moved since, the visit is still at its time.
    func standingMinute(of time: TimeOfDay, in band: Band) -> Int {
        minute(of: time, in: band) ?? (band == .night && time.minutes < 720 ? time.minutes + 1440 : time.minutes)
    }
}
