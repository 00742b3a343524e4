import Testing

@testable import Allocation

@Suite("How sought after minutes are")
struct PressureTests {
    @Test("a need's minutes are shared among the blocks that could take them, and held against what is free")
    func shares() {
        var instance = Instance(
            horizon: 64,
            weights: Instance.Weights(
                travelPerKilometreVisit: 0,
                preferenceMissed: 0,
                split: 0,
                overFair: 0,
                farOverFair: 0
            )
        )
        instance.places = [Instance.Place(x: 0, y: 0)]
        instance.providers = [Instance.Provider(recent: 0, fair: 0)]
        for minutes in [60, 120, 20] as [Int16] {
            instance.append(
                Instance.Block(provider: 0, base: 0, zone: [0], days: 0..<64),
                minutes: (0..<Instance.bands * 64).map { $0 < 64 ? minutes : 0 }
            )
        }
        let call = Instance.Call(band: 0, minutes: 30, carers: 1, days: (1 << 42) - 1, visitsPerWeek: 7)
        instance.needs = (0..<2).map { _ in Instance.Need(place: 0, days: 0..<42, calls: [call], waiting: 1_000) }
        let pressure = Allocator(instance).pressure()
        // Two needs of 42 x 30 minutes, half of each to either block that holds half an hour a day.
        #expect(pressure[0] == 2 * 42 * 30 * 1_000 / 2 / (56 * 60))
        #expect(pressure[Instance.bands] == 2 * 42 * 30 * 1_000 / 2 / (56 * 120))
        #expect(pressure[2 * Instance.bands] == 0 && pressure[1] == 0)
    }

    /// Needs that arrive one by one, each on the single block that ranks best; how many find none.
    private func waiting(_ instance: Instance, arriving: Range<Int>, pressure: [Int]) -> Int {
        var now = instance
        var waiting = 0
        for index in arriving {
            let need = instance.needs[index]
            let minutes = (0..<Instance.bands).map { band in
                need.calls.reduce(0) { $1.band == band ? $0 + $1.load * $1.visitsPerWeek : $0 }
            }
            let total = max(1, minutes.reduce(0, +))
            var best: (rank: [Int], block: Int)?
            for block in now.blocks.indices
            where now.blocks[block].zone.contains(need.place) && now.blocks[block].admits(need) {
                guard let slack = slack(need, block, now) else { continue }
                let price = (0..<Instance.bands).reduce(0) { $0 + minutes[$1] * pressure[block * Instance.bands + $1] }
                let rank = [price / total / 100, slack, block]
                if best.map({ rank.lexicographicallyPrecedes($0.rank) }) ?? true { best = (rank, block) }
            }
            guard let best else {
                waiting += 1
                continue
            }
            for call in need.calls {
                for day in need.days where call.days >> UInt128(day) & 1 == 1 {
                    now.free[now.slab(best.block, call.band) + day] -= Int16(call.load)
                }
            }
        }
        return waiting
    }

    /// The fewest minutes left when a need is placed on a block; nil when it does not fit.
    private func slack(_ need: Instance.Need, _ block: Int, _ instance: Instance) -> Int? {
        var least = Int.max
        for day in need.days {
            for band in 0..<Instance.bands {
                let load = need.calls.reduce(0) {
                    $1.band == band && $1.days >> UInt128(day) & 1 == 1 ? $0 + $1.load : $0
                }
                guard load > 0 else { continue }
                let left = Int(instance.free[instance.slab(block, band) + day]) - load
                if left < 0 { return nil }
                least = min(least, left)
            }
        }
        return least
    }

    @Test(
        "knowing a third of the needs, fewer of the others wait than by the closest fit alone, over twelve instances"
    )
    func fewerWait() {
        var byFit = 0
        var byPressure = 0
        for seed in 1...12 as ClosedRange<UInt64> {
            var random = RandomInstance(seed: seed)
            let instance = random.make(needs: 120, blocks: 40)
            var known = instance
            known.needs = Array(instance.needs[..<40])
            let none = [Int](repeating: 0, count: instance.blocks.count * Instance.bands)
            byFit += waiting(instance, arriving: 40..<120, pressure: none)
            byPressure += waiting(instance, arriving: 40..<120, pressure: Allocator(known).pressure())
        }
        print("seeds 1 to 12: \(byFit) wait by fit, \(byPressure) by pressure")
        #expect(byPressure < byFit)
    }
}
