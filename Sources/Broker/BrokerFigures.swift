import Journal
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
    /// Appends that failed, by why.
    public var failures: [AppendFailure: UInt64] = [:]
    /// Appends that succeeded by how long they took: how many lie at or below each of `appendBounds` and above the one
    /// before; those above the last come last.
    public var appends: [UInt64] = []
    /// Nanoseconds of all of them together.
    public var appendNanoseconds: UInt64 = 0

    /// Nanoseconds, 0.25 ms to 1 s: a quick disk syncs in less than a millisecond, and one that takes a tenth of a second
    /// is felt.
    public static let appendBounds: [UInt64] = [
        250_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        1_000_000_000,
    ]
}

/// Why an append failed. The words are labels of a metric.
public enum AppendFailure: String, CaseIterable, Sendable {
    /// Another node wrote first: what was in flight is decided again, and nothing is wrong.
    case conflict
    case busy, full, readOnly, refused, tooLarge, damaged, failed

    init(_ error: JournalError) {
        switch error {
        case .conflict: self = .conflict
        case .damaged: self = .damaged
        case .full: self = .full
        case .busy: self = .busy
        case .readOnly: self = .readOnly
        case .refused: self = .refused
        case .tooLarge: self = .tooLarge
        case .failed: self = .failed
        }
    }
}

/// Counts appends. Each function is called on one queue alone, as it says; read by anyone.
final class CommitCounters: Sendable {
    private let commits = Atomic<UInt64>(0)
    private let records = Atomic<UInt64>(0)
    private let largest = Atomic<UInt64>(0)
    private let outcomes = Mutex(Outcomes())

    private struct Outcomes {
        var failures: [AppendFailure: UInt64] = [:]
        var appends = [UInt64](repeating: 0, count: BrokerFigures.appendBounds.count + 1)
        var nanoseconds: UInt64 = 0
    }

    /// Notes records that are durable; on the broker's queue.
    func count(records added: UInt64) {
        commits.store(commits.load(ordering: .relaxed) + 1, ordering: .relaxed)
        records.store(records.load(ordering: .relaxed) + added, ordering: .relaxed)
        largest.store(max(largest.load(ordering: .relaxed), added), ordering: .relaxed)
    }

    /// Notes how long an append took; on the journal's queue, once a batch.
    func count(appendOf nanoseconds: UInt64) {
        let bounds = BrokerFigures.appendBounds
        let place = bounds.firstIndex { nanoseconds <= $0 } ?? bounds.count
        outcomes.withLock {
            $0.appends[place] += 1
            $0.nanoseconds += nanoseconds
        }
    }

    /// Notes an append that failed; on the journal's queue.
    func count(_ failure: AppendFailure) {
        outcomes.withLock { $0.failures[failure, default: 0] += 1 }
    }

    func figures(unanswered: Int) -> BrokerFigures {
        let outcomes = outcomes.withLock { $0 }
        return BrokerFigures(
            unanswered: unanswered,
            commits: commits.load(ordering: .relaxed),
            records: records.load(ordering: .relaxed),
            largestCommit: largest.load(ordering: .relaxed),
            failures: outcomes.failures,
            appends: outcomes.appends,
            appendNanoseconds: outcomes.nanoseconds
        )
    }
}
