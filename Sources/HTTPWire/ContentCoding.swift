// Which answers are worth compressing, who wants them so, and how a compressed answer is told from a plain one
// (RFC 9110 sections 8.4, 8.8.3.3, 12.5.3 and 12.5.5). Compressing itself is the server's work.

/// The rules of gzip for answers.
public enum ContentCoding {
    /// Bytes of a body below which compressing saves no packet. Default 1,024.
    public static let minBytes = 1_024

    /// Whether an answer is one that a client gets compressed when it takes both forms.
    ///
    /// `no-store` marks what is secret; it stays as it is, since the size of a compressed secret beside chosen text
    /// gives the secret away.
    public static func isWorthIt(status: UInt16, fields: [Response.Field], bodyCount: Int) -> Bool {
        bodyCount >= minBytes && mayVary(status: status, fields: fields)
    }

    /// Whether what a client takes may decide how it gets an answer that others could be given from a cache: its head
    /// must then say `Vary`. Small ones are compressed too, for a client that rules everything else out.
    public static func mayVary(status: UInt16, fields: [Response.Field]) -> Bool {
        guard status >= 200, status != 204, status != 304 else { return false }
        var isText = false
        for field in fields {
            // The lengths of the names below: most fields need no look at their letters.
            guard [12, 13, 16].contains(field.name.utf8.count) else { continue }
            switch field.name.lowercased() {
            case "content-encoding": return false
            case "cache-control":
                let value = Array(field.value.lowercased().utf8)
                if names(value, "no-transform") || names(value, "no-store") { return false }
            case "content-type": isText = Self.isText(field.value.lowercased())
            default: continue
            }
        }
        return isText
    }

    /// Whether a word stands in a value, letter for letter: the standard library's search understands far more of text, which
    /// takes longer than the rest of an answer's head.
    private static func names(_ value: [UInt8], _ word: StaticString) -> Bool {
        let word = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard value.count >= word.count else { return false }
        return (0...value.count - word.count).contains { value[$0..<$0 + word.count].elementsEqual(word) }
    }

    private static func isText(_ type: String) -> Bool {
        if type == "application/json" { return true }
        let name = type.prefix { $0 != ";" && $0 != " " }
        return name.hasPrefix("text/") || name.hasSuffix("+json") || name.hasSuffix("+xml")
            || ["application/json", "application/javascript", "application/xml", "application/openapi+json"]
                .contains(String(name))
    }

    /// What a client takes an answer in.
    public enum Choice: Sendable, Equatable {
        /// As it is.
        case identity
        /// Rather compressed, where that is worth it.
        case gzip
        /// Compressed, and not otherwise.
        case gzipOnly
        /// Neither.
        case nothing
    }

    /// What a client chose by the weights it gave (RFC 9110 section 12.5.3).
    ///
    /// - Parameter value: the value of `Accept-Encoding`; what is malformed in it counts as not said.
    public static func choice(_ value: UnsafeRawBufferPointer) -> Choice {
        guard let base = value.baseAddress else { return .identity }
        let bytes = base.assumingMemoryBound(to: UInt8.self)
        var gzip: Int?
        var identity: Int?
        var others: Int?
        var elements = ListElements(bytes, from: 0, to: value.count)
        while let element = elements.next() {
            var end = element.lowerBound
            while end < element.upperBound, Octet.isToken(bytes[end]) { end += 1 }
            let name = bytes + element.lowerBound
            let count = end - element.lowerBound
            guard let weight = weight(bytes, end, element.upperBound) else { continue }
            if count == 4, FieldName.equals(name, "gzip") {
                gzip = weight
            } else if count == 6, FieldName.equals(name, "x-gzip") {
                gzip = weight
            } else if count == 8, FieldName.equals(name, "identity") {
                identity = weight
            } else if count == 1, name[0] == UInt8(ascii: "*") {
                others = weight
            }
        }
        let wanted = gzip ?? others ?? 0
        // Without a word about it, no coding is acceptable but not asked for; only a weight of 0 rules it out.
        if identity ?? others == 0 { return wanted > 0 ? .gzipOnly : .nothing }
        return wanted > 0 && wanted >= identity ?? 0 ? .gzip : .identity
    }

    /// `OWS ";" OWS "q=" qvalue` in thousandths; 1,000 without one, nil when malformed.
    private static func weight(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var position = start
        func skipSpace() {
            while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
        }
        skipSpace()
        if position == end { return 1_000 }
        guard bytes[position] == UInt8(ascii: ";") else { return nil }
        position += 1
        skipSpace()
        guard end - position >= 3, bytes[position] | 0x20 == UInt8(ascii: "q"),
            bytes[position + 1] == UInt8(ascii: "=")
        else { return nil }
        position += 2
        guard bytes[position] == UInt8(ascii: "0") || bytes[position] == UInt8(ascii: "1") else { return nil }
        var weight = Int(bytes[position] &- 0x30) * 1_000
        position += 1
        if position == end { return weight }
        guard bytes[position] == UInt8(ascii: "."), end - position <= 4 else { return nil }
        position += 1
        var scale = 100
        while position < end {
            guard Octet.isDigit(bytes[position]) else { return nil }
            weight += Int(bytes[position] &- 0x30) * scale
            scale /= 10
            position += 1
        }
        return weight <= 1_000 ? weight : nil
    }

    /// The fields of the compressed form of an answer: named as such, under an entity tag of its own.
    public static func gzipFields(_ fields: [Response.Field], status: UInt16) -> [Response.Field] {
        var result = fields
        for index in result.indices where result[index].name.lowercased() == "etag" {
            let tag = result[index].value
            // A weak tag says that other forms mean the same; a strong one must differ.
            guard tag.hasPrefix("\""), tag.hasSuffix("\""), tag.count >= 2 else { continue }
            result[index].value = tag.dropLast() + "-gzip\""
        }
        if status != 304 { result.append(Response.Field("Content-Encoding", "gzip")) }
        return result
    }
}

extension RequestHead {
    /// Takes the mark of the compressed form out of the entity tags that a client sends back, so that a responder
    /// sees the tags it made. The bytes are changed in place.
    ///
    /// - Returns: whether there was one.
    public mutating func removeCodingFromTags(at base: UnsafeMutablePointer<UInt8>) -> Bool {
        let match = removeCoding(.ifMatch, base)
        let noneMatch = removeCoding(.ifNoneMatch, base)
        return match || noneMatch
    }

    private mutating func removeCoding(_ field: KnownField, _ base: UnsafeMutablePointer<UInt8>) -> Bool {
        let range = known[Int(field.rawValue)]
        let suffix: StaticString = "-gzip\""
        let length = suffix.utf8CodeUnitCount
        guard !range.isAbsent, range.count >= length else { return false }
        var write = Int(range.start)
        var read = Int(range.start)
        let end = Int(range.end)
        while read < end {
            if base[read] == UInt8(ascii: "-"), end - read >= length,
                (0..<length).allSatisfy({ base[read + $0] == suffix.utf8Start[$0] })
            {
                read += length - 1
            }
            base[write] = base[read]
            write += 1
            read += 1
        }
        known[Int(field.rawValue)] = ByteRange(Int(range.start), write)
        return write < end
    }
}
