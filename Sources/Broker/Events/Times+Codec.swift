// Dates, instants, times and days of the week, written and read digit by digit: they are most of what a record holds.

import Brokerage
import JSON

/// Every date of the brokerage was read as text or lies near one that was. Another date would be written so that nobody could
/// read it again.
///
/// - Parameter day: days since 1970-01-01.
private func checkYear(of day: Int32) {
    precondition((-25_567...2_932_896).contains(day), "a date in a record lies before 1900 or after 9999")
}

extension Day: Recorded {
    func write(to json: inout JSONWriter) {
        checkYear(of: number)
        json.value(ascii: Day.spelledBytes) { spell(into: $0) }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Day {
        try reader.parsed("a date such as 2027-01-04") { text in
            text.count == 10 ? Digits.day(text) : nil
        }
    }
}

extension Instant: Recorded {
    func write(to json: inout JSONWriter) {
        checkYear(of: Int32(clamping: seconds / 86_400))
        json.value(ascii: Instant.spelledBytes) { spell(into: $0) }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Instant {
        try reader.parsed("an instant such as 2027-01-04T09:30:00Z") { text in
            guard text.count == 20, text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"),
                text[16] == UInt8(ascii: ":"), text[19] == UInt8(ascii: "Z"), let day = Digits.day(text),
                let hour = Digits.number(text, 11..<13), hour < 24, let minute = Digits.number(text, 14..<16),
                minute < 60, let second = Digits.number(text, 17..<19), second < 60
            else { return nil }
            return Instant(seconds: Int64(day.number) * 86_400 + Int64(hour * 3600 + minute * 60 + second))
        }
    }
}

extension TimeOfDay: Recorded {
    func write(to json: inout JSONWriter) { Clock(minutes: minutes).write(to: &json) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> TimeOfDay {
        let clock = try Clock.read(from: &reader)
        guard let time = TimeOfDay(minutes: clock.minutes) else {
            throw CodecError("expected a time before midnight")
        }
        return time
    }
}

/// A time from `00:00` to `24:00`: where hours end, the end of the day is one.
struct Clock: Recorded {
    /// Minutes since midnight.
    var minutes: Int

    func write(to json: inout JSONWriter) {
        json.value(ascii: 5) { text in
            Digits.write(pair: minutes / 60, to: text, at: 0)
            text[2] = UInt8(ascii: ":")
            Digits.write(pair: minutes % 60, to: text, at: 3)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Clock {
        try reader.parsed("a time such as 08:00") { text in
            guard text.count == 5, text[2] == UInt8(ascii: ":"), let hour = Digits.number(text, 0..<2),
                let minute = Digits.number(text, 3..<5), minute < 60, hour * 60 + minute <= 1440
            else { return nil }
            return Clock(minutes: hour * 60 + minute)
        }
    }
}

extension Weekdays: Recorded {
    /// Three letters a day, Monday first.
    private static let letters: StaticString = "montuewedthufrisatsun"

    func write(to json: inout JSONWriter) {
        let bits = bits
        json.value(ascii: max(0, bits.nonzeroBitCount * 4 - 1)) { text in
            var place = 0
            for day in 0..<7 where bits >> UInt8(day) & 1 == 1 {
                if place > 0 {
                    text[place] = UInt8(ascii: " ")
                    place += 1
                }
                for letter in 0..<3 { text[place + letter] = Self.letters.utf8Start[day * 3 + letter] }
                place += 3
            }
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Weekdays {
        try reader.parsed("days of the week in their order, such as \"mon tue sun\"") { text in
            var bits: UInt8 = 0
            var index = 0
            while index < text.count {
                guard index + 3 <= text.count,
                    let day = Self.bit(text[index], text[index + 1], text[index + 2]),
                    day > bits
                else { return nil }
                bits |= day
                index += 3
                guard index < text.count else { break }
                guard text[index] == UInt8(ascii: " "), index + 1 < text.count else { return nil }
                index += 1
            }
            return Weekdays(bits: bits)
        }
    }

    private static func bit(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt8? {
        switch (first, second, third) {
        case (0x6D, 0x6F, 0x6E): 1
        case (0x74, 0x75, 0x65): 2
        case (0x77, 0x65, 0x64): 4
        case (0x74, 0x68, 0x75): 8
        case (0x66, 0x72, 0x69): 16
        case (0x73, 0x61, 0x74): 32
        case (0x73, 0x75, 0x6E): 64
        default: nil
        }
    }
}

/// Decimal digits in fixed places.
private enum Digits {
    /// Writes two digits.
    static func write(pair value: Int, to text: UnsafeMutableBufferPointer<UInt8>, at index: Int) {
        text[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10 % 10)
        text[index + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
    }

    /// The date in the first ten bytes.
    static func day(_ text: UnsafeBufferPointer<UInt8>) -> Day? {
        guard text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), let year = number(text, 0..<4),
            let month = number(text, 5..<7), let day = number(text, 8..<10)
        else { return nil }
        return Day(year: year, month: month, day: day)
    }

    /// The number in a run of digits.
    static func number(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
        var value = 0
        for index in range {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}
