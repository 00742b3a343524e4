import Journal
import JournalContract
import JournalSQLite
import Testing
import Vault

@Suite struct SQLiteJournalTests {
    @Test("a journal on SQLite keeps the contract", arguments: JournalContract.allCases)
    func contract(rule: JournalContract) throws {
        try TemporaryFolder.use { folder in
            try rule.check(in: SQLiteVenue(folder: folder))
        }
    }
}

/// Each keeper on a store of its own over one folder, as if each were in another process.
private struct SQLiteVenue: JournalVenue {
    let folder: String

    func open(_ system: String) throws -> any JournalKeeper {
        try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless).journal(system: system)
    }
}
