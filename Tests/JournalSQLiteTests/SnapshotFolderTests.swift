import Foundation
import Journal
import JournalSQLite
import Testing
import Vault

@Suite struct SnapshotFolderTests {
    private func journal(_ count: Int) throws -> MemoryJournal {
        let journal = MemoryJournal(chain: HashChain(system: "warwick", digest: SHA256.digest))
        _ = try journal.append((0..<count).map { NewRecord(body: [UInt8($0)]) }, after: .start)
        return journal
    }

    private func snapshot(_ position: UInt64, of journal: any JournalKeeper, body: [UInt8]) throws -> Snapshot {
        let record = try #require(try journal.read(after: Position(position - 1), limit: 1).first)
        return Snapshot(
            system: "warwick",
            version: 3,
            position: record.position,
            hash: record.hash,
            body: body
        )
    }

    private func files(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder + "/snapshots").sorted()
    }

    @Test("the newest snapshot comes back, and no more than two are kept")
    func newest() throws {
        try TemporaryFolder.use { folder in
            let journal = try journal(12)
            let snapshots = SnapshotFolder(besides: folder, digest: SHA256.digest)
            #expect(try snapshots.newest(of: "warwick", version: 3, in: journal) == nil)
            for position in [3, 9, 10] as [UInt64] {
                let written = try snapshot(
                    position,
                    of: journal,
                    body: Array(repeating: UInt8(position), count: 5_000)
                )
                try snapshots.write(written)
                #expect(try snapshots.newest(of: "warwick", version: 3, in: journal) == written)
            }
            #expect(try files(folder) == ["warwick.10.snapshot", "warwick.9.snapshot"])
            #expect(try snapshots.newest(of: "warwick", version: 4, in: journal) == nil)
            #expect(try snapshots.newest(of: "war", version: 3, in: journal) == nil)
            try FileManager.default.removeItem(atPath: folder + "/snapshots")
            #expect(try snapshots.newest(of: "warwick", version: 3, in: journal) == nil)
        }
    }

    @Test("a snapshot of another history, or of one that goes further, is not used")
    func otherHistory() throws {
        try TemporaryFolder.use { folder in
            let journal = try journal(5)
            let snapshots = SnapshotFolder(besides: folder, digest: SHA256.digest)
            var other = try snapshot(4, of: journal, body: [1])
            other.hash[0] ^= 1
            try snapshots.write(other)
            #expect(try snapshots.newest(of: "warwick", version: 3, in: journal) == nil)
            let further = try snapshot(7, of: self.journal(9), body: [2])
            try snapshots.write(further)
            #expect(try snapshots.newest(of: "warwick", version: 3, in: journal) == nil)
        }
    }

    @Test("a flipped bit or a cut anywhere is noticed, and the one before is used")
    func damaged() throws {
        try TemporaryFolder.use { folder in
            let journal = try journal(5)
            let snapshots = SnapshotFolder(besides: folder, digest: SHA256.digest)
            let older = try snapshot(2, of: journal, body: [])
            try snapshots.write(older)
            try snapshots.write(try snapshot(4, of: journal, body: Array("state".utf8)))
            let file = URL(fileURLWithPath: folder + "/snapshots/warwick.4.snapshot")
            let good = try Data(contentsOf: file)
            for index in good.indices {
                var bad = good
                bad[index] ^= 1 << UInt8(index % 8)
                try bad.write(to: file)
                #expect(try snapshots.newest(of: "warwick", version: 3, in: journal) == older)
                try good.prefix(index).write(to: file)
                #expect(try snapshots.newest(of: "warwick", version: 3, in: journal) == older)
            }
        }
    }

    @Test("a snapshot of the first release is still understood")
    func golden() throws {
        try TemporaryFolder.use { folder in
            let journal = try journal(1)
            let hash = try #require(try journal.read(after: .start, limit: 1).first?.hash)
            let head: [UInt8] =
                Array("HWSNAP\0\u{1}".utf8) + [0, 0, 0, 3] + [0, 0, 0, 7] + [0, 0, 0, 0, 0, 0, 0, 1]
            let bytes = head + hash + [0, 0, 0, 0, 0, 0, 0, 2] + Array("warwick".utf8) + Array("{}".utf8)
            try FileManager.default.createDirectory(
                atPath: folder + "/snapshots",
                withIntermediateDirectories: true
            )
            let file = URL(fileURLWithPath: folder + "/snapshots/warwick.1.snapshot")
            try Data(bytes + SHA256.digest(bytes)).write(to: file)
            let read = try SnapshotFolder(besides: folder, digest: SHA256.digest)
                .newest(of: "warwick", version: 3, in: journal)
            #expect(read == (try snapshot(1, of: journal, body: Array("{}".utf8))))
        }
    }
}
