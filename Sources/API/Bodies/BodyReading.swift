import Broker
import Brokerage
import JSON

/// Reads one body: what has the wrong shape is gathered by the reader (400), what breaks a rule that needs no state
/// is gathered beside it (422).
enum Body {
    /// Decodes an object. `decode` may add to the rules; they are reported when the shape is right.
    static func read<Value>(
        _ value: JSONValue,
        _ decode: (inout ObjectReader, JSONFailures) -> Value?
    ) throws(Problem) -> Value {
        let rules = JSONFailures()
        do {
            let value = try ObjectReader.read(value) { decode(&$0, rules) }
            if rules.isEmpty { return value }
        } catch {
            throw Problem(shape: error.failures)
        }
        throw Problem(rules: rules.all)
    }
}

extension ObjectReader {
    /// A required whole number, with the range a rule allows.
    mutating func number(_ name: String, _ rules: JSONFailures, in range: ClosedRange<Int>) -> Int? {
        integer(name, in: .min ... .max).map { ruled(Int($0), name, rules, range) }
    }

    /// A whole number, nil when absent or null.
    mutating func optionalNumber(_ name: String, _ rules: JSONFailures, in range: ClosedRange<Int>) -> Int? {
        optionalInteger(name, in: .min ... .max).map { ruled(Int($0), name, rules, range) }
    }

    private func ruled(_ number: Int, _ name: String, _ rules: JSONFailures, _ range: ClosedRange<Int>) -> Int {
        if !range.contains(number) {
            rules.add(pointer.appending(name), "must be between \(range.lowerBound) and \(range.upperBound)")
        }
        return number
    }

    mutating func day(_ name: String) -> Day? { parsed(name, Words.date) { Day($0) } }
    mutating func optionalDay(_ name: String) -> Day? { optionalParsed(name, Words.date) { Day($0) } }
    mutating func instant(_ name: String) -> Instant? { parsed(name, Words.instant) { Instant($0) } }
    mutating func optionalInstant(_ name: String) -> Instant? {
        optionalParsed(name, Words.instant) { Instant($0) }
    }
    mutating func time(_ name: String) -> TimeOfDay? { parsed(name, Words.time) { TimeOfDay($0) } }
    mutating func optionalTime(_ name: String) -> TimeOfDay? {
        optionalParsed(name, Words.time) { TimeOfDay($0) }
    }
    mutating func slug(_ name: String) -> Slug? { parsed(name, Words.slug) { Slug($0) } }
    mutating func optionalSlug(_ name: String) -> Slug? { optionalParsed(name, Words.slug) { Slug($0) } }

    /// A word of an enumeration.
    mutating func word<Word: RawRepresentable & CaseIterable>(_ name: String, _ type: Word.Type = Word.self)
        -> Word?
    where Word.RawValue == String {
        parsed(name, Words.oneOf(type)) { Word(rawValue: $0) }
    }

    /// A word of an enumeration, nil when absent or null.
    mutating func optionalWord<Word: RawRepresentable & CaseIterable>(
        _ name: String,
        _ type: Word.Type = Word.self
    ) -> Word? where Word.RawValue == String {
        optionalParsed(name, Words.oneOf(type)) { Word(rawValue: $0) }
    }

    /// A required array of strings that `parse` understands.
    mutating func list<Value>(
        _ name: String,
        max: Int,
        _ expected: @autoclosure () -> String,
        _ parse: (String) -> Value?
    )
        -> [Value]?
    {
        array(name, max: max) { Self.parsed($0, $1, $2, expected(), parse) }
    }

    /// The same, nil when absent or null.
    mutating func optionalList<Value>(
        _ name: String,
        max: Int,
        _ expected: @autoclosure () -> String,
        _ parse: (String) -> Value?
    ) -> [Value]? {
        optionalArray(name, max: max) { Self.parsed($0, $1, $2, expected(), parse) }
    }

    /// Weekdays: at least one, none twice.
    mutating func weekdays(_ name: String, _ rules: JSONFailures) -> Weekdays? {
        guard let days = list(name, max: 100, Words.oneOf(Weekday.self), { Weekday(rawValue: $0) }) else {
            return nil
        }
        let set = Weekdays(days)
        if days.isEmpty { rules.add(pointer.appending(name), "must name at least one day") }
        if set.count < days.count { rules.add(pointer.appending(name), "names a day twice") }
        return set
    }

