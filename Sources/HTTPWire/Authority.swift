// `uri-host [ ":" port ]` of RFC 9110 section 4.2 and RFC 3986 section 3.2.2: what Host and absolute targets carry.

enum Authority {
    /// How an authority was judged.
    enum Verdict {
        case valid, empty, invalid
    }

    /// Judges `bytes[start..<end]`. User information is not allowed (RFC 9110 section 4.2.4).
    static func judge(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Verdict {
        if start == end { return .empty }
        var position = start
        if bytes[position] == UInt8(ascii: "[") {
            var close = position + 1
            while close < end, bytes[close] != UInt8(ascii: "]") { close += 1 }
            guard close < end, isAddressLiteral(bytes, position + 1, close) else { return .invalid }
            position = close + 1
        } else {
            while position < end, bytes[position] != UInt8(ascii: ":") {
                if bytes[position] == UInt8(ascii: "%") {
                    guard isPercentEncoded(bytes, position, end) else { return .invalid }
                    position += 3
                } else {
                    // A comma is what two Host lines that were joined on the way leave; no host has one.
                    guard Octet.isName(bytes[position]), bytes[position] != UInt8(ascii: ",") else { return .invalid }
                    position += 1
                }
            }
            // A port without a host is no http authority (RFC 9110 section 4.2.1).
            guard position > start else { return .invalid }
        }
        return isPort(bytes, position, end) ? .valid : .invalid
    }

    /// Whether `bytes[start..<end]` is a valid authority that names its port: the form that CONNECT needs
    /// (RFC 9112 section 3.2.3).
    static func namesPort(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard judge(bytes, start, end) == .valid else { return false }
        var digits = end
        while digits > start, Octet.isDigit(bytes[digits - 1]) { digits -= 1 }
        // The colons of an IPv6 address stand before its bracket.
        return digits < end && digits > start && bytes[digits - 1] == UInt8(ascii: ":")
    }

    /// Whether three bytes from `at` are `%` and two hexadecimal digits.
    static func isPercentEncoded(_ bytes: UnsafePointer<UInt8>, _ at: Int, _ end: Int) -> Bool {
        at + 2 < end && Octet.hexValue(bytes[at + 1]) != nil && Octet.hexValue(bytes[at + 2]) != nil
    }

    /// Nothing, or `:` and digits up to 65,535 (the grammar lets a port be empty).
    private static func isPort(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        if start == end { return true }
        guard bytes[start] == UInt8(ascii: ":") else { return false }
        var port = 0
        for index in (start + 1)..<end {
            guard Octet.isDigit(bytes[index]) else { return false }
            port = port * 10 + Int(bytes[index] &- 0x30)
            if port > 65_535 { return false }
        }
        return true
    }

    /// What stands between brackets: an IPv6 address or an address of a future version.
    private static func isAddressLiteral(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard start < end else { return false }
        if bytes[start] | 0x20 == UInt8(ascii: "v") { return isFutureAddress(bytes, start, end) }
        return isIPv6(bytes, start, end)
    }

    /// `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`.
    private static func isFutureAddress(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var position = start + 1
        while position < end, Octet.hexValue(bytes[position]) != nil { position += 1 }
        guard position > start + 1, position + 1 < end, bytes[position] == UInt8(ascii: ".") else {
            return false
        }
        for index in (position + 1)..<end {
            guard Octet.isName(bytes[index]) || bytes[index] == UInt8(ascii: ":") else { return false }
        }
        return true
    }

    /// Eight groups of up to four hexadecimal digits, one run of them shortened to `::`, the last two perhaps
    /// written as an IPv4 address.
    private static func isIPv6(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let colon = UInt8(ascii: ":")
        var groups = 0
        var shortened = false
        var position = start
        if position + 1 < end, bytes[position] == colon {
            guard bytes[position + 1] == colon else { return false }
            shortened = true
            position += 2
        }
        while position < end {
            var digits = 0
            while position + digits < end, Octet.hexValue(bytes[position + digits]) != nil { digits += 1 }
            if position + digits < end, bytes[position + digits] == UInt8(ascii: ".") {
                guard isIPv4(bytes, position, end) else { return false }
                groups += 2
                position = end
                break
            }
            guard digits >= 1, digits <= 4 else { return false }
            groups += 1
            position += digits
            if position == end { break }
            guard bytes[position] == colon else { return false }
            position += 1
            guard position < end else { return false }
            if bytes[position] == colon {
                if shortened { return false }
                shortened = true
                position += 1
            }
        }
        return shortened ? groups <= 7 : groups == 8
    }

    private static func isIPv4(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var position = start
        for part in 0..<4 {
            var value = 0
            let first = position
            while position < end, Octet.isDigit(bytes[position]), position - first < 3 {
                value = value * 10 + Int(bytes[position] &- 0x30)
                position += 1
            }
            guard position > first, value <= 255, position - first == 1 || bytes[first] != 0x30 else {
                return false
            }
            if part < 3 {
                guard position < end, bytes[position] == UInt8(ascii: ".") else { return false }
                position += 1
            }
        }
        return position == end
    }
}
