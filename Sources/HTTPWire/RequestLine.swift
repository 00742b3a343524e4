// `method SP request-target SP HTTP-version CRLF` (RFC 9112 section 3).

extension RequestParser {
    /// Empty lines taken before a request line. Limit 4 (8 bytes); the RFC asks for at least one. Blocks an
    /// endless run of them, which would never start a head.
    private static var maxEmptyLineBytes: Int { 8 }
    /// Bytes of a method before it is refused as unknown without waiting for its end. Blocks endless methods.
    private static var maxMethodBytes: Int { 64 }

    /// Reads the request line; a line that is cut off is read again from its start.
    mutating func parseRequestLine(_ bytes: UnsafePointer<UInt8>, end: Int, limits: WireLimits) -> Outcome {
        while position < end, bytes[position] == 0x0D, position < Self.maxEmptyLineBytes {
            guard position + 1 < end else { return .more }
            guard bytes[position + 1] == 0x0A else { return .malformed(.malformedRequestLine) }
            position += 2
        }
        var cursor = position
        while cursor < end, Octet.isToken(bytes[cursor]) { cursor += 1 }
        if cursor - position > Self.maxMethodBytes { return .malformed(.unknownMethod) }
        if cursor == end { return .more }
        guard cursor > position, bytes[cursor] == 0x20 else { return .malformed(.malformedRequestLine) }
        // Before the rest can be refused: the answer to HEAD has no body, whatever it says (RFC 9110 section 9.3.2).
        head.method = Self.method(bytes + position, count: cursor - position)
        cursor += 1
        let targetStart = cursor
        let form = scanTarget(bytes, &cursor, end: end)
        // A percent-encoding that is cut off may still prove invalid, which the size must not forestall.
        let cutOff = cursor == end ? percentEncodingCutOff(bytes, targetStart, end) : 0
        if cursor - cutOff - targetStart > limits.maxTargetBytes { return .malformed(.targetTooLong) }
        if cursor == end { return .more }
        guard cursor > targetStart else { return .malformed(.malformedRequestLine) }
        guard bytes[cursor] == 0x20 else {
            let isLineEnd = bytes[cursor] == 0x0D || bytes[cursor] == 0x0A
            return .malformed(isLineEnd ? .malformedRequestLine : .invalidTarget)
        }
        let targetEnd = cursor
        let version = parseVersion(bytes, &cursor, end: end)
        guard version == .done else { return version }
        if let problem = settleTarget(bytes, targetStart, targetEnd, form) { return .malformed(problem) }
        position = cursor
        return .done
    }

    /// A method by its name, which is case-sensitive (RFC 9110 section 9.1); nil for one that is not known.
    static func method(_ name: UnsafePointer<UInt8>, count: Int) -> Method? {
        func named(_ text: StaticString) -> Bool {
            for index in 0..<count where name[index] != text.utf8Start[index] { return false }
            return true
        }
        switch count {
        case 3: return named("GET") ? .get : named("PUT") ? .put : nil
        case 4: return named("POST") ? .post : named("HEAD") ? .head : nil
        case 5: return named("PATCH") ? .patch : named("TRACE") ? .trace : nil
        case 6: return named("DELETE") ? .delete : nil
        case 7: return named("OPTIONS") ? .options : named("CONNECT") ? .connect : nil
        default: return nil
        }
    }

    // MARK: Version

    /// ` HTTP/1.x` and CRLF. Each byte is checked as soon as it is there, so that a bad line is not waited for.
    private mutating func parseVersion(
        _ bytes: UnsafePointer<UInt8>,
        _ cursor: inout Int,
        end: Int
    ) -> Outcome {
        let template: StaticString = " HTTP/d.d\r\n"
        for index in 0..<template.utf8CodeUnitCount {
            guard cursor + index < end else { return .more }
            let octet = bytes[cursor + index]
            let expected = template.utf8Start[index]
            guard expected == UInt8(ascii: "d") ? Octet.isDigit(octet) : octet == expected else {
                return .malformed(.malformedRequestLine)
            }
        }
        guard bytes[cursor + 6] == UInt8(ascii: "1") else { return .malformed(.unsupportedVersion) }
        head.minorVersion = bytes[cursor + 8] == UInt8(ascii: "0") ? 0 : 1
        cursor += template.utf8CodeUnitCount
        return .done
    }

    // MARK: Target

    /// The four forms of RFC 9112 section 3.2.
    private enum TargetForm {
        case origin, asterisk, other
    }

