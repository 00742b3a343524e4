import JSON

/// Reads a record member by member, in the order in which they were written. What a caller does not ask for, or asks
/// for too late, is refused when the object ends.
struct RecordReader {
    private var json: JSONScanner
    /// Whether the scanner stands behind the name of a member that nobody has asked for yet.
    private var hasName = false
    /// The version of the record, for types whose shape has changed.
    var version = RecordCodec.newest
    /// What the referrals that were read ask for.
    var asks = AsksOfRecord()

    /// A reader of bytes that outlive it.
    init(_ bytes: UnsafeRawBufferPointer) {
        json = JSONScanner(bytes)
    }

    // MARK: Structure

    /// Reads one object: `read` asks for its members, then none may be left.
    mutating func object<Value>(
        _ read: (inout RecordReader) throws(CodecError) -> Value
    ) throws(CodecError) -> Value {
        do throws(JSONError) {
            try json.beginObject()
            hasName = try json.nextKey()
        } catch {
            throw CodecError(error)
        }
        let value = try read(&self)
        guard !hasName else { throw CodecError("expected no further member, or another order") }
        return value
    }

    /// The value of a member that must come next.
    mutating func field<Value: Recorded>(
        _ name: StaticString,
        as type: Value.Type = Value.self
    ) throws(CodecError) -> Value {
        guard hasName, json.keyIs(name) else { throw CodecError("expected the member \"\(name)\" next") }
        return try value(of: name)
    }

    /// The value of a member that comes next or is absent.
    mutating func optional<Value: Recorded>(_ name: StaticString) throws(CodecError) -> Value? {
        guard hasName, json.keyIs(name) else { return nil }
        return try value(of: name)
    }

    /// The value of a member that must come next and may be null.
    mutating func nullable<Value: Recorded>(_ name: StaticString) throws(CodecError) -> Value? {
        guard hasName, json.keyIs(name) else { throw CodecError("expected the member \"\(name)\" next") }
        do throws(JSONError) {
            if try json.null() {
                hasName = try json.nextKey()
                return nil
            }
        } catch {
            throw CodecError(error)
        }
        return try value(of: name)
    }

    private mutating func value<Value: Recorded>(of name: StaticString) throws(CodecError) -> Value {
        hasName = false
        let value: Value
        do throws(CodecError) {
            value = try Value.read(from: &self)
        } catch {
            throw error.inside("\(name)")
        }
        do throws(JSONError) {
            hasName = try json.nextKey()
        } catch {
            throw CodecError(error)
        }
        return value
    }

    /// Reads an array, element by element.
    mutating func elements(
        _ read: (inout RecordReader) throws(CodecError) -> Void
    ) throws(CodecError) {
        do throws(JSONError) { try json.beginArray() } catch { throw CodecError(error) }
        var index = 0
        while try nextElement() {
            do throws(CodecError) {
                try read(&self)
            } catch {
                throw error.inside("\(index)")
            }
            index += 1
        }
    }

    private mutating func nextElement() throws(CodecError) -> Bool {
        do throws(JSONError) { return try json.nextElement() } catch { throw CodecError(error) }
    }

    /// Checks that the record ends here.
    mutating func finish() throws(CodecError) {
        do throws(JSONError) { try json.finish() } catch { throw CodecError(error) }
    }

    // MARK: Values

    /// A whole number within a range.
    mutating func integer<Number: FixedWidthInteger>(_ range: ClosedRange<Number>) throws(CodecError)
        -> Number
    {
        let number: Int64
        do throws(JSONError) { number = try json.integer() } catch { throw CodecError(error) }
        guard let fitting = Number(exactly: number), range.contains(fitting) else {
            throw CodecError("expected a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return fitting
    }

    /// `true` or `false`.
    mutating func bool() throws(CodecError) -> Bool {
        do throws(JSONError) { return try json.bool() } catch { throw CodecError(error) }
    }

    /// A string of any text.
    mutating func string() throws(CodecError) -> String {
        do throws(JSONError) { return try json.string() } catch { throw CodecError(error) }
    }

    /// A string that `parse` understands; `expected` says what it should have been.
    @inline(__always) mutating func parsed<Value>(
        _ expected: @autoclosure () -> String,
        _ parse: (UnsafeBufferPointer<UInt8>) -> Value?
    ) throws(CodecError) -> Value {
        let value: Value?
        do throws(JSONError) { value = try json.withStringBytes(parse) } catch { throw CodecError(error) }
        guard let value else { throw CodecError("expected \(expected())") }
        return value
    }
}
