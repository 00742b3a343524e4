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
    /// - Parameter path: a folder without a store; made if it is missing.
    /// - Returns: where each journal ends in the backup.
    /// - Throws: any `JournalError`; what was copied so far is removed.
    public func backup(to path: String) throws(JournalError) -> [JournalEnd] {
        let floor = try ends()
        return try Self.place(folder.database, in: StoreFolder(path: path), digest, options) {
            (ends) throws(JournalError) in
            for end in floor
            where !ends.contains(where: { $0.system == end.system && $0.position >= end.position }) {
                throw .damaged(
                    at: end.position,
                    "the backup of \(end.system) in \(path) ends before the journal did; try again"
                )
            }
        }
    }

    /// Puts a backup into a folder and proves it; the marks are set to where its journals end. It has its name only when all
    /// of that is done.
    ///
    /// - Parameters:
    ///   - path: a folder without a store, so that nothing is overwritten; made if it is missing.
    ///   - limits: how far to restore the journals named; records behind are left out. Enclosures are as the backup has them.
    ///   - rebuilding: writes every row anew instead of copying pages, for a database whose structure is damaged and whose chain
    ///     holds. What a damaged page lost of records is found out; what it lost of sealed values is not.
    ///   - amend: what is done to the store before it is proved: who was forgotten since is forgotten again.
    ///   - notice: told what an operator should know of the backup: that it has no mark.
    /// - Returns: where each journal ends now.
    /// - Throws: `damaged` when the backup is not whole; then nothing is left in the folder.
    public static func restore(
        from backup: String,
        to path: String,
        upTo limits: [String: Position] = [:],
        digest: @escaping HashChain.Digest,
        rebuilding: Bool = false,
        options: SQLiteOptions = SQLiteOptions(),
        amend: (SQLiteStore) throws(JournalError) -> Void = { _ in },
        notice: (String) -> Void = { _ in }
    ) throws(JournalError) -> [JournalEnd] {
        let source = StoreFolder(path: backup)
        let target = StoreFolder(path: path)
        try target.make()
        try target.expectNoStore()
        guard access(source.database, R_OK) == 0 else {
            throw StoreFolder.failure("\(source.database) cannot be read")
        }
        let marks = try Self.marks(of: source, digest, options, notice)
        return try place(
            source.database,
            in: target,
            digest,
            options,
            rebuilding: rebuilding,
            change: { database in for (system, limit) in limits { try cut(system, behind: limit, database) } },
            amend: amend
        ) { (ends) throws(JournalError) in
            for end in ends where limits[end.system].map({ $0 != end.position }) ?? false {
                throw .damaged(
                    at: end.position,
                    "the journal of \(end.system) ends at \(end.position), which was not asked for"
                )
            }
            try compare(ends, limits, with: marks)
        }
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

    /// Copies a database into a draft beside its place, proves it there, and moves it to its place.
    ///
    /// - Parameters:
    ///   - change: works on the copy before anything else looks at it.
    ///   - amend: works on it as a store.
    ///   - judge: looks at where its journals end.
    private static func place(
        _ path: String,
        in target: StoreFolder,
        _ digest: @escaping HashChain.Digest,
        _ options: SQLiteOptions,
        rebuilding: Bool = false,
        change: (Database) throws -> Void = { _ in },
        amend: (SQLiteStore) throws(JournalError) -> Void = { _ in },
        judge: ([JournalEnd]) throws(JournalError) -> Void
    ) throws(JournalError) -> [JournalEnd] {
        try target.make()
        try target.expectNoStore()
        let draft = target.draft
        do throws(JournalError) {
            // What a process left that died over it.
            try draft.remove()
            try draft.make()
            try copy(path, draft, options, rebuilding: rebuilding, change)
            let ends = try prove(draft, digest, options, amend)
            try judge(ends)
            try settle(draft, options)
            // Minutes may have passed.
            try target.expectNoStore()
            try draft.move(to: target)
            // In place by now, whatever becomes of the draft.
            try? draft.remove()
            return ends
        } catch {
            try? draft.remove()
            throw error
        }
    }

    /// Copies a database page by page into a draft, or row by row, and lets `change` work on it.
    private static func copy(
        _ path: String,
        _ draft: StoreFolder,
        _ options: SQLiteOptions,
        rebuilding: Bool,
        _ change: (Database) throws -> Void
    ) throws(JournalError) {
        do {
            try draft.makePrivate(draft.database)
            let source = try Connection(path, .look, options, readOnly: true)
            // Into the empty file that was just made, for its owner only.
            if rebuilding { try source.administer { try $0.vacuum(into: draft.database) } }
            let copy = try Connection(draft.database, .append, options, readOnly: false)
            try copy.administer { copyQueue in
                try source.administer { sourceQueue in
                    try copyQueue.writeWithoutTransaction { copy in
                        // One read transaction over all steps: the copy is of one moment, and writers do not
                        // make it begin again.
                        if !rebuilding { try sourceQueue.read { try $0.backup(to: copy, pagesPerStep: 1_024) } }
                        try change(copy)
                    }
                }
            }
            try source.close()
            try copy.close()
        } catch {
            throw SQLiteFailure.error(error)
        }
    }

    /// Takes a proved draft out of WAL mode: one file without a log, which can be read where nothing can be written, and safe on
    /// the disk before it gets its name.
    private static func settle(_ draft: StoreFolder, _ options: SQLiteOptions) throws(JournalError) {
        let connection = try Connection(draft.database, .append, options, readOnly: false)
        try connection.administer { queue in
            try queue.writeWithoutTransaction { _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = DELETE") }
        }
        try connection.close()
        for file in [draft.database, draft.mark] { try StoreFolder.sync(file: file) }
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
        _ draft: StoreFolder,
        _ digest: @escaping HashChain.Digest,
        _ options: SQLiteOptions,
        _ amend: (SQLiteStore) throws(JournalError) -> Void
    ) throws(JournalError) -> [JournalEnd] {
        var options = options
        options.roomBytes = 0
        let store = try open(folder: draft.path, digest: digest, options: options)
        try amend(store)
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
    }

    /// What the mark of a backup says of its systems, by their names. Refuses a backup that is none: without tables, with fewer
    /// systems than were answered for, or with a mark that is damaged.
    private static func marks(
        of source: StoreFolder,
        _ digest: @escaping HashChain.Digest,
        _ options: SQLiteOptions,
        _ notice: (String) -> Void
    ) throws(JournalError) -> [String: MarkFile.Mark] {
        let backup = try inspect(folder: source.path, digest: digest, options: options)
        if let words = backup.notice { notice(words) }
        if let lost = try backup.lostSystems().first {
            throw .damaged(
                at: .start,
                "the backup has no journal of system \(lost), but its mark tells of one; use another"
            )
        }
        if backup.mark.wasThere, try backup.unmarked().contains(where: { $0.end.position > .start }) {
            throw backup.mark.damage
        }
        var marks: [String: MarkFile.Mark] = [:]
        for system in try backup.numberedSystems() { marks[system.name] = try backup.mark.mark(system.id) }
        try backup.close()
        return marks
    }

    /// Refuses a backup that is whole in itself, but not what its own mark says.
    private static func compare(
        _ ends: [JournalEnd],
        _ limits: [String: Position],
        with marks: [String: MarkFile.Mark]
    ) throws(JournalError) {
        for end in ends where limits[end.system] == nil {
            guard let noted = marks[end.system] else { continue }
            guard noted == MarkFile.Mark(position: end.position, hash: end.hash) else {
                throw .damaged(
                    at: end.position,
                    "the backup of \(end.system) ends at \(end.position), its mark says \(noted.position); use another"
                )
            }
        }
    }
}
