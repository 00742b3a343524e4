import Testing

@testable import Simulation

@Suite("A simulated county")
struct SimulationTests {
    /// Seeds that once found something stay here; the rest begin in each of the three seasons.
    @Test("keeps every promise through failing appends, crashes and two writers", arguments: [1, 2, 3] as [UInt64])
    func corner(seed: UInt64) throws {
        print("seed \(seed)")
        let tally = try Simulation(seed: seed, days: 10, scale: .corner).run()
        print("seed \(seed): \(tally)")
        // It must have been a history worth the name.
        #expect(tally.packages > 10)
        #expect(tally.crashes > 0)
        #expect(tally.fromSnapshots > 0)
        #expect(tally.appendsUnknown > 0)
        #expect(tally.repeats > 0)
    }

    @Test("is the same twice from one seed")
    func deterministic() throws {
        let first = try Simulation(seed: 7, days: 2, scale: .corner).run()
        let second = try Simulation(seed: 7, days: 2, scale: .corner).run()
        #expect("\(first)" == "\(second)")
    }
}
