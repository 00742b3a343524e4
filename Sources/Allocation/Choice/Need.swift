/// What one package needs, as flat integers. Days are counted from any fixed origin; a day's row in the capacity is
/// its number modulo `Capacity.horizon`, its weekday (Monday 0) is `(day + 3) % 7`, as for days since 1970-01-01.
public struct Need: Sendable {
    /// One visit that repeats weekly.
    public struct Visit: Sendable {
        /// 0..<5.
        public var band: Int
        /// Minutes of all its carers together.
        public var carerMinutes: Int
        /// Carers at once.
        public var carers: Int
        /// Bit 0 is Monday.
        public var days: UInt8
        /// Minutes since midnight at which it must begin; nil when any time in its band will do.
        public var at: Int?
        /// Minutes it lasts.
        public var length: Int

        /// A visit from its parts.
        public init(band: Int, carerMinutes: Int, carers: Int, days: UInt8, at: Int?, length: Int) {
            self.band = band
            self.carerMinutes = carerMinutes
            self.carers = carers
            self.days = days
            self.at = at
            self.length = length
        }
    }

    /// At most 16, so that a set of them is one `UInt16`.
    public var visits: [Visit]
    /// First day of the package.
    public var firstDay: Int
    /// Last day, inclusive.
    public var lastDay: Int

    /// The most visits a need may have.
    public static let mostVisits = 16

    /// A need from its parts.
    public init(visits: [Visit], firstDay: Int, lastDay: Int) {
        precondition(visits.count <= Need.mostVisits && firstDay <= lastDay)
        self.visits = visits
        self.firstDay = firstDay
        self.lastDay = lastDay
    }

    /// The mask with every visit set.
    public var allVisits: UInt16 { visits.isEmpty ? 0 : UInt16(truncatingIfNeeded: (1 << visits.count) - 1) }
}

extension Need {
    /// The visits of a mask.
    func visits(in mask: UInt16) -> [Visit] {
        visits.indices.filter { mask >> UInt16($0) & 1 == 1 }.map { visits[$0] }
    }

    /// Each (day, band) that some of the visits touch, with the sum of their minutes there.
    func forEachCell(_ mask: UInt16, _ body: (_ day: Int, _ band: Int, _ minutes: Int) -> Void) {
        var weekly = [Int](repeating: 0, count: 35)
        for (index, visit) in visits.enumerated() where mask >> UInt16(index) & 1 == 1 {
            for weekday in 0..<7 where visit.days >> UInt8(weekday) & 1 == 1 {
                weekly[weekday * 5 + visit.band] += visit.carerMinutes
            }
        }
        for day in firstDay...lastDay {
            let weekday = Capacity.weekday(day)
            for band in 0..<5 where weekly[weekday * 5 + band] > 0 { body(day, band, weekly[weekday * 5 + band]) }
        }
    }
}

/// What one claim has to give.
public struct Capacity: Sendable {
    /// Days in the ring.
    public static let horizon = 128

    /// A visit at a fixed time that already stands on the claim.
    public struct Timed: Sendable {
        public var firstDay: Int
        public var lastDay: Int
        /// Bit 0 is Monday.
        public var days: UInt8
        public var band: Int
        /// Minutes since the midnight of the evening or morning its band belongs to.
        public var from: Int
        public var until: Int
        public var carers: Int

        /// A timed visit from its parts.
        public init(firstDay: Int, lastDay: Int, days: UInt8, band: Int, from: Int, until: Int, carers: Int) {
            self.firstDay = firstDay
            self.lastDay = lastDay
            self.days = days
            self.band = band
            self.from = from
            self.until = until
            self.carers = carers
        }
    }

    /// Carers missing on one day in one band.
    public struct Absence: Sendable {
        public var day: Int
        public var band: Int
        public var carers: Int

        /// An absence from its parts.
        public init(day: Int, band: Int, carers: Int) {
            self.day = day
            self.band = band
            self.carers = carers
        }
    }

    /// Free minutes; the cell of (day, band) is at `(day & 127) * 5 + band`. May be longer: the rest is not read.
    public var free: [Int16]
    /// Carers at once, weekday x 5 + band.
    public var carers: [UInt8]
    public var timed: [Timed]
    public var absences: [Absence]

    /// A capacity from its parts.
    public init(free: [Int16], carers: [UInt8], timed: [Timed] = [], absences: [Absence] = []) {
        precondition(free.count >= Capacity.horizon * 5 && carers.count == 35)
        self.free = free
        self.carers = carers
        self.timed = timed
        self.absences = absences
    }

    /// Free minutes on a day in a band.
    public func free(_ day: Int, _ band: Int) -> Int { Int(free[(day & (Capacity.horizon - 1)) * 5 + band]) }
}

/// Why some visits do not fit one claim: the worst day.
public enum Obstacle: Equatable, Sendable {
    /// So many minutes too few.
    case minutes(day: Int, band: Int, shortBy: Int)
    /// Too few carers at once; `at` in minutes since midnight where a fixed time clashes.
    case carers(day: Int, band: Int, at: Int?)
}
