import Journal
import JournalContract
import Synchronization
import Testing
import Vault

@Suite struct MemoryJournalTests {
    @Test("a journal in memory keeps the contract", arguments: JournalContract.allCases)
    func contract(rule: JournalContract) throws {
        try rule.check(in: MemoryVenue())
    }
}

/// Journals in memory, one a system, shared by all handles.
private final class MemoryVenue: JournalVenue {
    private let journals = Mutex<[String: MemoryJournal]>([:])

    func open(_ system: String) -> any JournalKeeper {
        journals.withLock { journals in
            if let known = journals[system] { return known }
            let fresh = MemoryJournal(chain: HashChain(system: system, digest: SHA256.digest))
            journals[system] = fresh
            return fresh
        }
    }
}
