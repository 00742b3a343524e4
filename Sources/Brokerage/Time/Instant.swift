/// A moment in UTC, to the second. The brokerage never reads a clock: every instant arrives with a command.
public struct Instant: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let seconds: Int64

    /// An instant from seconds since 1970-01-01T00:00:00Z.
    public init(seconds: Int64) {
        self.seconds = seconds
    }

    public static func < (a: Instant, b: Instant) -> Bool { a.seconds < b.seconds }

    /// The instant so many minutes later (earlier when negative).
    public func adding(minutes: Int) -> Instant { Instant(seconds: seconds + Int64(minutes) * 60) }

    /// The instant so many seconds later (earlier when negative).
    public func adding(seconds more: Int) -> Instant { Instant(seconds: seconds + Int64(more)) }

    /// The instant so many hours later (earlier when negative).
    public func adding(hours: Int) -> Instant { adding(minutes: hours * 60) }

    /// Whole minutes from `earlier` to this instant, rounded down.
    public func minutes(since earlier: Instant) -> Int {
        let difference = seconds - earlier.seconds
        return Int(difference >= 0 ? difference / 60 : -((-difference + 59) / 60))
    }
}

extension Instant: CustomStringConvertible {
    /// RFC 3339 in UTC with whole seconds, `2027-01-04T09:30:00Z`.
    public var description: String {
        String(unsafeUninitializedCapacity: Instant.spelledBytes) {
            spell(into: $0)
            return Instant.spelledBytes
        }
    }

    /// Bytes of `2027-01-04T09:30:00Z`.
    public static let spelledBytes = 20

    /// Writes `2027-01-04T09:30:00Z` to the front of a buffer. Years have four digits: 0...9999.
    public func spell(into text: UnsafeMutableBufferPointer<UInt8>) {
        let days = seconds.floorDivided(by: 86_400)
        let rest = Int(seconds - days * 86_400)
        Day(number: Int32(truncatingIfNeeded: days)).spell(into: text)
        text[10] = UInt8(ascii: "T")
        spellPair(rest / 3600, into: text, at: 11)
        text[13] = UInt8(ascii: ":")
        spellPair(rest / 60 % 60, into: text, at: 14)
        text[16] = UInt8(ascii: ":")
        spellPair(rest % 60, into: text, at: 17)
        text[19] = UInt8(ascii: "Z")
    }

    /// Reads RFC 3339 in UTC: `Z` only, since an offset would make two spellings of one moment; a fraction of a
    /// second is accepted and dropped.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 30, bytes[10] == UInt8(ascii: "T"), bytes.last == UInt8(ascii: "Z"),
            let day = Day(String(decoding: bytes[0..<10], as: UTF8.self)),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let hour = decimal(bytes[11..<13]), hour < 24,
            let minute = decimal(bytes[14..<16]), minute < 60,
            let second = decimal(bytes[17..<19]), second < 60
        else { return nil }
        if bytes.count > 20 {
            guard bytes[19] == UInt8(ascii: "."), bytes.count > 21, decimal(bytes[20..<bytes.count - 1]) != nil
            else { return nil }
        }
        self.init(seconds: Int64(day.number) * 86_400 + Int64(hour * 3600 + minute * 60 + second))
    }
}

/// Writes a number from 0 to 99 as two digits; of a larger one the last two.
func spellPair(_ value: Int, into text: UnsafeMutableBufferPointer<UInt8>, at index: Int) {
    let value = UInt8(truncatingIfNeeded: value % 100)
    text[index] = UInt8(ascii: "0") + value / 10
    text[index + 1] = UInt8(ascii: "0") + value % 10
}

func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

/// The value of a run of ASCII digits; nil for anything else or an empty run.
func decimal(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 18 else { return nil }
    var value = 0
    for byte in bytes {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        value = value * 10 + Int(byte - 0x30)
    }
    return value
}

extension Int64 {
    /// Division that rounds towards minus infinity, so that instants before 1970 fall on the right day.
    func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
