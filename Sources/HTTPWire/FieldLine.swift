/// One field line, `name ":" OWS value OWS CRLF` (RFC 9112 section 5), as offsets.
struct FieldLine {
    enum Scan {
        case more, malformed, empty, field
    }

    var nameStart = 0
    var nameEnd = 0
    var valueStart = 0
    var valueEnd = 0
    /// Offset after the line's CRLF.
    var next = 0

    /// Reads one line that begins at `start`, or the empty line that ends a section.
    @inline(__always)
    mutating func scan(_ bytes: UnsafePointer<UInt8>, from start: Int, end: Int) -> Scan {
        var position = start
        while position < end, Octet.isToken(bytes[position]) { position += 1 }
        if position == end { return .more }
        if position == start {
            guard bytes[position] == 0x0D else { return .malformed }
            guard position + 1 < end else { return .more }
            next = position + 2
            return bytes[position + 1] == 0x0A ? .empty : .malformed
        }
        // White space before the colon is refused like any other byte (RFC 9112 section 5.1).
        guard bytes[position] == UInt8(ascii: ":") else { return .malformed }
        nameStart = start
        nameEnd = position
        position += 1
        while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
        valueStart = position
        position = Self.endOfValue(bytes, from: position, end: end)
        if position == end { return .more }
        guard bytes[position] == 0x0D else { return .malformed }
        guard position + 1 < end else { return .more }
        guard bytes[position + 1] == 0x0A else { return .malformed }
        next = position + 2
        while position > valueStart, bytes[position - 1] == 0x20 || bytes[position - 1] == 0x09 {
            position -= 1
        }
        valueEnd = position
        return .field
    }

    /// The first byte that cannot be part of a value, eight bytes at a time.
    @inline(__always)
    static func endOfValue(_ bytes: UnsafePointer<UInt8>, from start: Int, end: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var position = start
        while position + 8 <= end {
            let word = UInt64(littleEndian: UnsafeRawPointer(bytes + position).loadUnaligned(as: UInt64.self))
            let delete = word ^ (ones &* 0x7F)
            // The lowest bit set marks the first byte below 0x20 or equal to 0x7F; higher ones may be false.
            let found = ((word &- ones &* 0x20) & ~word | (delete &- ones) & ~delete) & highs
            if found == 0 {
                position += 8
            } else {
                position += found.trailingZeroBitCount >> 3
                guard bytes[position] == 0x09 else { return position }
                position += 1
            }
        }
        while position < end, Octet.isFieldValue(bytes[position]) { position += 1 }
        return position
    }
}
