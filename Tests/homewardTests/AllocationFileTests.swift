import Foundation
import Testing

@testable import homeward

/// What `homeward allocate` takes for an instance, and what it refuses with the place named.
@Suite("The instance file")
struct AllocationFileTests {
    /// One person with a daily visit of half an hour, one block that has it, and one that sells it.
    private static let instance = """
        {"format": "block-alloc/1", "horizon_days": 56, "today_dow": 0, "note": "passed over",
        "weights": {"unplaced_eol": 20000000, "unplaced": 2000000, "unplaced_per_day_waited": 200000,
        "waited_cap_days": 10, "travel_p_per_km_visit": 25, "pref_miss_per_call": 500, "split": 5000, "fair_over": 5,
        "fair_over_125": 15},
        "districts": [{"x": 0, "y": 0}, {"x": 3000, "y": 4000}],
        "providers": [{"recent_min": 0, "fair_min": 100}],
        "blocks": [
        {"provider": 0, "kind": "block", "base": 0, "districts": [0, 1], "caps": 0, "genders": 3, "languages": 1,
        "rate_p": 0, "from": 0, "to": 99, "free": FREE, "releases": []},
        {"provider": 0, "kind": "spot", "base": 0, "districts": [1], "caps": 0, "genders": 3, "languages": 1,
        "rate_p": 3000, "from": 0, "to": 99, "free": FREE, "releases": [[7, 0, 127, 30]]}],
        "referrals": [{"district": 1, "arrival_s": 5, "start": 1, "length": 14, "needs": 0, "gender_required": 0,
        "gender_preferred": 0, "language_preferred": 0, "eol": false, "waited_days": 2, "max_providers": 1,
        "declined": [], "calls": [{"band": 0, "minutes": 30, "carers": 1, "days": 127}]}]}
        """.replacingOccurrences(of: "FREE", with: "[\(Array(repeating: "30", count: 35).joined(separator: ", "))]")

