import Foundation
import Journal
import JournalSQLite
import Testing
import Vault

@Suite struct BackupTests {
    private func record(_ number: Int) -> NewRecord {
        let enclosure = Enclosure(subject: "p-\(number)", kind: "identity", sealed: [UInt8(number % 256)])
        return NewRecord(body: Array(repeating: UInt8(number % 256), count: 2_000), enclosures: [enclosure])
    }

    private func fill(_ store: SQLiteStore) throws {
        for (system, count) in [("warwick", 120), ("coventry", 30)] {
            let journal = try store.journal(system: system)
            _ = try journal.append((1...count).map(record), after: journal.lastPosition())
        }
    }

    private func open(_ folder: String) throws -> SQLiteStore {
        try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
    }

    private func restore(_ backup: String, _ folder: String, _ limits: [String: Position] = [:]) throws
        -> [JournalEnd]
    {
        try SQLiteStore.restore(from: backup, to: folder, upTo: limits, digest: SHA256.digest)
    }

    @Test("a backup of a store in use holds everything and is proved; what comes later is not in it")
    func roundTrip() throws {
        try TemporaryFolder.use { root in
            let store = try open(root + "/data")
            try fill(store)
            let journal = try store.journal(system: "warwick")
            let ends = try store.backup(to: root + "/backup")
            #expect(ends.map(\.system) == ["warwick", "coventry"])
            #expect(ends.map(\.position) == [Position(120), Position(30)])
            #expect(ends[0].hash == (try journal.verify().hash))
            _ = try journal.append([record(121)], after: Position(120))
            let names = try FileManager.default.contentsOfDirectory(atPath: root + "/backup").sorted()
            #expect(names == ["homeward.mark", "homeward.sqlite"])

            #expect(try restore(root + "/backup", root + "/restored") == ends)
            let restored = try open(root + "/restored").journal(system: "warwick")
            #expect(try restored.verify().position == Position(120))
            #expect(try restored.enclosure(subject: "p-7", kind: "identity") == [7])
            #expect(try restored.append([record(121)], after: Position(120)) == Position(121))
        }
    }

    @Test("a backup taken while another thread appends ends at one moment")
    func underLoad() throws {
        try TemporaryFolder.use { root in
            let store = try open(root + "/data")
            try fill(store)
            let journal = try store.journal(system: "coventry")
            let group = DispatchGroup()
            DispatchQueue(label: "load").async(group: group) {
                do {
                    for number in 31...90 {
                        _ = try journal.append([record(number)], after: Position(UInt64(number) - 1))
                    }
                } catch {
                    Issue.record(error)
                }
            }
            let ends = try store.backup(to: root + "/backup")
            group.wait()
            #expect(ends[1].position >= Position(30))
            let copy = try restore(root + "/backup", root + "/restored")
            #expect(copy == ends)
            let restored = try open(root + "/restored").journal(system: "coventry")
            let last = Int(ends[1].position.value)
            #expect(try restored.enclosure(subject: "p-\(last)", kind: "identity") != nil)
            #expect(try restored.enclosure(subject: "p-\(last + 1)", kind: "identity") == nil)
        }
    }

