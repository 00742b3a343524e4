/// Reads the members of one object strictly, one line a field. Whatever is wrong is gathered rather than
/// thrown, so every field is looked at; a nil from a required field means that its failure is on the list.
///
///     let visit = try ObjectReader.read(value) { fields -> VisitBody? in
///         let band = fields.string("band", max: 16)
///         let minutes = fields.integer("minutes", in: 5...240)
///         guard let band, let minutes else { return nil }
///         return VisitBody(band: band, minutes: minutes)
///     }
///
/// A member that nobody asked for is a failure too: `finish()` reports it, which `read` and `object` call by
/// themselves.
public struct ObjectReader {
    /// The place of the object.
    public let pointer: JSONPointer
    /// Where failures go.
    public let failures: JSONFailures
    @usableFromInline let members: [JSONMember]
    /// Bits of the first 64 members that were asked for, and the others': hardly an object has any.
    @usableFromInline var read: UInt64 = 0
    @usableFromInline var readBeyond: Set<Int> = []
    /// This object as the place around its members.
    @usableFromInline let outer: JSONPointer.Outer
    /// Where the next search begins: fields are mostly asked for in the order in which they come.
    @usableFromInline var next = 0

    /// A reader of `value`; nil, with a failure on the list, when that is no object.
    public init?(_ value: JSONValue, at pointer: JSONPointer, _ failures: JSONFailures) {
        guard case .object(let members) = value else {
            failures.add(pointer, "must be an object, not \(value.kind)")
            return nil
        }
        self.pointer = pointer
        self.failures = failures
        self.members = members
        self.outer = JSONPointer.Outer(pointer)
    }

    /// Reads a whole document: `decode` reads the fields, then unknown ones are reported.
    ///
    /// - Throws: every failure gathered; `decode`'s value is returned only when there is none.
    @inlinable public static func read<Value>(
        _ value: JSONValue,
        _ decode: (inout ObjectReader) -> Value?
    ) throws(JSONShapeError) -> Value {
        let failures = JSONFailures()
        let decoded = object(value, at: .root, failures, decode)
        if failures.isEmpty, let decoded { return decoded }
        if failures.isEmpty { failures.add(.root, "cannot be read") }
        throw JSONShapeError(failures: failures.all)
    }

    /// Reads one object at a place, for elements of arrays; nil when it or a required field is wrong.
    @inlinable public static func object<Value>(
        _ value: JSONValue,
        at pointer: JSONPointer,
        _ failures: JSONFailures,
        _ decode: (inout ObjectReader) -> Value?
    ) -> Value? {
        guard var reader = ObjectReader(value, at: pointer, failures) else { return nil }
        let decoded = decode(&reader)
        reader.finish()
        return decoded
    }

    /// Reports every member that nobody asked for. May be called more than once.
    public mutating func finish() {
        for (index, member) in members.enumerated() where !isRead(index) {
            markRead(index)
            failures.add(pointer.appending(member.name), "is not a field of this object; check its spelling")
        }
    }

    private func isRead(_ index: Int) -> Bool {
        index < 64 ? read & 1 << UInt64(index) != 0 : readBeyond.contains(index)
    }

    private mutating func markRead(_ index: Int) {
        if index < 64 { read |= 1 << UInt64(index) } else { readBeyond.insert(index) }
    }

    /// Reports a failure of the field called `name`, for rules that concern more than one field.
    public func fail(_ name: String, _ detail: String) {
        failures.add(pointer.appending(name), detail)
    }

    // MARK: Any value

    /// The value of a field as it came, null included; nil when it is absent. It counts as read.
    public mutating func value(_ name: String) -> JSONValue? {
        for step in members.indices {
            let index = next + step < members.count ? next + step : next + step - members.count
            guard members[index].name == name else { continue }
            markRead(index)
            next = index + 1 == members.count ? 0 : index + 1
            return members[index].value
        }
        return nil
    }

    /// A required field read by `decode`, which reports its own failures at the pointer that it is given.
    @inlinable public mutating func decode<Value>(
        _ name: String,
        _ decode: (JSONValue, JSONPointer, JSONFailures) -> Value?
    ) -> Value? {
        guard let value = present(name) else {
            fail(name, "is missing")
            return nil
        }
        return decode(value, JSONPointer(outer: outer, step: .member(name)), failures)
    }

    /// The same for a field that may be absent or null.
    @inlinable public mutating func decodeOptional<Value>(
        _ name: String,
        _ decode: (JSONValue, JSONPointer, JSONFailures) -> Value?
    ) -> Value? {
        guard let value = present(name) else { return nil }
        return decode(value, JSONPointer(outer: outer, step: .member(name)), failures)
    }

    /// Absent and null mean the same.
    @usableFromInline mutating func present(_ name: String) -> JSONValue? {
        guard let value = value(name) else { return nil }
        if case .null = value { return nil }
        return value
    }
}

// MARK: - Typed fields

extension ObjectReader {
    /// A required string of 1 to `max` bytes of UTF-8.
    public mutating func string(_ name: String, max: Int) -> String? {
        decode(name) { Self.string($0, $1, $2, max) }
    }

    /// A string of 1 to `max` bytes that are not all spaces or control characters, nil when absent or null.
    public mutating func optionalString(_ name: String, max: Int) -> String? {
        decodeOptional(name) { Self.string($0, $1, $2, max) }
    }

    /// A required string that `parse` understands; `expected` completes "must be ..." when it does not.
    @inlinable public mutating func parsed<Value>(
        _ name: String,
        _ expected: @autoclosure () -> String,
        _ parse: (String) -> Value?
    ) -> Value? {
        decode(name) { Self.parsed($0, $1, $2, expected(), parse) }
    }

