// Strings of the scanner: checked once for UTF-8, escapes and control characters (RFC 8259 section 7), copied
// only when somebody asks for them.

extension JSONScanner {
    /// Checks the string whose opening quote is at `offset`, and moves past its closing quote.
    mutating func token() throws(JSONError) -> Token {
        offset += 1
        let start = offset
        var hasEscapes = false
        while true {
            offset = endOfPlainText(from: offset)
            guard offset < bytes.count else { break }
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "\""):
                let token = Token(range: start..<offset, hasEscapes: hasEscapes)
                offset += 1
                return token
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try skipEscape()
            case 0x00..<0x20:
                throw failure("a control character in a string must be escaped")
            default:
                try skipMultibyte(byte)
            }
        }
        throw failure("a string has no closing quote")
    }

    /// The offset of the next byte that is not printing ASCII, or is a quote or a backslash: most strings have none
    /// before their end. Apart from the loop around it, so that it runs in registers.
    private func endOfPlainText(from start: Int) -> Int {
        guard let base = bytes.baseAddress else { return start }
        var index = start
        let end = bytes.count
        while index < end {
            let byte = base[index]
            guard byte &- 0x20 < 0x60, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { break }
            index += 1
        }
        return index
    }

    /// The text of a checked token.
    func text(_ token: Token) -> String {
        if token.hasEscapes { return String(decoding: unescaped(token), as: UTF8.self) }
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[token.range]), as: UTF8.self)
    }

    /// The UTF-8 of a checked token with its escapes resolved.
    func unescaped(_ token: Token) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(token.range.count)
        var index = token.range.lowerBound
        while index < token.range.upperBound {
            guard bytes[index] == UInt8(ascii: "\\") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let kind = bytes[index + 1]
            index += 2
            switch kind {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var value = unit(at: index)
                index += 4
                if value & 0xFC00 == 0xD800 {
                    // Checked before: the low half follows as \uXXXX.
                    value = 0x10000 + (value & 0x3FF) << 10 + (unit(at: index + 2) & 0x3FF)
                    index += 6
                }
                append(scalar: value, to: &result)
            default: result.append(kind)
            }
        }
        return result
    }

    /// Checks one escape; `offset` is at its backslash. Halves of a surrogate pair must come together.
    private mutating func skipEscape() throws(JSONError) {
        guard offset + 1 < bytes.count else { throw failure("a string has no closing quote") }
        switch bytes[offset + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 2
        case UInt8(ascii: "u"):
            let first = try checkedUnit()
            if first & 0xFC00 == 0xDC00 { throw failure("an escape is half of a surrogate pair") }
            offset += 6
            guard first & 0xFC00 == 0xD800 else { return }
            guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
                bytes[offset + 1] == UInt8(ascii: "u"), try checkedUnit() & 0xFC00 == 0xDC00
            else { throw failure("an escape is half of a surrogate pair") }
            offset += 6
        default:
            throw failure("a string has an escape that JSON does not know")
        }
    }

    /// The four hexadecimal digits of the `\u` escape at `offset`.
    private func checkedUnit() throws(JSONError) -> UInt32 {
        guard offset + 6 <= bytes.count else { throw failure("\\u needs four hexadecimal digits") }
        for index in offset + 2..<offset + 6 where hexadecimal(bytes[index]) == nil {
            throw failure("\\u needs four hexadecimal digits")
        }
        return unit(at: offset + 2)
    }

    private func unit(at start: Int) -> UInt32 {
        (start..<start + 4).reduce(0) { $0 << 4 | (hexadecimal(bytes[$1]) ?? 0) }
    }

    private func hexadecimal(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }

    private func append(scalar value: UInt32, to result: inout [UInt8]) {
        // Every value was checked to be no surrogate, so this is a scalar.
        guard let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) else { return }
        result.append(contentsOf: encoded)
    }

    /// Well-formed sequences only: Unicode 15, table 3-7 (no overlong forms, no surrogates, nothing past
    /// U+10FFFF).
    private mutating func skipMultibyte(_ first: UInt8) throws(JSONError) {
        let count: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: count = 2
        case 0xE0: (count, second) = (3, 0xA0...0xBF)
        case 0xED: (count, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: count = 3
        case 0xF0: (count, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: count = 4
        case 0xF4: (count, second) = (4, 0x80...0x8F)
        default: throw failure("a string is not valid UTF-8")
        }
        guard offset + count <= bytes.count, second.contains(bytes[offset + 1]) else {
            throw failure("a string is not valid UTF-8")
        }
        for index in offset + 2..<offset + max(count, 2) where bytes[index] & 0xC0 != 0x80 {
            throw failure("a string is not valid UTF-8")
        }
        offset += count
    }
}
