import Dispatch
import GRDBSQLite
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
        timer.setEventHandler { [weak self] in self?.runAndRemember() }
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
    func run(_ mode: Mode) throws(JournalError) {
        let outcome: Result<Void, JournalError> = queue.sync {
            do throws(JournalError) {
                return .success(try checkpoint(mode))
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

    private func runAndRemember() {
        do throws(JournalError) {
            try checkpoint(.passive)
            lastFailure.withLock { $0 = nil }
        } catch {
            lastFailure.withLock { $0 = error }
        }
    }

    private func checkpoint(_ mode: Mode) throws(JournalError) {
        let log = try copy(mode == .truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE)
        logAtLast.store(log, ordering: .relaxed)
        if log > options.logBytes {
            _ = try copy(SQLITE_CHECKPOINT_RESTART)
            logAtLast.store(0, ordering: .relaxed)
        }
        try mark.sync()
    }

    /// - Returns: bytes of log.
    private func copy(_ mode: Int32) throws(JournalError) -> Int {
        try connection.perform { (session) throws(JournalError) in
            var frames: Int32 = 0
            let code = sqlite3_wal_checkpoint_v2(session.handle, nil, mode, &frames, nil)
            // Busy: a reader or another process's checkpoint was in the way; it copied what it could.
            guard code == SQLITE_OK || code == SQLITE_BUSY else {
                throw SQLiteFailure.error(code, session.handle)
            }
            return Int(max(frames, 0)) * options.pageBytes
        }
    }
}