    /// The same for a field that may be absent or null.
    @inlinable public mutating func optionalParsed<Value>(
        _ name: String,
        _ expected: @autoclosure () -> String,
        _ parse: (String) -> Value?
    ) -> Value? {
        decodeOptional(name) { Self.parsed($0, $1, $2, expected(), parse) }
    }

    /// A required whole number.
    public mutating func integer(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        decode(name) { Self.integer($0, $1, $2, range) }
    }

    /// A whole number, nil when absent or null.
    public mutating func optionalInteger(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        decodeOptional(name) { Self.integer($0, $1, $2, range) }
    }

    /// A required boolean.
    public mutating func bool(_ name: String) -> Bool? {
        decode(name, Self.bool)
    }

    /// A boolean, nil when absent or null.
    public mutating func optionalBool(_ name: String) -> Bool? {
        decodeOptional(name, Self.bool)
    }

    /// A required object, read field by field.
    @inlinable public mutating func object<Value>(_ name: String, _ decode: (inout ObjectReader) -> Value?) -> Value? {
        self.decode(name) { Self.object($0, at: $1, $2, decode) }
    }

    /// An object, nil when absent or null.
    @inlinable public mutating func optionalObject<Value>(
        _ name: String,
        _ decode: (inout ObjectReader) -> Value?
    ) -> Value? {
        decodeOptional(name) { Self.object($0, at: $1, $2, decode) }
    }

    /// A required array of at most `max` elements; nil when one of them is wrong.
    @inlinable public mutating func array<Element>(
        _ name: String,
        max: Int,
        _ element: (JSONValue, JSONPointer, JSONFailures) -> Element?
    ) -> [Element]? {
        decode(name) { Self.array($0, $1, $2, max, element) }
    }

    /// An array of at most `max` elements, nil when absent or null.
    @inlinable public mutating func optionalArray<Element>(
        _ name: String,
        max: Int,
        _ element: (JSONValue, JSONPointer, JSONFailures) -> Element?
    ) -> [Element]? {
        decodeOptional(name) { Self.array($0, $1, $2, max, element) }
    }

    /// A required array of objects, each read field by field.
    @inlinable public mutating func objects<Element>(
        _ name: String,
        max: Int,
        _ decode: (inout ObjectReader) -> Element?
    ) -> [Element]? {
        array(name, max: max) { Self.object($0, at: $1, $2, decode) }
    }

    /// An array of objects, nil when absent or null.
    @inlinable public mutating func optionalObjects<Element>(
        _ name: String,
        max: Int,
        _ decode: (inout ObjectReader) -> Element?
    ) -> [Element]? {
        optionalArray(name, max: max) { Self.object($0, at: $1, $2, decode) }
    }

    // The same by value, for elements of arrays.

    /// A string of 1 to `max` bytes.
    public static func string(
        _ value: JSONValue,
        _ pointer: JSONPointer,
        _ failures: JSONFailures,
        _ max: Int
    ) -> String? {
        guard case .string(let text) = value else {
            failures.add(pointer, "must be a string, not \(value.kind)")
            return nil
        }
        guard text.utf8.contains(where: { $0 > 0x20 }) else {
            failures.add(pointer, text.isEmpty ? "must not be empty" : "must not be blank")
            return nil
        }
        guard text.utf8.count <= max else {
            failures.add(pointer, "must be at most \(max) bytes long")
            return nil
        }
        return text
    }

    /// A string that `parse` understands; `expected` completes "must be ...". Longer than 256 bytes none is
    /// tried.
    @inlinable public static func parsed<Value>(
        _ value: JSONValue,
        _ pointer: JSONPointer,
        _ failures: JSONFailures,
        _ expected: @autoclosure () -> String,
        _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = string(value, pointer, failures, 256) else { return nil }
        guard let parsed = parse(text) else {
            failures.add(pointer, "must be \(expected())")
            return nil
        }
        return parsed
    }

    /// A whole number within a range.
    public static func integer(
        _ value: JSONValue,
        _ pointer: JSONPointer,
        _ failures: JSONFailures,
        _ range: ClosedRange<Int64>
    ) -> Int64? {
        guard case .integer(let number) = value else {
            failures.add(pointer, "must be a whole number, not \(value.kind)")
            return nil
        }
        guard range.contains(number) else {
            failures.add(pointer, "must be between \(range.lowerBound) and \(range.upperBound)")
            return nil
        }
        return number
    }

    /// `true` or `false`.
    public static func bool(_ value: JSONValue, _ pointer: JSONPointer, _ failures: JSONFailures) -> Bool? {
        guard case .bool(let flag) = value else {
            failures.add(pointer, "must be true or false, not \(value.kind)")
            return nil
        }
        return flag
    }

    /// An array; every element is looked at even when one is wrong.
    @inlinable public static func array<Element>(
        _ value: JSONValue,
        _ pointer: JSONPointer,
        _ failures: JSONFailures,
        _ max: Int,
        _ element: (JSONValue, JSONPointer, JSONFailures) -> Element?
    ) -> [Element]? {
        guard case .array(let values) = value else {
            failures.add(pointer, "must be an array, not \(value.kind)")
            return nil
        }
        guard values.count <= max else {
            failures.add(pointer, "must have at most \(max) elements")
            return nil
        }
        var elements: [Element] = []
        elements.reserveCapacity(values.count)
        let outer = JSONPointer.Outer(pointer)
        for (index, value) in values.enumerated() {
            if let read = element(value, JSONPointer(outer: outer, step: .element(index)), failures) {
                elements.append(read)
            }
        }
        return elements.count == values.count ? elements : nil
    }
}
