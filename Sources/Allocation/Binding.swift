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

    /// Block b's words are those from `wordStart[b]` to before `wordStart[b + 1]`; at least one.
    private(set) var wordStart: [Int32] = [0]
    /// Free minutes at the beginning, guards set.
    private(set) var free: [UInt64] = []
    /// In each lane of a word the bit of the row's band.
    private(set) var bands: [UInt64] = []
    /// The (band, day) of each lane, `band * 128 + day`; -1 in unused ones.
    private(set) var rows: [Int16] = []
    /// Candidate c's words of minutes asked begin at `askStart[c]`; as many as its block has.
    private(set) var askStart: [Int32] = []
    /// Minutes asked, no guards.
    private(set) var ask: [UInt64] = []

    /// Finds the binding days of every block.
    init(_ instance: Instance, _ candidates: Candidates, _ workers: Workers = .alone) {
        let users = UsersByBlock(instance, candidates)
        let blocks = instance.blocks.count
        let jobs = max(1, min(workers.count * 4, blocks / 64))
        let parts = workers.map(jobs) { job in
            var part = [[Int16]]()
            var finder = RowFinder(horizon: instance.horizon)
            for block in blocks * job / jobs..<blocks * (job + 1) / jobs {
                part.append(finder.rows(instance, candidates, block, users[block]))
            }
            return part
        }
        wordStart.reserveCapacity(blocks + 1)
        var block = 0
        for part in parts {
            for found in part {
                append(found, instance, block)
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

    private mutating func append(_ found: [Int16], _ instance: Instance, _ block: Int) {
        let words = max(1, (found.count + Binding.lanes - 1) / Binding.lanes)
        for word in 0..<words {
            var cells = Binding.guards
            var band: UInt64 = 0
            for lane in 0..<Binding.lanes {
                let position = word * Binding.lanes + lane
                guard position < found.count else {
                    rows.append(-1)
                    continue
                }
                rows.append(found[position])
                let (k, day) = (Int(found[position]) / 128, Int(found[position]) % 128)
                cells |= UInt64(instance.free[instance.slab(block, k) + day]) << UInt64(16 * lane)
                band |= 1 << UInt64(16 * lane + k)
            }
            free.append(cells)
            bands.append(band)
        }
        wordStart.append(Int32(free.count))
    }

    /// The minutes that the bands `fits` of `need` ask of the rows in a word.
    static func asked(_ need: Instance.Need, _ fits: UInt8, _ rows: [Int16], _ word: Int) -> UInt64 {
        var asked: UInt64 = 0
        for lane in 0..<lanes {
            let row = Int(rows[word * lanes + lane])
            guard row >= 0, fits >> UInt8(row / 128) & 1 != 0 else { continue }
            var load = 0
            for call in need.calls where call.band == row / 128 && call.days >> UInt128(row % 128) & 1 != 0 {
                load += call.load
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

/// Finds the days of a block that no other day implies; keeps its scratch between blocks.
struct RowFinder {
    private let horizon: Int
    private var masks: [UInt128] = []
    private var loads: [Int] = []
    private var cover: [UInt64] = []
    private var days: [(free: Int, users: Int, day: Int)] = []
    private var kept: [Int] = []

    /// A finder for instances of that many days.
    init(horizon: Int) { self.horizon = horizon }

    /// The binding rows of a block, as `band * 128 + day`.
    mutating func rows(
        _ instance: Instance,
        _ candidates: Candidates,
        _ block: Int,
        _ users: ArraySlice<UsersByBlock.User>
    ) -> [Int16] {
        var found: [Int16] = []
        guard !users.isEmpty else { return found }
        for band in 0..<Instance.bands {
            masks.removeAll(keepingCapacity: true)
            loads.removeAll(keepingCapacity: true)
            var all: UInt128 = 0
            var total = 0
            for user in users where user.fits >> UInt8(band) & 1 != 0 {
                for call in instance.needs[Int(user.need)].calls where call.band == band {
                    total += call.load
                    if let same = masks.firstIndex(of: call.days) {
                        loads[same] += call.load
                    } else {
                        masks.append(call.days)
                        loads.append(call.load)
                        all |= call.days
                    }
                }
            }
            guard !masks.isEmpty else { continue }
            find(instance, instance.slab(block, band), all, total)
            for day in kept { found.append(Int16(band * 128 + day)) }
        }
        return found
    }

    private mutating func find(_ instance: Instance, _ row: Int, _ all: UInt128, _ total: Int) {
        let words = (masks.count + 63) / 64
        kept.removeAll(keepingCapacity: true)
        days.removeAll(keepingCapacity: true)
        if cover.count < words * horizon { cover = [UInt64](repeating: 0, count: words * horizon) }
        var left = all
        while left != 0 {
            let day = left.trailingZeroBitCount
            left &= left - 1
            let free = Int(instance.free[row + day])
            guard total > free else { continue }
            var asked = 0
            var count = 0
            for word in 0..<words { cover[day * words + word] = 0 }
            for index in 0..<masks.count where masks[index] >> UInt128(day) & 1 != 0 {
                cover[day * words + index / 64] |= 1 << UInt64(index % 64)
                asked += loads[index]
                count += 1
            }
            if asked > free { days.append((free, count, day)) }
        }
        days.sort { ($0.free, -$0.users, $0.day) < ($1.free, -$1.users, $1.day) }
        for day in days {
            var implied = false
            for other in kept where !implied {
                implied = (0..<words).allSatisfy {
                    cover[day.day * words + $0] & ~cover[other * words + $0] == 0
                }
            }
            if !implied { kept.append(day.day) }
        }
    }
}
