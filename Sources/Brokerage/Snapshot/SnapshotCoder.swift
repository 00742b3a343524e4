// A state in bytes, for snapshots: fields one behind the other in a fixed order, without names.
//
//     whole numbers  7 bits a byte, the lowest first, the high bit says that more follow; signed ones zigzag
//     arrays, maps   their count, then their elements; maps in the order of their keys, so that a state is always the
//                    same bytes
//     names          (slugs, skills, districts, free codes) once as text, later by the number of their first appearance
//     words          (cases of an enumeration) 16 bits of a hash of their raw value, so that cases may be added and moved
//     asks           once, later by number: offer, referral and package share one in memory as well
//
// `State.snapshotFormat` says which fields there are. Nothing here is kept for long: a snapshot is a cache.

/// Why bytes are no state.
package struct SnapshotError: Error, Equatable, CustomStringConvertible {
    /// What was expected, without the bytes.
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Writes the fields of a value, or reads them: one line for each field does both, so the two cannot differ.
///
///     init(_ field: inout SnapshotCoder, _ old: Zone?) throws(SnapshotError) {
///         id = try field(old?.id)
///         name = try field(old?.name)
///     }
///
/// When it writes, `old` is the value and a copy of it comes out; when it reads, `old` is nil.
package struct SnapshotCoder {
    let isWriting: Bool
    /// What was written.
    private(set) var bytes: [UInt8] = []
    private let source: UnsafeRawBufferPointer
    private var at = 0

    var slugs = Interned<Slug>()
    var skills = Interned<Skill>()
    var districts = Interned<PostcodeDistrict>()
    var texts = Interned<RepeatedText>()
    /// Asks by identity when writing, by number when reading.
    var askNumbers: [ObjectIdentifier: Int] = [:]
    var asks: [Ask] = []

    /// For tests: told of every struct written, with the number of its fields that were.
    var audit: ((Any, Int) -> Void)?
    fileprivate var fieldsOfStruct = 0

    /// A coder that writes.
    init(capacity: Int) {
        isWriting = true
        source = UnsafeRawBufferPointer(start: nil, count: 0)
        bytes.reserveCapacity(capacity)
    }

    /// A coder that reads bytes which outlive it.
    init(reading source: UnsafeRawBufferPointer) {
        isWriting = false
        self.source = source
    }

    /// Writes a field or reads it.
    @inline(__always) mutating func callAsFunction<Value: Coded>(
        _ value: @autoclosure () -> Value?
    ) throws(SnapshotError) -> Value {
        fieldsOfStruct += 1
        return try Value.code(&self, isWriting ? value() : nil)
    }

    /// Writes a field that may be absent, or reads it.
    @inline(__always) mutating func optional<Value: Coded>(
        _ value: @autoclosure () -> Value?
    ) throws(SnapshotError) -> Value? {
        fieldsOfStruct += 1
        if isWriting {
            guard let value = value() else {
                byte(0)
                return nil
            }
            byte(1)
            return try Value.code(&self, value)
        }
        switch try readByte() {
        case 0: return nil
        case 1: return try Value.code(&self, nil)
        default: throw SnapshotError("expected present or absent")
        }
    }

    /// Writes or reads what goes with a case of an enumeration.
    @inline(__always) mutating func part<Value: Coded>(_ value: Value? = nil) throws(SnapshotError) -> Value {
        try Value.code(&self, value)
    }

    /// Takes note of a field that has a form of its own.
    mutating func fieldCounted() { fieldsOfStruct += 1 }

    // MARK: Bytes

    mutating func byte(_ byte: UInt8) { bytes.append(byte) }

    @inline(__always) mutating func readByte() throws(SnapshotError) -> UInt8 {
        guard at < source.count else { throw SnapshotError("the bytes end early") }
        defer { at += 1 }
        return source[at]
    }

    mutating func write(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always) mutating func readNumber() throws(SnapshotError) -> UInt64 {
        let first = try readByte()
        return first < 0x80 ? UInt64(first) : try readNumber(behind: first)
    }

    private mutating func readNumber(behind first: UInt8) throws(SnapshotError) -> UInt64 {
        var number = UInt64(first & 0x7F)
        for shift in stride(from: UInt64(7), to: 64, by: 7) {
            let next = try readByte()
            number |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return number }
        }
        throw SnapshotError("a number is too long")
    }

    /// How many elements follow. Each takes a byte at least, so a damaged count cannot ask for all memory.
    mutating func readCount() throws(SnapshotError) -> Int {
        guard let count = Int(exactly: try readNumber()), count <= source.count - at else {
            throw SnapshotError("a count is larger than what follows")
        }
        return count
    }

    mutating func write(raw: UnsafeRawBufferPointer) { bytes.append(contentsOf: raw) }

    mutating func readRaw(_ count: Int) throws(SnapshotError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= source.count - at else { throw SnapshotError("the bytes end early") }
        defer { at += count }
        return UnsafeRawBufferPointer(rebasing: source[at..<at + count])
    }

    /// Checks that nothing is left.
    func finish() throws(SnapshotError) {
        guard isWriting || at == source.count else { throw SnapshotError("bytes are left over") }
    }
}

