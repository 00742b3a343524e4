import Foundation
import GRDB
import Journal
import Synchronization
import Testing
import Vault

@testable import JournalSQLite

@Suite struct SQLiteStoreTests {
    private func open(_ folder: String) throws -> SQLiteStore {
        try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
    }

    private func append(_ count: Int, to journal: any JournalKeeper) throws {
        for _ in 0..<count {
            let last = try journal.lastPosition()
            _ = try journal.append([NewRecord(body: Array("{\"n\":\(last)}".utf8))], after: last)
        }
    }

    @Test("the folder is made, and what was appended is there after closing and opening again")
    func survives() throws {
        try TemporaryFolder.use { parent in
            let folder = parent + "/data"
            let store = try open(folder)
            try append(3, to: store.journal(system: "warwick"))
            try store.close()
            let again = try open(folder)
            #expect(try again.systems() == ["warwick"])
            #expect(try again.journal(system: "warwick").verify().position == Position(3))
        }
    }

    @Test("what was appended is there after closing without a word")
    func dropped() throws {
        try TemporaryFolder.use { folder in
            try append(3, to: open(folder).journal(system: "warwick"))
            #expect(try open(folder).journal(system: "warwick").verify().position == Position(3))
        }
    }

    @Test("the database is in WAL mode with synchronous=FULL and no checkpoint inside commits")
    func pragmas() throws {
        try TemporaryFolder.use { folder in
            let store = try open(folder)
            let pragmas = try store.current.append.administer { queue in
                try queue.read { database in
                    try ["journal_mode", "synchronous", "page_size"].map {
                        try String.fetchOne(database, sql: "PRAGMA \($0)")
                    }
                }
            }
            #expect(pragmas == ["wal", "2", "8192"])
            // SQLite by itself would copy the log back after 1,000 pages and begin it anew.
            try append(1_100, to: store.journal(system: "warwick"))
            #expect(try size(folder + "/homeward.sqlite-wal") > 1_100 * 8_192)
        }
    }

    @Test("the database itself refuses a gap, a duplicate and a record with another predecessor")
    func insertRefuses() throws {
        try TemporaryFolder.use { folder in
            let store = try open(folder)
            let journal = try store.journal(system: "warwick")
            try append(2, to: journal)
            let chain = journal.chain
            let hashes = [chain.first] + (try journal.read(after: .start, limit: 2).map(\.hash))
            for (position, before) in [(4, hashes[2]), (2, hashes[1]), (3, hashes[1]), (0, hashes[0])] {
                let changes = try store.current.append.perform { (session) throws(JournalError) in
                    do throws(JournalError) {
                        try session.with(.insertRecord) { (statement) throws(JournalError) in
                            try statement.bind(1, Schema.key(1, UInt64(position)))
                            try statement.bind(2, hashes[0])
                            try statement.bind(3, [1])
                            try statement.bind(4, before)
                            try statement.run()
                        }
                    } catch { return 0 }
                    return session.changes
                }
                #expect(changes == 0)
            }
            #expect(try journal.lastPosition() == Position(2))
        }
    }