    /// Skills, ascending, each once.
    mutating func optionalSkills(_ name: String) -> [Skill]? {
        optionalList(name, max: 100, Words.code) { isNewCode($0) ? Skill($0) : nil }.map { Set($0).sorted() }
    }

    /// Whoever acts in person: the name goes to the vault, the role to the journal where it is a code.
    mutating func signature(_ name: String = "by") -> Signature? {
        object(name) { by in
            let name = by.string("name", max: 200)
            let role = by.string("role", max: 100)
            let registration = by.optionalString("registration", max: 64)
            let telephone = by.optionalString("telephone", max: 64)
            guard let name, let role else { return nil }
            return Signature(name: name, role: role, registration: registration, telephone: telephone)
        }
    }
}

/// A named person who acts for an organisation.
struct Signature: Sendable {
    let name: String
    let role: String
    let registration: String?
    let telephone: String?

    /// The role as the journal may hold it: free text never, so what is none of the usual ones is "other" there and
    /// itself in the vault. A closed list, since a name can be spelt like a code.
    var code: String {
        Signature.roles.contains(role.lowercased().filter { $0 != "-" }) ? role : "other"
    }

    /// Roles in which people act for wards, therapy teams, providers, hubs and councils.
    private static let roles: Set<String> = [
        "administrator", "assessor", "broker", "caller", "carecoordinator", "caremanager", "carer", "clinician",
        "commissioner", "consultant", "coordinator", "director", "dischargecoordinator", "dischargenurse",
        "districtnurse", "doctor", "dutymanager", "gp", "manager", "matron", "nurse", "occupationaltherapist", "ot",
        "owner", "paramedic", "pharmacist", "physio", "physiotherapist", "practitioner", "registeredmanager",
        "reviewer", "scheduler", "sister", "socialworker", "supervisor", "teamleader", "therapist",
    ]

    var json: JSONValue {
        .object([
            JSONMember("name", .string(name)), JSONMember("role", .string(role)),
            JSONMember("registration", registration.map(JSONValue.string) ?? .null),
            JSONMember("telephone", telephone.map(JSONValue.string) ?? .null),
        ])
    }
}

/// What a value must be, in the words of an error.
enum Words {
    static let date = "a date that exists, such as 2027-01-04"
    static let instant = "an instant in UTC, such as 2027-01-04T09:30:00Z"
    static let time = "a time of day, such as 08:00"
    static let slug = "an identifier of lower-case letters, digits and -, at most 64"
    static let code = "a code of letters, -, and at most five digits, at most 32 in all, that begins with a letter"
    static let district = "a postcode district, such as CV32"

    static func oneOf<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) -> String
    where Word.RawValue == String {
        "one of " + Word.allCases.map(\.rawValue).joined(separator: ", ")
    }
}

extension SensitiveText {
    /// A text of members; absent ones are left out.
    init(kind: String, _ members: [(String, JSONValue?)]) {
        self.init(kind: kind, .object(present: members))
    }

    init(kind: String, _ value: JSONValue) {
        var json = JSONWriter()
        json.value(value)
        self.init(kind: kind, json: json.bytes)
    }
}

extension JSONValue {
    /// An object of the members that there are.
    static func object(present members: [(String, JSONValue?)]) -> JSONValue {
        .object(members.compactMap { name, value in value.map { JSONMember(name, $0) } })
    }
}

/// One spelling for each JSON value: members by name, no white space. Two bodies that say the same are the same.
enum Canonical {
    static func bytes(_ value: JSONValue) -> [UInt8] {
        var json = JSONWriter(capacity: 1_024)
        write(value, to: &json)
        return json.bytes
    }

    private static func write(_ value: JSONValue, to json: inout JSONWriter) {
        switch value {
        case .null, .bool, .integer, .fraction, .string: json.value(value)
        case .array(let elements): json.array { for element in elements { write(element, to: &$0) } }
        case .object(let members):
            json.object { json in
                for index in members.indices.sorted(by: { members[$0].name < members[$1].name }) {
                    json.key(text: members[index].name)
                    write(members[index].value, to: &json)
                }
            }
        }
    }
}
