import GRDB
import GRDBSQLite
import Glibc
import Journal
import Synchronization

/// The journals and enclosures of all systems in one folder, on one SQLite database in WAL mode with
/// `synchronous=FULL`. Any number of processes may have it open, each of them may write.
///
///     homeward.sqlite, -wal, -shm   the database (see Schema.swift)
///     homeward.mark                 how far each journal was answered for (see MarkFile.swift)
///     homeward.lock                 held while a process opens the store
///
/// Owners: appends share one connection, which GRDB's queue serialises; reading records, looking up
/// enclosures and polling have one each, so that none waits for another; checkpoints have their own
/// connection and queue.
public final class SQLiteStore: Sendable {
    /// What is open now; replaced as a whole by `reopen`.
    struct Connections: Sendable {
        let append: Connection
        let read: Connection
        let look: Connection
        let poll: Connection
        /// nil in a store that is only looked at.
        let checkpointer: Checkpointer?
        /// nil in a store that is only looked at, or that could not be opened anew.
        var files: OpenFiles?
    }

    /// The folder it was opened in.
    public let path: String
    /// What an operator should know of what was found there: that no mark lies beside records. nil when there is nothing.
    public var notice: String? { found.withLock { $0 } }
    private let found = Mutex<String?>(nil)
    let digest: HashChain.Digest
    let mark: MarkFile
    let folder: StoreFolder
    let options: SQLiteOptions
    private let connections: Mutex<Connections>

    /// Opens the store in a folder, which is made if it is missing.
    ///
    /// - Parameter digest: SHA-256, for the hash chains.
    /// - Throws: `damaged` when a journal ends below its mark or its end is not what was answered for, with the way out in
    ///   the text; any other `JournalError`.
    public static func open(
        folder path: String,
        digest: @escaping HashChain.Digest,
        options: SQLiteOptions = SQLiteOptions()
    ) throws(JournalError) -> SQLiteStore {
        let folder = StoreFolder(path: path)
        try folder.make()
        return try folder.alone(milliseconds: options.busyMilliseconds) { () throws(JournalError) in
            let mark = try MarkFile(folder.mark)
            try Marks(folder: folder, file: mark, options: options).check()
            try folder.makePrivate(folder.database)
            let connections = try connect(folder, mark, options)
            let store = SQLiteStore(folder, digest, mark, connections, options)
            try store.markAnew()
            try folder.sync()
            return store
        }
    }

    /// Opens the store in a folder to look at it: whatever its marks say, and without changing a byte of the
    /// database or its log. Everything that writes throws `readOnly`.
    ///
    /// - Throws: `readOnly` when there is no database, `damaged` when no store's tables are in it; any other `JournalError`.
    public static func inspect(
        folder path: String,
        digest: @escaping HashChain.Digest,
        options: SQLiteOptions = SQLiteOptions()
    ) throws(JournalError) -> SQLiteStore {
        let folder = StoreFolder(path: path)
        guard access(folder.database, R_OK) == 0 else {
            throw StoreFolder.failure("\(folder.database) cannot be read")
        }
        func connection(_ purpose: Connection.Purpose) throws(JournalError) -> Connection {
            try Connection(folder.database, purpose, options, readOnly: true)
        }
        let mark = try MarkFile(folder.mark, readOnly: true)
        let connections = Connections(
            append: try connection(.append),
            read: try connection(.read),
            look: try connection(.look),
            poll: try connection(.poll),
            checkpointer: nil,
            files: nil
        )
        let isMade = try connections.look.administer { queue in try queue.read { try $0.tableExists("system") } }
        guard isMade else {
            throw .damaged(at: .start, "\(folder.database) holds no journal, not even the table that would name it")
        }
        let store = SQLiteStore(folder, digest, mark, connections, options)
        if !mark.wasThere, try store.unmarked().contains(where: { $0.end.position > .start }) {
            store.found.withLock { $0 = mark.absence }
        }
        return store
    }

    private init(
        _ folder: StoreFolder,
        _ digest: @escaping HashChain.Digest,
        _ mark: MarkFile,
        _ connections: Connections,
        _ options: SQLiteOptions
    ) {
        self.path = folder.path
        self.folder = folder
        self.digest = digest
        self.mark = mark
        self.options = options
        self.connections = Mutex(connections)
    }

    /// The systems that have a journal, in the order of their making.
    public func systems() throws(JournalError) -> [String] {
        try numberedSystems().map(\.name)
    }