    @Test("records can be read with the sqlite3 shell, with system and position")
    func readable() throws {
        try TemporaryFolder.use { folder in
            let store = try open(folder)
            try append(1, to: store.journal(system: "warwick"))
            try append(2, to: store.journal(system: "coventry"))
            let rows = try store.current.append.administer { queue in
                try queue.read { try Row.fetchAll($0, sql: "SELECT system, position, body FROM journal") }
            }
            #expect(
                rows.map { "\($0["system"] as String)/\($0["position"] as Int)/\($0["body"] as String)" } == [
                    "warwick/1/{\"n\":0}", "coventry/1/{\"n\":0}", "coventry/2/{\"n\":1}",
                ]
            )
        }
    }

    @Test(
        "a system's name is checked",
        arguments: ["", "Warwick", "a b", "é", String(repeating: "a", count: 65)]
    )
    func names(name: String) throws {
        try TemporaryFolder.use { folder in
            let store = try open(folder)
            #expect(throws: JournalError.self) { try store.journal(system: name) }
            #expect(try store.systems().isEmpty)
        }
    }

    @Test("a long reader keeps the log from being begun anew, and no writer waiting")
    func longReader() throws {
        try TemporaryFolder.use { folder in
            var options = SQLiteOptions.roomless
            options.checkpointBytes = 1 << 18
            options.logBytes = 1 << 20
            // Less than a checkpoint might want to wait, more than it may.
            options.busyMilliseconds = 300
            let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: options)
            let journal = try store.journal(system: "warwick")
            var last = try journal.append([NewRecord(body: [1])], after: .start)
            let reader = try DatabaseQueue(path: folder + "/homeward.sqlite")
            try reader.read { database in
                #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM journal") == 1)
                for _ in 0..<60 {
                    last = try journal.append([NewRecord(body: Array(repeating: 7, count: 100_000))], after: last)
                }
                // Six times what it should have at most: somebody should know.
                #expect(throws: JournalError.self) { try store.current.checkpointer?.settle() }
                #expect(store.checkpointFailure != nil)
                #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM journal") == 1)
            }
            try? store.current.checkpointer?.settle()
            let log = folder + "/homeward.sqlite-wal"
            #expect(try size(log) > 60 * 100_000)
            try store.current.checkpointer?.run(.passive)
            _ = try journal.append([NewRecord(body: [1])], after: last)
            #expect(try size(log) <= 1 << 20)
            #expect(try journal.verify().position == Position(62))
        }
    }

    @Test("every file is for its owner only, in a store and in its backup")
    func privacy() throws {
        try TemporaryFolder.use { folder in
            let store = try open(folder)
            try append(1, to: store.journal(system: "warwick"))
            _ = try store.backup(to: folder + "/backup")
            var seen = 0
            for place in [folder, folder + "/backup"] {
                for name in try FileManager.default.contentsOfDirectory(atPath: place) where name != "backup" {
                    let attributes = try FileManager.default.attributesOfItem(atPath: place + "/" + name)
                    #expect(attributes[.posixPermissions] as? Int == 0o600, "\(place)/\(name)")
                    seen += 1
                }
            }
            #expect(seen == 7)
        }
    }

    @Test("readers go on, or fail and go on, while the store is opened anew")
    func readersWhileReopening() throws {
        try TemporaryFolder.use { folder in
            let store = try open(folder)
            let journal = try store.journal(system: "warwick")
            try append(20, to: journal)
            let isOver = Atomic<Bool>(false)
            let group = DispatchGroup()
            for reader in 0..<3 {
                DispatchQueue(label: "reader \(reader)").async(group: group) {
                    while !isOver.load(ordering: .relaxed) {
                        do throws(JournalError) {
                            let last = try journal.lastPosition()
                            #expect(try journal.read(after: .start, limit: 100).count >= Int(last.value))
                        } catch {
                            // The connection was closed under it; the next call has the new one.
                            guard case .failed = error else {
                                Issue.record(error)
                                return
                            }
                        }
                    }
                }
            }
            for _ in 0..<20 {
                try journal.reopen()
                try append(1, to: journal)
            }
            isOver.store(true, ordering: .relaxed)
            group.wait()
            #expect(try journal.verify().position == Position(40))
        }
    }

    @Test("a checkpoint empties the log and loses nothing")
    func checkpoint() throws {
        try TemporaryFolder.use { folder in
            let store = try open(folder)
            let journal = try store.journal(system: "warwick")
            try append(50, to: journal)
            try store.checkpoint()
            #expect(try size(folder + "/homeward.sqlite-wal") == 0)
            try append(1, to: journal)
            #expect(try journal.verify().position == Position(51))
        }
    }

    @Test("the log is given its room, and frames in it survive a crash")
    func room() throws {
        try TemporaryFolder.use { folder in
            let log = folder + "/homeward.sqlite-wal"
            do {
                var options = SQLiteOptions()
                options.roomBytes = 3 << 20
                let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: options)
                let journal = try store.journal(system: "warwick")
                try append(5, to: journal)
                while try size(log) < 3 << 20 { try store.current.checkpointer?.settle() }
                try append(5, to: journal)
                #expect(try size(log) == 3 << 20)
                // The files as they are while it is open, which is how a crash leaves them.
                try FileManager.default.createDirectory(
                    atPath: folder + "/crashed",
                    withIntermediateDirectories: true
                )
                for name in ["homeward.sqlite", "homeward.sqlite-wal", "homeward.mark"] {
                    try FileManager.default.copyItem(
                        atPath: folder + "/" + name,
                        toPath: folder + "/crashed/" + name
                    )
                }
            }
            #expect(
                try open(folder + "/crashed").journal(system: "warwick").verify().position == Position(10)
            )
        }
    }

    @Test("a load without pause does not make the log longer than its bound and one batch")
    func logIsBounded() throws {
        try TemporaryFolder.use { folder in
            var options = SQLiteOptions()
            options.checkpointBytes = 1 << 20
            options.logBytes = 4 << 20
            options.roomBytes = 0
            let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: options)
            let journal = try store.journal(system: "warwick")
            var last = Position.start
            let body = [UInt8](repeating: 7, count: 100_000)
            for _ in 0..<200 {
                last = try journal.append([NewRecord(body: body)], after: last)
                // Wait for a checkpoint that is due: what is tested is the bound, not the speed of this disk.
                try store.current.checkpointer?.settle()
            }
            #expect(try size(folder + "/homeward.sqlite-wal") < 8 << 20)
            #expect(store.checkpointFailure == nil)
            #expect(try journal.verify().position == last)
        }
    }

    @Test("a forgotten person's sealed bytes leave the files")
    func forgotten() throws {
        try TemporaryFolder.use { folder in
            let store = try open(folder)
            let journal = try store.journal(system: "warwick")
            let marker = Array("A-SEALED-VALUE-THAT-SHOWS".utf8)
            let enclosures = [Enclosure(subject: "p-1", kind: "identity", sealed: marker)]
            _ = try journal.append([NewRecord(body: [1], enclosures: enclosures)], after: .start)
            #expect(try isFound(marker, in: folder))
            #expect(try journal.forget(subject: "p-1") == 1)
            #expect(try !isFound(marker, in: folder))
        }
    }

    private func size(_ path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? -1
    }

    private func isFound(_ bytes: [UInt8], in folder: String) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: folder).contains { name in
            try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)).range(of: Data(bytes)) != nil
        }
    }
}
