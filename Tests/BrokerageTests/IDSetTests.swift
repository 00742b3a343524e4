import Seeded
import Testing

@testable import Brokerage

@Suite("Identifiers as bits, and the order of requests")
struct IDSetTests {
    @Test(
        "it holds what a set holds, ascending, whatever was added and taken away",
        arguments: 1...20 as ClosedRange<UInt64>
    )
    func likeASet(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var set = IDSet<OfferID>()
        var known: Set<OfferID> = []
        let span: UInt32 = seed % 2 == 0 ? 200 : 20_000
        for _ in 0..<400 {
            let id = OfferID(number: UInt32.random(in: 1...span, using: &random))
            if Bool.random(using: &random) {
                set.insert(id)
                known.insert(id)
            } else {
                let gone = known.randomElement(using: &random) ?? id
                set.remove(gone)
                known.remove(gone)
            }
            #expect(set.contains(id) == known.contains(id), "seed \(seed)")
        }
        #expect(Array(set) == known.sorted() && set.count == known.count, "seed \(seed)")
        // Equal sets are equal, whichever way they came about.
        var again = IDSet<OfferID>()
        for id in known.sorted().reversed() { again.insert(id) }
        #expect(again == set, "seed \(seed)")
        for id in known { set.remove(id) }
        #expect(set == IDSet() && set.isEmpty, "seed \(seed)")
    }

    @Test("a copy stays as it was when the other is changed")
    func isValue() {
        var set = IDSet<ReferralID>()
        set.insert(ReferralID(number: 7))
        let copy = set
        set.insert(ReferralID(number: 8))
        set.remove(ReferralID(number: 7))
        #expect(Array(copy).map(\.number) == [7] && Array(set).map(\.number) == [8])
    }

    @Test("requests leave in the order in which they came, and equal orders are equal wherever their runs end")
    func requests() {
        func scope(_ number: Int) -> RequestScope { RequestScope([UInt8(number % 256), UInt8(number / 256)])! }
        var order = RequestOrder()
        for number in 0..<700 { order.append(scope(number)) }
        let copy = order
        for number in 0..<300 {
            #expect(order.oldest == scope(number))
            order.removeOldest()
        }
        var again = RequestOrder()
        for number in 300..<700 { again.append(scope(number)) }
        #expect(order == again && order.count == 400 && copy.count == 700 && copy != order)
        for _ in 0..<400 { order.removeOldest() }
        #expect(order == RequestOrder() && order.oldest == nil)
    }
}
