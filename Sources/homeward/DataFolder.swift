import ArgumentParser
import Broker
import Brokerage
import Glibc
import Journal
import JournalSQLite
import Vault

/// Where everything that lasts lies: the database, its mark, and, unless it is given apart, the vault's key.
struct DataOptions: ParsableArguments {
    @Option(help: "The folder that holds the journal, the vault and the vault's key.")
    var data = "./data"

    @Option(help: "The system (one brokerage footprint: a county, an integrated care system).")
    var system = "default"
}

/// An open data folder.
struct DataFolder {
    let store: SQLiteStore
    let keyring: Keyring

    /// Fails unless a folder holds a store already: a mistyped path must not become an empty one that looks well.
    static func expectStore(in path: String) throws {
        guard access("\(path)/homeward.sqlite", F_OK) == 0 else { throw Failure("\(path) holds no journal") }
    }

    /// Opens a folder, making it when it is not there. The vault's key is read from `HOMEWARD_VAULT_KEY` or from
    /// `vault.key` in the folder; a new key is made only for a folder that is new too.
    init(_ path: String) throws {
        // Whatever is made here is its owner's alone.
        umask(0o077)
        store = try SQLiteStore.open(folder: path, digest: SHA256.digest)
        let isNew = try store.systems().isEmpty
        keyring =
            try Keyring.environment("HOMEWARD_VAULT_KEY")
            ?? KeyFile("\(path)/vault.key").keyring(createIfAbsent: isNew)
    }

    /// Opens a system's broker: from the newest snapshot and the records behind it.
    func broker(_ system: String, clock: @escaping @Sendable () -> Instant) throws -> Broker {
        try Broker.open(
            system: system,
            keeper: try store.journal(system: system),
            keyring: keyring,
            snapshots: snapshots,
            clock: clock
        )
    }

    /// The snapshots beside the store.
    var snapshots: SnapshotFolder { SnapshotFolder(besides: store.path, digest: SHA256.digest) }
}
