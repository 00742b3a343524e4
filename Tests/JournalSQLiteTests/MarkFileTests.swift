import Foundation
import Journal
import Testing
import Vault

@testable import JournalSQLite

@Suite struct MarkFileTests {
    private func mark(_ position: UInt64) -> MarkFile.Mark {
        MarkFile.Mark(
            position: Position(position),
            hash: Array(repeating: UInt8(truncatingIfNeeded: position), count: 32)
        )
    }

    @Test("a mark is kept for each system and only ever rises, whichever handle writes it")
    func monotone() throws {
        try TemporaryFolder.use { folder in
            let one = try MarkFile(folder + "/mark")
            let other = try MarkFile(folder + "/mark")
            #expect(try one.mark(1) == nil)
            try one.raise(1, mark(5))
            try other.raise(3, mark(7))
            #expect(try other.mark(1) == mark(5))
            #expect(try other.mark(2) == nil)
            try other.raise(1, mark(4))
            #expect(try one.mark(1) == mark(5))
            try other.raise(1, mark(6))
            #expect(try one.mark(1) == mark(6))
            try one.remove(1)
            #expect(try other.mark(1) == nil)
            #expect(try other.mark(3) == mark(7))
        }
    }

    @Test("a mark that several handles and threads raise is never seen half written, nor lower than before")
    func torn() throws {
        try TemporaryFolder.use { folder in
            let path = folder + "/mark"
            let handles = [try MarkFile(path), try MarkFile(path)]
            let group = DispatchGroup()
            for (index, handle) in handles.enumerated() {
                DispatchQueue(label: "raise \(index)").async(group: group) {
                    do {
                        for number in 0..<2_000 { try handle.raise(1, mark(UInt64(2 * number + index))) }
                    } catch {
                        Issue.record(error)
                    }
                }
            }
            var seen = Position.start
            for number in 0..<4_000 {
                guard let read = try handles[number % 2].mark(1) else { continue }
                #expect(read.position >= seen)
                #expect(read == mark(read.position.value))
                seen = read.position
            }
            group.wait()
            #expect(try handles[0].mark(1) == mark(3_999))
        }
    }

    @Test("looking at a folder without a mark makes none")
    func readOnly() throws {
        try TemporaryFolder.use { folder in
            let path = folder + "/mark"
            #expect(try MarkFile(path, readOnly: true).mark(1) == nil)
            #expect(try MarkFile(path, readOnly: true).all().isEmpty)
            #expect(!FileManager.default.fileExists(atPath: path))
            try MarkFile(path).raise(2, mark(5))
            #expect(try MarkFile(path, readOnly: true).all().map(\.id) == [2])
            #expect(throws: JournalError.self) { try MarkFile(path, readOnly: true).raise(2, mark(6)) }
        }
    }

    @Test("a flipped bit anywhere in a mark is noticed")
    func flipped() throws {
        try TemporaryFolder.use { folder in
            let path = folder + "/mark"
            let file = try MarkFile(path)
            try file.raise(1, mark(5))
            let good = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(good.count == MarkFile.slotBytes)
            for index in good.indices {
                var bad = good
                bad[index] ^= 0x10
                try bad.write(to: URL(fileURLWithPath: path))
                #expect(throws: JournalError.self) { try MarkFile(path).mark(1) }
            }
        }
    }

    @Test("a mark of the first release is still understood")
    func golden() throws {
        try TemporaryFolder.use { folder in
            let path = folder + "/mark"
            let text =
                "48574d41524b0001000000000000000100000000000000090909090909090909090909090909090909090909090909090909090909090909568d155f8778190e"
            let digits = text.compactMap(\.hexDigitValue)
            let bytes = stride(from: 0, to: digits.count, by: 2).map {
                UInt8(digits[$0] << 4 | digits[$0 + 1])
            }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            #expect(try MarkFile(path).mark(1) == mark(9))
        }
    }

