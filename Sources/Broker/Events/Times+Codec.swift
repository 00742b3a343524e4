// Dates, instants, times and days of the week, written and read digit by digit: they are most of what a record holds.

import Brokerage
import JSON

extension Day: Recorded {
    func write(to json: inout JSONWriter) {
        json.value(
            String(unsafeUninitializedCapacity: 10) { text in
                Digits.write(self, to: text)
                return 10
            }
        )
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Day {
        try reader.parsed("a date such as 2027-01-04") { text in
            text.count == 10 ? Digits.day(text) : nil
        }
    }
}

extension Instant: Recorded {
    func write(to json: inout JSONWriter) {
        let (days, rest) = seconds.flooredDays
        json.value(
            String(unsafeUninitializedCapacity: 20) { text in
                Digits.write(Day(number: days), to: text)
                text[10] = UInt8(ascii: "T")
                Digits.write(pair: rest / 3600, to: text, at: 11)
                text[13] = UInt8(ascii: ":")
                Digits.write(pair: rest / 60 % 60, to: text, at: 14)
                text[16] = UInt8(ascii: ":")
                Digits.write(pair: rest % 60, to: text, at: 17)
                text[19] = UInt8(ascii: "Z")
                return 20
            }
        )
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
        json.value(
            String(unsafeUninitializedCapacity: 5) { text in
                Digits.write(pair: minutes / 60, to: text, at: 0)
                text[2] = UInt8(ascii: ":")
                Digits.write(pair: minutes % 60, to: text, at: 3)
                return 5
            }
        )
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
    private static let names: [(bit: UInt8, name: String)] = Weekday.allCases.map {
        (1 << UInt8($0.index), $0.rawValue)
    }

    func write(to json: inout JSONWriter) {
        var text = ""
        for (bit, name) in Self.names where bits & bit != 0 {
            if !text.isEmpty { text += " " }
            text += name
        }
        json.value(text)
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
    /// Writes `2027-01-04` into the first ten bytes.
    static func write(_ day: Day, to text: UnsafeMutableBufferPointer<UInt8>) {
        let (year, month, dayOfMonth) = day.parts
        // Every date of the brokerage was read as text or lies near one that was. Another date would be written so
        // that nobody could read it again.
        precondition((1900...9999).contains(year), "a date in a record lies before 1900 or after 9999")
        write(pair: year / 100, to: text, at: 0)
        write(pair: year % 100, to: text, at: 2)
        text[4] = UInt8(ascii: "-")
        write(pair: month, to: text, at: 5)
        text[7] = UInt8(ascii: "-")
        write(pair: dayOfMonth, to: text, at: 8)
    }

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

extension Int64 {
    /// Whole days since 1970 and the seconds of the day that is left, before 1970 too.
    fileprivate var flooredDays: (days: Int32, rest: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: 86_400)
        return remainder < 0
            ? (Int32(truncatingIfNeeded: quotient - 1), Int(remainder + 86_400))
            : (Int32(truncatingIfNeeded: quotient), Int(remainder))
    }
}
