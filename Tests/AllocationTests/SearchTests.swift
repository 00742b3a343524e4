import Testing

@testable import Allocation

@Suite("A plan while it is being changed")
struct SearchTests {
    /// Moves are tried and nearly all of them taken back, on blocks that hold more packages than a word has bits and more rows
    /// than one step tests.
    @Test("large blocks are sold as exactly as small ones", arguments: UInt64(1)...3)
    func largeBlocks(seed: UInt64) throws {
        let search = try crowded(seed)
        var mostSeats: Int32 = 0
        for _ in 0..<300 {
            search.step(100_000, 1, 1_000, Search.Manner())
            mostSeats = max(mostSeats, (0..<search.region.blockCount).reduce(0) { max($0, search.seatedCount[$1]) })
        }
        #expect(mostSeats > 64)
        #expect(search.region.mostQuads > 1)
        expectExactSeats(search)
    }

    @Test("a move taken back leaves nothing behind", arguments: UInt64(1)...5)
    func undo(seed: UInt64) throws {
        let search = try crowded(seed)
        let needs = 0..<search.region.needCount
        for _ in 0..<30 {
            let before = needs.map { search.holding($0) }
            let cells = (0..<search.region.quadCount).map { search.cells[$0] }
            let received = (0..<search.region.providerCount).map { search.received[$0] }
            let (objective, grudges, waiting) = (search.objective, search.grudges, search.poolCount)
            (search.changeCount, search.touchedCount) = (0, 0)
            var out: [Int] = []
            for _ in 0..<3 {
                let need = search.chance.below(needs.count)
                guard search.first[need] >= 0 else { continue }
                search.eject(need)
                out.append(need)
            }
            for need in out.reversed() where search.cheapest(need) { search.settle(need, search.option) }
            search.undo(to: objective, grudges)
            #expect(needs.allSatisfy { search.first[$0] < 0 || search.holding($0).same(as: before[$0]) })
            #expect(needs.allSatisfy { (search.first[$0] < 0) == (before[$0].first < 0) })
            #expect((0..<search.region.quadCount).allSatisfy { search.cells[$0] == cells[$0] })
            #expect((0..<search.region.providerCount).allSatisfy { search.received[$0] == received[$0] })
            #expect((search.objective, search.grudges, search.poolCount) == (objective, grudges, waiting))
            expectExactSeats(search)
        }
    }

    @Test("settling the best plan leaves nobody where another place alone would cost less, and so gains")
    func settled() throws {
        var gains = 0
        for seed in UInt64(1)...5 {
            let search = try crowded(seed)
            // Deciding one by one: who was placed early did not know whom fairness would burden.
            search.keep(search.objective, undoing: false)
            let before = search.bestObjective
            // Each makes room for others: once more until it is still.
            var last = Int.max
            while search.bestObjective < last {
                last = search.bestObjective
                search.settleBest()
            }
            #expect(search.objective == search.bestObjective && search.bestObjective <= before, "seed \(seed)")
            if search.bestObjective < before { gains += 1 }
            for need in 0..<search.region.needCount where search.first[need] >= 0 {
                search.changeCount = 0
                search.touchedCount = 0
                let (now, grudges) = (search.objective, search.grudges)
                search.eject(need)
                if search.cheapest(need) { search.settle(need, search.option) }
                #expect(search.objective >= now, "seed \(seed)")
                search.undo(to: now, grudges)
            }
        }
        #expect(gains > 0)
    }

    /// A search of four blocks that each hold many packages, filled.
    private func crowded(_ seed: UInt64) throws -> Search {
        var random = RandomInstance(seed: seed)
        var instance = random.make(needs: 300, blocks: 4, providers: 2, sameBand: true)
        // Much on each day, and the less the fewer packages lie on it, so that many days bind.
        for index in instance.free.indices {
            let day = index % instance.horizon
            instance.free[index] *= Int16(day < 4 ? 36 + day : 70 - day)
        }
        let problem = Problem(instance)
        let start = Plan(waiting: instance.needs.count)
        let region = Region(undivided: problem, home: start)
        let search = Search(region, start, seed: seed)
        search.fill()
        return search
    }

    /// What a block has left and what its seats hold make up what it began with, nobody sits twice, and nothing is oversold.
    private func expectExactSeats(_ search: Search) {
        let region = search.region
        for block in 0..<region.blockCount {
            let place = Int(region.blockQuad[block])
            let quads = Int(region.blockQuad[block + 1]) - place
            let seats = (0..<Int(search.seatedCount[block])).map {
                Int(search.seated[Int(region.userStart[block]) + $0])
            }
            #expect(Set(seats).count == seats.count)
            for quad in 0..<quads {
                var sum = search.cells[place + quad]
                for (seat, candidate) in seats.enumerated() {
                    #expect(search.seatOf[candidate] == Int32(seat))
                    sum = sum &+ search.held[Int(region.userAskStart[block]) + seat * quads + quad]
                }
                #expect(sum == region.whole[place + quad])
                #expect(search.cells[place + quad] & Search.guards == Search.guards)
            }
        }
    }
}
