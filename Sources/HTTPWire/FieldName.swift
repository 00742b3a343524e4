// Which field a line is about, found without making a string.

/// What the parser does with a field line.
enum FieldKind: Equatable {
    /// Its place is remembered for the responder.
    case known(KnownField)
    /// It decides about framing or the connection, here and now.
    case host, contentLength, transferEncoding, connection, expect, contentRange
    /// Nobody asks for it.
    case other
}

enum FieldName {
    /// The kind of a field by its name, in any case. The name holds token bytes only.
    static func kind(_ name: UnsafePointer<UInt8>, count: Int) -> FieldKind {
        switch count {
        case 4: equals(name, "host") ? .host : .other
        case 6:
            if equals(name, "accept") {
                .known(.accept)
            } else if equals(name, "expect") {
                .expect
            } else {
                .other
            }
        case 8: equals(name, "if-match") ? .known(.ifMatch) : .other
        case 10: equals(name, "connection") ? .connection : .other
        case 11: equals(name, "traceparent") ? .known(.traceparent) : .other
        case 12:
            if equals(name, "content-type") {
                .known(.contentType)
            } else if equals(name, "x-request-id") {
                .known(.requestID)
            } else {
                .other
            }
        case 13:
            if equals(name, "authorization") {
                .known(.authorization)
            } else if equals(name, "if-none-match") {
                .known(.ifNoneMatch)
            } else if equals(name, "last-event-id") {
                .known(.lastEventID)
            } else if equals(name, "content-range") {
                .contentRange
            } else {
                .other
            }
        case 14: equals(name, "content-length") ? .contentLength : .other
        case 15:
            if equals(name, "accept-encoding") {
                .known(.acceptEncoding)
            } else if equals(name, "idempotency-key") {
                .known(.idempotencyKey)
            } else {
                .other
            }
        case 16: equals(name, "content-encoding") ? .known(.contentEncoding) : .other
        case 17: equals(name, "transfer-encoding") ? .transferEncoding : .other
        default: .other
        }
    }

    /// Whether a field may come on several lines, because its value is a list (RFC 9110 section 5.3), or because
    /// one that is not to be trusted is ignored.
    static func mayRepeat(_ field: KnownField) -> Bool {
        switch field {
        case .accept, .acceptEncoding, .contentEncoding, .ifMatch, .ifNoneMatch: true
        case .traceparent, .requestID: true
        case .authorization, .contentType, .idempotencyKey, .lastEventID: false
        }
    }

    /// Compares token bytes with a lower-case text of the same length. Setting bit 5 maps no other token byte
    /// onto a letter, a digit or `-`.
    @inline(__always)
    static func equals(_ name: UnsafePointer<UInt8>, _ text: StaticString) -> Bool {
        let expected = text.utf8Start
        for index in 0..<text.utf8CodeUnitCount where name[index] | 0x20 != expected[index] { return false }
        return true
    }
}

/// Walks a comma-separated list of a field value (RFC 9110 section 5.6.1); empty elements are skipped.
struct ListElements {
    private let bytes: UnsafePointer<UInt8>
    private var position: Int
    private let end: Int

    init(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) {
        self.bytes = bytes
        position = start
        self.end = end
    }

    /// The next element without surrounding white space, or nil at the end.
    mutating func next() -> Range<Int>? {
        while position < end {
            var first = position
            var last = first
            while last < end, bytes[last] != UInt8(ascii: ",") { last += 1 }
            position = last + 1
            while first < last, isSpace(bytes[first]) { first += 1 }
            while last > first, isSpace(bytes[last - 1]) { last -= 1 }
            if first < last { return first..<last }
        }
        return nil
    }

    private func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }
}
