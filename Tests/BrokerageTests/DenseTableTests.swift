import Testing

@testable import Brokerage

@Suite("A table of what the server numbers")
struct DenseTableTests {
    private func table(_ count: Int) -> DenseTable<ReferralID, Int> {
        var table = DenseTable<ReferralID, Int>()
        for number in 1...count { table[ReferralID(number: UInt32(number))] = number * 10 }
        return table
    }

    @Test(
        "gives back what was set, over every level, and nothing behind its end",
        arguments: [1, 63, 64, 65, 4095, 4096, 4097, 9000]
    )
    func levels(count: Int) {
        let table = table(count)
        #expect(table.count == count && !table.isEmpty)
        for number in [1, 64, 65, 4096, 4097, count] where number <= count {
            #expect(table[ReferralID(number: UInt32(number))] == number * 10)
        }
        #expect(table[ReferralID(number: 0)] == nil)
        #expect(table[ReferralID(number: UInt32(count) + 1)] == nil)
        #expect(table.map(\.value) == (1...count).map { $0 * 10 })
        #expect(table.map(\.key.number) == (1...UInt32(count)).map { $0 })
    }

    @Test("is a value: a copy does not notice what happens to the other, and equality looks at every entry")
    func value() {
        let before = table(5000)
        for number in [1, 64, 4096, 4999, 5000] as [UInt32] {
            var after = before
            after[ReferralID(number: number)] = -1
            #expect(before[ReferralID(number: number)] == Int(number) * 10)
            #expect(after[ReferralID(number: number)] == -1)
            #expect(after != before)
            after[ReferralID(number: number)] = Int(number) * 10
            #expect(after == before)
        }
        var longer = before
        longer[ReferralID(number: 5001)] = 0
        #expect(longer != before && before.count == 5000)
    }
}
