import Seeded
import Testing

@testable import Allocation

@Suite("The online choice")
struct ChoiceTests {
    /// A plain reading of the rules: minute by minute, day by day, every way to part the visits over two claims.
    struct Oracle {
        let need: Need
        let candidates: [Candidate]

        func fits(_ mask: UInt16, _ capacity: Capacity) -> Bool {
            for day in need.firstDay...need.lastDay {
                let weekday = (day + 3) % 7
                var used = [0, 0, 0, 0, 0]
                var atWork = Array(repeating: Array(repeating: 0, count: 2000), count: 5)
                for use in capacity.timed
                where use.firstDay <= day && day <= use.lastDay && use.days >> UInt8(weekday) & 1 == 1 {
                    for minute in use.from..<use.until { atWork[use.band][minute] += use.carers }
                }
                var mine: [Need.Visit] = []
                for (index, visit) in need.visits.enumerated()
                where mask >> UInt16(index) & 1 == 1 && visit.days >> UInt8(weekday) & 1 == 1 {
                    used[visit.band] += visit.carerMinutes
                    mine.append(visit)
                    if let at = visit.at {
                        for minute in at..<at + visit.length { atWork[visit.band][minute] += visit.carers }
                    }
                }
                for visit in mine {
                    var working = Int(capacity.carers[weekday * 5 + visit.band])
                    for absence in capacity.absences where absence.day == day && absence.band == visit.band {
                        working -= absence.carers
                    }
                    if visit.carers > working { return false }
                    if let at = visit.at {
                        for minute in at..<at + visit.length where atWork[visit.band][minute] > working { return false }
                    }
                }
                for band in 0..<5 where used[band] > Int(capacity.free[(day & 127) * 5 + band]) { return false }
            }
            return true
        }

        /// The fewest minutes left on a day in a band where the visits take any.
        func slack(_ mask: UInt16, _ capacity: Capacity) -> Int {
            var least = Int.max
            for day in need.firstDay...need.lastDay {
                for band in 0..<5 {
                    var taken = 0
                    for (index, visit) in need.visits.enumerated()
                    where mask >> UInt16(index) & 1 == 1 && visit.band == band
                        && visit.days >> UInt8((day + 3) % 7) & 1 == 1
                    {
                        taken += visit.carerMinutes
                    }
                    if taken > 0 { least = min(least, capacity.free(day, band) - taken) }
                }
            }
            return least
        }

        /// Every option there is with its members, single claims first, then pairs in the order of their claims.
        func options(providers: Int) -> [(option: Option, members: [Int])] {
            let all = need.allVisits
            var found: [(option: Option, members: [Int])] = []
            var partial: [Int] = []
            for (index, one) in candidates.enumerated() {
                guard fits(all, one.capacity) else {
                    partial.append(index)
                    continue
                }
                let rank = one.preferences + [0, one.scarcity, one.fairness, slack(all, one.capacity), index]
                found.append((Option(carriers: need.visits.map { _ in index }, rank: rank), [index]))
            }
            for first in partial {
                for second in partial where second > first {
                    let (a, b) = (candidates[first], candidates[second])
                    let isShared = a.provider != b.provider
                    if isShared, providers < 2 { continue }
                    // From the most visits of the first down.
                    for mask in (1..<all).reversed()
                    where fits(mask, a.capacity) && fits(all & ~mask, b.capacity) {
                        let rank =
                            zip(a.preferences, b.preferences).map(max) + [
                                isShared ? 2 : 1, max(a.scarcity, b.scarcity),
                                isShared ? a.fairness + b.fairness : a.fairness,
                                min(slack(mask, a.capacity), slack(all & ~mask, b.capacity)), first,
                            ]
                        let carriers = need.visits.indices.map { mask >> UInt16($0) & 1 == 1 ? first : second }
                        found.append((Option(carriers: carriers, rank: rank), [first, second]))
                    }
                }
            }
            return found
        }

        /// What becomes of a candidate beside the best option.
        func verdict(_ index: Int, providers: Int) -> Verdict {
            let options = options(providers: providers)
            func best(_ options: [(option: Option, members: [Int])]) -> (option: Option, members: [Int])? {
                options.min { $0.option.rank.lexicographicallyPrecedes($1.option.rank) }
            }
            if let winner = best(options) {
                if winner.members.contains(index) { return .chosen }
                if let mine = best(options.filter({ $0.members.contains(index) })) {
                    let rank = mine.option.rank.indices.first { mine.option.rank[$0] != winner.option.rank[$0] }
                    let entry = rank ?? mine.option.rank.count - 1
                    return .beaten(rank: entry, difference: mine.option.rank[entry] - winner.option.rank[entry])
                }
            }
            let capacity = candidates[index].capacity
            // With two providers it would be one of the options.
            if providers == 1, self.options(providers: 2).contains(where: { $0.members.contains(index) }) {
                return .needsAnotherProvider
            }
            guard let obstacle = capacity.obstacle(to: need, visits: need.allVisits) else {
                Issue.record("a claim that fits is an option")
                return .chosen
            }
            return .blocked(obstacle)
        }

