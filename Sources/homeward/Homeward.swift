import ArgumentParser

/// The command line: reads what it was told, builds everything, starts and stops in order.
@main
struct Homeward: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "homeward",
        abstract: "Brokers packages of home care, so that people who are fit to leave hospital can.",
        subcommands: [
            Serve.self, Demo.self, Keys.self, Health.self, JournalCommand.self, Backup.self, Restore.self, Forget.self,
            Forgotten.self,
            VaultCommand.self,
            Allocate.self, Simulate.self,
        ]
    )
}
