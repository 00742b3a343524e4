import Testing

@testable import Allocation

@Suite("The flat index")
struct BindingTests {
    @Test("finds the candidates and masks that a plain search finds", arguments: UInt64(1)...30)
    func candidates(seed: UInt64) {
        var random = RandomInstance(seed: seed)
        let instance = random.make(needs: 20, blocks: 12, sameBand: true)
        let candidates = Candidates(instance)
        for (index, need) in instance.needs.enumerated() {
            var expected: [Int32: UInt8] = [:]
            // Those alone that are part of a placement while nobody else is placed.
            let possible = Set(
                everyPlacement(instance, index, free: instance.free).flatMap { $0.parts.map { $0.block } }
            )
            for block in possible {
                for band in 0..<5 where need.bands >> UInt8(band) & 1 != 0 {
                    let enough = (0..<instance.horizon).allSatisfy { day in
                        let load = need.calls.reduce(0) {
                            $1.band == band && $1.days >> UInt128(day) & 1 != 0 ? $0 + $1.load : $0
                        }
                        return load <= Int(instance.free[instance.slab(block, band) + day])
                    }
                    if enough { expected[Int32(block), default: 0] |= 1 << UInt8(band) }
                }
            }
            let found = candidates.pairs[candidates.of(index)]
            #expect(Dictionary(uniqueKeysWithValues: found.map { ($0.block, $0.fits) }) == expected, "seed \(seed)")
        }
    }

    @Test(
        "a sample has so many candidates and those where a need is placed; other seeds find others",
        arguments: UInt64(1)...20
    )
    func sample(seed: UInt64) {
        var random = RandomInstance(seed: seed)
        let instance = random.make(needs: 30, blocks: 40, sameBand: true)
        let all = Candidates(instance)
        let start = Allocator(instance).improve(seed: seed, budget: .moves(2_000)).plan
        var seen = Set<[Int32]>()
        for other in 0..<4 as Range<UInt64> {
            let few = Candidates(instance, sample: CandidateSample(most: 6, seed: other, keeping: start))
            for need in instance.needs.indices {
                let (found, whole) = (few.pairs[few.of(need)], all.pairs[all.of(need)])
                #expect(found.map(\.block) == found.map(\.block).sorted(), "seed \(seed)")
                #expect(found.allSatisfy(whole.contains), "seed \(seed)")
                #expect(found.count <= 6, "seed \(seed)")
                for part in start.placements[need]?.parts ?? [] {
                    #expect(found.contains { Int($0.block) == part.block }, "seed \(seed)")
                }
                if whole.count > 6 { seen.insert([Int32(need)] + found.map(\.block)) }
            }
        }
        let many = instance.needs.indices.count { all.of($0).count > 6 }
        #expect(many == 0 || seen.count > many, "seed \(seed)")
    }

    /// Seats random candidates while the packed rows allow, and asks the full days whether they agree.
    @Test("a package fits the binding days exactly when it fits every day", arguments: UInt64(1)...30)
    func rows(seed: UInt64) {
        var random = RandomInstance(seed: seed)
        let instance = random.make(needs: 40, blocks: 6, sameBand: true)
        let problem = Problem(instance)
        let (candidates, binding) = (problem.candidates, problem.binding)
        var free = instance.free
        var words = binding.free
        var seated = Set<Int>()
        for _ in 0..<200 {
            let index = random.chance.below(instance.needs.count)
            let range = candidates.of(index)
            guard !range.isEmpty, !seated.contains(index) else { continue }
            let position = range.lowerBound + random.chance.below(range.count)
            let pair = candidates.pairs[position]
            let need = instance.needs[index]
            let block = Int(pair.block)
            let whole = free.withUnsafeBufferPointer { instance.fitting(need, block, $0) } & pair.fits == pair.fits
            let from = Int(binding.wordStart[block])
            let count = Int(binding.wordStart[block + 1]) - from
            let packed = (0..<count).allSatisfy {
                (words[from + $0] &- binding.ask[Int(binding.askStart[position]) + $0]) & Binding.guards
                    == Binding.guards
            }
            #expect(packed == whole, "seed \(seed)")
            guard packed && whole && random.chance.below(2) == 0 else { continue }
            seated.insert(index)
            for word in 0..<count { words[from + word] -= binding.ask[Int(binding.askStart[position]) + word] }
            for call in need.calls where pair.fits >> UInt8(call.band) & 1 != 0 {
                for day in 0..<instance.horizon where call.days >> UInt128(day) & 1 != 0 {
                    free[instance.slab(block, call.band) + day] -= Int16(call.load)
                }
            }
        }
    }

    @Test("the index is the same however many work on it")
    func workers() {
        var random = RandomInstance(seed: 5)
        let instance = random.make(needs: 400, blocks: 200, providers: 20)
        let many = Workers(count: 5) { jobs, job in for index in (0..<jobs).reversed() { job(index) } }
        let (one, two) = (Problem(instance), Problem(instance, many))
        #expect(one.candidates.start == two.candidates.start)
        #expect(one.candidates.pairs == two.candidates.pairs)
        #expect(one.binding.ask == two.binding.ask)
        #expect(one.binding.free == two.binding.free)
    }
}
