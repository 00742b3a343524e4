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

    /// Fails unless a system can have a name, before a folder is made for it.
    static func expectName(_ system: String) throws {
        if let objection = SQLiteStore.objection(toSystem: system) { throw Failure(objection) }
    }

    /// Opens a folder, making it when it is not there. The vault's key is read from `HOMEWARD_VAULT_KEY` or from
    /// `vault.key` in the folder; a new key is made only for a folder that is new too.
    init(_ path: String) throws {
        // Whatever is made here is its owner's alone.
        umask(0o077)
        DataFolder.forbidCoreDumps()
        // An empty file is what is left where a disk was full or a copy failed.
        var database = stat()
        let isThere = stat("\(path)/homeward.sqlite", &database) == 0 && database.st_size > 0
        guard isThere || access("\(path)/vault.key", F_OK) != 0 else {
            throw Failure(
                "\(path) holds a vault's key, but no journal: is the disk mounted? Restore a backup, or begin in an empty folder"
            )
        }
        // Before anything is made.
        let given = try Keyring.environment("HOMEWARD_VAULT_KEY")
        store = try SQLiteStore.open(folder: path, digest: SHA256.digest)
        if let notice = store.notice { standardError("homeward: \(notice)") }
        let isNew = try store.systems().isEmpty
        keyring = try given ?? KeyFile("\(path)/vault.key").keyring(createIfAbsent: isNew)
    }

    /// Opens a system's broker: from the newest snapshot and the records behind it.
    ///
    /// - Parameters:
    ///   - createIfAbsent: whether the system may be new. A mistyped name must not become a system that stays for ever.
    ///   - clock: the machine's unless given; only the machine's is watched for leaps.
    func broker(
        _ system: String,
        createIfAbsent: Bool,
        clock: (@Sendable () -> Instant)? = nil
    ) throws -> Broker {
        try Broker.open(
            system: system,
            keeper: try store.journal(system: system, createIfAbsent: createIfAbsent),
            keyring: keyring,
            snapshots: snapshots,
            clock: clock ?? systemClock,
            uptime: clock == nil ? systemUptime : nil
        )
    }

    /// A core dump would hold names that were decrypted a moment ago. A limit of one byte keeps files from being written and
    /// programs that collect dumps from being started (core(5)); zero would not stop those.
    private static func forbidCoreDumps() {
        var limit = rlimit(rlim_cur: 1, rlim_max: 1)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }

    /// The snapshots beside the store.
    var snapshots: SnapshotFolder { SnapshotFolder(besides: store.path, digest: SHA256.digest) }
}
