/// Entity tags (RFC 9110 section 8.8.3): a hash of what is served, so that a commit elsewhere leaves them as they are.
/// The same content has the same tag on every lane and node, so nothing in the hash is random.
enum EntityTag {
    /// A strong tag of a body.
    static func of(_ body: [UInt8]) -> String { "\"\(hash(body))\"" }

    /// A strong tag that names the resource's version, so that `If-Match` can be decided by the brokerage.
    static func of(version: UInt32, content: [UInt8], texts: [UInt8] = []) -> String {
        texts.isEmpty
            ? "\"\(version).\(hash(content))\"" : "\"\(version).\(hash(content)).\(hash(texts))\""
    }

    /// Whether a field's list of tags, or `*`, holds a tag.
    static func isMatch(_ field: String, _ tag: String, strong: Bool) -> Bool {
        if field == "*" { return true }
        return list(field).contains { ($0.isWeak && strong) ? false : $0.tag == tag }
    }

    /// The tags of a list, with their quotes; an element that is no tag, to the letter, counts for nothing: a weak one
    /// spelt `w/` must not pass for a strong one. The limit of a head bounds how many there are.
    static func list(_ field: String) -> [(tag: String, isWeak: Bool)] {
        let quote = UInt8(ascii: "\"")
        let comma = UInt8(ascii: ",")
        var tags: [(String, Bool)] = []
        var rest = Array(field.utf8)[...]
        func skipSpace() { rest = rest.drop { $0 == 0x20 || $0 == 0x09 } }
        while !rest.isEmpty {
            skipSpace()
            let isWeak = rest.starts(with: "W/".utf8)
            if isWeak { rest = rest.dropFirst(2) }
            if rest.first == quote, let end = rest.dropFirst().firstIndex(of: quote) {
                let tag = rest[...end]
                rest = rest[(end + 1)...]
                skipSpace()
                if rest.isEmpty || rest.first == comma { tags.append((String(decoding: tag, as: UTF8.self), isWeak)) }
            }
            rest = rest.drop { $0 != comma }.dropFirst()
        }
        return tags
    }

    /// Sixteen hexadecimal digits.
    static func hash(_ bytes: [UInt8]) -> String {
        let hash = bytes.withUnsafeBytes { ByteHash.hash($0, seed: 0x9E37_79B9_7F4A_7C15) }
        return String(unsafeUninitializedCapacity: 16) { digits in
            for index in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: hash >> UInt64(60 - 4 * index) & 0x0F)
                digits[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            return 16
        }
    }
}

extension [UInt8] {
    /// These bytes but for some runs of them, which are ascending and do not overlap.
    func without(_ runs: [Range<Int>]) -> [UInt8] {
        var kept: [UInt8] = []
        kept.reserveCapacity(count)
        var from = 0
        for run in runs {
            kept.append(contentsOf: self[from..<run.lowerBound])
            from = run.upperBound
        }
        kept.append(contentsOf: self[from...])
        return kept
    }
}

/// A fast hash of bytes: eight at a time, folded with a 128-bit product (the manner of wyhash). Not for secrets.
enum ByteHash {
    static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var a = seed ^ 0xA076_1D64_78BD_642F
        var b = seed ^ 0xE703_7ED1_A0B4_28DB
        var offset = 0
        while offset + 16 <= bytes.count {
            a = fold(a ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self), 0x8EBC_6AF0_9C88_C6E3)
            b = fold(
                b ^ bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self),
                0x5899_65CC_7537_4CC3
            )
            offset += 16
        }
        // What is left is taken in one step, with bytes before it where there are any: not one step for each byte.
        if offset < bytes.count {
            let (low, high) = tail(bytes)
            a = fold(a ^ low, 0x1D8E_4E27_C47D_124F)
            b = fold(b ^ high, 0x1D8E_4E27_C47D_124F)
        }
        return fold(a ^ 0xE703_7ED1_A0B4_28DB, b ^ UInt64(truncatingIfNeeded: bytes.count))
    }

    /// The last sixteen bytes, or all of fewer, some perhaps twice. The count is part of the hash already.
    private static func tail(_ bytes: UnsafeRawBufferPointer) -> (low: UInt64, high: UInt64) {
        let count = bytes.count
        if count >= 8 {
            return (
                bytes.loadUnaligned(fromByteOffset: max(0, count - 16), as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            )
        }
        var low: UInt64 = 0
        for byte in bytes { low = low << 8 | UInt64(byte) }
        return (low, 0)
    }

    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        // Every bit of both counts: masking one to avoid a product of zero would let bodies that differ in it alone
        // have one tag, while a zero comes up once in 2^64.
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low &+ a
    }
}
