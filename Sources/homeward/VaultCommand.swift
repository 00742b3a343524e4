import ArgumentParser
import Broker
import Dispatch
import JournalSQLite
import Vault

/// What can be asked of the vault, whether a service runs on it or not.
struct VaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault",
        abstract: "Says under which keys the vault's values are sealed, and seals them under the current one.",
        subcommands: [Status.self, Reseal.self]
    )

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Counts the sealed values by key; exit 1 where one does not open."
        )

        @Option(help: "The folder that holds the journal.")
        var data = "./data"

        func run() throws { try orFail { try VaultCommand.count(in: data, resealing: false) } }
    }

    struct Reseal: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Seals every value under the current key, beside a running service; may be stopped and run again.",
            discussion: "A service does the same in the background after each start."
        )

        @Option(help: "The folder that holds the journal.")
        var data = "./data"

        func run() throws { try orFail { try VaultCommand.count(in: data, resealing: true) } }
    }

    /// Seconds between two lines of how far it is, 5.
    private static let secondsBetweenWords = 5.0

    private static func count(in path: String, resealing: Bool) throws {
        try DataFolder.expectStore(in: path)
        let folder = try DataFolder(path)
        var unopened = 0
        var said = DispatchTime.now()
        for system in try folder.store.systems() {
            let keeper = try folder.store.journal(system: system)
            let tally = try VaultTally.count(
                in: keeper,
                system: system,
                keyring: folder.keyring,
                resealing: resealing
            ) {
                let now = DispatchTime.now()
                guard resealing, now >= said + secondsBetweenWords else { return }
                said = now
                standardError("\(system): \($0.resealed) sealed anew so far")
            }
            unopened += tally.unopened
            for id in Set(tally.byKey.keys).union(folder.keyring.ids).sorted() {
                let current = id == folder.keyring.current ? " (current)" : ""
                try standardOutput("\(system): \(tally.byKey[id] ?? 0) values under key \(id)\(current)")
            }
            if resealing { try standardOutput("\(system): \(tally.resealed) sealed anew") }
        }
        try folder.store.close()
        if unopened > 0 { throw Failure("\(unopened) values do not open under the vault's keys") }
    }
}
