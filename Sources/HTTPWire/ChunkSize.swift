// `chunk-size [ chunk-ext ] CRLF` of RFC 9112 section 7.1.

extension RequestParser {
    /// Reads a chunk-size line into `remaining`.
    mutating func parseChunkSize(_ bytes: UnsafePointer<UInt8>, end: Int, limits: WireLimits) -> Outcome {
        var cursor = position
        while cursor < end, bytes[cursor] == UInt8(ascii: "0") { cursor += 1 }
        // Leading zeros are digits like others (section 7.1), and carry as little as extensions: bounded with them.
        guard overhead + cursor - position <= limits.maxChunkExtensionBytes else {
            return .malformed(.malformedChunk)
        }
        let significant = cursor
        var size = 0
        while cursor < end, let digit = Octet.hexValue(bytes[cursor]) {
            // Fifteen digits are far beyond any limit and cannot overflow.
            guard cursor - significant < 15 else { return .malformed(.malformedChunk) }
            size = size << 4 | Int(digit)
            cursor += 1
        }
        if cursor == end { return .more }
        guard cursor > position else { return .malformed(.malformedChunk) }
        // The digit of a last chunk is no padding.
        let padding = max(0, significant - position - 1)
        let extensionStart = cursor
        while bytes[cursor] != 0x0D {
            let outcome = parseExtension(bytes, cursor: &cursor, end: end)
            if outcome == .more, overhead + end - extensionStart > limits.maxChunkExtensionBytes {
                return .malformed(.malformedChunk)
            }
            guard outcome == .done else { return outcome }
        }
        // Before the line is whole, as where an extension is cut off.
        let added = cursor - extensionStart + padding
        guard overhead + added <= limits.maxChunkExtensionBytes else { return .malformed(.malformedChunk) }
        guard cursor + 1 < end else { return .more }
        guard bytes[cursor + 1] == 0x0A else { return .malformed(.malformedChunk) }
        overhead += added
        position = cursor + 2
        remaining = size
        return .done
    }

    /// One `BWS ";" BWS name [ BWS "=" BWS value ]`; extensions are understood in order to be ignored
    /// (section 7.1.1). Done means that another byte follows.
    private func parseExtension(_ bytes: UnsafePointer<UInt8>, cursor: inout Int, end: Int) -> Outcome {
        skipSpace(bytes, &cursor, end)
        if cursor == end { return .more }
        guard bytes[cursor] == UInt8(ascii: ";") else { return .malformed(.malformedChunk) }
        cursor += 1
        skipSpace(bytes, &cursor, end)
        guard let name = skipToken(bytes, &cursor, end) else { return .more }
        guard name > 0 else { return .malformed(.malformedChunk) }
        // White space here belongs to "=" or to the next ";": the line may not end after it.
        var ahead = cursor
        skipSpace(bytes, &ahead, end)
        if ahead == end { return .more }
        guard bytes[ahead] == UInt8(ascii: "=") else { return .done }
        cursor = ahead + 1
        skipSpace(bytes, &cursor, end)
        if cursor == end { return .more }
        if bytes[cursor] == UInt8(ascii: "\"") { return skipQuoted(bytes, &cursor, end) }
        guard let value = skipToken(bytes, &cursor, end) else { return .more }
        return value > 0 ? .done : .malformed(.malformedChunk)
    }

    private func skipSpace(_ bytes: UnsafePointer<UInt8>, _ cursor: inout Int, _ end: Int) {
        while cursor < end, bytes[cursor] == 0x20 || bytes[cursor] == 0x09 { cursor += 1 }
    }

    /// The length of a token, nil when it may go on after the end.
    private func skipToken(_ bytes: UnsafePointer<UInt8>, _ cursor: inout Int, _ end: Int) -> Int? {
        let start = cursor
        while cursor < end, Octet.isToken(bytes[cursor]) { cursor += 1 }
        return cursor == end ? nil : cursor - start
    }

    /// A `quoted-string` (RFC 9110 section 5.6.4).
    private func skipQuoted(_ bytes: UnsafePointer<UInt8>, _ cursor: inout Int, _ end: Int) -> Outcome {
        cursor += 1
        while cursor < end {
            let octet = bytes[cursor]
            guard Octet.isFieldValue(octet) else { return .malformed(.malformedChunk) }
            cursor += 1
            if octet == UInt8(ascii: "\"") { return cursor == end ? .more : .done }
            if octet == UInt8(ascii: "\\") {
                if cursor == end { return .more }
                guard Octet.isFieldValue(bytes[cursor]) else { return .malformed(.malformedChunk) }
                cursor += 1
            }
        }
        return .more
    }
}
