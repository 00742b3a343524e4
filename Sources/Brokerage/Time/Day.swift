/// A civil date in Europe/London, as the number of days since 1970-01-01.
public struct Day: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01.
    public let number: Int32

    /// A date from days since 1970-01-01.
    public init(number: Int32) {
        self.number = number
    }

    public static func < (a: Day, b: Day) -> Bool { a.number < b.number }

    /// The date so many days later (earlier when negative).
    public func adding(days: Int) -> Day { Day(number: number + Int32(days)) }

    /// Days from `earlier` to this date.
    public func days(since earlier: Day) -> Int { Int(number) - Int(earlier.number) }

    /// The day of the week; 1970-01-01 was a Thursday.
    public var weekday: Weekday { .at(((Int(number) + 3) % 7 + 7) % 7) }
}

extension Day: CustomStringConvertible {
    /// A date of the proleptic Gregorian calendar; nil when there is no such date.
    public init?(year: Int, month: Int, day: Int) {
        guard (1900...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        // Days are counted in years that begin in March, so that the leap day is the last one.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(number: Int32(era * 146_097 + dayOfEra - 719_468))
    }

    /// Year, month and day of the month.
    public var parts: (year: Int, month: Int, day: Int) {
        let shifted = Int(number) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// `2027-01-04`.
    public var description: String {
        guard 0...9999 ~= parts.year else { return "\(parts.year)-\(parts.month)-\(parts.day)" }
        return String(unsafeUninitializedCapacity: Day.spelledBytes) {
            spell(into: $0)
            return Day.spelledBytes
        }
    }

    /// Bytes of `2027-01-04`.
    public static let spelledBytes = 10

    /// Writes `2027-01-04` to the front of a buffer. Years have four digits: 0...9999.
    public func spell(into text: UnsafeMutableBufferPointer<UInt8>) {
        let (year, month, day) = parts
        spellPair(year / 100, into: text, at: 0)
        spellPair(year % 100, into: text, at: 2)
        text[4] = UInt8(ascii: "-")
        spellPair(month, into: text, at: 5)
        text[7] = UInt8(ascii: "-")
        spellPair(day, into: text, at: 8)
    }

    /// Reads `2027-01-04`; nil for any other spelling and for dates that do not exist.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = decimal(bytes[0..<4]), let month = decimal(bytes[5..<7]), let day = decimal(bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }
}
