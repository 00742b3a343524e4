import Foundation
import Journal
import Testing
import Vault

@testable import JournalSQLite

@Suite("A database whose structure is damaged")
struct StructureTests {
    /// A store of 60 records that has free pages, closed, in whose header another page stands for the first free one.
    private func damaged(_ folder: String) throws {
        let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
        let journal = try store.journal(system: "warwick")
        for number in 0..<60 {
            let sealed = Enclosure(subject: "p-\(number)", kind: "person", sealed: Array(repeating: 7, count: 30_000))
            let record = NewRecord(body: Array(repeating: UInt8(number), count: 2_000), enclosures: [sealed])
            _ = try journal.append([record], after: Position(UInt64(number)))
        }
        for number in 0..<20 { _ = try journal.forget(subject: "p-\(number)") }
        try store.close()
        let file = URL(fileURLWithPath: folder + "/homeward.sqlite")
        var bytes = try Data(contentsOf: file)
        // Bytes 32 to 35: the first page of the list of free ones (SQLite's file format, section 1.3).
        #expect(Array(bytes[32..<36]) != [0, 0, 0, 0])
        bytes.replaceSubrange(32..<36, with: [0, 0, 0, 4])
        try bytes.write(to: file)
    }

    @Test("is told in one line, while its chain holds")
    func told() throws {
        try TemporaryFolder.use { folder in
            try damaged(folder)
            let store = try SQLiteStore.inspect(folder: folder, digest: SHA256.digest)
            #expect(try store.journal(system: "warwick").verify().position == Position(60))
            let error = try #require(throws: JournalError.self) { try store.checkStructure() }
            guard case .damaged(_, let text) = error else { throw error }
            #expect(text.contains("freelist") && !text.contains("\n"), "\(text)")
        }
    }

    @Test("is copied by no backup or restore, unless the restore writes every row anew")
    func rebuilt() throws {
        try TemporaryFolder.use { root in
            try damaged(root + "/data")
            let store = try SQLiteStore.open(folder: root + "/data", digest: SHA256.digest, options: .roomless)
            #expect(throws: JournalError.self) { try store.backup(to: root + "/backup") }
            try store.close()
            func restore(rebuilding: Bool) throws -> [JournalEnd] {
                try SQLiteStore.restore(
                    from: root + "/data",
                    to: root + "/new",
                    digest: SHA256.digest,
                    rebuilding: rebuilding
                )
            }
            #expect(throws: JournalError.self) { try restore(rebuilding: false) }
            #expect(try restore(rebuilding: true).map(\.position) == [Position(60)])
            let anew = try SQLiteStore.open(folder: root + "/new", digest: SHA256.digest, options: .roomless)
            try anew.checkStructure()
            let journal = try anew.journal(system: "warwick")
            #expect(try journal.enclosures(kind: "person", after: nil, limit: 100).count == 40)
            #expect(try anew.forgotten().count == 20)
            #expect(try journal.append([NewRecord(body: [1])], after: Position(60)) == Position(61))
        }
    }
}
