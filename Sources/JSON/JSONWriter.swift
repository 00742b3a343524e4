/// Writes compact JSON onto a growing array of bytes, without a value tree and without an allocation per
/// field:
///
///     var json = JSONWriter()
///     json.object {
///         $0.field("id", "r-17")
///         $0.array("visits") { for visit in visits { visit.write(to: &$0) } }
///     }
///
/// UTF-8 stays as it is; only what RFC 8259 section 7 demands is escaped. Names given as literals are written
/// as they stand, so they must need no escape.
public struct JSONWriter {
    /// What was written, and room behind it: bytes that are there already are filled in runs, where appending to an array asks
    /// for each byte whether there is room.
    @usableFromInline var room: [UInt8]
    /// How many bytes were written.
    public private(set) var count: Int
    private var needsComma = false

    /// What was written so far.
    public var bytes: [UInt8] { Array(room[..<count]) }

    /// A writer onto an empty array with room for `capacity` bytes.
    public init(capacity: Int = 512) {
        room = [UInt8](repeating: 0, count: capacity)
        count = 0
    }

    /// A writer that goes on behind bytes already there.
    public init(appendingTo bytes: [UInt8]) {
        room = bytes
        count = bytes.count
    }

    // MARK: Containers

    /// Opens an object, as a value or behind `key`. `object` closes it by itself and reads better.
    public mutating func beginObject() { open(UInt8(ascii: "{")) }

    /// Closes the innermost object.
    public mutating func endObject() { close(UInt8(ascii: "}")) }

    /// Opens an array, as a value or behind `key`. `array` closes it by itself and reads better.
    public mutating func beginArray() { open(UInt8(ascii: "[")) }

