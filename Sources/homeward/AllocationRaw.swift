import Allocation
import JSON

/// The members of an instance file as they stand, before they are checked against each other.
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
        var genders = 3
        var languages = 1
        var rate = 0
        var from = 0
        var to = 9999
        var free: [Int] = []
        var releases: [[Int]] = []
    }
    struct Call {
        var band = -1
        var minutes = 0
        var carers = 1
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
    var horizon = 56
    var weekday = 0
    var weights: [String: Int] = [:]
    var places: [Instance.Place] = []
    var providers: [Provider] = []
    var blocks: [Block] = []
    var referrals: [Referral] = []

    mutating func read(_ json: inout JSONScanner) throws(JSONError) {
        try json.beginObject()
        while try json.nextKey() {
            if json.keyIs("format") {
                format = try json.string()
            } else if json.keyIs("horizon_days") {
                horizon = try json.int()
            } else if json.keyIs("today_dow") {
                weekday = try json.int()
            } else if json.keyIs("weights") {
                try json.beginObject()
                while try json.nextKey() { weights[json.keyText] = try json.int() }
            } else if json.keyIs("districts") {
                try json.beginArray()
                while try json.nextElement() { places.append(try RawInstance.place(&json)) }
            } else if json.keyIs("providers") {
                try json.beginArray()
                while try json.nextElement() { providers.append(try Provider(&json)) }
            } else if json.keyIs("blocks") {
                try json.beginArray()
                while try json.nextElement() { blocks.append(try Block(&json)) }
            } else if json.keyIs("referrals") {
                try json.beginArray()
                while try json.nextElement() { referrals.append(try Referral(&json)) }
            } else {
                try json.skipValue()
            }
        }
    }

    private static func place(_ json: inout JSONScanner) throws(JSONError) -> Instance.Place {
        var place = Instance.Place(x: 0, y: 0)
        try json.beginObject()
        while try json.nextKey() {
            if json.keyIs("x") {
                place.x = try json.int()
            } else if json.keyIs("y") {
                place.y = try json.int()
            } else {
                try json.skipValue()
            }
        }
        return place
    }
}

extension RawInstance.Provider {
    init(_ json: inout JSONScanner) throws(JSONError) {
        try json.beginObject()
        while try json.nextKey() {
            if json.keyIs("recent_min") {
                recent = try json.int()
            } else if json.keyIs("fair_min") {
                fair = try json.int()
            } else {
                try json.skipValue()
            }
        }
    }
}

extension RawInstance.Block {
    init(_ json: inout JSONScanner) throws(JSONError) {
        try json.beginObject()
        while try json.nextKey() {
            if json.keyIs("provider") {
                provider = try json.int()
            } else if json.keyIs("kind") {
                isSpot = try json.string() == "spot"
            } else if json.keyIs("base") {
                base = try json.int()
            } else if json.keyIs("districts") {
                zone = try json.ints()
            } else if json.keyIs("caps") {
                skills = try json.int()
            } else if json.keyIs("genders") {
                genders = try json.int()
            } else if json.keyIs("languages") {
                languages = try json.int()
            } else if json.keyIs("rate_p") {
                rate = try json.int()
            } else if json.keyIs("from") {
                from = try json.int()
            } else if json.keyIs("to") {
                to = try json.int()
            } else if json.keyIs("free") {
                free = try json.ints()
            } else if json.keyIs("releases") {
                try json.beginArray()
                while try json.nextElement() { releases.append(try json.ints()) }
            } else {
                try json.skipValue()
            }
        }
    }
}

extension RawInstance.Call {
    init(_ json: inout JSONScanner) throws(JSONError) {
        try json.beginObject()
        while try json.nextKey() {
            if json.keyIs("band") {
                band = try json.int()
            } else if json.keyIs("minutes") {
                minutes = try json.int()
            } else if json.keyIs("carers") {
                carers = try json.int()
            } else if json.keyIs("days") {
                days = try json.int()
            } else {
                try json.skipValue()
            }
        }
    }
}

extension RawInstance.Referral {
    init(_ json: inout JSONScanner) throws(JSONError) {
        try json.beginObject()
        while try json.nextKey() {
            if json.keyIs("district") {
                place = try json.int()
            } else if json.keyIs("arrival_s") {
                arrival = try json.int()
            } else if json.keyIs("start") {
                start = try json.int()
            } else if json.keyIs("length") {
                length = try json.int()
            } else if json.keyIs("calls") {
                try json.beginArray()
                while try json.nextElement() { calls.append(try RawInstance.Call(&json)) }
            } else if json.keyIs("needs") {
                skills = try json.int()
            } else if json.keyIs("gender_required") {
                genderRequired = try json.int()
            } else if json.keyIs("gender_preferred") {
                genderPreferred = try json.int()
            } else if json.keyIs("language_preferred") {
                languagePreferred = try json.int()
            } else if json.keyIs("eol") {
                endOfLife = try json.bool()
            } else if json.keyIs("waited_days") {
                waited = try json.int()
            } else if json.keyIs("max_providers") {
                maxProviders = try json.int()
            } else if json.keyIs("declined") {
                declined = try json.ints()
            } else {
                try json.skipValue()
            }
        }
    }
}

extension JSONScanner {
    /// A whole number that arithmetic on minutes, points and metres cannot overflow.
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
