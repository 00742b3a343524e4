import Brokerage
import JSON

/// A schema of the OpenAPI document, written as one line a property: `name! type`, where `!` is required.
///
/// Types: `string int bool date instant time slug code district sector band weekday any`, a schema's name, `[type]`
/// for arrays, `type?` for values that may be null, and `(a|b|c)` for the words of an enumeration.
struct SchemaText {
    let name: String
    let lines: String
    /// Bodies of requests refuse what they do not know; answers may grow.
    var isStrict = false

    init(_ name: String, isStrict: Bool = false, _ lines: String) {
        self.name = name
        self.lines = lines
        self.isStrict = isStrict
    }

    /// The words of an enumeration, as a type.
    static func words<Word: RawRepresentable & CaseIterable>(_ type: Word.Type, and more: String...) -> String
    where Word.RawValue == String {
        "(" + (Word.allCases.map(\.rawValue) + more).joined(separator: "|") + ")"
    }

    private var properties: [(name: String, type: Substring, isRequired: Bool)] {
        lines.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            let isRequired = parts[0].hasSuffix("!")
            return (String(isRequired ? parts[0].dropLast() : parts[0]), parts[1], isRequired)
        }
    }

    func write(to json: inout JSONWriter) {
        let properties = properties
        json.object { json in
            json.field("type", "object")
            json.object("properties") { json in
                for property in properties {
                    json.key(text: property.name)
                    SchemaText.write(property.type, isAsked: isStrict, to: &json)
                }
            }
            let required = properties.filter(\.isRequired).map(\.name)
            if !required.isEmpty { json.strings("required", required) }
            if isStrict { json.field("additionalProperties", false) }
        }
    }

    /// Writes one type.
    ///
    /// - Parameter isAsked: of a request, in which no string may be empty.
    static func write(_ type: Substring, isAsked: Bool = false, to json: inout JSONWriter) {
        if type.hasSuffix("?") {
            return json.object { json in
                json.array("anyOf") { json in
                    write(type.dropLast(), isAsked: isAsked, to: &json)
                    json.object { $0.field("type", "null") }
                }
            }
        }
        json.object { json in
            if type.hasPrefix("[") {
                json.field("type", "array")
                json.key("items")
                write(type.dropFirst().dropLast(), isAsked: isAsked, to: &json)
            } else if type.hasPrefix("(") {
                json.field("type", "string")
                json.strings("enum", type.dropFirst().dropLast().split(separator: "|").map(String.init))
            } else if let plain = plain[String(type)] {
                for (name, value) in plain {
                    json.key(text: name)
                    json.value(value)
                }
                if isAsked, type == "string" { json.field("minLength", 1) }
            } else {
                json.field("$ref", "#/components/schemas/\(type)")
            }
        }
    }

    private static let plain: [String: [(String, JSONValue)]] = [
        "any": [],
        "string": [("type", .string("string"))],
        "int": [("type", .string("integer"))],
        "bool": [("type", .string("boolean"))],
        "date": [("type", .string("string")), ("format", .string("date"))],
        "instant": [("type", .string("string")), ("format", .string("date-time"))],
        "time": [("type", .string("string")), ("pattern", .string("^([01][0-9]|2[0-3]):[0-5][0-9]$"))],
        "slug": [("type", .string("string")), ("pattern", .string("^[a-z0-9][a-z0-9-]{0,63}$"))],
        "code": [("type", .string("string")), ("pattern", .string("^[A-Za-z][A-Za-z0-9-]{0,31}$"))],
        "district": [("type", .string("string")), ("pattern", .string("^[A-Z]{1,2}[0-9][A-Z0-9]?$"))],
        "sector": [("type", .string("string")), ("pattern", .string("^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9]$"))],
        "band": [
            ("type", .string("string")), ("enum", .array(Band.allCases.map { .string($0.rawValue) })),
        ],
        "weekday": [
            ("type", .string("string")), ("enum", .array(Weekday.allCases.map { .string($0.rawValue) })),
        ],
    ]
}
