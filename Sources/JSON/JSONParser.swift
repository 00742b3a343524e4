/// Parses a whole document into a `JSONValue`: strict RFC 8259, and stricter where RFC 8259 leaves it open.
/// Duplicate names, broken UTF-8, lone surrogates, a byte-order mark, anything after the value and anything
/// past the limits are refused, with the place.
public enum JSONParser {
    /// Parses bytes that stay valid during the call.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer,
        limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> JSONValue {
        var builder = Builder(scanner: JSONScanner(bytes, depth: limits.depth), nodesLeft: limits.nodes)
        let value = try builder.value()
        try builder.scanner.finish()
        return value
    }

    /// Parses an array of bytes.
    public static func parse(
        _ bytes: [UInt8],
        limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> JSONValue {
        let outcome: Result<JSONValue, JSONError> = bytes.withUnsafeBytes { buffer in
            do throws(JSONError) {
                return .success(try parse(buffer, limits: limits))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    /// Above this many members names are compared by hash, so that 50,000 of them do not cost 50,000 squared.
    private static let membersComparedOneByOne = 16

    private struct Builder {
        var scanner: JSONScanner
        var nodesLeft: Int

        mutating func value() throws(JSONError) -> JSONValue {
            nodesLeft -= 1
            guard nodesLeft >= 0 else { throw scanner.failure("the JSON holds too many values") }
            switch try scanner.nextKind() {
            case .null:
                // It begins with n, so it is null or throws.
                _ = try scanner.null()
                return .null
            case .bool: return .bool(try scanner.bool())
            case .number:
                switch try scanner.number() {
                case .integer(let value): return .integer(value)
                case .other(let range):
                    return .fraction(
                        String(decoding: UnsafeBufferPointer(rebasing: scanner.bytes[range]), as: UTF8.self)
                    )
                }
            case .string: return .string(try scanner.string())
            case .array: return .array(try elements())
            case .object: return .object(try members())
            }
        }

        // The place is put together while an error travels outwards, so that good input pays nothing for it.

        private mutating func elements() throws(JSONError) -> [JSONValue] {
            var elements: [JSONValue] = []
            try scanner.beginArray()
            while try scanner.nextElement() {
                do throws(JSONError) {
                    elements.append(try value())
                } catch {
                    throw error.inside("/\(elements.count)")
                }
            }
            return elements
        }

        private mutating func members() throws(JSONError) -> [JSONMember] {
            var members: [JSONMember] = []
            var names: Set<String> = []
            try scanner.beginObject()
            while try scanner.nextKey() {
                let name = scanner.keyText
                do throws(JSONError) {
                    if members.count < JSONParser.membersComparedOneByOne {
                        if members.contains(where: { $0.name == name }) { throw duplicate() }
                    } else {
                        if names.isEmpty { names = Set(members.map(\.name)) }
                        if !names.insert(name).inserted { throw duplicate() }
                    }
                    members.append(JSONMember(name, try value()))
                } catch {
                    throw error.inside(JSONPointer.token(name))
                }
            }
            return members
        }

        private func duplicate() -> JSONError {
            scanner.failure("this name occurs twice in the object; give it once")
        }
    }
}
