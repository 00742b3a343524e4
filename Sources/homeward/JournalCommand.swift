import ArgumentParser
import Broker
import Brokerage
import Journal
import JournalSQLite
import Vault

/// What can be asked of a journal, whether a service runs on it or not: it is looked at, never written.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Verifies, counts and exports the journal.",
        subcommands: [Verify.self, Info.self, Export.self]
    )

    /// Opens a folder to look at it, whatever its mark says: a damaged store must be readable to be examined.
    static func inspect(_ path: String) throws -> SQLiteStore {
        try DataFolder.expectStore(in: path)
        let store = try SQLiteStore.inspect(folder: path, digest: SHA256.digest)
        if let notice = store.notice { standardError("homeward: \(notice)") }
        return store
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Proves the hash chain, recounts the ledger and checks the database; exit 1 where they break."
        )

        @Option(help: "The folder that holds the journal.")
        var data = "./data"

        func run() throws {
            try orFail {
                let store = try JournalCommand.inspect(data)
                var faults: [String] = []
                for system in try store.systems() {
                    let (words, fault) = try verify(system, in: store)
                    try standardOutput(words)
                    if let fault { faults.append("\(system): \(fault)") }
                }
                do throws(JournalError) {
                    faults += try store.lostSystems().map { "system \($0): the journal is gone, but was answered for" }
                } catch {
                    faults.append("\(error)")
                }
                do throws(JournalError) {
                    try store.checkStructure()
                } catch {
                    faults.append("\(error)")
                }
                if !faults.isEmpty { throw Failure(faults.joined(separator: "\n")) }
            }
        }

        /// What is proved of the journal, and what is wrong with the mark beside it, if anything: whether the chain holds is worth
        /// knowing all the more when the mark does not.
        private func verify(_ system: String, in store: SQLiteStore) throws -> (words: String, fault: String?) {
            let keeper = try store.journal(system: system)
            // The mark first: a service that runs goes on answering for records meanwhile.
            let mark = Result { () throws(JournalError) in try store.answeredFor(system: system) }
            let proved = try keeper.verify()
            var fault: String?
            switch mark {
            case .failure(let error): fault = "\(error)"
            case .success(nil): break
            case .success(let mark?) where mark.position > proved.position:
                fault = "the journal ends at \(proved.position), but was answered for up to \(mark.position)"
            case .success(let mark?):
                let record = try keeper.read(after: Position(max(1, mark.position.value) - 1), limit: 1).first
                if mark.position > .start, record?.hash != mark.hash {
                    fault = "the journal holds another record at \(mark.position) than the one that was answered for"
                }
            }
            let state = try Recovered(from: keeper).published.state
            let faults = state.recount()
            if let first = faults.first {
                throw Failure("\(system): the ledger does not add up in \(faults.count) places: \(first)")
            }
            let ledgers = state.claims.count
            let sums = "\(ledgers) ledger\(ledgers == 1 ? " adds" : "s add") up"
            return ("\(system): \(proved.position) records, the chain holds, \(sums)", fault)
        }
    }

    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Counts what the journal holds.")

        @Option(help: "The folder that holds the journal.")
        var data = "./data"

        func run() throws {
            try orFail {
                let store = try JournalCommand.inspect(data)
                for system in try store.systems() {
                    let recovered = try Recovered(from: try store.journal(system: system)).published
                    let state = recovered.state
                    try standardOutput(
                        """
                        system \(system): position \(recovered.position), latest \(state.now)
                          zones \(state.zones.count), providers \(state.providers.count), blocks \(state.blocks.count), \
                        claims \(state.claims.count)
                          referrals \(state.referrals.count) (seeking care \(state.referralsSeekingCare.count)), \
                        offers \(state.offers.count) (open \(state.offersOpen.count)), \
                        packages \(state.packages.count) (in care \(state.packagesInCare.count))
                          keys \(state.keys.count), disclosures \(state.disclosures)
                        """
                    )
                }
            }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the journal's records as JSON lines. They hold no names: those are in the vault."
        )

        @OptionGroup var options: DataOptions

        func run() throws {
            try orFail {
                let keeper = try JournalCommand.inspect(options.data).journal(
                    system: options.system,
                    createIfAbsent: false
                )
                var at = Position.start
                while true {
                    let records = try keeper.read(after: at, limit: 1_000)
                    guard let last = records.last else { return }
                    for record in records { try standardOutput(String(decoding: record.body, as: UTF8.self)) }
                    at = last.position
                }
            }
        }
    }
}
