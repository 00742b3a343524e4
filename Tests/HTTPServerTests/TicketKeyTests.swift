import Testing

@testable import HTTPServer

@Suite("Keys of session tickets")
struct TicketKeyTests {
    private func open(_ keys: TicketKeys, _ name: [UInt8], at now: UInt64) -> (key: TicketKeys.Key, isOld: Bool)? {
        name.withUnsafeBufferPointer { keys.opening($0, now: now) }
    }

    @Test("a key seals for its lifetime, opens for another, and is then forgotten")
    func rotates() throws {
        let keys = TicketKeys(lifetime: 1_000, now: 5_000)
        let first = keys.sealing(now: 5_999)
        #expect(open(keys, first.name, at: 5_999)?.isOld == false)
        let second = keys.sealing(now: 6_000)
        #expect(second.name != first.name && second.cipher != first.cipher)
        #expect(second.authentication != first.authentication)
        let old = try #require(open(keys, first.name, at: 6_999))
        #expect(old.isOld && old.key == first)
        #expect(open(keys, first.name, at: 7_000) == nil)
        #expect(open(keys, second.name, at: 7_000)?.isOld == true)
    }

    @Test("after a silence of two lifetimes nothing of before is opened")
    func silence() {
        let keys = TicketKeys(lifetime: 1_000, now: 0)
        let first = keys.sealing(now: 0)
        #expect(open(keys, first.name, at: 2_000) == nil)
        #expect(open(keys, [UInt8](repeating: 0, count: 16), at: 2_000) == nil)
    }

    @Test("the bucket of a duration is the first whose bound it does not pass")
    func buckets() {
        let bounds = ServerStatistics.durationBounds
        for (index, bound) in bounds.enumerated() {
            #expect(ServerStatistics.bucket(nanoseconds: bound) == index)
            #expect(ServerStatistics.bucket(nanoseconds: bound + 1) == index + 1)
        }
        #expect(ServerStatistics.bucket(nanoseconds: 0) == 0)
        #expect(ServerStatistics.bucket(nanoseconds: .max) == bounds.count)
    }
}
