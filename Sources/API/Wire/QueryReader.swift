import Brokerage
import HTTPWire
import JSON

/// Reads a query string strictly, one line a parameter: what nobody asked for is refused, as a misspelt field is.
struct QueryReader {
    /// Parameters looked at; blocks work on a target full of ampersands.
    static let mostParameters = 64

    private var pairs: [(name: String, value: String)] = []
    private var isRead: [Bool] = []

    init(_ query: String?) throws(Problem) {
        guard let query, !query.isEmpty else { return }
        for part in query.utf8.split(separator: UInt8(ascii: "&")) {
            guard pairs.count < QueryReader.mostParameters else {
                throw Problem(
                    .invalidQuery,
                    "There are more than \(QueryReader.mostParameters) query parameters."
                )
            }
            let halves = part.split(
                separator: UInt8(ascii: "="),
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            guard let name = percentDecoded(halves[0], plusIsSpace: true),
                let value = percentDecoded(
                    halves.count > 1 ? halves[1] : halves[0][halves[0].endIndex...],
                    plusIsSpace: true
                )
            else { throw Problem(.invalidQuery, "The query is not percent-encoded UTF-8.") }
            pairs.append((name, value))
        }
        isRead = Array(repeating: false, count: pairs.count)
    }

    /// Every value of a parameter that may repeat.
    mutating func all(_ name: String) -> [String] {
        var values: [String] = []
        for index in pairs.indices where pairs[index].name == name {
            isRead[index] = true
            values.append(pairs[index].value)
        }
        return values
    }

    /// A parameter that may come once.
    mutating func one(_ name: String) throws(Problem) -> String? {
        let values = all(name)
        guard values.count <= 1 else { throw .query(name, "may be given once only") }
        return values.first
    }

    /// A parameter that `parse` understands.
    mutating func one<Value>(_ name: String, _ expected: String, _ parse: (String) -> Value?) throws(Problem)
        -> Value?
    {
        guard let text = try one(name) else { return nil }
        guard let value = parse(text) else { throw .query(name, "must be \(expected)") }
        return value
    }

    /// A whole number; outside the range a rule is broken.
    mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let number = try one(name, "a whole number", QueryReader.wholeNumber) else { return nil }
        guard range.contains(number) else {
            throw .rule("/query/\(name)", "must be between \(range.lowerBound) and \(range.upperBound)")
        }
        return number
    }

    mutating func day(_ name: String) throws(Problem) -> Day? {
        try one(name, "a date that exists, such as 2027-01-04") { Day($0) }
    }

    /// Refuses what nobody asked for.
    func finish() throws(Problem) {
        var errors: [JSONFailure] = []
        for index in pairs.indices where !isRead[index] && errors.count < 8 {
            // A name is repeated only where it cannot be anything but a word.
            let name = isCode(pairs[index].name) ? "/query/\(pairs[index].name)" : "/query"
            errors.append(
                JSONFailure(pointer: name, detail: "is not a parameter of this route; check its spelling")
            )
        }
        guard errors.isEmpty else {
            throw Problem(
                .invalidQuery,
                "The query has parameters that this route does not know.",
                errors: errors
            )
        }
    }

    private static func wholeNumber(_ text: String) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return nil
        }
        return Int(text)
    }
}

/// Bytes with `%XX` resolved; nil when a `%` is not followed by two digits or the result is not UTF-8.
func percentDecoded(_ bytes: Substring.UTF8View, plusIsSpace: Bool = false) -> String? {
    // Most have nothing to decode, and are UTF-8 already.
    guard bytes.contains(where: { $0 == UInt8(ascii: "%") || plusIsSpace && $0 == UInt8(ascii: "+") }) else {
        return String(Substring(bytes))
    }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index != bytes.endIndex {
        let byte = bytes[index]
        index = bytes.index(after: index)
        switch byte {
        case UInt8(ascii: "%"):
            guard let high = digit(&index), let low = digit(&index) else { return nil }
            decoded.append(high << 4 | low)
        case UInt8(ascii: "+") where plusIsSpace: decoded.append(0x20)
        default: decoded.append(byte)
        }
    }
    func digit(_ index: inout Substring.UTF8View.Index) -> UInt8? {
        guard index != bytes.endIndex else { return nil }
        defer { index = bytes.index(after: index) }
        return Octet.hexValue(bytes[index])
    }
    return String(validating: decoded, as: UTF8.self)
}
