/// A map of plain words that only grows: sorted runs, each more than twice as long as the next, and behind them the newest
/// entries as they came (the logarithmic method: Bentley and Saxe, "Decomposable Searching Problems", 1980).
///
/// A value like every map of the state. What is added after a publication copies the newest entries, a kilobyte or two. In a
/// tree of hashes it would copy a node at every level, and count a reference for each neighbour there, although these lie all
/// over memory and have nothing to do with the new entry.
struct RunMap<Key: Comparable & Sendable & BitwiseCopyable, Value: Sendable & BitwiseCopyable>: Sendable {
    private struct Entry: Sendable, BitwiseCopyable {
        let key: Key
        let value: Value
    }

    /// Entries that are searched one by one and not yet in a run, 64 at most.
    private static var mostNewest: Int { 64 }

    /// Each sorted by key, equal keys in the order in which they came; the older the longer.
    private var runs: [[Entry]] = []
    private var newest: [Entry] = []

    /// How many entries there are.
    var count: Int { runs.reduce(newest.count) { $0 + $1.count } }

    /// The newest value of a key that satisfies a condition; nil when there is none.
    func last(_ key: Key, where condition: (Value) -> Bool = { _ in true }) -> Value? {
        for entry in newest.reversed() where entry.key == key && condition(entry.value) { return entry.value }
        for run in runs.reversed() {
            var index = RunMap.end(of: key, in: run)
            while index > 0, run[index - 1].key == key {
                index -= 1
                if condition(run[index].value) { return run[index].value }
            }
        }
        return nil
    }

    /// Adds an entry. Older entries of the same key stay; `last` finds the newest.
    ///
    /// - Parameter isKept: asked of older entries when a run of them is made anyway: those it refuses are gone.
    mutating func append(_ key: Key, _ value: Value, keeping isKept: (Value) -> Bool = { _ in true }) {
        newest.append(Entry(key: key, value: value))
        guard newest.count == RunMap.mostNewest else { return }
        // The standard library's sort keeps the order of equal keys.
        var run = newest.sorted { $0.key < $1.key }
        newest.removeAll(keepingCapacity: true)
        while let last = runs.last, last.count <= 2 * run.count {
            runs.removeLast()
            run = RunMap.merged(last, run, isKept)
        }
        if !run.isEmpty { runs.append(run) }
    }

    /// Every entry, ascending by key; equal keys in the order in which they came.
    var sorted: [(key: Key, value: Value)] {
        let all = runs.reduce([]) { RunMap.merged($0, $1) { _ in true } }
        return RunMap.merged(all, newest.sorted { $0.key < $1.key }) { _ in true }.map { ($0.key, $0.value) }
    }

    /// The place behind the last entry of a run whose key is not greater.
    private static func end(of key: Key, in run: [Entry]) -> Int {
        // New keys are often greater than all before them.
        guard let last = run.last, last.key > key else { return run.count }
        var low = 0
        var high = run.count - 1
        while low < high {
            let middle = (low + high) / 2
            if run[middle].key > key { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Two runs in one, without what is not kept.
    private static func merged(_ older: [Entry], _ newer: [Entry], _ isKept: (Value) -> Bool) -> [Entry] {
        var merged: [Entry] = []
        merged.reserveCapacity(older.count + newer.count)
        var index = 0
        for entry in newer {
            while index < older.count, older[index].key <= entry.key {
                if isKept(older[index].value) { merged.append(older[index]) }
                index += 1
            }
            if isKept(entry.value) { merged.append(entry) }
        }
        for entry in older[index...] where isKept(entry.value) { merged.append(entry) }
        return merged
    }
}

extension RunMap: Equatable where Key: Equatable, Value: Equatable {
    static func == (a: RunMap, b: RunMap) -> Bool {
        // Where the runs end depends on how it came about.
        a.count == b.count && zip(a.sorted, b.sorted).allSatisfy { $0 == $1 }
    }
}

extension SnapshotCoder {
    /// A map of plain words, ascending by key.
    mutating func runs<Key: Coded, Value: Coded>(
        _ value: @autoclosure () -> RunMap<Key, Value>?
    ) throws(SnapshotError) -> RunMap<Key, Value> {
        fieldCounted()
        if isWriting, let value = value() {
            write(UInt64(value.count))
            for (key, element) in value.sorted {
                _ = try Key.code(&self, key)
                _ = try Value.code(&self, element)
            }
            return value
        }
        var map = RunMap<Key, Value>()
        for _ in 0..<(try readCount()) { map.append(try Key.code(&self, nil), try Value.code(&self, nil)) }
        return map
    }
}
