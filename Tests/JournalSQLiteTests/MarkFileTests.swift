import Foundation
import Journal
import Testing
import Vault

@testable import JournalSQLite

@Suite struct MarkFileTests {
    private func mark(_ position: UInt64) -> MarkFile.Mark {
        MarkFile.Mark(position: Position(position), hash: Array(repeating: UInt8(position), count: 32))
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
}
