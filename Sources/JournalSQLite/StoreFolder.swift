import Glibc
import Journal

/// The folder of a store: its file names, its making, and the lock that lets processes set it up one after
/// another.
struct StoreFolder: Sendable {
    let path: String

    var database: String { "\(path)/homeward.sqlite" }
    var log: String { "\(path)/homeward.sqlite-wal" }
    var mark: String { "\(path)/homeward.mark" }
    /// Where a database is put together before it has its name.
    var draft: String { "\(path)/homeward.sqlite.draft" }
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

    /// Refuses a folder that holds a database already.
    func expectNoDatabase() throws(JournalError) {
        guard access(database, F_OK) != 0 else {
            throw .readOnly("\(database) is there already; name another folder, or move that one away first")
        }
    }

    /// Removes the database that was put here; only for one that was just made.
    func removeDatabase() throws(JournalError) {
        for file in [database, log, database + "-shm", mark] where unlink(file) != 0 && errno != ENOENT {
            throw Self.failure("\(file) cannot be removed")
        }
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
