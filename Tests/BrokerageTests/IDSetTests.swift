import Seeded
import Testing

@testable import Brokerage

@Suite("Identifiers as bits")
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
}