    @Test("a restore to a position ends there, and the journal goes on from it")
    func toPosition() throws {
        try TemporaryFolder.use { root in
            let store = try open(root + "/data")
            try fill(store)
            _ = try store.backup(to: root + "/backup")
            let ends = try restore(root + "/backup", root + "/restored", ["warwick": Position(50)])
            #expect(ends.map(\.position) == [Position(50), Position(30)])
            let restored = try open(root + "/restored").journal(system: "warwick")
            #expect(try restored.append([record(51)], after: Position(50)) == Position(51))
            #expect(throws: JournalError.self) {
                try restore(root + "/backup", root + "/other", ["warwick": Position(121)])
            }
            #expect(throws: JournalError.self) {
                try restore(root + "/backup", root + "/other", ["leeds": Position(1)])
            }
        }
    }

    @Test("nothing is overwritten, neither by a backup nor by a restore")
    func noOverwriting() throws {
        try TemporaryFolder.use { root in
            let store = try open(root + "/data")
            try fill(store)
            _ = try store.backup(to: root + "/backup")
            #expect(throws: JournalError.self) { try store.backup(to: root + "/backup") }
            #expect(throws: JournalError.self) { try restore(root + "/backup", root + "/data") }
            #expect(throws: JournalError.self) { try restore(root + "/nothing", root + "/other") }
            #expect(try restore(root + "/backup", root + "/other").count == 2)
        }
    }

    @Test(
        "what is left of another store is not restored over, and stays as it is: its log may hold the last copy of something",
        arguments: ["homeward.sqlite-wal", "homeward.sqlite-shm", "homeward.sqlite-journal", "homeward.mark"]
    )
    func leftovers(name: String) throws {
        try TemporaryFolder.use { root in
            let store = try open(root + "/data")
            try fill(store)
            _ = try store.backup(to: root + "/backup")
            try FileManager.default.createDirectory(atPath: root + "/other", withIntermediateDirectories: false)
            let file = URL(fileURLWithPath: root + "/other/" + name)
            try Data("what was left".utf8).write(to: file)
            #expect(throws: JournalError.self) { try restore(root + "/backup", root + "/other") }
            #expect(throws: JournalError.self) { try store.backup(to: root + "/other") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/other") == [name])
            #expect(try Data(contentsOf: file) == Data("what was left".utf8))
        }
    }

    @Test("what a restore left that died half-way is in nobody's way, and is gone after the next")
    func diedHalfWay() throws {
        try TemporaryFolder.use { root in
            let store = try open(root + "/data")
            try fill(store)
            _ = try store.backup(to: root + "/backup")
            let draft = root + "/other/homeward.draft"
            try FileManager.default.createDirectory(atPath: draft, withIntermediateDirectories: true)
            for name in ["homeward.sqlite", "homeward.sqlite-wal", "homeward.mark", "homeward.lock"] {
                try Data("half a page".utf8).write(to: URL(fileURLWithPath: draft + "/" + name))
            }
            #expect(try restore(root + "/backup", root + "/other").map(\.position) == [Position(120), Position(30)])
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: root + "/other").sorted()
                    == ["homeward.mark", "homeward.sqlite"]
            )
        }
    }

    @Test("a restore that is amended is proved afterwards, and one whose amendment fails leaves nothing")
    func amended() throws {
        try TemporaryFolder.use { root in
            let store = try open(root + "/data")
            try fill(store)
            _ = try store.backup(to: root + "/backup")
            _ = try SQLiteStore.restore(from: root + "/backup", to: root + "/other", digest: SHA256.digest) {
                (draft) throws(JournalError) in
                try draft.drop(system: "warwick", subjects: ["p-7"])
            }
            let other = try open(root + "/other")
            #expect(try other.journal(system: "warwick").enclosure(subject: "p-7", kind: "identity") == nil)
            #expect(try other.journal(system: "warwick").enclosure(subject: "p-8", kind: "identity") == [8])
            // Nobody was forgotten: a list of the forgotten must not name them.
            #expect(try other.forgotten().isEmpty)
            #expect(throws: JournalError.self) {
                try SQLiteStore.restore(from: root + "/backup", to: root + "/third", digest: SHA256.digest) {
                    (draft) throws(JournalError) in
                    try draft.drop(system: "leeds", subjects: ["p-7"])
                }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/third") == [])
        }
    }

    @Test("a backup is one file without a log, which opens where nothing can be written")
    func readOnlyMedium() throws {
        try TemporaryFolder.use { root in
            let store = try open(root + "/data")
            try fill(store)
            _ = try store.backup(to: root + "/backup")
            let header = try Data(contentsOf: URL(fileURLWithPath: root + "/backup/homeward.sqlite")).prefix(20)
            // Bytes 18 and 19 of a database: 1 is a rollback journal, 2 a log (its file format, section 1.3.3).
            #expect(Array(header[18...19]) == [1, 1])
            let looked = try SQLiteStore.inspect(folder: root + "/backup", digest: SHA256.digest)
            #expect(try looked.journal(system: "warwick").verify().position == Position(120))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: root + "/backup").sorted()
                    == ["homeward.mark", "homeward.sqlite"]
            )
        }
    }

    @Test("a system is made when it is asked for, not when its name is mistyped")
    func mistyped() throws {
        try TemporaryFolder.use { root in
            let store = try open(root + "/data")
            try fill(store)
            #expect(throws: JournalError.refused("there is no system warwik; there are: warwick, coventry")) {
                try store.journal(system: "warwik", createIfAbsent: false)
            }
            #expect(try store.systems() == ["warwick", "coventry"])
        }
    }

    @Test("a damaged backup is not restored, and leaves nothing behind")
    func damaged() throws {
        try TemporaryFolder.use { root in
            let store = try open(root + "/data")
            try fill(store)
            _ = try store.backup(to: root + "/backup")
            let file = URL(fileURLWithPath: root + "/backup/homeward.sqlite")
            let good = try Data(contentsOf: file)
            // Bodies are runs of one byte, so this is inside one.
            let place = try #require(good.range(of: Data(repeating: 77, count: 100))).lowerBound
            var bad = good
            bad[place] = 78
            try bad.write(to: file)
            #expect(throws: JournalError.self) { try restore(root + "/backup", root + "/restored") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/restored") == [])
        }
    }

    @Test("a forgotten person is not in the next backup")
    func forgotten() throws {
        try TemporaryFolder.use { root in
            let store = try open(root + "/data")
            let journal = try store.journal(system: "warwick")
            let marker = Array("A-SEALED-VALUE-THAT-SHOWS".utf8)
            let enclosure = Enclosure(subject: "p", kind: "identity", sealed: marker)
            _ = try journal.append([NewRecord(body: [1], enclosures: [enclosure])], after: .start)
            #expect(try journal.forget(subject: "p") == 1)
            _ = try store.backup(to: root + "/backup")
            let bytes = try Data(contentsOf: URL(fileURLWithPath: root + "/backup/homeward.sqlite"))
            #expect(bytes.range(of: Data(marker)) == nil)
        }
    }

    @Test(
        "who was forgotten is in the next backup's list and not in its vault; an older backup has them until the list is applied"
    )
    func forgottenOverBackups() throws {
        try TemporaryFolder.use { root in
            let store = try open(root + "/data")
            try fill(store)
            let journal = try store.journal(system: "warwick")
            _ = try store.backup(to: root + "/before")
            #expect(try journal.forget(subject: "p-7") == 1)
            _ = try store.backup(to: root + "/after")
            let list = try SQLiteStore.inspect(folder: root + "/after", digest: SHA256.digest).forgotten()
            #expect(list.map(\.subject) == ["p-7"] && list.map(\.system) == ["warwick"])
            _ = try restore(root + "/after", root + "/restored")
            #expect(
                try open(root + "/restored").journal(system: "warwick").enclosure(subject: "p-7", kind: "identity")
                    == nil
            )
            _ = try restore(root + "/before", root + "/older")
            let older = try open(root + "/older")
            let there = try older.journal(system: "warwick")
            #expect(try there.enclosure(subject: "p-7", kind: "identity") == [7])
            for (system, subject) in list { _ = try older.journal(system: system).forget(subject: subject) }
            #expect(try there.enclosure(subject: "p-7", kind: "identity") == nil)
            #expect(try older.forgotten().map(\.subject) == ["p-7"])
            // Nobody else's, and not the same subject of another system.
            #expect(try there.enclosure(subject: "p-8", kind: "identity") == [8])
            #expect(try older.journal(system: "coventry").enclosure(subject: "p-7", kind: "identity") == [7])
        }
    }
}