        /// Whether any option carries every visit.
        var hasOption: Bool {
            let all = need.allVisits
            for first in candidates.indices {
                if fits(all, candidates[first].capacity) { return true }
            }
            for first in candidates.indices {
                for second in candidates.indices
                where second > first && candidates[first].provider == candidates[second].provider {
                    for mask in 1..<Int(all)
                    where fits(UInt16(mask), candidates[first].capacity)
                        && fits(all & ~UInt16(mask), candidates[second].capacity)
                    {
                        return true
                    }
                }
            }
            return false
        }
    }

    @Test(
        "it finds an option exactly when brute force does, and what it chooses fits",
        arguments: [11, 12, 13, 14] as [UInt64]
    )
    func bruteForce(seed: UInt64) {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var found = 0
        for round in 0..<120 {
            let need = Self.need(&random)
            let candidates = (0..<Int.random(in: 1...4, using: &random)).map { _ in Self.candidate(&random) }
            let oracle = Oracle(need: need, candidates: candidates)
            let choice = Choice(need, among: candidates)
            #expect((choice.best != nil) == oracle.hasOption, "seed \(seed) round \(round)")
            guard let best = choice.best else { continue }
            found += 1
            for index in Set(best.carriers) {
                let mask = best.carriers.enumerated().reduce(UInt16(0)) {
                    $1.element == index ? $0 | 1 << UInt16($1.offset) : $0
                }
                #expect(oracle.fits(mask, candidates[index].capacity), "seed \(seed) round \(round)")
                #expect(choice.verdicts[index] == .chosen)
            }
            #expect(Set(best.carriers.map { candidates[$0].provider }).count == 1)
            // No single that fits ranks better than what was chosen.
            for index in candidates.indices where oracle.fits(need.allVisits, candidates[index].capacity) {
                let rank = candidates[index].preferences + [0, candidates[index].scarcity, candidates[index].fairness]
                #expect(
                    !rank.lexicographicallyPrecedes(Array(best.rank.prefix(rank.count))),
                    "seed \(seed) round \(round)"
                )
            }
        }
        #expect(found > 10 && found < 120)
    }

    @Test(
        "of all options it takes the best, and says of each claim what brute force says",
        arguments: [41, 42, 43, 44] as [UInt64]
    )
    func bestOfAll(seed: UInt64) {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var seen: [String: Int] = [:]
        for round in 0..<50 {
            let need = Self.need(&random)
            let candidates = (0..<Int.random(in: 1...7, using: &random)).map { _ in Self.candidate(&random) }
            let oracle = Oracle(need: need, candidates: candidates)
            for providers in 1...2 {
                let choice = Choice(need, among: candidates, providers: providers)
                let best = oracle.options(providers: providers)
                    .min { $0.option.rank.lexicographicallyPrecedes($1.option.rank) }
                #expect(choice.best == best?.option, "seed \(seed) round \(round)")
                var looks = 100_000
                #expect(
                    Choice.isPossible(need, among: candidates, providers: providers, looks: &looks) == (best != nil)
                )
                #expect(looks < 100_000)
                for index in candidates.indices {
                    let verdict = oracle.verdict(index, providers: providers)
                    #expect(choice.verdicts[index] == verdict, "seed \(seed) round \(round) claim \(index)")
                    seen["\(verdict)".prefix { $0 != "(" }.description, default: 0] += 1
                }
                if best?.members.count == 2 { seen["pair", default: 0] += 1 }
            }
        }
        for kind in ["chosen", "beaten", "blocked", "needsAnotherProvider", "pair"] {
            #expect(seen[kind] ?? 0 > 5, "\(kind) of \(seen)")
        }
    }

    @Test(
        "each obstacle can be checked again: so many minutes more, and the visits fit in minutes",
        arguments: [21, 22] as [UInt64]
    )
    func obstacles(seed: UInt64) {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var seen = 0
        for _ in 0..<200 {
            let need = Self.need(&random)
            var capacity = Self.candidate(&random).capacity
            guard case .minutes(let day, let band, let short) = capacity.obstacle(to: need, visits: need.allVisits)
            else {
                continue
            }
            seen += 1
            #expect(short > 0)
            capacity.free[(day & 127) * 5 + band] += Int16(short)
            // That cell is no longer what is worst: another is, or nothing.
            if case .minutes(let next, let other, _) = capacity.obstacle(to: need, visits: need.allVisits) {
                #expect((next, other) != (day, band))
            }
        }
        #expect(seen > 20)
    }

    @Test(
        "sixteen cells at a time it fits exactly when it does cell by cell, on every day of the ring",
        arguments: [31, 32]
    )
    func demand(seed: UInt64) {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var fitting = 0
        for round in 0..<400 {
            let need = Self.need(&random)
            let capacity = Self.candidate(&random).capacity
            for mask in [need.allVisits, UInt16.random(in: 1...need.allVisits, using: &random)] {
                let fits = Demand(need, visits: mask).fits(capacity.free)
                #expect(fits == capacity.shortages(of: need, visits: mask).isEmpty, "seed \(seed) round \(round)")
                if fits { fitting += 1 }
            }
        }
        #expect(fitting > 100 && fitting < 700)
    }

    @Test("equal options are parted by the order of the claims, never by chance")
    func ties() {
        var random = SeededGenerator(seed: 5)
        let need = Need(
            visits: [Need.Visit(band: 0, carerMinutes: 30, carers: 1, days: 127, at: nil, length: 30)],
            firstDay: 20_000,
            lastDay: 20_041
        )
        let roomy = Candidate(
            provider: 1,
            preferences: [0, 0],
            scarcity: 0,
            fairness: 0,
            capacity: Capacity(free: Array(repeating: 100, count: 640), carers: Array(repeating: 1, count: 35))
        )
        _ = random.next()
        let choice = Choice(need, among: [roomy, roomy, roomy])
        #expect(choice.best?.carriers == [0])
        #expect(choice.verdicts == [.chosen, .beaten(rank: 6, difference: 1), .beaten(rank: 6, difference: 2)])
    }

    static func need(_ random: inout SeededGenerator) -> Need {
        let visits = (0..<Int.random(in: 1...4, using: &random)).map { _ -> Need.Visit in
            let carers = Int.random(in: 1...2, using: &random)
            let length = [15, 30, 45].randomElement(using: &random) ?? 15
            return Need.Visit(
                band: Int.random(in: 0...2, using: &random),
                carerMinutes: carers * length,
                carers: carers,
                days: UInt8.random(in: 1...127, using: &random),
                at: Int.random(in: 0...3, using: &random) == 0 ? 480 + 15 * Int.random(in: 0...3, using: &random) : nil,
                length: length
            )
        }
        let first = 20_000 + Int.random(in: 0...200, using: &random)
        return Need(visits: visits, firstDay: first, lastDay: first + Int.random(in: 6...41, using: &random))
    }

    static func candidate(_ random: inout SeededGenerator) -> Candidate {
        let base = Int16.random(in: 20...120, using: &random)
        var free = [Int16](repeating: base, count: 640)
        for _ in 0..<8 {
            // A cell may be met twice, and never holds less than nothing.
            let cell = Int.random(in: 0..<640, using: &random)
            free[cell] = max(0, free[cell] - Int16.random(in: 0...base, using: &random))
        }
        let timed = (0..<Int.random(in: 0...2, using: &random)).map { _ -> Capacity.Timed in
            let from = 480 + 15 * Int.random(in: 0...4, using: &random)
            return Capacity.Timed(
                firstDay: 20_000,
                lastDay: 20_000 + Int.random(in: 0...300, using: &random),
                days: UInt8.random(in: 1...127, using: &random),
                band: Int.random(in: 0...2, using: &random),
                from: from,
                until: from + 30,
                carers: 1
            )
        }
        let absences =
            Int.random(in: 0...3, using: &random) == 0
            ? [Capacity.Absence(day: 20_000 + Int.random(in: 0...100, using: &random), band: 0, carers: 1)] : []
        return Candidate(
            provider: Int.random(in: 1...2, using: &random),
            preferences: [0, Int.random(in: 0...1, using: &random)],
            scarcity: Int.random(in: 0...2, using: &random),
            fairness: Int.random(in: 0...900, using: &random),
            capacity: Capacity(
                free: free,
                carers: Array(repeating: UInt8.random(in: 1...3, using: &random), count: 35),
                timed: timed,
                absences: absences
            )
        )
    }
}
