import ArgumentParser
import Brokerage
import Journal
import JournalSQLite
import Vault

/// Copies a store while it is in use.
struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Copies the journal and the vault as they are at one moment, while the service runs, and proves the copy.",
        discussion: "The vault's key is not in the copy: keep it elsewhere. Note the printed hashes elsewhere too."
    )

    @Option(help: "The folder that holds the journal.")
    var data = "./data"
    @Option(help: "A folder for the copy; it must hold no database.")
    var to: String

    func run() throws {
        try orFail {
            try DataFolder.expectStore(in: data)
            let store = try SQLiteStore.open(folder: data, digest: SHA256.digest)
            for end in try store.backup(to: to) { print(words(end)) }
        }
    }
}

/// Puts a backup into a folder.
struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts a backup into an empty folder, proves it, and sets the marks to where its journals end."
    )

    @Option(help: "The backup's folder.")
    var from: String
    @Option(help: "The folder to put it into; it must hold no database. The vault's key goes beside it by hand.")
    var data = "./data"
    @Option(help: "The system that --position is of.")
    var system = "default"
    @Option(help: "Restore the system's journal up to this position only.")
    var position: UInt64?

    func run() throws {
        try orFail {
            let limits = position.map { [system: Position($0)] } ?? [:]
            for end in try SQLiteStore.restore(from: from, to: data, upTo: limits, digest: SHA256.digest) {
                print(words(end))
            }
        }
    }
}

/// Removes who a person is.
struct Forget: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Removes everything that says who a referral's person is. The journal, which never knew, is not touched.",
        discussion: "A copy made before still holds it, until the next one takes its place."
    )

    @Argument(help: "The referral, as r12.")
    var referral: String
    @OptionGroup var options: DataOptions

    func run() throws {
        guard let id = ReferralID(referral) else { throw ValidationError("a referral's id looks like r12") }
        try orFail {
            try DataFolder.expectStore(in: options.data)
            let folder = try DataFolder(options.data)
            let state = try folder.broker(options.system, clock: systemClock).published().state
            guard let person = state.referrals[id]?.person else { throw Failure("there is no referral \(id)") }
            let rows = try folder.store.journal(system: options.system).forget(subject: person.description)
            print("\(rows) rows of \(id)'s person removed")
        }
    }
}

private func words(_ end: JournalEnd) -> String {
    let hash = end.hash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    return "\(end.system): position \(end.position), hash \(hash)"
}
