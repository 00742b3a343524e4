/// The days that can ever bind, block by block, and what each candidate asks of them.
///
/// Most days of a block never decide anything: where the calls that could use day d are among those that could use day
/// e, and e has no more minutes, whatever fits e fits d; and a day whose minutes would hold every candidate at once
/// needs no test. What is left, on average six (band, day) rows a block, is packed four to a 64-bit word with a guard
/// bit above each, so that the fit test of a whole package is a few subtractions:
/// `(free - ask) & guards == guards` on every word.
struct Binding: Sendable {
    /// Guard bits of a word.
    static let guards: UInt64 = 0x8000_8000_8000_8000
    /// Rows in a word.
    static let lanes = 4

    /// What a lane counts: the minutes of a day in a band, or the carers free at a moment of it.
    struct Row: Sendable, Equatable {
        /// -1 in unused lanes.
        var band: Int8
        var day: UInt8
        /// The minute of the day; -1 where minutes are counted.
        var moment: Int16

        static let unused = Row(band: -1, day: 0, moment: -1)
    }

    /// Block b's words are those from `wordStart[b]` to before `wordStart[b + 1]`; at least one.
    private(set) var wordStart: [Int32] = [0]
    /// Free minutes at the beginning, guards set.
    private(set) var free: [UInt64] = []
    /// In each lane of a word the bit of the row's band.
    private(set) var bands: [UInt64] = []
    /// What each lane counts.
    private(set) var rows: [Row] = []
    /// Candidate c's words of minutes asked begin at `askStart[c]`; as many as its block has.
    private(set) var askStart: [Int32] = []
    /// Minutes asked, no guards.
    private(set) var ask: [UInt64] = []

    /// Finds the binding days of every block.
    init(_ instance: Instance, _ candidates: Candidates, _ workers: Workers = .alone) {
        let users = UsersByBlock(instance, candidates)
        let standing = StandingByBlock(instance)
        let blocks = instance.blocks.count
        let jobs = max(1, min(workers.count * 4, blocks / 64))
        let parts = workers.map(jobs) { job in
            var part = [[Row]]()
            var finder = RowFinder()
            for block in blocks * job / jobs..<blocks * (job + 1) / jobs {
                part.append(finder.rows(instance, block, users[block], standing[block]))
            }
            return part
        }
        wordStart.reserveCapacity(blocks + 1)
        var block = 0
        for part in parts {
            for found in part {
                append(found, instance, block, standing[block])
                block += 1
            }
        }
        let (words, laneRows) = (wordStart, rows)
        let needs = instance.needs.count
        let pieces = workers.map(jobs) { job in
            var asked: [UInt64] = []
            for index in needs * job / jobs..<needs * (job + 1) / jobs {
                for pair in candidates.pairs[candidates.of(index)] {
                    let range = Int(words[Int(pair.block)])..<Int(words[Int(pair.block) + 1])
                    for word in range {
                        asked.append(Binding.asked(instance.needs[index], pair.fits, laneRows, word))
                    }
                }
            }
            return asked
        }
        ask.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
        for piece in pieces { ask.append(contentsOf: piece) }
        askStart.reserveCapacity(candidates.pairs.count)
        var at: Int32 = 0
        for pair in candidates.pairs {
            askStart.append(at)
            at += wordStart[Int(pair.block) + 1] - wordStart[Int(pair.block)]
        }
    }

    private mutating func append(
        _ found: [Row],
        _ instance: Instance,
        _ block: Int,
        _ standing: ArraySlice<Instance.Standing>
    ) {
        let words = max(1, (found.count + Binding.lanes - 1) / Binding.lanes)
        for word in 0..<words {
            var cells = Binding.guards
            var band: UInt64 = 0
            for lane in 0..<Binding.lanes {
                let position = word * Binding.lanes + lane
                guard position < found.count else {
                    rows.append(.unused)
                    continue
                }
                rows.append(found[position])
                cells |= UInt64(instance.left(found[position], block, standing)) << UInt64(16 * lane)
                band |= 1 << UInt64(16 * lane + Int(found[position].band))
            }
            free.append(cells)
            bands.append(band)
        }
        wordStart.append(Int32(free.count))
    }

    /// How many words a block has.
    @inline(__always)
    func words(_ block: Int) -> Int { Int(wordStart[block + 1] - wordStart[block]) }

    /// What the bands `fits` of `need` ask of the rows in a word.
    static func asked(_ need: Instance.Need, _ fits: UInt8, _ rows: [Row], _ word: Int) -> UInt64 {
        var asked: UInt64 = 0
        for lane in 0..<lanes {
            let row = rows[word * lanes + lane]
            guard row.band >= 0, fits >> UInt8(row.band) & 1 != 0 else { continue }
            var load = 0
            for call in need.calls where call.band == Int(row.band) && call.days >> UInt128(row.day) & 1 != 0 {
                load += row.moment < 0 ? call.load : call.carers(Int(row.day), Int(row.moment))
            }
            asked |= UInt64(load) << UInt64(16 * lane)
        }
        return asked
    }
}

/// The candidates of each block: compressed rows of (need, bands that fit).
struct UsersByBlock: Sendable {
    /// A need that could use the block, and the bands that fit.
    struct User: Sendable {
        var need: Int32
        var fits: UInt8
    }
    private var start: [Int32]
    private var users: [User]

    /// Inverts the candidates.
    init(_ instance: Instance, _ candidates: Candidates) {
        start = [Int32](repeating: 0, count: instance.blocks.count + 1)
        for pair in candidates.pairs { start[Int(pair.block) + 1] += 1 }
        for block in 0..<instance.blocks.count { start[block + 1] += start[block] }
        var next = start
        users = [User](repeating: User(need: 0, fits: 0), count: candidates.pairs.count)
        for need in 0..<instance.needs.count {
            for pair in candidates.pairs[candidates.of(need)] {
                users[Int(next[Int(pair.block)])] = User(need: Int32(need), fits: pair.fits)
                next[Int(pair.block)] += 1
            }
        }
    }

    /// The users of a block, ascending by need.
    subscript(block: Int) -> ArraySlice<User> { users[Int(start[block])..<Int(start[block + 1])] }
}