    /// The journal of a system; made if there is none, unless told not to: a system is never unmade.
    ///
    /// - Throws: `refused` when the name is not 1 to 64 lower-case letters, digits and `-`, when there are too many systems, or
    ///   when there is none of that name and none may be made.
    public func journal(system: String, createIfAbsent: Bool = true) throws(JournalError) -> any JournalKeeper {
        if let objection = Self.objection(toSystem: system) { throw .refused(objection) }
        let chain = HashChain(system: system, digest: digest)
        let id = try current.append.perform { (session) throws(JournalError) in
            if let known = try Self.system(system, session) { return known }
            guard createIfAbsent else {
                let names = try session.systems().map(\.name).joined(separator: ", ")
                throw .refused("there is no system \(system); there \(names.isEmpty ? "is none" : "are: \(names)")")
            }
            let made = try session.transaction { () throws(JournalError) in
                // Another process may have made it since.
                if let known = try Self.system(system, session) { return known }
                return try Self.makeSystem(system, chain, session)
            }
            // On the disk before the first record: a mark that says nothing of a journal with records is a damaged one.
            try mark.raise(made, MarkFile.Mark(position: .start, hash: chain.first))
            try mark.sync()
            return made
        }
        return SQLiteJournal(store: self, system: id, chain: chain)
    }

