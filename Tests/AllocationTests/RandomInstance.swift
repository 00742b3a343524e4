@testable import Allocation

/// Small random instances, tight enough that people wait and packages are split; the same seed, the same instance.
struct RandomInstance {
    var chance: Chance

    init(seed: UInt64) { chance = Chance(seed: seed) }

    mutating func make(needs: Int, blocks: Int, providers: Int = 3, sameBand: Bool = false) -> Instance {
        var instance = Instance(
            horizon: 64,
            weights: Instance.Weights(
                travelPerKilometreVisit: 25,
                preferenceMissed: 500,
                split: 5_000,
                overFair: 5,
                farOverFair: 15
            )
        )
        for _ in 0..<3 {
            instance.places.append(Instance.Place(x: chance.below(9_000), y: chance.below(9_000)))
        }
        for _ in 0..<providers {
            instance.providers.append(Instance.Provider(recent: chance.below(900), fair: 600))
        }
        for _ in 0..<blocks {
            var minutes = [Int16](repeating: 0, count: 5 * 64)
            for band in 0..<5 {
                let usual = 15 * chance.below(7)
                for day in 0..<56 {
                    minutes[band * 64 + day] = Int16(usual + (day > 20 ? 15 : 0) - (day % 7 == 6 ? usual / 2 : 0))
                }
            }
            instance.append(
                Instance.Block(
                    provider: chance.below(providers),
                    spotRate: chance.below(6) == 0 ? 3_000 : nil,
                    base: chance.below(3),
                    zone: chance.below(3) == 0 ? [0] : [0, 1, 2],
                    skills: UInt64(chance.below(4)) | 1,
                    genders: UInt8(1 + chance.below(3)),
                    languages: UInt64(chance.below(8)),
                    days: chance.below(8) == 0 ? 3..<30 : 0..<9_999
                ),
                minutes: minutes
            )
        }
        for _ in 0..<needs { instance.needs.append(need(sameBand)) }
        return instance
    }

    private mutating func need(_ sameBand: Bool) -> Instance.Need {
        let start = chance.below(4)
        let length = [14, 28, 42][chance.below(3)]
        var calls: [Instance.Call] = []
        for band in 0..<4 where chance.below(2) == 0 || (band == 3 && calls.isEmpty) {
            for _ in 0..<(sameBand && chance.below(3) == 0 ? 2 : 1) {
                let weekdays = chance.below(4) == 0 ? 31 : 127
                var days: UInt128 = 0
                for day in start..<start + length where weekdays >> (day % 7) & 1 != 0 { days |= 1 << UInt128(day) }
                calls.append(
                    Instance.Call(
                        band: band,
                        minutes: 15 * (1 + chance.below(3)),
                        carers: chance.below(5) == 0 ? 2 : 1,
                        days: days,
                        visitsPerWeek: weekdays.nonzeroBitCount
                    )
                )
            }
        }
        return Instance.Need(
            place: chance.below(3),
            days: start..<start + length,
            calls: calls,
            skills: UInt64(chance.below(4) & 1),
            genderRequired: chance.below(8) == 0 ? 1 : 0,
            genderPreferred: UInt8(chance.below(3)),
            languagePreferred: chance.below(3),
            waiting: 2_000_000 + 200_000 * chance.below(6),
            twoProviders: chance.below(2) == 0,
            declined: chance.below(6) == 0 ? [chance.below(3)] : []
        )
    }
}

/// Every placement the rules allow for a need against the given free minutes, by trying all.
func everyPlacement(_ instance: Instance, _ index: Int, free: [Int16]) -> [Plan.Placement] {
    let need = instance.needs[index]
    let all = need.bands
    func fits(_ block: Int, _ bands: UInt8) -> Bool {
        for band in 0..<5 where bands >> UInt8(band) & 1 != 0 {
            for day in 0..<instance.horizon {
                var load = 0
                for call in need.calls where call.band == band && call.days >> UInt128(day) & 1 != 0 {
                    load += call.minutes * call.carers
                }
                if load > Int(free[instance.slab(block, band) + day]) { return false }
            }
        }
        return true
    }
    let open = instance.blocks.indices.filter {
        instance.blocks[$0].zone.contains(need.place) && instance.blocks[$0].admits(need)
    }
    var found: [Plan.Placement] = []
    for block in open {
        if fits(block, all) { found.append(Plan.Placement(block: block, bands: all)) }
        for other in open where other != block {
            guard need.twoProviders || instance.blocks[block].provider == instance.blocks[other].provider
            else { continue }
            for mine in 1..<31 where UInt8(mine) & ~all == 0 && UInt8(mine) != all {
                if fits(block, UInt8(mine)) && fits(other, all & ~UInt8(mine)) {
                    found.append(
                        Plan.Placement(block: block, bands: UInt8(mine), other: other, otherBands: all & ~UInt8(mine))
                    )
                }
            }
        }
    }
    return found
}
