import Seeded
import Testing

@testable import Brokerage

@Suite("Remembered requests")
struct RememberedRequestsTests {
    /// - Parameter word: what the scope is looked up by; scopes may share it.
    private func request(_ number: Int, word: UInt64, at: Int64) -> RememberedRequests.Remembered {
        func bytes(_ number: UInt64) -> [UInt8] {
            (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
        }
        return RememberedRequests.Remembered(
            scope: RequestScope(bytes(UInt64(number)) + bytes(word))!,
            at: Instant(seconds: at),
            body: [UInt8(number % 256)],
            outcome: .referral(ReferralID(number: UInt32(number + 1)), created: true),
            resource: .nothing
        )
    }

    @Test(
        "are found by their scope, leave the oldest first, and are the same as the list of them",
        arguments: 1...12 as ClosedRange<UInt64>
    )
    func likeAList(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // Few words: many scopes are told apart only by the rest of them.
        let words = seed % 3 == 0 ? 4 : UInt64.max
        var requests = RememberedRequests()
        var model: [RememberedRequests.Remembered] = []
        var left: [RememberedRequests.Remembered] = []
        var now: Int64 = 0
        for number in 0..<Int.random(in: 1...9_000, using: &random) {
            now += Int64.random(in: 0...2, using: &random)
            let request = request(number, word: UInt64.random(in: 0..<words, using: &random), at: now)
            requests.append(request)
            model.append(request)
            guard Int.random(in: 0..<700, using: &random) == 0 else { continue }
            let before = Int64.random(in: (model.first?.at.seconds ?? 0)...now + 1, using: &random)
            requests.forget(before: Instant(seconds: before))
            let gone = model.prefix { $0.at.seconds < before }
            left += gone
            model.removeFirst(gone.count)
        }
        #expect(requests.count == model.count && requests.all == model, "seed \(seed)")
        #expect(requests.oldest == model.first && requests.forgotten == UInt64(left.count), "seed \(seed)")
        for request in model.shuffled(using: &random).prefix(200) {
            #expect(requests[request.scope] === request, "seed \(seed)")
        }
        for request in left.shuffled(using: &random).prefix(200) {
            #expect(requests[request.scope] == nil, "seed \(seed)")
        }
    }

    @Test("a scope that comes again stands for the newer request, also once the older one is forgotten")
    func again() {
        var requests = RememberedRequests()
        let older = request(1, word: 9, at: 10)
        requests.append(older)
        let newer = RememberedRequests.Remembered(
            scope: older.scope,
            at: Instant(seconds: 20),
            body: [7],
            outcome: .advanced,
            resource: .nothing
        )
        requests.append(newer)
        #expect(requests[older.scope] === newer && requests.count == 2)
        requests.forget(before: Instant(seconds: 15))
        #expect(requests[older.scope] === newer && requests.count == 1)
        requests.forget(before: Instant(seconds: 30))
        #expect(requests[older.scope] == nil && requests.oldest == nil && requests.count == 0)
    }

    @Test("are the same wherever the first of them lay, and a copy does not notice what happens to the other")
    func value() {
        var requests = RememberedRequests()
        for number in 0..<700 { requests.append(request(number, word: UInt64(number), at: Int64(number))) }
        let copy = requests
        requests.forget(before: Instant(seconds: 300))
        var again = RememberedRequests(forgotten: 300)
        for number in 300..<700 { again.append(request(number, word: UInt64(number), at: Int64(number))) }
        #expect(requests == again && requests.count == 400 && copy.count == 700 && copy != requests)
        for number in 700..<5_000 {
            let request = request(number, word: UInt64(number), at: Int64(number))
            requests.append(request)
            again.append(request)
        }
        #expect(requests == again && again[request(4_999, word: 4_999, at: 0).scope]?.at == Instant(seconds: 4_999))
    }
}