    /// Moves the cursor to the first byte that is not part of the target, and notes path and query of the usual
    /// form.
    private mutating func scanTarget(
        _ bytes: UnsafePointer<UInt8>,
        _ cursor: inout Int,
        end: Int
    ) -> TargetForm {
        let start = cursor
        guard start < end else { return .other }
        guard bytes[start] == UInt8(ascii: "/") else {
            while cursor < end, bytes[cursor] > 0x20, bytes[cursor] < 0x7F { cursor += 1 }
            return cursor == start + 1 && bytes[start] == UInt8(ascii: "*") ? .asterisk : .other
        }
        scanPathAndQuery(bytes, &cursor, end: end)
        return .origin
    }

    private mutating func scanPathAndQuery(_ bytes: UnsafePointer<UInt8>, _ cursor: inout Int, end: Int) {
        let start = cursor
        skip(bytes, &cursor, end: end, while: Octet.isPath)
        head.path = ByteRange(start, cursor)
        head.query = .absent
        if cursor < end, bytes[cursor] == UInt8(ascii: "?") {
            cursor += 1
            let queryStart = cursor
            skip(bytes, &cursor, end: end, while: Octet.isQuery)
            head.query = ByteRange(queryStart, cursor)
        }
        head.target = ByteRange(start, cursor)
    }

    /// Skips allowed bytes and whole percent-encoded ones; a cut-off one at the end counts as allowed so far.
    @inline(__always)
    private func skip(
        _ bytes: UnsafePointer<UInt8>,
        _ cursor: inout Int,
        end: Int,
        while isAllowed: (UInt8) -> Bool
    ) {
        while cursor < end {
            if isAllowed(bytes[cursor]) {
                cursor += 1
            } else if bytes[cursor] == UInt8(ascii: "%") {
                for offset in 1...2 {
                    guard cursor + offset < end else {
                        cursor = end
                        return
                    }
                    guard Octet.hexValue(bytes[cursor + offset]) != nil else { return }
                }
                cursor += 3
            } else {
                return
            }
        }
    }

    /// Judges the form of a target against the method, once the whole line is known to be sound.
    private mutating func settleTarget(
        _ bytes: UnsafePointer<UInt8>,
        _ start: Int,
        _ end: Int,
        _ form: TargetForm
    ) -> WireProblem? {
        if head.method == .connect {
            // Only an authority with its port may follow CONNECT (RFC 9110 section 9.3.6). This server is no proxy and opens no
            // tunnel, but says so only of a head that is sound (`ConnectionMachine`).
            noteAuthority()
            head.path = ByteRange(start, end)
            head.target = ByteRange(start, end)
            return Authority.namesPort(bytes, start, end) ? nil : .invalidTarget
        }
        switch form {
        case .origin: return nil
        case .asterisk:
            guard head.method == .options else { return .invalidTarget }
            head.isAsterisk = true
            head.path = ByteRange(start, end)
            head.target = ByteRange(start, end)
            return nil
        case .other: return settleAbsolute(bytes, start, end)
        }
    }

    /// `http://authority[/path][?query]`: the host of the target counts, that of the field is ignored
    /// (RFC 9112 section 3.2.2).
    private mutating func settleAbsolute(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int)
        -> WireProblem?
    {
        var cursor = start
        func follows(_ text: StaticString) -> Bool {
            guard end - cursor >= text.utf8CodeUnitCount else { return false }
            return FieldName.equals(bytes + cursor, text)
        }
        if follows("http:") {
            cursor += 5
        } else if follows("https:") {
            head.isSecureTarget = true
            cursor += 6
        } else {
            return .invalidTarget
        }
        guard end - cursor >= 2, bytes[cursor] == UInt8(ascii: "/"), bytes[cursor + 1] == UInt8(ascii: "/")
        else {
            return .invalidTarget
        }
        cursor += 2
        let authorityStart = cursor
        while cursor < end, bytes[cursor] != UInt8(ascii: "/"), bytes[cursor] != UInt8(ascii: "?") {
            cursor += 1
        }
        guard Authority.judge(bytes, authorityStart, cursor) == .valid else { return .invalidTarget }
        noteAuthority()
        scanPathAndQuery(bytes, &cursor, end: end)
        // A cut-off percent-encoding counts as allowed while scanning; here the end is known.
        guard cursor == end, percentEncodingCutOff(bytes, start, end) == 0 else { return .invalidTarget }
        // `OPTIONS http://host` is about the server as a whole (RFC 9112 section 3.2.4).
        if head.path.count == 0, head.query.isAbsent, head.method == .options { head.isAsterisk = true }
        return nil
    }

    /// How many bytes at the end are the beginning of a percent-encoding.
    private func percentEncodingCutOff(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        let percent = UInt8(ascii: "%")
        if end - start >= 1, bytes[end - 1] == percent { return 1 }
        return end - start >= 2 && bytes[end - 2] == percent ? 2 : 0
    }
}
