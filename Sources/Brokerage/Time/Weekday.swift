/// A day of the week, Monday first.
public enum Weekday: String, CaseIterable, Sendable, Hashable {
    case mon, tue, wed, thu, fri, sat, sun

    /// 0 for Monday to 6 for Sunday.
    public var index: Int {
        switch self {
        case .mon: 0
        case .tue: 1
        case .wed: 2
        case .thu: 3
        case .fri: 4
        case .sat: 5
        case .sun: 6
        }
    }

    /// The day at a place from 0 to 6. `allCases` would make its array anew for each.
    static func at(_ index: Int) -> Weekday {
        switch index {
        case 0: .mon
        case 1: .tue
        case 2: .wed
        case 3: .thu
        case 4: .fri
        case 5: .sat
        case 6: .sun
        default: preconditionFailure("a week has seven days")
        }
    }
}

/// Some days of the week; bit 0 is Monday.
public struct Weekdays: Hashable, Sendable {
    /// Bit `Weekday.index` is set for each day in the set.
    public private(set) var bits: UInt8

    /// The set with these bits; bits beyond Sunday are dropped.
    public init(bits: UInt8) {
        self.bits = bits & 0x7F
    }

    /// The set of these days.
    public init(_ days: some Sequence<Weekday>) {
        bits = days.reduce(0) { $0 | 1 << UInt8($1.index) }
    }

    /// The weekdays that dates from the first to the last meet.
    init(met from: Day, _ until: Day) {
        self.init((0..<max(0, min(7, until.days(since: from) + 1))).map { from.adding(days: $0).weekday })
    }

    /// All seven days.
    public static let all = Weekdays(bits: 0x7F)

    /// Whether the day is in the set.
    public func contains(_ day: Weekday) -> Bool { bits >> UInt8(day.index) & 1 == 1 }

    /// The days in the set, Monday first.
    public var days: [Weekday] { Weekday.allCases.filter(contains) }

    /// How many days are in the set.
    public var count: Int { bits.nonzeroBitCount }
}

/// A time on London's clocks, to the minute.
public struct TimeOfDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Minutes since midnight, 0..<1,440.
    public let minutes: Int

    /// A time from minutes since midnight; nil outside the day.
    public init?(minutes: Int) {
        guard (0..<1440).contains(minutes) else { return nil }
        self.minutes = minutes
    }

    /// Reads `08:00`; nil for any other spelling.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), let hour = decimal(bytes[0..<2]), hour < 24,
            let minute = decimal(bytes[3..<5]), minute < 60
        else { return nil }
        minutes = hour * 60 + minute
    }

    public static func < (a: TimeOfDay, b: TimeOfDay) -> Bool { a.minutes < b.minutes }

    /// `08:00`.
    public var description: String { "\(twoDigits(minutes / 60)):\(twoDigits(minutes % 60))" }
}