    /// Why no system can have a name; nil when one can.
    public static func objection(toSystem name: String) -> String? {
        let allowed = name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
        }
        guard allowed, (1...64).contains(name.utf8.count) else {
            return "a system's name has 1 to 64 lower-case letters, digits and -"
        }
        return nil
    }

    /// Has SQLite check the structure of the whole database, on a connection of its own: what neither the
    /// chain nor a seal shows, such as a page that lost a row of enclosures. Reads everything once, so it
    /// belongs in the background.
    ///
    /// - Throws: `damaged`.
    public func checkStructure() throws(JournalError) {
        let connection = try Connection(folder.database, .look, options, readOnly: true)
        let finding = try connection.administer { queue in
            try queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check(1)") }
        }
        try connection.close()
        guard finding == "ok" else {
            // SQLite's words have several lines.
            let words = (finding ?? "no answer").split(whereSeparator: \.isNewline).joined(separator: " ")
            throw .damaged(
                at: .start,
                "\(folder.database): \(words); bring back a backup (homeward restore), or, where homeward journal verify finds "
                    + "the chain whole, write this one anew (homeward restore --rebuild)"
            )
        }
    }

    /// Copies the write-ahead log into the database and empties it.
    ///
    /// - Throws: `busy` when another reader is in the way.
    public func checkpoint() throws(JournalError) {
        try current.checkpointer?.run(.truncate)
    }

    /// Why the last checkpoint in the background failed, nil when it did not: for `/readyz` and metrics.
    public var checkpointFailure: JournalError? { current.checkpointer?.failure }

    /// How far the journal of a system was answered for, nil when it never was.
    ///
    /// - Throws: any `JournalError`; `failed` when the mark is damaged.
    public func answeredFor(system: String) throws(JournalError) -> JournalEnd? {
        guard let id = try numberedSystems().first(where: { $0.name == system })?.id else { return nil }
        let noted = try mark.mark(id)
        if noted == nil, mark.wasThere, try unmarked().contains(where: { $0.id == id && $0.end.position > .start }) {
            throw mark.damage
        }
        return noted.map { JournalEnd(system: system, position: $0.position, hash: $0.hash) }
    }

    /// The numbers of systems that were answered for and are not there.
    public func lostSystems() throws(JournalError) -> [Int64] {
        let known = try numberedSystems().map(\.id)
        return try mark.all().map(\.id).filter { !known.contains($0) }
    }

    /// Removes the sealed values of subjects that a journal no longer knows since it was cut, without a note: nobody was
    /// forgotten, and another store may know them.
    public func drop(system: String, subjects: [String]) throws(JournalError) {
        try current.append.perform { (session) throws(JournalError) in
            guard let id = try Self.system(system, session) else { throw .refused("there is no system \(system)") }
            try session.transaction { () throws(JournalError) in
                for subject in subjects {
                    try session.with(.forget) { (statement) throws(JournalError) in
                        try statement.bind(1, id)
                        try statement.bind(2, subject)
                        try statement.run()
                    }
                }
            }
        }
    }

    /// What an operator should know of the SQLite this program runs on; nil when there is nothing.
    public static var engineWarning: String? {
        let version = sqlite3_libversion_number()
        guard version < 3_051_003 else { return nil }
        return
            "SQLite \(String(cString: sqlite3_libversion())) can, very rarely, lose rows when two checkpoints and a commit "
            + "meet (fixed in 3.51.3): the journal's marks and chain would tell"
    }

    /// Everybody whose sealed values were removed from this store: the system and the subject's pseudonym, in this order.
    public func forgotten() throws(JournalError) -> [(system: String, subject: String)] {
        try current.look.administer { queue in
            try queue.read { database in
                // A store that is only looked at may be older than the list.
                guard try database.tableExists("forgotten") else { return [] }
                return try Row.fetchAll(
                    database,
                    sql: """
                        SELECT system.name, forgotten.subject FROM forgotten JOIN system ON system.id = forgotten.system
                        ORDER BY system.id, forgotten.subject
                        """
                ).map { ($0[0], $0[1]) }
            }
        }
    }

    /// Checks the marks again, drops all connections and opens them anew.
    ///
    /// - Throws: `readOnly` while other files are there than those that are open: what was answered for is in the open ones,
    ///   and is lost when the last process closes them.
    public func reopen() throws(JournalError) {
        if let reason = displacement { throw .readOnly(reason) }
        try Marks(folder: folder, file: mark, options: options).check()
        let outcome: Result<Void, JournalError> = connections.withLock { connections in
            // Whatever state the old ones are in, they are not used again.
            try? Self.close(connections)
            // The log went with the last of them.
            connections.files = nil
            do throws(JournalError) {
                connections = try Self.connect(folder, mark, options)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    /// Closes; the last one of all processes copies the log into the database and removes it. Later calls
    /// fail, `reopen` apart.
    public func close() throws(JournalError) {
        try mark.sync()
        try Self.close(current)
    }

    // MARK: Pieces

    var current: Connections { connections.withLock { $0 } }

    /// Why the files that are open are not the ones that a start would find; nil when they are. Under the lock, since `reopen` has
    /// the log replaced itself.
    var displacement: String? { connections.withLock { $0.files?.displacement } }

    private static func connect(
        _ folder: StoreFolder,
        _ mark: MarkFile,
        _ options: SQLiteOptions
    ) throws(JournalError) -> Connections {
        func connection(_ purpose: Connection.Purpose, readOnly: Bool = false) throws(JournalError)
            -> Connection
        {
            try Connection(folder.database, purpose, options, readOnly: readOnly)
        }
        let append = try connection(.append)
        try append.administer { queue in
            try queue.writeWithoutTransaction { database in
                // WAL first, since a mode cannot change inside the migration's transaction.
                _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
            }
            try Schema.migrator.migrate(queue)
            try queue.writeWithoutTransaction { database in
                let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
                let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
                guard mode == "wal", synchronous == 2 else {
                    throw JournalError.failed(
                        "\(folder.database) is not in WAL mode with synchronous=FULL; is its file system a network one?"
                    )
                }
            }
        }
        var impatient = options
        impatient.busyMilliseconds = min(options.busyMilliseconds, Checkpointer.patienceMilliseconds)
        let checkpointer = Checkpointer(
            try Connection(folder.database, .checkpoint, impatient, readOnly: false),
            mark,
            log: folder.log,
            options
        )
        checkpointer.makeRoom()
        return Connections(
            append: append,
            read: try connection(.read, readOnly: true),
            look: try connection(.look, readOnly: true),
            poll: try connection(.poll, readOnly: true),
            checkpointer: checkpointer,
            files: OpenFiles(folder)
        )
    }

    private static func close(_ connections: Connections) throws(JournalError) {
        // The last one to close removes the log, so it must be one that may write.
        try connections.read.close()
        try connections.look.close()
        try connections.poll.close()
        try connections.checkpointer?.close()
        try connections.append.close()
    }

    private static func system(_ name: String, _ session: Connection.Session) throws(JournalError)
        -> Int64?
    {
        try session.with(.system) { (statement) throws(JournalError) in
            try statement.bind(1, name)
            return try statement.step() ? statement.integer(0) : nil
        }
    }

    private static func makeSystem(
        _ name: String,
        _ chain: HashChain,
        _ session: Connection.Session
    ) throws(JournalError) -> Int64 {
        try session.with(.insertSystem) { (statement) throws(JournalError) in
            try statement.bind(1, name)
            try statement.run()
        }
        let id = sqlite3_last_insert_rowid(session.handle)
        guard id <= Schema.systems else { throw .refused("a store holds at most \(Schema.systems) systems") }
        try session.with(.insertNext) { (statement) throws(JournalError) in
            try statement.bind(1, Schema.key(id, 0))
            try statement.bind(2, chain.first)
            try statement.bind(3, Array(name.utf8))
            try statement.run()
        }
        return id
    }

    /// The journals without a mark, and where they end.
    func unmarked() throws(JournalError) -> [(id: Int64, end: MarkFile.Mark)] {
        try current.look.perform { (session) throws(JournalError) in
            var ends: [(id: Int64, end: MarkFile.Mark)] = []
            for system in try session.systems() where try mark.mark(system.id) == nil {
                ends.append((system.id, try session.last(system.id)))
            }
            return ends
        }
    }

    /// Marks the journals that have none where they end now. Unless they are new, somebody removed the mark to go on with what is
    /// there, or lost it: that is noted.
    private func markAnew() throws(JournalError) {
        let unmarked = try self.unmarked()
        guard !unmarked.isEmpty else { return }
        for (id, end) in unmarked { try mark.raise(id, end) }
        try mark.sync()
        if unmarked.contains(where: { $0.end.position > .start }) { found.withLock { $0 = mark.absence } }
    }

    func numberedSystems() throws(JournalError) -> [(id: Int64, name: String)] {
        try current.look.perform { (session) throws(JournalError) in try session.systems() }
    }
}
