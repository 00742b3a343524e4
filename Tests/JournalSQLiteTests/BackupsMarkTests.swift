import Foundation
import Journal
import Testing
import Vault

@testable import JournalSQLite

@Suite("A backup is held against its own mark")
struct BackupsMarkTests {
    /// A backup of two systems, in `root/backup`.
    private func backUp(_ root: String) throws {
        let store = try SQLiteStore.open(folder: root + "/data", digest: SHA256.digest, options: .roomless)
        for system in ["warwick", "coventry"] {
            _ = try store.journal(system: system).append([NewRecord(body: [1])], after: .start)
        }
        _ = try store.backup(to: root + "/backup")
    }

    /// - Returns: why it was not restored.
    private func refusal(_ root: String) throws -> String {
        let error = try #require(throws: JournalError.self) {
            try SQLiteStore.restore(from: root + "/backup", to: root + "/new", digest: SHA256.digest)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/new").isEmpty)
        return error.description
    }

    private func change(_ root: String, _ sql: String) throws {
        let connection = try Connection(root + "/backup/homeward.sqlite", .look, .roomless, readOnly: false)
        try connection.administer { queue in try queue.write { try $0.execute(sql: sql) } }
        try connection.close()
    }

    @Test("a database file without a byte is no backup, whether a mark lies beside it or not; a look says so too")
    func empty() throws {
        try TemporaryFolder.use { root in
            try backUp(root)
            try Data().write(to: URL(fileURLWithPath: root + "/backup/homeward.sqlite"))
            #expect(try refusal(root).contains("holds no journal"))
            try FileManager.default.removeItem(atPath: root + "/backup/homeward.mark")
            #expect(try refusal(root).contains("holds no journal"))
            #expect(throws: JournalError.self) {
                try SQLiteStore.inspect(folder: root + "/backup", digest: SHA256.digest)
            }
        }
    }

    @Test("a system that was answered for and is not there is missed, by its number")
    func fewer() throws {
        try TemporaryFolder.use { root in
            try backUp(root)
            try change(root, "DELETE FROM system WHERE name = 'warwick'")
            #expect(try refusal(root).contains("no journal of system 1"))
            let look = try SQLiteStore.inspect(folder: root + "/backup", digest: SHA256.digest)
            #expect(try look.lostSystems() == [1])
        }
    }

    @Test("a journal that ends elsewhere than its mark says is named, whatever the numbers of the systems before it")
    func otherEnd() throws {
        try TemporaryFolder.use { root in
            try backUp(root)
            try MarkFile(root + "/backup/homeward.mark").remove(1)
            try change(root, "DELETE FROM system WHERE id = 1")
            let mark = MarkFile.Mark(position: Position(2), hash: Array(repeating: 0, count: 32))
            try MarkFile(root + "/backup/homeward.mark").raise(2, mark)
            #expect(try refusal(root).contains("the backup of coventry ends at 1, its mark says 2"))
        }
    }

    @Test("a damaged mark is refused, and so is one that says nothing", arguments: [0, 10])
    func damaged(length: Int) throws {
        try TemporaryFolder.use { root in
            try backUp(root)
            let file = URL(fileURLWithPath: root + "/backup/homeward.mark")
            try Data(contentsOf: file).prefix(length).write(to: file)
            #expect(try refusal(root).contains("homeward.mark is damaged"))
        }
    }

    @Test("a missing mark is told, and refused by nobody")
    func missing() throws {
        try TemporaryFolder.use { root in
            try backUp(root)
            try FileManager.default.removeItem(atPath: root + "/backup/homeward.mark")
            var told: [String] = []
            let ends = try SQLiteStore.restore(
                from: root + "/backup",
                to: root + "/new",
                digest: SHA256.digest,
                notice: { told.append($0) }
            )
            #expect(ends.count == 2 && told.count == 1 && told[0].contains("homeward.mark is missing"))
            let look = try SQLiteStore.inspect(folder: root + "/backup", digest: SHA256.digest)
            #expect(look.notice == told[0])
            #expect(try SQLiteStore.inspect(folder: root + "/new", digest: SHA256.digest).notice == nil)
        }
    }
}
