import ArgumentParser
import Broker
import Brokerage
import Journal

/// What can be asked of a journal without a running service.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Verifies, counts and exports the journal.",
        subcommands: [Verify.self, Info.self, Export.self]
    )

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Proves the hash chain and recounts the ledger; exit 1 where they break."
        )

        @Option(help: "The folder that holds the journal.")
        var data = "./data"

        func run() throws {
            try orFail {
                let folder = try DataFolder(data)
                for system in try folder.store.systems() {
                    let keeper = try folder.store.journal(system: system)
                    let proved = try keeper.verify().position
                    let state = try Recovered(from: keeper).published.state
                    let faults = state.recount()
                    if let first = faults.first {
                        throw Failure("\(system): the ledger does not add up in \(faults.count) places: \(first)")
                    }
                    print("\(system): \(proved) records, the chain holds, \(state.claims.count) ledgers add up")
                }
            }
        }
    }

    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Counts what the journal holds.")

        @Option(help: "The folder that holds the journal.")
        var data = "./data"

        func run() throws {
            try orFail {
                let folder = try DataFolder(data)
                for system in try folder.store.systems() {
                    let recovered = try Recovered(from: try folder.store.journal(system: system)).published
                    let state = recovered.state
                    print(
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
                let keeper = try DataFolder(options.data).store.journal(system: options.system)
                var at = Position.start
                while true {
                    let records = try keeper.read(after: at, limit: 1_000)
                    guard let last = records.last else { return }
                    for record in records { print(String(decoding: record.body, as: UTF8.self)) }
                    at = last.position
                }
            }
        }
    }
}
