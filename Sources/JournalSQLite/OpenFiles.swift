import Glibc

/// Which files a store has open, by device and inode. SQLite goes on writing to a file that was removed, moved or replaced under
/// it: what is answered for then is lost when the last process closes it.
struct OpenFiles: Sendable {
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t

        /// nil when nothing is there.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            (device, inode) = (status.st_dev, status.st_ino)
        }
    }

    private let folder: StoreFolder
    private let database: Identity?
    private let log: Identity?

    /// The files of a folder, right after they were opened.
    init(_ folder: StoreFolder) {
        self.folder = folder
        database = Identity(folder.database)
        log = Identity(folder.log)
    }

    /// Why the files that are open are not the ones that a start would find; nil when they are. Costs two looks at a name, a few
    /// microseconds.
    var displacement: String? {
        if let database, database != Identity(folder.database) {
            return
                "\(displaced(folder.database)). Before this process ends, put that file back, or copy it and its log from "
                + "/proc/\(getpid())/fd"
        }
        if let log, log != Identity(folder.log) {
            return
                "\(displaced(folder.log)). It is copied into the database when SIGTERM ends the last process on the folder: end all of "
                + "them before one is started"
        }
        return nil
    }

    private func displaced(_ path: String) -> String {
        let what = access(path, F_OK) == 0 ? "was replaced by another file" : "was removed or moved away"
        return "\(path) \(what) while it was open; what was answered for is in the open file alone"
    }
}
