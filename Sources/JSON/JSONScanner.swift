/// Reads JSON by pulling, without building values: for codecs that know what comes next and read millions of
/// records.
///
///     try scanner.beginObject()
///     while try scanner.nextKey() {
///         if scanner.keyIs("at") { at = try scanner.integer() } else { try scanner.skipValue() }
///     }
///
/// Grammar, UTF-8 and depth are checked as strictly as in `JSONParser`; duplicate names are the caller's to
/// notice. It borrows the bytes: they must outlive it and must not change meanwhile (`JSONScanner.scan` sees
/// to that).
public struct JSONScanner {
    /// What the next value is, from its first byte.
    public enum Kind: Sendable {
        case null, bool, number, string, array, object
    }

    /// A number as the scanner found it.
    enum Number {
        case integer(Int64)
        case other(Range<Int>)
    }

    /// A string that was checked but not copied: the bytes between its quotes.
    struct Token {
        var range: Range<Int>
        var hasEscapes: Bool
    }

    let bytes: UnsafeBufferPointer<UInt8>
    /// The offset of the next byte to read.
    public internal(set) var offset = 0
    /// Containers open now.
    private var depth = 0
    private let depthLimit: Int
    /// True between the opening of a container and its first entry: then no comma is due.
    private var isFresh = false
    private var key = Token(range: 0..<0, hasEscapes: false)

    /// A scanner over bytes that outlive it.
    public init(_ bytes: UnsafeRawBufferPointer, depth: Int = JSONLimits().depth) {
        self.bytes = UnsafeBufferPointer(
            start: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
            count: bytes.count
        )
        self.depthLimit = depth
    }

