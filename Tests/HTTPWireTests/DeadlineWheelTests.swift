import HTTPWire
import Testing

@Suite("The wheel of deadlines")
struct DeadlineWheelTests {
    private func expired(_ wheel: inout DeadlineWheel, _ now: UInt32) -> [Int] {
        var result: [Int] = []
        while let index = wheel.popExpired(now: now) { result.append(index) }
        return result.sorted()
    }

    @Test("an entry comes out at its tick and not before")
    func comesOut() {
        var wheel = DeadlineWheel(buckets: 8, now: 100)
        wheel.arm(3, due: 105)
        #expect(expired(&wheel, 104) == [])
        #expect(expired(&wheel, 105) == [3])
        #expect(wheel.armed == 0)
    }

    @Test("what is armed later waits longer, what is armed earlier less")
    func rearms() {
        var wheel = DeadlineWheel(buckets: 8, now: 0)
        wheel.arm(0, due: 3)
        wheel.arm(0, due: 6)
        wheel.arm(1, due: 6)
        wheel.arm(1, due: 3)
        #expect(expired(&wheel, 5) == [1])
        #expect(expired(&wheel, 6) == [0])
    }

    @Test("a deadline beyond the wheel's horizon is kept")
    func horizon() {
        var wheel = DeadlineWheel(buckets: 8, now: 0)
        wheel.arm(0, due: 1_000)
        #expect(expired(&wheel, 999) == [])
        #expect(expired(&wheel, 1_000) == [0])
    }

    @Test("what is disarmed never comes out; the past counts as the next tick")
    func disarms() {
        var wheel = DeadlineWheel(buckets: 8, now: 50)
        wheel.arm(0, due: 52)
        wheel.arm(1, due: 10)
        wheel.disarm(0)
        wheel.disarm(7)
        #expect(expired(&wheel, 51) == [1])
        #expect(expired(&wheel, 500) == [])
    }

    @Test("it agrees with a plain table over a long random run", arguments: [1, 2, 3] as [UInt64])
    func agrees(seed: UInt64) {
        var random = seed &* 0x9E37_79B9_7F4A_7C15
        func next(_ bound: UInt32) -> UInt32 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt32(truncatingIfNeeded: random >> 33) % bound
        }
        var wheel = DeadlineWheel(buckets: 16, now: 0)
        var table: [Int: UInt32] = [:]
        var now: UInt32 = 0
        for _ in 0..<20_000 {
            let index = Int(next(40))
            switch next(4) {
            case 0, 1:
                let due = now + 1 + next(60)
                wheel.arm(index, due: due)
                table[index] = due
            case 2:
                wheel.disarm(index)
                table[index] = nil
            default:
                now += next(5)
                let due = table.filter { $0.value <= now }.keys.sorted()
                #expect(expired(&wheel, now) == due, "seed \(seed)")
                for index in due { table[index] = nil }
            }
        }
        #expect(wheel.armed == table.count)
    }
}
