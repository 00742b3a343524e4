/// `Date: ` field lines (RFC 9110 section 5.6.7, IMF-fixdate), made once a second and copied into each answer.
public struct DateText: Sendable {
    /// The second that the text says, since 1970 in UTC.
    public private(set) var second: Int = .min
    private var line: [UInt8] = []

    /// A text that says nothing yet.
    public init() {}

    /// The line, `Date: Sun, 06 Nov 1994 08:49:37 GMT` and CRLF.
    public var bytes: [UInt8] { line }

    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) { line.withUnsafeBytes(body) }

    /// Moves the text to another second.
    ///
    /// - Parameter second: seconds since 1970 in UTC, of the years 1970 to 9999.
    public mutating func update(second: Int) {
        guard second != self.second else { return }
        self.second = second
        let days = second / 86_400
        let time = second % 86_400
        let (year, month, day) = Self.civil(days: days)
        let weekdays: [StaticString] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months: [StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        var text = OutputBuffer(capacity: 48)
        func two(_ number: Int) {
            text.append(UInt8(ascii: "0") + UInt8(number / 10 % 10))
            text.append(UInt8(ascii: "0") + UInt8(number % 10))
        }
        text.append("Date: ")
        text.append(weekdays[days % 7])
        text.append(", ")
        two(day)
        text.append(" ")
        text.append(months[month - 1])
        text.append(" ")
        two(year / 100)
        two(year % 100)
        text.append(" ")
        two(time / 3_600)
        text.append(":")
        two(time / 60 % 60)
        text.append(":")
        two(time % 60)
        text.append(" GMT\r\n")
        line = Array(UnsafeBufferPointer(start: text.start, count: text.count))
    }

    /// The Gregorian date of a day since 1970, by eras of 400 years that begin on 1 March.
    static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }
}