    /// The instance with some text in place of other text, as it is read.
    private static func read(_ changes: [(String, String)] = []) throws -> AllocationFile {
        var text = instance
        for (old, new) in changes {
            #expect(text.contains(old), "nothing to change: \(old)")
            text = text.replacingOccurrences(of: old, with: new)
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("instance-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try AllocationFile.read(file.path)
    }

    private static func refusal(_ changes: [(String, String)]) -> String? {
        do {
            _ = try read(changes)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("what it says is what is read, and members that nobody needs are passed over")
    func reading() throws {
        let file = try Self.read()
        let instance = file.instance
        #expect(instance.blocks.map(\.spotRate) == [nil, 3000])
        #expect(instance.needs.map(\.waiting) == [2_400_000])
        #expect(instance.needs[0].days == 1..<15)
        #expect(instance.free[instance.slab(1, 0) + 6] == 30 && instance.free[instance.slab(1, 0) + 7] == 60)
        #expect(file.arrivals == [0])
    }

    @Test("a block that begins beyond the horizon has nothing to give")
    func beyond() throws {
        for from in [55, 56, 57, 64, 128, 1_000_000] {
            let file = try Self.read([("\"from\": 0, \"to\": 99", "\"from\": \(from), \"to\": 1000000")])
            let free = file.instance.free.reduce(0) { $0 + Int($1) }
            #expect(free == (from == 55 ? 2 * 5 * 30 + 30 : 0), "\(from)")
        }
    }

    @Test("a member that is missing or misspelt is refused by its name: nothing is guessed")
    func missing() {
        for name in [
            "format", "horizon_days", "today_dow", "weights", "districts", "providers", "blocks", "x", "recent_min",
            "fair_min", "provider", "kind", "base", "caps", "genders", "languages", "rate_p", "from", "to", "free",
            "releases", "district", "arrival_s", "start", "length", "calls", "needs", "gender_required",
            "gender_preferred", "language_preferred", "eol", "waited_days", "max_providers", "declined", "band",
            "minutes", "carers", "days", "unplaced", "split", "fair_over_125",
        ] {
            let refusal = Self.refusal([("\"\(name)\":", "\"\(name)_\":")])
            #expect(refusal?.contains(name) ?? false, "\(name): \(refusal ?? "read")")
        }
    }

    @Test("a member that is there twice is refused, whichever of the two was meant")
    func twice() {
        for (name, member) in [
            ("carers", "\"carers\": 1"), ("to", "\"to\": 99"), ("x", "\"x\": 3000"), ("split", "\"split\": 5000"),
            ("horizon_days", "\"horizon_days\": 56"),
        ] {
            let refusal = Self.refusal([(member, "\(member), \(member)")])
            #expect(refusal?.contains("\(name) is there twice") ?? false, "\(name): \(refusal ?? "read")")
        }
    }

    @Test("numbers out of their range are refused by their place")
    func ranges() {
        for (old, new, place) in [
            ("\"recent_min\": 0", "\"recent_min\": -1", "providers[0].recent_min"),
            ("\"fair_min\": 100", "\"fair_min\": -7", "providers[0].fair_min"),
            ("\"kind\": \"spot\"", "\"kind\": \"sport\"", "kind"),
            ("\"carers\": 1", "\"carers\": 17", "referrals[0].calls: the carers"),
            ("\"base\": 0", "\"base\": 2", "blocks[0].base"),
            ("\"district\": 1", "\"district\": 2", "referrals[0].district"),
        ] {
            let refusal = Self.refusal([(old, new)])
            #expect(refusal?.contains(place) ?? false, "\(place): \(refusal ?? "read")")
        }
    }

    @Test("points that could not be counted are refused, and what makes them so is named")
    func points() {
        let everyBand = (0..<2).map { "{\"band\": \($0), \"minutes\": 1440, \"carers\": 16, \"days\": 127}" }
            .joined(separator: ", ")
        let call = "{\"band\": 0, \"minutes\": 30, \"carers\": 1, \"days\": 127}"
        // Each is within the range of its own member.
        for (changes, named) in [
            ([("\"rate_p\": 3000", "\"rate_p\": 1000000"), (call, everyBand)], "rate_p"),
            ([("\"pref_miss_per_call\": 500", "\"pref_miss_per_call\": 1000000000"), (call, everyBand)], "pref_miss"),
            (
                [
                    ("\"travel_p_per_km_visit\": 25", "\"travel_p_per_km_visit\": 100000"),
                    ("\"x\": 3000", "\"x\": 100000000"), (call, everyBand),
                ], "travel_p_per_km_visit"
            ),
            (
                [
                    ("\"recent_min\": 0", "\"recent_min\": 1099511627776"),
                    ("\"fair_over\": 5", "\"fair_over\": 900000"),
                ], "fair_over"
            ),
            (
                [
                    ("\"referrals\": [", "\"referrals\": [" + String(repeating: Self.person + ", ", count: 40)),
                    ("\"unplaced_per_day_waited\": 200000", "\"unplaced_per_day_waited\": 1000000000"),
                    ("\"waited_days\": 2", "\"waited_days\": 1000000"),
                    ("\"waited_cap_days\": 10", "\"waited_cap_days\": 1000000000"),
                ], "unplaced"
            ),
        ] {
            let refusal = Self.refusal(changes)
            #expect(refusal?.contains(named) ?? false, "\(named): \(refusal ?? "read")")
        }
        // Just below it they are read.
        #expect(Self.refusal([("\"rate_p\": 3000", "\"rate_p\": 100000"), (call, everyBand)]) == nil)
    }

    /// The person of the instance once more.
    private static var person: String {
        let start = instance.range(of: "\"referrals\": [")?.upperBound ?? instance.startIndex
        return String(instance[start...].dropLast(2))
    }
}
