import Dispatch
import GRDBSQLite
import Glibc
import Journal
import Synchronization

/// Copies the write-ahead log back into the database, beside the commits. Inside them it would make one
/// commit in a few hundred take 4-7 ms instead of 1.
///
/// It has its own connection and queue. A passive checkpoint never makes a commit wait; under a load without
/// any pause it never catches up either, so past `logBytes` the log is begun anew, with the writer held for
/// what little is left by then.
final class Checkpointer: Sendable {
    /// How long a checkpoint waits for readers, 20 ms. To begin the log anew it keeps writers out while it
    /// waits, so a long reader (a backup) must make it give up, not them.
    static let patienceMilliseconds = 20

    private let connection: Connection
    private let mark: MarkFile
    private let log: String
    private let options: SQLiteOptions
    private let queue = DispatchQueue(label: "journal.checkpoint", qos: .utility)
    // Dispatch sources may be activated and cancelled from any thread; the protocol just is not marked so.
    nonisolated(unsafe) private let timer: any DispatchSourceTimer
    /// One request waits at a time; more would do the same.
    private let isRequested = Atomic<Bool>(false)
    /// Bytes of log when the last checkpoint ended, since when growth counts.
    private let logAtLast = Atomic<Int>(0)
    /// When the log was last written, as the timer last saw it, in nanoseconds since 1970.
    private let lastWritten = Atomic<Int>(0)
    private let isClosing = Atomic<Bool>(false)
    private let lastFailure = Mutex<JournalError?>(nil)

    init(_ connection: Connection, _ mark: MarkFile, log: String, _ options: SQLiteOptions) {
        self.connection = connection
        self.log = log
        self.mark = mark
        self.options = options
        timer = DispatchSource.makeTimerSource(queue: queue)
        let period = DispatchTimeInterval.seconds(options.checkpointSeconds)
        timer.schedule(deadline: .now() + period, repeating: period, leeway: .seconds(1))
        timer.setEventHandler { [weak self] in
            guard let self, wasWritten() else { return }
            // What a reader or a failure was in the way of is tried again next time.
            if !runAndRemember() { lastWritten.store(0, ordering: .relaxed) }
        }
        timer.activate()
    }

    deinit { timer.cancel() }

    enum Mode {
        /// Copies what it can without making anybody wait.
        case passive
        /// Copies everything and empties the log.
        case truncate
    }

    /// Why the last checkpoint failed, nil when it did not. Commits go on; the log grows.
    var failure: JournalError? { lastFailure.withLock { $0 } }

    /// Takes note of the length of the log after a commit.
    func logGrew(to bytes: Int) {
        let last = logAtLast.load(ordering: .relaxed)
        // A shorter log was begun anew.
        let grown = bytes < last ? bytes : bytes - last
        if grown >= options.checkpointBytes { request() }
    }

    /// Whether the log was written since the timer last looked, by this process or another: without that a checkpoint would come
    /// right behind a whole one.
    private func wasWritten() -> Bool {
        var status = stat()
        guard stat(log, &status) == 0 else { return false }
        let written = Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
        return lastWritten.exchange(written, ordering: .relaxed) != written
    }

    /// Asks for a passive checkpoint soon, on the checkpointer's queue.
    private func request() {
        guard !isRequested.exchange(true, ordering: .acquiringAndReleasing) else { return }
        queue.async { [weak self] in
            self?.isRequested.store(false, ordering: .releasing)
            self?.runAndRemember()
        }
    }

    /// Waits until every checkpoint asked for is done.
    func settle() throws(JournalError) {
        queue.sync {}
        if let failure { throw failure }
    }

    /// Runs a checkpoint now and waits for it.
    ///
    /// - Throws: `busy` when a reader was in the way of emptying the log, which `truncate` asks for.
    func run(_ mode: Mode) throws(JournalError) {
        let outcome: Result<Void, JournalError> = queue.sync {
            do throws(JournalError) {
                try checkpoint(mode)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
        if mode == .truncate { makeRoom() }
    }

    /// Gives the log its room, a step at a time, on the checkpointer's queue. Failing is no harm: the log
    /// then grows as it is used.
    func makeRoom() {
        queue.async { [weak self] in
            guard let self, !isClosing.load(ordering: .relaxed) else { return }
            do throws(JournalError) {
                if try growRoom() { makeRoom() }
            } catch {
                // A commit is in the way, for a millisecond: it has waited `busyMilliseconds` already.
                if case .busy = error { return makeRoom() }
                lastFailure.withLock { $0 = error }
            }
        }
    }

    private func growRoom() throws(JournalError) -> Bool {
        try LogRoom.grow(log, to: options.roomBytes) { (body) throws(JournalError) in
            try connection.perform { (session) throws(JournalError) in try session.transaction(body) }
        }
    }

    /// Ends the timer and closes the connection.
    func close() throws(JournalError) {
        isClosing.store(true, ordering: .relaxed)
        timer.cancel()
        queue.sync {}
        try connection.close()
    }

    /// - Returns: whether all of the log is in the database.
    @discardableResult private func runAndRemember() -> Bool {
        do throws(JournalError) {
            let isWhole = try checkpoint(.passive)
            lastFailure.withLock { $0 = nil }
            return isWhole
        } catch {
            lastFailure.withLock { $0 = error }
            return false
        }
    }

    /// - Returns: whether all of the log is in the database.
    @discardableResult private func checkpoint(_ mode: Mode) throws(JournalError) -> Bool {
        let copied = try copy(mode == .truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE)
        logAtLast.store(copied.log, ordering: .relaxed)
        try mark.sync()
        if mode == .truncate, copied.isBusy {
            throw .busy("a reader is in the way of emptying the log; a backup, perhaps")
        }
        // Where all was copied the next commit begins the log anew by itself. A second checkpoint right behind a whole one is
        // also what SQLite before 3.51.3 can lose rows by, when a commit comes in between (its "WAL-reset bug").
        if copied.log > options.logBytes, !copied.isWhole {
            let again = try copy(SQLITE_CHECKPOINT_RESTART)
            if !again.isBusy { logAtLast.store(0, ordering: .relaxed) }
            if again.isBusy, copied.log > Self.tolerated * options.logBytes {
                throw .busy("a reader has been in the way for long: the log has \(copied.log >> 20) MiB and grows")
            }
        }
        return copied.isWhole
    }

    /// How many times `logBytes` the log may have before somebody is told, 2.
    private static let tolerated = 2

    /// What a checkpoint came to.
    private struct Copied {
        /// Bytes of log.
        var log: Int
        /// Whether all of it is in the database.
        var isWhole: Bool
        /// Whether a reader or another process's checkpoint was in the way; then it copied what it could.
        var isBusy: Bool
    }

    private func copy(_ mode: Int32) throws(JournalError) -> Copied {
        try connection.perform { (session) throws(JournalError) in
            var frames: Int32 = 0
            var copied: Int32 = 0
            let code = sqlite3_wal_checkpoint_v2(session.handle, nil, mode, &frames, &copied)
            guard code == SQLITE_OK || code == SQLITE_BUSY else {
                throw SQLiteFailure.error(code, session.handle)
            }
            return Copied(
                log: Int(max(frames, 0)) * options.pageBytes,
                isWhole: code == SQLITE_OK && frames == copied,
                isBusy: code == SQLITE_BUSY
            )
        }
    }
}
