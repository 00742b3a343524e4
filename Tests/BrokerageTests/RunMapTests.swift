import Seeded
import Testing

@testable import Brokerage

@Suite("A map in sorted runs")
struct RunMapTests {
    @Test("finds what a dictionary of lists finds, the newest first", arguments: 1...20 as ClosedRange<UInt64>)
    func likeADictionary(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var map = RunMap<UInt64, Int>()
        var model: [UInt64: [Int]] = [:]
        let keys = UInt64.random(in: 1...2_000, using: &random)
        for value in 0..<Int.random(in: 0...3_000, using: &random) {
            // Ascending in half of the histories, with now and then an old one.
            let key =
                seed % 2 == 0 && value % 7 != 0
                ? UInt64(value) : UInt64.random(in: 0..<keys, using: &random)
            map.append(key, value)
            model[key, default: []].append(value)
        }
        #expect(map.count == model.values.reduce(0) { $0 + $1.count }, "seed \(seed)")
        for key in (0..<3_001 as Range<UInt64>) {
            #expect(map.last(key) == model[key]?.last, "seed \(seed), key \(key)")
            #expect(map.last(key) { $0 % 3 == 0 } == model[key]?.last { $0 % 3 == 0 }, "seed \(seed), key \(key)")
        }
        let sorted = model.keys.sorted().flatMap { key in (model[key] ?? []).map { (key, $0) } }
        #expect(map.sorted.elementsEqual(sorted) { $0 == $1 }, "seed \(seed)")
    }

    @Test("lets go of what is not kept, and never of what is")
    func keeping() {
        var map = RunMap<UInt64, Int>()
        for value in 0..<10_000 {
            let oldest = value - 100
            map.append(UInt64(value * 7_919 % 10_007), value) { $0 >= oldest }
        }
        for value in 9_900..<10_000 { #expect(map.last(UInt64(value * 7_919 % 10_007)) == value) }
        #expect(map.count < 1_000, "of 10,000 a hundred are kept")
    }

    @Test("is a value, and the same whichever way its runs were made")
    func value() {
        var map = RunMap<UInt64, Int>()
        for value in 0..<500 { map.append(UInt64(value * 31 % 509), value) }
        let copy = map
        map.append(1, -1)
        #expect(copy.count == 500 && map.count == 501 && map != copy && copy.last(1) != -1 && map.last(1) == -1)
        var again = RunMap<UInt64, Int>()
        for (key, value) in map.sorted { again.append(key, value) }
        #expect(again == map && RunMap<UInt64, Int>() == RunMap<UInt64, Int>())
    }
}
