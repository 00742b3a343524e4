import Glibc
import Journal

/// The folder of a store: its file names, its making, and the lock that lets processes set it up one after
/// another.
struct StoreFolder: Sendable {
    let path: String

    var database: String { "\(path)/homeward.sqlite" }
    var log: String { "\(path)/homeward.sqlite-wal" }
    var mark: String { "\(path)/homeward.mark" }
    /// Where a database is put together and proved before it has its name: a folder of its own.
    var draft: StoreFolder { StoreFolder(path: "\(path)/homeward.draft") }
    private var lock: String { "\(path)/homeward.lock" }

    /// Makes the folder if it is missing, for its owner only.
    func make() throws(JournalError) {
        if mkdir(path, 0o700) == 0 {
            try Self.sync(Self.parent(of: path))
        } else if errno != EEXIST {
            throw Self.failure("the folder \(path) cannot be made")
        }
    }

    /// Makes an empty file for a database that is not there yet, for its owner only: SQLite would let
    /// everybody read it. Its log and index get the same rights from it.
    func makePrivate(_ database: String) throws(JournalError) {
        let file = open(database, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if file >= 0 {
            close(file)
        } else if errno != EEXIST {
            throw Self.failure("\(database) cannot be made")
        }
    }

    /// Refuses a folder that holds a store, or anything that is left of one: SQLite would take the log of another database for
    /// this one's, and a log may hold the last copy of records that were answered for.
    func expectNoStore() throws(JournalError) {
        for file in [database, log, database + "-shm", database + "-journal", mark] where access(file, F_OK) == 0 {
            throw .refused("\(file) is there already, of another store; name another folder")
        }
    }

    /// Removes this folder and the store in it, which this process made, or one that died over it.
    func remove() throws(JournalError) {
        for file in [database, log, database + "-shm", database + "-journal", mark, lock]
        where unlink(file) != 0 && errno != ENOENT && errno != ENOTDIR {
            throw Self.failure("\(file) cannot be removed")
        }
        if rmdir(path) != 0, errno != ENOENT { throw Self.failure("\(path) cannot be removed") }
    }

    /// Gives the store of this folder a place in another, which holds none. The mark goes first: a folder with a mark alone is
    /// refused by a start, where a database alone would be taken on trust. By links, which take no name that is there by now.
    func move(to target: StoreFolder) throws(JournalError) {
        guard link(mark, target.mark) == 0 else { throw Self.failure("\(target.mark) cannot be put there") }
        guard link(database, target.database) == 0 else {
            let error = Self.failure("\(target.database) cannot be put there")
            unlink(target.mark)
            throw error
        }
        try target.sync()
    }

    /// Runs `body` while no other process does, so that two first starts do not both make the tables. The
    /// wait has the limit of every other lock.
    func alone<Result>(
        milliseconds: Int,
        _ body: () throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        let file = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure("\(lock) cannot be opened") }
        defer { close(file) }
        var waited = 0
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw Self.failure("\(lock) cannot be locked")
            }
            guard waited < milliseconds else { throw .busy("another process is opening \(path)") }
            usleep(1_000)
            waited += 1
        }
        return try body()
    }

    /// Makes the names in the folder survive a loss of power.
    func sync() throws(JournalError) {
        try Self.sync(path)
    }

    static func sync(_ folder: String) throws(JournalError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("the folder \(folder) cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("the folder \(folder) cannot be synced") }
    }

    /// Makes a file's bytes survive a loss of power.
    static func sync(file: String) throws(JournalError) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("\(file) cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("\(file) cannot be synced") }
    }

    static func parent(of path: String) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)
        while parts.last == "" { parts.removeLast() }
        _ = parts.popLast()
        if parts.isEmpty { return "." }
        let parent = parts.joined(separator: "/")
        return parent.isEmpty ? "/" : parent
    }

    /// An error from `errno`.
    static func failure(_ what: String) -> JournalError {
        let code = errno
        let text = "\(what): \(String(cString: strerror(code)))"
        switch code {
        case ENOSPC, EDQUOT: return .full(text)
        case EROFS, EACCES, EPERM, ENOENT, ENOTDIR: return .readOnly(text)
        default: return .failed(text)
        }
    }
}
