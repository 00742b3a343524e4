import GRDB
import GRDBSQLite
import Glibc
import Journal

/// One connection to the database and its prepared statements. GRDB opens it and gives it a queue of its own;
/// what is hot runs on the raw handle, on that queue.
///
/// `@unchecked Sendable`: `statements` is touched inside `perform`, which GRDB's queue serialises, and in
/// `deinit`, when nobody else is left.
final class Connection: @unchecked Sendable {
    /// What the connection is for.
    enum Purpose: String {
        case append, read, look, poll, checkpoint
    }

    private let queue: DatabaseQueue
    /// Bytes of write-ahead log after the last commit, as SQLite's hook said; touched like `statements`.
    private var logBytes = 0
    private let pageBytes: Int
    private var statements: [OpaquePointer?] = Array(repeating: nil, count: SQL.allCases.count)

    /// Opens the database at a path.
    init(_ path: String, _ purpose: Purpose, _ options: SQLiteOptions, readOnly: Bool) throws(JournalError) {
        pageBytes = options.pageBytes
        var configuration = Configuration()
        configuration.label = "journal.\(purpose.rawValue)"
        configuration.readonly = readOnly
        // Where even a rollback fails, GRDB would stop the process; our answer is an error, and `reopen`.
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .callback(Self.patience(milliseconds: options.busyMilliseconds))
        configuration.prepareDatabase { database in
            // Page size counts only until the first table is made; WAL and FULL are asserted when the store
            // opens.
            if !readOnly { try database.execute(sql: "PRAGMA page_size = \(options.pageBytes)") }
            try database.execute(
                sql: """
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA journal_size_limit = \(max(options.roomBytes, options.logBytes));
                    PRAGMA secure_delete = ON;
                    PRAGMA cell_size_check = ON;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA temp_store = MEMORY;
                    """
            )
        }
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw SQLiteFailure.error(error)
        }
        if purpose == .append { try noteLogBytes() }
    }

    /// Has SQLite say how long the log is after each commit. The hook takes the place of automatic
    /// checkpoints.
    private func noteLogBytes() throws(JournalError) {
        // Unretained: the hook runs only in a commit on this connection, which lives for as long as its
        // commits do.
        let this = Unmanaged.passUnretained(self).toOpaque()
        try perform { (session) throws(JournalError) in
            _ = sqlite3_wal_hook(
                session.handle,
                { this, _, _, pages in
                    if let this {
                        let connection = Unmanaged<Connection>.fromOpaque(this).takeUnretainedValue()
                        connection.logBytes = Int(pages) * connection.pageBytes
                    }
                    return SQLITE_OK
                },
                this
            )
        }
    }

    deinit {
        for statement in statements { sqlite3_finalize(statement) }
    }

    /// Runs `body` on the connection's queue.
    func perform<Result>(
        _ body: (Session) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        let outcome: Swift.Result<Result, JournalError> = queue.writeWithoutTransaction { database in
            guard let handle = database.sqliteConnection else {
                return .failure(.failed("the store is closed"))
            }
            do throws(JournalError) {
                return .success(try body(Session(handle: handle, connection: self)))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    /// Runs `body` with GRDB's own interface, for migrations and pragmas.
    func administer<Result>(_ body: (DatabaseQueue) throws -> Result) throws(JournalError) -> Result {
        do {
            return try body(queue)
        } catch {
            throw SQLiteFailure.error(error)
        }
    }

    /// Finishes the statements and closes; later calls fail.
    func close() throws(JournalError) {
        try perform { (_) throws(JournalError) in
            for statement in statements { sqlite3_finalize(statement) }
            statements = Array(repeating: nil, count: statements.count)
        }
        try administer { try $0.close() }
    }

    /// Waits for another connection's lock in short naps, since commits take less than a millisecond
    /// (SQLite's own handler naps for up to 100 ms), and gives up at the limit.
    private static func patience(milliseconds: Int) -> @Sendable (Int) -> Bool {
        { attempt in
            // 50 naps of 0.2 ms, then naps of 1 ms.
            guard attempt < 50 + milliseconds - 10 else { return false }
            usleep(attempt < 50 ? 200 : 1_000)
            return true
        }
    }

    /// The connection while `perform` runs; not to be kept.
    struct Session {
        let handle: OpaquePointer
        fileprivate let connection: Connection

        /// Lends a prepared statement and resets it afterwards.
        func with<Result>(
            _ sql: SQL,
            _ body: (Statement) throws(JournalError) -> Result
        ) throws(JournalError) -> Result {
            let statement = try prepared(sql)
            defer {
                sqlite3_reset(statement.raw)
                sqlite3_clear_bindings(statement.raw)
            }
            return try body(statement)
        }

        /// Runs a statement without parameters and rows.
        func run(_ sql: SQL) throws(JournalError) {
            try with(sql) { (statement) throws(JournalError) in try statement.run() }
        }

        /// Bytes of write-ahead log after the last commit on this connection.
        var logBytes: Int { connection.logBytes }

        /// Rows changed by the last statement.
        var changes: Int { Int(sqlite3_changes(handle)) }

        /// Runs `body` in a write transaction: all of it or nothing.
        func transaction<Result>(_ body: () throws(JournalError) -> Result) throws(JournalError) -> Result {
            try run(.begin)
            do throws(JournalError) {
                let result = try body()
                try run(.commit)
                return result
            } catch {
                // SQLite may have rolled back by itself; when it has not and cannot, closing the connection
                // does.
                if sqlite3_get_autocommit(handle) == 0 { try? run(.rollback) }
                throw error
            }
        }

        private func prepared(_ sql: SQL) throws(JournalError) -> Statement {
            if let known = connection.statements[sql.rawValue] {
                return Statement(raw: known, database: handle)
            }
            var statement: OpaquePointer?
            let code = sqlite3_prepare_v3(
                handle,
                sql.text,
                -1,
                UInt32(SQLITE_PREPARE_PERSISTENT),
                &statement,
                nil
            )
            guard code == SQLITE_OK, let statement else { throw SQLiteFailure.error(code, handle) }
            connection.statements[sql.rawValue] = statement
            return Statement(raw: statement, database: handle)
        }
    }
}

// MARK: - What both the store and a journal ask

extension Connection.Session {
    /// The systems that have a journal.
    func systems() throws(JournalError) -> [(id: Int64, name: String)] {
        try with(.systems) { (statement) throws(JournalError) in
            var systems: [(id: Int64, name: String)] = []
            while try statement.step() { systems.append((statement.integer(0), statement.text(1))) }
            return systems
        }
    }

    /// The end of a system's journal.
    func last(_ system: Int64) throws(JournalError) -> MarkFile.Mark {
        let first = Schema.key(system, 0)
        return try with(.last) { (statement) throws(JournalError) in
            try statement.bind(1, first)
            try statement.bind(2, Schema.key(system + 1, 0) - 1)
            guard try statement.step() else {
                throw .damaged(
                    at: .start,
                    "not even the first row of the journal is there; bring back a backup (homeward restore)"
                )
            }
            return MarkFile.Mark(
                position: Position(UInt64(clamping: statement.integer(0) - first)),
                hash: statement.bytes(1)
            )
        }
    }

    /// The hash of a record, the chain's first at the start; nil behind the end.
    func hash(_ system: Int64, _ position: Position) throws(JournalError) -> [UInt8]? {
        try with(.hash) { (statement) throws(JournalError) in
            try statement.bind(1, Schema.key(system, position.value))
            return try statement.step() ? statement.bytes(0) : nil
        }
    }
}