/// What can stand in a snapshot.
package protocol Coded {
    /// Writes the value, or reads one.
    static func code(_ coder: inout SnapshotCoder, _ value: Self?) throws(SnapshotError) -> Self
}

/// A struct in a snapshot: its initialiser names every field once.
protocol CodedFields: Coded {
    init(_ field: inout SnapshotCoder, _ old: Self?) throws(SnapshotError)
}

extension CodedFields {
    @inline(__always) package static func code(
        _ coder: inout SnapshotCoder,
        _ value: Self?
    ) throws(SnapshotError) -> Self {
        guard let audit = coder.audit else { return try Self(&coder, value) }
        let outer = coder.fieldsOfStruct
        coder.fieldsOfStruct = 0
        let copy = try Self(&coder, value)
        audit(copy, coder.fieldsOfStruct)
        coder.fieldsOfStruct = outer
        return copy
    }
}

/// Values of which few different ones appear often: written once, later by number.
struct Interned<Value: Hashable> {
    private var numbers: [Value: Int] = [:]
    private var values: [Value] = []

    /// The number of a value, and whether this is its first appearance.
    mutating func number(_ value: Value) -> (number: Int, isNew: Bool) {
        if let number = numbers[value] { return (number, false) }
        numbers[value] = numbers.count
        return (numbers.count - 1, true)
    }

    /// The value of a number that has appeared; nil for the next, which is new.
    func value(_ number: UInt64) throws(SnapshotError) -> Value? {
        if number < UInt64(values.count) { return values[Int(number)] }
        guard number == UInt64(values.count) else { throw SnapshotError("a name refers to nothing") }
        return nil
    }

    mutating func add(_ value: Value) { values.append(value) }
}

/// A name that appears often.
protocol InternedName: Coded, Hashable, CustomStringConvertible {
    /// Its text read again; nil when it is no such name.
    static func parse(_ text: String) -> Self?
    /// Where the names of this kind that have appeared are kept.
    static func withTable<Result>(
        _ coder: inout SnapshotCoder,
        _ body: (inout Interned<Self>) throws(SnapshotError) -> Result
    ) throws(SnapshotError) -> Result
}

extension InternedName {
    package static func code(_ coder: inout SnapshotCoder, _ value: Self?) throws(SnapshotError) -> Self {
        if coder.isWriting, let value {
            let (number, isNew) = try withTable(&coder) { (table) throws(SnapshotError) in table.number(value) }
            coder.write(UInt64(number))
            if isNew { _ = try String.code(&coder, value.description) }
            return value
        }
        let number = try coder.readNumber()
        if let known = try withTable(&coder, { (table) throws(SnapshotError) in try table.value(number) }) {
            return known
        }
        guard let value = parse(try String.code(&coder, nil)) else { throw SnapshotError("a name is spelt wrongly") }
        try withTable(&coder) { (table) throws(SnapshotError) in table.add(value) }
        return value
    }
}
