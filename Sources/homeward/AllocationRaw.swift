import Allocation
import JSON

/// The members of an instance file as they stand, before they are checked against each other.
///
/// Nothing is guessed: each member named here must be there, and once. What a file has beside them is passed over.
struct RawInstance {
    struct Provider {
        var recent = 0
        var fair = 0
    }
    struct Block {
        var provider = -1
        var isSpot = false
        var base = -1
        var zone: [Int] = []
        var skills = 0
        var genders = 0
        var languages = 0
        var rate = 0
        var from = 0
        var to = 0
        var free: [Int] = []
        var releases: [[Int]] = []
    }
    struct Call {
        var band = -1
        var minutes = 0
        var carers = 0
        var days = 0
    }
    struct Referral {
        var place = -1
        var arrival = 0
        var start = 0
        var length = 0
        var calls: [Call] = []
        var skills = 0
        var genderRequired = 0
        var genderPreferred = 0
        var languagePreferred = 0
        var endOfLife = false
        var waited = 0
        var maxProviders = 1
        var declined: [Int] = []
    }

    var format = ""
    var horizon = 0
    var weekday = 0
    var weights: [String: Int] = [:]
    var places: [Instance.Place] = []
    var providers: [Provider] = []
    var blocks: [Block] = []
    var referrals: [Referral] = []
}

/// One member of an object: its name, and how it is read.
struct Member<Owner>: Sendable {
    let name: StaticString
    let read: @Sendable (inout Owner, inout JSONScanner) throws(JSONError) -> Void

    init(
        _ name: StaticString,
        _ read: @escaping @Sendable (inout Owner, inout JSONScanner) throws(JSONError) -> Void
    ) {
        (self.name, self.read) = (name, read)
    }

    init(_ name: StaticString, _ path: any WritableKeyPath<Owner, Int> & Sendable) {
        self.init(name) { (owner, json) throws(JSONError) in owner[keyPath: path] = try json.int() }
    }

    init(_ name: StaticString, _ path: any WritableKeyPath<Owner, [Int]> & Sendable) {
        self.init(name) { (owner, json) throws(JSONError) in owner[keyPath: path] = try json.ints() }
    }

    init<Entry: Membered>(_ name: StaticString, _ path: any WritableKeyPath<Owner, [Entry]> & Sendable) {
        self.init(name) { (owner, json) throws(JSONError) in
            try json.beginArray()
            while try json.nextElement() { owner[keyPath: path].append(try json.object()) }
        }
    }
}

/// What is read from an object of members that must all be there.
protocol Membered: SendableMetatype {
    init()
    /// At most 32.
    static var members: [Member<Self>] { get }
}

extension JSONScanner {
    /// Reads an object.
    fileprivate mutating func object<Owner: Membered>() throws(JSONError) -> Owner {
        var owner = Owner()
        let members = Owner.members
        var seen: UInt32 = 0
        try beginObject()
        while try nextKey() {
            guard let index = members.firstIndex(where: { keyIs($0.name) }) else {
                try skipValue()
                continue
            }
            guard seen >> UInt32(index) & 1 == 0 else {
                throw JSONError(detail: "\(members[index].name) is there twice", offset: offset)
            }
            seen |= 1 << UInt32(index)
            try members[index].read(&owner, &self)
        }
        for (index, member) in members.enumerated() where seen >> UInt32(index) & 1 == 0 {
            throw JSONError(detail: "the object before has no \(member.name)", offset: offset)
        }
        return owner
    }

    /// A whole number that arithmetic on minutes and metres cannot overflow.
    fileprivate mutating func int() throws(JSONError) -> Int {
        let number = try integer()
        guard number.magnitude <= 1 << 40 else {
            throw JSONError(detail: "a number beyond 2^40", offset: offset)
        }
        return Int(number)
    }

    fileprivate mutating func ints() throws(JSONError) -> [Int] {
        var list: [Int] = []
        try beginArray()
        while try nextElement() { list.append(try int()) }
        return list
    }
}

extension RawInstance: Membered {
    /// Reads a file.
    init(_ json: inout JSONScanner) throws(JSONError) { self = try json.object() }

    static let members: [Member<RawInstance>] = [
        Member("format") { (file, json) throws(JSONError) in file.format = try json.string() },
        Member("horizon_days", \.horizon),
        Member("today_dow", \.weekday),
        Member("weights") { (file, json) throws(JSONError) in
            try json.beginObject()
            while try json.nextKey() {
                let name = json.keyText
                let weight = try json.int()
                guard file.weights.updateValue(weight, forKey: name) == nil else {
                    throw JSONError(detail: "\(name) is there twice", offset: json.offset)
                }
            }
        },
        Member("districts", \.places),
        Member("providers", \.providers),
        Member("blocks", \.blocks),
        Member("referrals", \.referrals),
    ]
}

extension Instance.Place: Membered {
    init() { self.init(x: 0, y: 0) }

    static let members: [Member<Instance.Place>] = [Member("x", \.x), Member("y", \.y)]
}

extension RawInstance.Provider: Membered {
    static let members: [Member<Self>] = [Member("recent_min", \.recent), Member("fair_min", \.fair)]
}

extension RawInstance.Block: Membered {
    static let members: [Member<Self>] = [
        Member("provider", \.provider),
        Member("kind") { (block, json) throws(JSONError) in
            let kind = try json.string()
            guard kind == "block" || kind == "spot" else {
                throw JSONError(detail: "a kind is block or spot", offset: json.offset)
            }
            block.isSpot = kind == "spot"
        },
        Member("base", \.base),
        Member("districts", \.zone),
        Member("caps", \.skills),
        Member("genders", \.genders),
        Member("languages", \.languages),
        Member("rate_p", \.rate),
        Member("from", \.from),
        Member("to", \.to),
        Member("free", \.free),
        Member("releases") { (block, json) throws(JSONError) in
            try json.beginArray()
            while try json.nextElement() { block.releases.append(try json.ints()) }
        },
    ]
}

extension RawInstance.Call: Membered {
    static let members: [Member<Self>] = [
        Member("band", \.band), Member("minutes", \.minutes), Member("carers", \.carers), Member("days", \.days),
    ]
}

extension RawInstance.Referral: Membered {
    static let members: [Member<Self>] = [
        Member("district", \.place),
        Member("arrival_s", \.arrival),
        Member("start", \.start),
        Member("length", \.length),
        Member("calls", \.calls),
        Member("needs", \.skills),
        Member("gender_required", \.genderRequired),
        Member("gender_preferred", \.genderPreferred),
        Member("language_preferred", \.languagePreferred),
        Member("eol") { (referral, json) throws(JSONError) in referral.endOfLife = try json.bool() },
        Member("waited_days", \.waited),
        Member("max_providers", \.maxProviders),
        Member("declined", \.declined),
    ]
}