    /// Closes the innermost array.
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Writes an object as a value.
    @inlinable public mutating func object<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginObject()
        try body(&self)
        endObject()
    }

    /// Writes an array as a value.
    @inlinable public mutating func array<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginArray()
        try body(&self)
        endArray()
    }

    /// Writes a member whose value is an object.
    @inlinable public mutating func object<Failure: Error>(
        _ name: StaticString,
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        key(name)
        try object(body)
    }

    /// Writes a member whose value is an array.
    @inlinable public mutating func array<Failure: Error>(
        _ name: StaticString,
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        key(name)
        try array(body)
    }

    // MARK: Names

    /// Writes a member's name; one value must follow.
    public mutating func key(_ name: StaticString) {
        let text = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        assert(text.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        let comma = needsComma ? 1 : 0
        needsComma = false
        append(comma + text.count + 3) { place in
            place[0] = UInt8(ascii: ",")
            place[comma] = UInt8(ascii: "\"")
            UnsafeMutableRawPointer(place + comma + 1).copyMemory(from: name.utf8Start, byteCount: text.count)
            place[comma + text.count + 1] = UInt8(ascii: "\"")
            place[comma + text.count + 2] = UInt8(ascii: ":")
        }
    }

    /// Writes a member's name that is known only at run time; one value must follow.
    public mutating func key(text name: String) {
        separate()
        quote(name)
        append(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: Values

    /// Writes `null`.
    public mutating func null() { word("null") }

    /// Writes a boolean.
    public mutating func value(_ flag: Bool) { word(flag ? "true" : "false") }

    /// Writes a whole number.
    @inlinable public mutating func value<Number: FixedWidthInteger>(_ number: Number) {
        integer(isNegative: number < 0, magnitude: UInt64(number.magnitude))
    }

    /// Writes a string.
    public mutating func value(_ text: String) {
        separate()
        quote(text)
        needsComma = true
    }

    /// Writes a string of `count` printing ASCII characters, none of them a quote or a backslash, that `fill` lays down.
    public mutating func value(ascii count: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        let comma = needsComma ? 1 : 0
        needsComma = true
        append(comma + count + 2) { place in
            place[0] = UInt8(ascii: ",")
            place[comma] = UInt8(ascii: "\"")
            let text = UnsafeMutableBufferPointer(start: place + comma + 1, count: count)
            fill(text)
            assert(text.allSatisfy { 0x20...0x7E ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
            place[comma + count + 1] = UInt8(ascii: "\"")
        }
    }

    /// Writes a parsed value as it is.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): self.value(flag)
        case .integer(let number): self.value(number)
        case .fraction(let text): raw(Array(text.utf8))
        case .string(let text): self.value(text)
        case .array(let elements):
            array { for element in elements { $0.value(element) } }
        case .object(let members):
            object {
                for member in members {
                    $0.key(text: member.name)
                    $0.value(member.value)
                }
            }
        }
    }

    /// Writes bytes that are a JSON value already.
    public mutating func raw(_ json: [UInt8]) {
        separate()
        json.withUnsafeBufferPointer { append($0) }
        needsComma = true
    }

    // MARK: Members

    /// Writes a member with a string, null when there is none.
    @inlinable public mutating func field(_ name: StaticString, _ text: String?) {
        key(name)
        if let text { value(text) } else { null() }
    }

    /// Writes a member with a boolean, null when there is none.
    @inlinable public mutating func field(_ name: StaticString, _ flag: Bool?) {
        key(name)
        if let flag { value(flag) } else { null() }
    }

    /// Writes a member with a whole number.
    @inlinable public mutating func field<Number: FixedWidthInteger>(_ name: StaticString, _ number: Number) {
        key(name)
        value(number)
    }

    /// Writes a member with a whole number, null when there is none.
    @inlinable public mutating func field<Number: FixedWidthInteger>(_ name: StaticString, _ number: Number?) {
        key(name)
        if let number { value(number) } else { null() }
    }

    /// Writes a member with a parsed value.
    public mutating func field(_ name: StaticString, _ value: JSONValue) {
        key(name)
        self.value(value)
    }

    // MARK: Pieces

    /// Makes room for `added` bytes and has `fill` write all of them.
    @inline(__always) private mutating func append(_ added: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        if count + added > room.count { grow(by: added) }
        let start = count
        room.withUnsafeMutableBufferPointer { room in
            guard let base = room.baseAddress else { return }
            fill(base + start)
        }
        count += added
    }

    /// At least doubles the room, so that each byte is moved a bounded number of times.
    @inline(never) private mutating func grow(by added: Int) {
        room.append(contentsOf: repeatElement(0, count: max(added, room.count, 64)))
    }

    @inline(__always) private mutating func append(_ byte: UInt8) {
        if count == room.count { grow(by: 1) }
        room[count] = byte
        count += 1
    }

    private mutating func append(_ run: UnsafeBufferPointer<UInt8>) {
        guard let from = run.baseAddress, !run.isEmpty else { return }
        append(run.count) { UnsafeMutableRawPointer($0).copyMemory(from: from, byteCount: run.count) }
    }

    @inline(__always) private mutating func separate() {
        if needsComma { append(UInt8(ascii: ",")) }
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        append(bracket)
        needsComma = true
    }

    private mutating func word(_ word: StaticString) {
        separate()
        append(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        needsComma = true
    }

    /// Writes a number from its sign and digits; `value` is the way to call it.
    @usableFromInline mutating func integer(isNegative: Bool, magnitude: UInt64) {
        separate()
        if isNegative { append(UInt8(ascii: "-")) }
        needsComma = true
        guard magnitude > 9 else {
            append(UInt8(ascii: "0") + UInt8(magnitude))
            return
        }
        var digits = 0
        var rest = magnitude
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        append(digits) { place in
            var rest = magnitude
            for index in (0..<digits).reversed() {
                place[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
        }
    }

    private mutating func quote(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            // Most texts need no escape: then they are one run with their quotes.
            guard utf8.contains(where: JSONWriter.needsEscape) else {
                return append(utf8.count + 2) { place in
                    place[0] = UInt8(ascii: "\"")
                    if let from = utf8.baseAddress {
                        UnsafeMutableRawPointer(place + 1).copyMemory(from: from, byteCount: utf8.count)
                    }
                    place[utf8.count + 1] = UInt8(ascii: "\"")
                }
            }
            append(UInt8(ascii: "\""))
            var start = 0
            for (index, byte) in utf8.enumerated() where JSONWriter.needsEscape(byte) {
                append(UnsafeBufferPointer(rebasing: utf8[start..<index]))
                escape(byte)
                start = index + 1
            }
            append(UnsafeBufferPointer(rebasing: utf8[start...]))
            append(UInt8(ascii: "\""))
        }
    }

    @inline(__always) private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0x00..<0x20:
            let digit = byte & 0x0F
            for zero in [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")] { append(zero) }
            append(UInt8(ascii: "0") + (byte >> 4))
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        default: append(byte)
        }
    }
}
