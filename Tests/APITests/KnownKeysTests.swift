import Testing

@testable import API

@Suite("Keys that were good lately")
struct KnownKeysTests {
    @Test("a key is known again by all its bytes, and by no part or change of them")
    func again() {
        var keys = KnownKeys()
        let value = "Bearer hw.default.0123456789abcdef"
        #expect(keys.find(value) == nil)
        keys.keep(value, system: "default", hash: [1, 2, 3])
        #expect(keys.find(value)?.system == "default")
        #expect(keys.find(value)?.hash == [1, 2, 3])
        for index in value.indices {
            var other = value
            other.replaceSubrange(index...index, with: value[index] == "x" ? "y" : "x")
            #expect(keys.find(other) == nil, "\(other)")
            #expect(keys.find(String(value[..<index])) == nil)
        }
        #expect(keys.find(value + "0") == nil)
        #expect(keys.find("") == nil)
    }

    @Test("a value made long by white space is not kept")
    func padded() {
        var keys = KnownKeys()
        let value = "Bearer" + String(repeating: " ", count: 10_000) + "hw.default.0"
        keys.keep(value, system: "default", hash: [1])
        #expect(keys.find(value) == nil)
    }

    @Test("as many as there are places are kept at most, the latest always")
    func takenOver() {
        var keys = KnownKeys()
        for number in 0..<2_000 {
            keys.keep("Bearer hw.default.\(number)", system: "s\(number)", hash: [])
            #expect(keys.find("Bearer hw.default.\(number)")?.system == "s\(number)")
        }
        let kept = (0..<2_000).filter { keys.find("Bearer hw.default.\($0)") != nil }
        #expect(kept.count <= 256 && kept.count > 100)
    }
}