    @Test("a journal that ends below its mark is not opened, and the message says what to do")
    func below() throws {
        try TemporaryFolder.use { folder in
            do {
                let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
                _ = try store.journal(system: "warwick").append(
                    [NewRecord(body: [1]), NewRecord(body: [2])],
                    after: .start
                )
                try store.mark.raise(1, mark(5))
            }
            let error = try #require(throws: JournalError.self) {
                try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            }
            guard case .damaged(let position, let text) = error else { throw error }
            #expect(position == Position(3))
            #expect(text.contains("homeward restore") && text.contains("homeward.mark"))
            try FileManager.default.removeItem(atPath: folder + "/homeward.mark")
            let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            #expect(try store.journal(system: "warwick").lastPosition() == Position(2))
        }
    }

    @Test("a mark that says nothing of a journal with records is damaged, a new journal's says where it begins")
    func emptied() throws {
        try TemporaryFolder.use { folder in
            let mark = URL(fileURLWithPath: folder + "/homeward.mark")
            let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            let journal = try store.journal(system: "warwick")
            // Before the first record, so that whoever dies right after that one finds a mark.
            #expect(try store.answeredFor(system: "warwick")?.position == .start)
            _ = try journal.append([NewRecord(body: [1])], after: .start)
            try store.close()
            try Data().write(to: mark)
            let error = try #require(throws: JournalError.self) {
                try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            }
            #expect(error.description.contains("homeward.mark is damaged"))
            let look = try SQLiteStore.inspect(folder: folder, digest: SHA256.digest)
            #expect(throws: JournalError.self) { try look.answeredFor(system: "warwick") }
        }
    }

    @Test("a mark that is missing beside records is told once, and made anew where the journal ends")
    func missing() throws {
        try TemporaryFolder.use { folder in
            func open() throws -> SQLiteStore {
                try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            }
            let first = try open()
            #expect(first.notice == nil)
            _ = try first.journal(system: "warwick").append([NewRecord(body: [1])], after: .start)
            try first.close()
            try FileManager.default.removeItem(atPath: folder + "/homeward.mark")
            let second = try open()
            #expect(second.notice?.contains("homeward.mark is missing") == true)
            #expect(try second.answeredFor(system: "warwick")?.position == Position(1))
            try second.close()
            #expect(try open().notice == nil)
        }
    }

    @Test("a journal that holds another record at its mark is not opened")
    func otherRecord() throws {
        try TemporaryFolder.use { folder in
            do {
                let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
                _ = try store.journal(system: "warwick").append([NewRecord(body: [1])], after: .start)
                try store.mark.remove(1)
                try store.mark.raise(1, mark(1))
            }
            #expect(throws: JournalError.self) {
                try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            }
        }
    }

    @Test("after every append the mark stands at the end of the journal")
    func follows() throws {
        try TemporaryFolder.use { folder in
            let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            let journal = try store.journal(system: "warwick")
            for count in [1, 5, 2] {
                let last = try journal.append(
                    Array(repeating: NewRecord(body: [9]), count: count),
                    after: journal.lastPosition()
                )
                let record = try #require(try journal.read(after: Position(last.value - 1), limit: 1).first)
                #expect(try store.mark.mark(1) == MarkFile.Mark(position: last, hash: record.hash))
            }
        }
    }

    @Test("a database that is gone is not made anew while there is a mark")
    func databaseGone() throws {
        try TemporaryFolder.use { folder in
            do {
                let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
                _ = try store.journal(system: "warwick").append([NewRecord(body: [1])], after: .start)
                try store.close()
            }
            try FileManager.default.removeItem(atPath: folder + "/homeward.sqlite")
            #expect(throws: JournalError.self) {
                try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            }
            #expect(!FileManager.default.fileExists(atPath: folder + "/homeward.sqlite"))
        }
    }

    @Test("a refusal leaves a damaged log as it is, so that it can be mended; a look at it does too")
    func evidence() throws {
        try TemporaryFolder.use { root in
            let folder = root + "/crashed"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let store = try SQLiteStore.open(folder: root, digest: SHA256.digest, options: .roomless)
            let journal = try store.journal(system: "warwick")
            for number in 0..<50 {
                _ = try journal.append([NewRecord(body: [UInt8(number)])], after: Position(UInt64(number)))
            }
            for name in ["homeward.sqlite", "homeward.sqlite-wal", "homeward.mark"] {
                try FileManager.default.copyItem(atPath: root + "/" + name, toPath: folder + "/" + name)
            }
            let log = URL(fileURLWithPath: folder + "/homeward.sqlite-wal")
            let good = try Data(contentsOf: log)
            var bad = good
            bad[good.count / 2] ^= 1
            try bad.write(to: log)

            #expect(throws: JournalError.self) {
                try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            }
            #expect(try Data(contentsOf: log) == bad)
            do {
                let look = try SQLiteStore.inspect(folder: folder, digest: SHA256.digest)
                let end = try look.journal(system: "warwick").verify().position
                #expect(end < Position(50))
                #expect(try look.answeredFor(system: "warwick")?.position == Position(50))
                let error = try #require(throws: JournalError.self) {
                    try look.journal(system: "warwick").append([NewRecord(body: [1])], after: end)
                }
                guard case .readOnly = error else { throw error }
                try look.close()
            }
            #expect(try Data(contentsOf: log) == bad)

            try good.write(to: log)
            let mended = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            #expect(try mended.journal(system: "warwick").verify().position == Position(50))
        }
    }
}
