import Brokerage
import JSON

/// What stands in a record as one JSON value: it writes itself and is read back from what it wrote. What a type
/// writes and reads stands in one place, in the same order, so that the two can be read side by side.
protocol Recorded {
    /// Writes one value.
    func write(to json: inout JSONWriter)
    /// Reads what `write` wrote.
    static func read(from reader: inout RecordReader) throws(CodecError) -> Self
}

extension JSONWriter {
    /// Writes a member.
    mutating func put(_ name: StaticString, _ value: some Recorded) {
        key(name)
        value.write(to: &self)
    }

    /// Writes a member, or nothing where there is no value.
    mutating func put(_ name: StaticString, _ value: (some Recorded)?) {
        if let value { put(name, value) }
    }
}

// MARK: - Plain values

extension Int: Recorded {
    func write(to json: inout JSONWriter) { json.value(self) }

    /// Whatever an `Int` holds: bounds are for whoever takes a command. What was recorded must read, or a journal
    /// could not be opened again.
    static func read(from reader: inout RecordReader) throws(CodecError) -> Int {
        try reader.integer(.min ... .max)
    }
}

extension Int64: Recorded {
    func write(to json: inout JSONWriter) { json.value(self) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Int64 {
        try reader.integer(.min ... .max)
    }
}

extension Int32: Recorded {
    func write(to json: inout JSONWriter) { json.value(self) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Int32 {
        try reader.integer(.min ... .max)
    }
}

extension UInt32: Recorded {
    func write(to json: inout JSONWriter) { json.value(self) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> UInt32 {
        try reader.integer(.min ... .max)
    }
}

extension Bool: Recorded {
    func write(to json: inout JSONWriter) { json.value(self) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Bool { try reader.bool() }
}

extension String: Recorded {
    func write(to json: inout JSONWriter) { json.value(self) }

    static func read(from reader: inout RecordReader) throws(CodecError) -> String { try reader.string() }
}

extension Array: Recorded where Element: Recorded {
    func write(to json: inout JSONWriter) {
        json.array { for element in self { element.write(to: &$0) } }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> [Element] {
        var elements: [Element] = []
        try reader.elements { (reader) throws(CodecError) in elements.append(try Element.read(from: &reader))
        }
        return elements
    }
}

/// Bytes that are no text (hashes), as lower-case hexadecimal digits.
struct Hexadecimal: Recorded {
    var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func write(to json: inout JSONWriter) {
        json.value(ascii: bytes.count * 2) { digits in
            for (index, byte) in bytes.enumerated() {
                digits[index * 2] = Self.digit(byte >> 4)
                digits[index * 2 + 1] = Self.digit(byte & 0x0F)
            }
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Hexadecimal {
        try reader.parsed("pairs of lower-case hexadecimal digits") { digits in
            guard digits.count % 2 == 0 else { return nil }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(digits.count / 2)
            for index in stride(from: 0, to: digits.count, by: 2) {
                guard let high = Self.nibble(digits[index]), let low = Self.nibble(digits[index + 1]) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            }
            return Hexadecimal(bytes)
        }
    }

    /// 32 digits of a pair of words.
    static func text(high: UInt64, low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 32) { digits in
            spell(high: high, low: low, into: digits)
            return 32
        }
    }

    /// Writes them as a value.
    static func write(high: UInt64, low: UInt64, to json: inout JSONWriter) {
        json.value(ascii: 32) { spell(high: high, low: low, into: $0) }
    }

    private static func spell(high: UInt64, low: UInt64, into digits: UnsafeMutableBufferPointer<UInt8>) {
        for index in 0..<16 {
            let shift = UInt64(60 - index * 4)
            digits[index] = digit(UInt8(high >> shift & 0x0F))
            digits[index + 16] = digit(UInt8(low >> shift & 0x0F))
        }
    }

    /// The pair of words behind 32 lower-case digits.
    static func pair(_ digits: UnsafeBufferPointer<UInt8>) -> (high: UInt64, low: UInt64)? {
        guard digits.count == 32 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<16 {
            guard let upper = nibble(digits[index]), let lower = nibble(digits[index + 16]) else {
                return nil
            }
            high = high << 4 | UInt64(upper)
            low = low << 4 | UInt64(lower)
        }
        return (high, low)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
