import GRDB
import Glibc
import Journal

// A backup is a folder like a store's own, without a log:
//
//     homeward.sqlite   all records and enclosures of one moment
//     homeward.mark     where each journal ends in it, and with which hash
//
// The vault's key is not in it, and must be kept elsewhere: either without the other discloses nobody.

/// Where a journal ends in a backup: noted elsewhere it also proves that nobody wrote the backup anew.
public struct JournalEnd: Sendable, Equatable {
    /// The system.
    public let system: String
    /// The position of its last record.
    public let position: Position
    /// The hash there.
    public let hash: [UInt8]
}

extension SQLiteStore {
    /// Copies the store as it is at one moment, while it is in use, and proves the copy. Commits go on
    /// meanwhile; the log cannot be begun anew until the copy is done, so it grows by what is written in that
    /// time.
    ///
    /// - Parameter path: a folder without a database; made if it is missing.
    /// - Returns: where each journal ends in the backup.
    /// - Throws: any `JournalError`; what was copied so far is removed.
    public func backup(to path: String) throws(JournalError) -> [JournalEnd] {
        let target = StoreFolder(path: path)
        try target.make()
        try target.expectNoDatabase()
        let floor = try ends()
        try Self.copy(folder.database, target, options) { _ in }
        let ends = try Self.prove(target, digest, options)
        for end in floor
        where !ends.contains(where: { $0.system == end.system && $0.position >= end.position }) {
            try? target.removeDatabase()
            throw .damaged(
                at: end.position,
                "the backup of \(end.system) in \(path) ends before the journal did; try again"
            )
        }
        return ends
    }

    /// Puts a backup into a folder and proves it; the marks are set to where its journals end.
    ///
    /// - Parameters:
    ///   - path: a folder without a database, so that nothing is overwritten; made if it is missing.
    ///   - limits: how far to restore the journals named; records behind are left out. Enclosures are as the backup has them.
    /// - Returns: where each journal ends now.
    /// - Throws: `damaged` when the backup is not whole; then nothing is left in the folder.
    public static func restore(
        from backup: String,
        to path: String,
        upTo limits: [String: Position] = [:],
        digest: @escaping HashChain.Digest,
        options: SQLiteOptions = SQLiteOptions()
    ) throws(JournalError) -> [JournalEnd] {
        let source = StoreFolder(path: backup)
        let target = StoreFolder(path: path)
        try target.make()
        try target.expectNoDatabase()
        guard access(source.database, R_OK) == 0 else {
            throw StoreFolder.failure("\(source.database) cannot be read")
        }
        try copy(source.database, target, options) { database in
            for (system, limit) in limits { try cut(system, behind: limit, database) }
        }
        // The old mark speaks of the journal that was there before.
        unlink(target.mark)
        let ends = try prove(target, digest, options)
        if access(source.mark, R_OK) == 0 { try compare(ends, limits, with: source, target) }
        return ends
    }

    // MARK: Pieces

    /// Where each journal ends now.
    private func ends() throws(JournalError) -> [JournalEnd] {
        var ends: [JournalEnd] = []
        for system in try numberedSystems() {
            let journal = SQLiteJournal(
                store: self,
                system: system.id,
                chain: HashChain(system: system.name, digest: digest)
            )
            let last = try journal.lastPosition()
            ends.append(
                JournalEnd(
                    system: system.name,
                    position: last,
                    hash: try journal.hash(at: last) ?? journal.chain.first
                )
            )
        }
        return ends
    }

    /// Copies a database page by page under a draft's name, lets `change` work on it, and gives it its own
    /// name once it is safe on the disk.
    private static func copy(
        _ path: String,
        _ target: StoreFolder,
        _ options: SQLiteOptions,
        change: (Database) throws -> Void
    ) throws(JournalError) {
        unlink(target.draft)
        do {
            try target.makePrivate(target.draft)
            let source = try Connection(path, .look, options, readOnly: true)
            let draft = try Connection(target.draft, .append, options, readOnly: false)
            try draft.administer { draftQueue in
                try source.administer { sourceQueue in
                    try draftQueue.writeWithoutTransaction { draft in
                        // One read transaction over all steps: the copy is of one moment, and writers do not
                        // make it begin again.
                        try sourceQueue.read { try $0.backup(to: draft, pagesPerStep: 1_024) }
                        try change(draft)
                        // No log beside it, so the one file is the backup.
                        _ = try String.fetchOne(draft, sql: "PRAGMA journal_mode = DELETE")
                    }
                }
            }
            try source.close()
            try draft.close()
            guard rename(target.draft, target.database) == 0 else {
                throw StoreFolder.failure("\(target.draft) cannot be renamed")
            }
            try target.sync()
        } catch {
            for suffix in ["", "-wal", "-shm", "-journal"] { unlink(target.draft + suffix) }
            throw SQLiteFailure.error(error)
        }
    }

    /// Leaves out the records of a system behind a position: the one place where records are deleted.
    private static func cut(_ system: String, behind limit: Position, _ database: Database) throws {
        guard
            let id = try Int64.fetchOne(
                database,
                sql: "SELECT id FROM system WHERE name = ?",
                arguments: [system]
            )
        else {
            throw JournalError.failed("the backup has no system \(system)")
        }
        let key = Schema.key(id, limit.value)
        guard try Int64.fetchOne(database, sql: "SELECT id FROM record WHERE id = ?", arguments: [key]) != nil
        else {
            throw JournalError.failed("the journal of \(system) in the backup ends before \(limit)")
        }
        try database.execute(
            sql: "DELETE FROM record WHERE id > ? AND id < ?",
            arguments: [key, Schema.key(id + 1, 0)]
        )
    }

    /// Opens what was copied, proves structure and chains, and marks where they end.
    private static func prove(
        _ target: StoreFolder,
        _ digest: @escaping HashChain.Digest,
        _ options: SQLiteOptions
    ) throws(JournalError) -> [JournalEnd] {
        do throws(JournalError) {
            var options = options
            options.roomBytes = 0
            let store = try open(folder: target.path, digest: digest, options: options)
            try store.checkStructure()
            var ends: [JournalEnd] = []
            for system in try store.numberedSystems() {
                let chain = HashChain(system: system.name, digest: digest)
                let check = try SQLiteJournal(store: store, system: system.id, chain: chain).verify()
                ends.append(JournalEnd(system: system.name, position: check.position, hash: check.hash))
                try store.mark.raise(system.id, MarkFile.Mark(position: check.position, hash: check.hash))
            }
            try store.close()
            return ends
        } catch {
            try? target.removeDatabase()
            throw error
        }
    }

    /// Refuses a backup that is whole in itself, but not what its own mark says.
    private static func compare(
        _ ends: [JournalEnd],
        _ limits: [String: Position],
        with source: StoreFolder,
        _ target: StoreFolder
    ) throws(JournalError) {
        let mark = try MarkFile(source.mark, readOnly: true)
        for (index, end) in ends.enumerated() where limits[end.system] == nil {
            guard let noted = try mark.mark(Int64(index + 1)) else { continue }
            guard noted == MarkFile.Mark(position: end.position, hash: end.hash) else {
                try? target.removeDatabase()
                throw .damaged(
                    at: end.position,
                    "the backup of \(end.system) ends at \(end.position), its mark says \(noted.position); use another"
                )
            }
        }
    }
}