    /// Scans one whole document: `body` reads its value, then only white space may follow.
    public static func scan<Result>(
        _ bytes: [UInt8],
        _ body: (inout JSONScanner) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        // The standard library's closure rethrows untyped on some paths, hence the value instead of a throw.
        let outcome: Swift.Result<Result, JSONError> = bytes.withUnsafeBytes { buffer in
            var scanner = JSONScanner(buffer)
            do throws(JSONError) {
                let result = try body(&scanner)
                try scanner.finish()
                return .success(result)
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    // MARK: Structure

    /// Enters an object.
    public mutating func beginObject() throws(JSONError) {
        try open(UInt8(ascii: "{"), "expected an object")
    }

    /// Moves to the next member's value and remembers its name; false at the end of the object, which it then
    /// leaves.
    public mutating func nextKey() throws(JSONError) -> Bool {
        guard try nextEntry(closing: UInt8(ascii: "}"), "expected ',' or '}' after a member") else {
            return false
        }
        guard peek() == UInt8(ascii: "\"") else { throw failure("expected a member's name in quotes") }
        key = try token()
        skipSpace()
        guard peek() == UInt8(ascii: ":") else { throw failure("expected ':' after a member's name") }
        offset += 1
        return true
    }

    /// Whether the name that `nextKey` found is `name`. Costs a comparison of bytes unless the name has
    /// escapes.
    public func keyIs(_ name: StaticString) -> Bool {
        if key.hasEscapes { return text(key) == name.description }
        let count = name.utf8CodeUnitCount
        guard key.range.count == count else { return false }
        // Within the bytes, since it is the range of a checked token.
        guard let found = bytes.baseAddress?.advanced(by: key.range.lowerBound) else { return false }
        let known = name.utf8Start
        for index in 0..<count where found[index] != known[index] { return false }
        return true
    }

    /// The name that `nextKey` found, as a string.
    public var keyText: String { text(key) }

    /// Enters an array.
    public mutating func beginArray() throws(JSONError) {
        try open(UInt8(ascii: "["), "expected an array")
    }

    /// Moves to the next element; false at the end of the array, which it then leaves.
    public mutating func nextElement() throws(JSONError) -> Bool {
        try nextEntry(closing: UInt8(ascii: "]"), "expected ',' or ']' after an element")
    }

    /// Checks that only white space is left.
    public mutating func finish() throws(JSONError) {
        skipSpace()
        guard offset == bytes.count else { throw failure("something follows the end of the JSON value") }
    }

    // MARK: Values

    /// What the next value is, without reading it.
    public mutating func nextKind() throws(JSONError) -> Kind {
        skipSpace()
        guard let byte = peek() else { throw failure("the JSON ends where a value is due") }
        switch byte {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        default: throw failure("expected a JSON value")
        }
    }

    /// Reads a whole number that fits 64 bits; a fraction or an exponent is refused.
    public mutating func integer() throws(JSONError) -> Int64 {
        skipSpace()
        guard case .integer(let value) = try number() else {
            throw failure("expected a whole number of 64 bits")
        }
        return value
    }

    /// Reads a string.
    public mutating func string() throws(JSONError) -> String {
        text(try stringToken())
    }

    /// Reads a string and hands over its UTF-8 without a copy where it has no escapes.
    @inlinable public mutating func withStringBytes<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) throws(JSONError) -> Result {
        let text = try stringBytes()
        if let unescaped = text.unescaped { return unescaped.withUnsafeBufferPointer(body) }
        return body(text.plain)
    }

    /// Reads a string: its bytes where they stand, or a copy where escapes had to be resolved.
    @usableFromInline mutating func stringBytes() throws(JSONError) -> (
        plain: UnsafeBufferPointer<UInt8>, unescaped: [UInt8]?
    ) {
        let token = try stringToken()
        let plain = UnsafeBufferPointer(rebasing: bytes[token.range])
        return (plain, token.hasEscapes ? unescaped(token) : nil)
    }

    /// Reads `true` or `false`.
    public mutating func bool() throws(JSONError) -> Bool {
        skipSpace()
        if peek() == UInt8(ascii: "t") {
            try word("true")
            return true
        }
        guard peek() == UInt8(ascii: "f") else { throw failure("expected true or false") }
        try word("false")
        return false
    }

    /// Reads `null` if it comes next and says whether it did; anything else is left for the next call.
    public mutating func null() throws(JSONError) -> Bool {
        skipSpace()
        guard peek() == UInt8(ascii: "n") else { return false }
        try word("null")
        return true
    }

    /// Reads and drops one value of any kind, checking it all the same. Recursion is bounded by the depth
    /// limit.
    public mutating func skipValue() throws(JSONError) {
        switch try nextKind() {
        case .object:
            try beginObject()
            while try nextKey() { try skipValue() }
        case .array:
            try beginArray()
            while try nextElement() { try skipValue() }
        case .string: _ = try token()
        case .number: _ = try number()
        case .bool: _ = try bool()
        case .null: _ = try null()
        }
    }

    // MARK: Pieces

    /// The byte at `offset`; nil at the end.
    @inline(__always) func peek() -> UInt8? {
        offset < bytes.count ? bytes[offset] : nil
    }

    /// White space as RFC 8259 section 2 names it.
    @inline(__always) mutating func skipSpace() {
        while offset < bytes.count {
            let byte = bytes[offset]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            offset += 1
        }
    }

    func failure(_ detail: String) -> JSONError {
        JSONError(detail: detail, offset: offset)
    }

    private mutating func open(_ bracket: UInt8, _ detail: String) throws(JSONError) {
        skipSpace()
        guard peek() == bracket else { throw failure(detail) }
        guard depth < depthLimit else { throw failure("JSON is nested deeper than \(depthLimit) levels") }
        depth += 1
        offset += 1
        isFresh = true
    }

    private mutating func nextEntry(closing bracket: UInt8, _ detail: String) throws(JSONError) -> Bool {
        skipSpace()
        let byte = peek()
        if byte == bracket {
            offset += 1
            depth -= 1
            isFresh = false
            return false
        }
        if isFresh {
            isFresh = false
            guard byte != nil else { throw failure("the JSON ends inside an object or array") }
            return true
        }
        guard byte == UInt8(ascii: ",") else { throw failure(detail) }
        offset += 1
        skipSpace()
        guard peek() != bracket else { throw failure("a comma comes before the closing bracket") }
        return true
    }

    private mutating func stringToken() throws(JSONError) -> Token {
        skipSpace()
        guard peek() == UInt8(ascii: "\"") else { throw failure("expected a string") }
        return try token()
    }

    private mutating func word(_ word: StaticString) throws(JSONError) {
        let count = word.utf8CodeUnitCount
        guard bytes.count - offset >= count else { throw failure("expected true, false or null") }
        for index in 0..<count where bytes[offset + index] != word.utf8Start[index] {
            throw failure("expected true, false or null")
        }
        offset += count
    }

    /// Reads a number (RFC 8259 section 6); `offset` is at its first byte.
    mutating func number() throws(JSONError) -> Number {
        let start = offset
        let isNegative = peek() == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        let digits = offset
        var magnitude: UInt64 = 0
        while let digit = peekDigit() {
            magnitude = magnitude &* 10 &+ digit
            offset += 1
        }
        let count = offset - digits
        guard count > 0 else { throw failure("expected a number") }
        guard count == 1 || bytes[digits] != UInt8(ascii: "0") else {
            throw failure("a number must not begin with zeros")
        }
        let isWhole = try skipFractionAndExponent()
        // 19 digits always fit UInt64, 20 may not and never fit Int64.
        guard isWhole, count <= 19 else { return .other(start..<offset) }
        if isNegative {
            guard magnitude <= 1 << 63 else { return .other(start..<offset) }
            return .integer(Int64(bitPattern: 0 &- magnitude))
        }
        guard magnitude < 1 << 63 else { return .other(start..<offset) }
        return .integer(Int64(magnitude))
    }

    private mutating func skipFractionAndExponent() throws(JSONError) -> Bool {
        var isWhole = true
        if peek() == UInt8(ascii: ".") {
            isWhole = false
            offset += 1
            try skipDigits("expected digits after the point")
        }
        if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            offset += 1
            if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { offset += 1 }
            try skipDigits("expected digits in the exponent")
        }
        return isWhole
    }

    private mutating func skipDigits(_ detail: String) throws(JSONError) {
        guard peekDigit() != nil else { throw failure(detail) }
        while peekDigit() != nil { offset += 1 }
    }

    @inline(__always) private func peekDigit() -> UInt64? {
        guard offset < bytes.count else { return nil }
        let digit = bytes[offset] &- UInt8(ascii: "0")
        return digit < 10 ? UInt64(digit) : nil
    }
}
