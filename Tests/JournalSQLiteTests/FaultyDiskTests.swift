import CFaultyDisk
import GRDB
import GRDBSQLite
import Journal
import Testing
import Vault

@testable import JournalSQLite

/// What a journal does when the disk fails: it says so, says nothing that is not true, and goes on once the
/// disk is well. Serialized, since there is one faulty disk.
@Suite(.serialized) struct FaultyDiskTests {
    /// A kind of fault; the test lets it begin at each call of an append in turn.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let calls: Int
        let code: Int32
        var isLasting = false
    }

    static let faults = [
        Fault(testDescription: "one write fails", calls: 1, code: SQLITE_IOERR | (3 << 8)),
        Fault(
            testDescription: "writes fail from then on",
            calls: 1,
            code: SQLITE_IOERR | (3 << 8),
            isLasting: true
        ),
        Fault(testDescription: "the disk is full", calls: 1, code: SQLITE_FULL, isLasting: true),
        Fault(testDescription: "one sync fails", calls: 2, code: SQLITE_IOERR | (4 << 8)),
        Fault(
            testDescription: "syncs fail from then on",
            calls: 2,
            code: SQLITE_IOERR | (4 << 8),
            isLasting: true
        ),
        Fault(testDescription: "writing and syncing fail", calls: 3, code: SQLITE_IOERR, isLasting: true),
        Fault(testDescription: "reads, writes and syncs fail", calls: 7, code: SQLITE_IOERR, isLasting: true),
    ]

    @Test(
        "an append over a failing disk is written whole, or not at all, or said to be unknown",
        arguments: faults
    )
    func append(fault: Fault) throws {
        faulty_disk_install()
        var unknown = 0
        var places = 0
        for after in 0..<200 {
            let isOver = try TemporaryFolder.use { folder in
                try attempt(fault, after: after, in: folder, &unknown)
            }
            if isOver { break }
            places += 1
            #expect(after < 199, "the fault never ran past the end of the append")
        }
        print("\(fault.testDescription): \(places) places, outcome unknown at \(unknown)")
        #expect(places > 0)
        if fault.code == SQLITE_FULL { #expect(unknown == 0, "a full disk leaves nothing unknown") }
    }

    /// - Returns: whether the append was over before the fault came.
    private func attempt(_ fault: Fault, after: Int, in folder: String, _ unknown: inout Int) throws -> Bool {
        var options = SQLiteOptions()
        options.roomBytes = 0
        let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: options)
        let journal = try store.journal(system: "warwick")
        var last = try journal.append([record("a"), record("b"), record("c")], after: .start)

        faulty_disk_break(folder, Int32(fault.calls), Int32(after), fault.code, fault.isLasting ? 1 : 0)
        let batch = [
            record("d", person: true), NewRecord(body: Array(repeating: 5, count: 30_000)), record("f"),
        ]
        var failure: JournalError?
        do throws(JournalError) {
            last = try journal.append(batch, after: last)
        } catch {
            failure = error
        }
        let failures = faulty_disk_mend()

        if let failure {
            if failure.leavesOutcomeUnknown {
                unknown += 1
                try journal.reopen()
                last = try journal.lastPosition()
                #expect(last == Position(3) || last == Position(6), "\(failure)")
            }
        }
        #expect(try journal.lastPosition() == last)
        #expect((try journal.enclosure(subject: "p", kind: "identity") != nil) == (last == Position(6)))
        #expect(try journal.append([record("g")], after: last) == last.advanced(by: 1))
        #expect(try journal.verify().position == last.advanced(by: 1))
        try store.close()
        let again = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: options)
        #expect(try again.journal(system: "warwick").verify().position == last.advanced(by: 1))
        return failures == 0
    }

    @Test("reads over a failing disk fail and come back")
    func read() throws {
        faulty_disk_install()
        try TemporaryFolder.use { folder in
            let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            let journal = try store.journal(system: "warwick")
            let body = [UInt8](repeating: 1, count: 50_000)
            _ = try journal.append(Array(repeating: NewRecord(body: body), count: 200), after: .start)
            faulty_disk_break(folder, 4, 0, SQLITE_IOERR | (1 << 8), 1)
            #expect(throws: JournalError.self) { try journal.verify() }
            _ = faulty_disk_mend()
            #expect(try journal.verify().position == Position(200))
        }
    }

    @Test("a failing checkpoint is told, loses nothing and does not stop appends")
    func checkpoint() throws {
        faulty_disk_install()
        try TemporaryFolder.use { folder in
            let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            let journal = try store.journal(system: "warwick")
            let last = try journal.append([record("a")], after: .start)
            try store.current.checkpointer.settle()
            // Only the database itself: the log has another ending.
            faulty_disk_break(folder + "/homeward.sqlite", 3, 0, SQLITE_IOERR, 1)
            #expect(throws: JournalError.self) { try store.checkpoint() }
            _ = faulty_disk_mend()
            #expect(try journal.append([record("b")], after: last) == Position(2))
            try store.checkpoint()
            #expect(try journal.verify().position == Position(2))
        }
    }

    @Test("a lock that another process keeps is waited for, up to the limit, and harms nothing")
    func locked() throws {
        try TemporaryFolder.use { folder in
            var options = SQLiteOptions.roomless
            options.busyMilliseconds = 30
            let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: options)
            let journal = try store.journal(system: "warwick")
            try store.current.checkpointer.settle()
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: folder + "/homeward.sqlite", configuration: configuration)
            try other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let error = try #require(throws: JournalError.self) {
                try journal.append([record("a")], after: .start)
            }
            guard case .busy = error else { throw error }
            #expect(try journal.lastPosition() == .start)
            #expect(try journal.read(after: .start, limit: 1).isEmpty)
            try other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            #expect(try journal.append([record("a")], after: .start) == Position(1))
        }
    }

    @Test("a database that may not be written to says so and can be read")
    func readOnly() throws {
        try TemporaryFolder.use { folder in
            let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            let journal = try store.journal(system: "warwick")
            _ = try journal.append([record("a")], after: .start)
            try store.current.append.administer { queue in
                try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") }
            }
            let error = try #require(throws: JournalError.self) {
                try journal.append([record("b")], after: Position(1))
            }
            guard case .readOnly = error else { throw error }
            #expect(try journal.verify().position == Position(1))
            try journal.reopen()
            #expect(try journal.append([record("b")], after: Position(1)) == Position(2))
        }
    }

    @Test("a folder that cannot be made is refused with its name")
    func noFolder() throws {
        let error = try #require(throws: JournalError.self) {
            try SQLiteStore.open(folder: "/proc/homeward", digest: SHA256.digest, options: .roomless)
        }
        #expect(error.description.contains("/proc/homeward"))
    }

    private func record(_ text: String, person: Bool = false) -> NewRecord {
        let enclosures = person ? [Enclosure(subject: "p", kind: "identity", sealed: [1])] : []
        return NewRecord(body: Array(text.utf8), enclosures: enclosures)
    }
}
