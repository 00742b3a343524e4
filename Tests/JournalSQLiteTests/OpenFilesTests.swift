import Foundation
import Journal
import Testing
import Vault

@testable import JournalSQLite

@Suite("What is open is what a start would find")
struct OpenFilesTests {
    private let files = FileManager.default

    private func open(_ folder: String) throws -> (SQLiteStore, any JournalKeeper) {
        let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
        return (store, try store.journal(system: "warwick"))
    }

    /// An append is not answered for, and a look finds out without one.
    private func expectDisplaced(_ journal: any JournalKeeper, _ words: String) throws {
        let look = try #require(throws: JournalError.self) { try journal.lastPosition() }
        guard case .readOnly(let text) = look else { throw look }
        #expect(text.contains(words), "\(text)")
        let end = Position(1)
        let error = try #require(throws: JournalError.self) { try journal.append([NewRecord(body: [2])], after: end) }
        #expect(error.leavesOutcomeUnknown && error.description.contains(words), "\(error)")
    }

    @Test("a database that is removed under an open store takes no more records, until that file is back")
    func removed() throws {
        try TemporaryFolder.use { folder in
            let (_, journal) = try open(folder)
            _ = try journal.append([NewRecord(body: [1])], after: .start)
            try files.moveItem(atPath: folder + "/homeward.sqlite", toPath: folder + "/elsewhere")
            try expectDisplaced(journal, "was removed or moved away while it was open")
            #expect(throws: JournalError.self) { try journal.reopen() }
            try files.moveItem(atPath: folder + "/elsewhere", toPath: folder + "/homeward.sqlite")
            try journal.reopen()
            let end = try journal.lastPosition()
            #expect(try journal.append([NewRecord(body: [3])], after: end) == end.advanced(by: 1))
            #expect(try journal.verify().position == end.advanced(by: 1))
        }
    }

    @Test("a database that is replaced, be it by a whole copy, takes no more records, and its log stays where it is")
    func replaced() throws {
        try TemporaryFolder.use { folder in
            let (_, journal) = try open(folder)
            _ = try journal.append([NewRecord(body: [1])], after: .start)
            try files.copyItem(atPath: folder + "/homeward.sqlite", toPath: folder + "/copy")
            try files.removeItem(atPath: folder + "/homeward.sqlite")
            try files.moveItem(atPath: folder + "/copy", toPath: folder + "/homeward.sqlite")
            try expectDisplaced(journal, "was replaced by another file while it was open")
            let error = try #require(throws: JournalError.self) { try journal.reopen() }
            #expect(error.description.contains("/proc/\(getpid())/fd"))
            #expect(files.fileExists(atPath: folder + "/homeward.sqlite-wal"))
        }
    }

    @Test("a log that is removed under an open store is noticed, and what was in it is not lost")
    func logRemoved() throws {
        try TemporaryFolder.use { folder in
            let (store, journal) = try open(folder)
            _ = try journal.append([NewRecord(body: [1])], after: .start)
            try files.removeItem(atPath: folder + "/homeward.sqlite-wal")
            try expectDisplaced(journal, "homeward.sqlite-wal was removed")
            #expect(throws: JournalError.self) { try journal.reopen() }
            // Its bytes are in the open file, from which they are copied at the end.
            try store.close()
            let (_, again) = try open(folder)
            #expect(try again.verify().position == Position(2))
        }
    }
}
