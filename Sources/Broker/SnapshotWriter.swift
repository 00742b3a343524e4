import Brokerage
import Dispatch
import Journal
import Synchronization

/// When snapshots are written. A start reads the records behind the newest one, about 10 us each.
public struct SnapshotSchedule: Sendable, Equatable {
    /// Records after which the next snapshot is due, 20,000: a fifth of a second of the next start.
    public var records = 20_000
    /// Minutes after which one is due that has any records to save, 360.
    public var minutes = 360
    /// Seconds from one to the next at least, 5: at ten thousand records a second half a second of the next start, and a
    /// twentieth of all work less.
    public var seconds = 5

    /// The defaults.
    public init() {}
}

/// Writes snapshots of the published state in the background. It takes the state as a value, so nobody waits: neither a
/// command nor a reader; what it costs is a core for a while, and a copy of the state in bytes while it is written.
final class SnapshotWriter: Sendable {
    /// Milliseconds between looks whether one is due, 250.
    static let interval = 250
    /// Seconds before the next attempt after one that failed, 60.
    static let pause = 60
    /// How many times as long as the last one took the next one waits, 20: under a load that makes each due at once, a
    /// twentieth of a core goes into them.
    static let rest: UInt64 = 20

    private let system: String
    private let keeper: any JournalKeeper
    private let snapshots: any SnapshotKeeper
    private let schedule: SnapshotSchedule
    private let queue: DispatchQueue
    private let progress: Mutex<Progress>
    // Dispatch sources may be activated and cancelled from any thread; the protocol just is not marked so.
    nonisolated(unsafe) private let timer: any DispatchSourceTimer

    private struct Progress {
        var position: UInt64
        var at = DispatchTime.now()
        /// Nanoseconds that it took.
        var took: UInt64 = 0
        var failedAt: DispatchTime?
        var failure: String?
    }

    /// A writer that goes on behind a position.
    init(
        system: String,
        keeper: any JournalKeeper,
        snapshots: any SnapshotKeeper,
        schedule: SnapshotSchedule,
        from position: Position,
        published: @escaping @Sendable () -> Published?
    ) {
        self.system = system
        self.keeper = keeper
        self.snapshots = snapshots
        self.schedule = schedule
        progress = Mutex(Progress(position: position.value))
        queue = DispatchQueue(label: "homeward.snapshots.\(system)", qos: .utility)
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(
            deadline: .now() + .milliseconds(Self.interval),
            repeating: .milliseconds(Self.interval),
            leeway: .milliseconds(100)
        )
        timer.setEventHandler { [weak self] in
            if let published = published() { self?.writeIfDue(published) }
        }
        timer.activate()
    }

    deinit { timer.cancel() }

    /// Why the last attempt failed, nil when it did not. Nothing else suffers from it.
    var failure: String? { progress.withLock(\.failure) }

    /// The position of the last snapshot known.
    var position: UInt64 { progress.withLock(\.position) }

    /// Seconds since the last one was written here, or since the start.
    var secondsSinceLast: UInt64 {
        let last = progress.withLock(\.at).uptimeNanoseconds
        return (max(DispatchTime.now().uptimeNanoseconds, last) - last) / 1_000_000_000
    }

    func close() { timer.cancel() }

    private func writeIfDue(_ published: Published) {
        guard isDue(published.position) else { return }
        // Another process on the same folder may have written one meanwhile.
        if let other = snapshots.newestPosition(of: system), other.value <= published.position {
            progress.withLock { $0.position = max($0.position, other.value) }
            guard isDue(published.position) else { return }
        }
        let began = DispatchTime.now().uptimeNanoseconds
        do throws(JournalError) {
            try SnapshotWriter.write(published, of: system, keeper, to: snapshots)
            let took = DispatchTime.now().uptimeNanoseconds - began
            progress.withLock { $0 = Progress(position: published.position, took: took) }
        } catch {
            progress.withLock { progress in
                progress.failedAt = .now()
                if case .busy = error { return }
                progress.failure = "\(error)"
            }
        }
    }

    private func isDue(_ position: UInt64) -> Bool {
        progress.withLock { progress in
            if let failed = progress.failedAt, failed + .seconds(Self.pause) > .now() { return false }
            guard position > progress.position else { return false }
            let rested = DispatchTime.now().uptimeNanoseconds - progress.at.uptimeNanoseconds
            let pause = max(UInt64(schedule.seconds) * 1_000_000_000, Self.rest * progress.took)
            guard rested >= pause else { return false }
            return position - progress.position >= UInt64(schedule.records)
                || progress.at + .seconds(60 * schedule.minutes) <= .now()
        }
    }

    /// Writes a snapshot of a published state now.
    static func write(
        _ published: Published,
        of system: String,
        _ keeper: any JournalKeeper,
        to snapshots: any SnapshotKeeper
    ) throws(JournalError) {
        let position = Position(published.position)
        guard position > .start,
            let record = try keeper.read(after: Position(position.value - 1), limit: 1).first,
            record.position == position
        else { return }
        try snapshots.write(
            Snapshot(
                system: system,
                version: State.snapshotFormat,
                position: position,
                hash: record.hash,
                body: published.state.snapshot()
            )
        )
    }
}
