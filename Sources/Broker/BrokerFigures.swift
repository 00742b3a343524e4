import Synchronization

/// What a broker counted since it started, for metrics.
public struct BrokerFigures: Sendable, Equatable {
    /// Commands taken and not answered yet.
    public var unanswered = 0
    /// Appends to the journal by this broker.
    public var commits: UInt64 = 0
    /// Records in them.
    public var records: UInt64 = 0
    /// Records in the largest of them.
    public var largestCommit: UInt64 = 0
}

/// Counts appends. Written on the broker's queue alone, read by anyone.
final class CommitCounters: Sendable {
    private let commits = Atomic<UInt64>(0)
    private let records = Atomic<UInt64>(0)
    private let largest = Atomic<UInt64>(0)

    func count(records added: UInt64) {
        commits.store(commits.load(ordering: .relaxed) + 1, ordering: .relaxed)
        records.store(records.load(ordering: .relaxed) + added, ordering: .relaxed)
        largest.store(max(largest.load(ordering: .relaxed), added), ordering: .relaxed)
    }

    func figures(unanswered: Int) -> BrokerFigures {
        BrokerFigures(
            unanswered: unanswered,
            commits: commits.load(ordering: .relaxed),
            records: records.load(ordering: .relaxed),
            largestCommit: largest.load(ordering: .relaxed)
        )
    }
}
