import Broker
import Brokerage
import Journal
import JournalSQLite
import Synchronization

/// The brokers of every system in the data folder. A system that another process adds is found when its name is
/// first asked for.
final class Systems: Sendable {
    private let folder: DataFolder
    private let configuration: Configuration
    private let brokers = Mutex<[String: Broker]>([:])

    /// Opens every system that has a journal, and one more that may be new.
    init(_ folder: DataFolder, _ configuration: Configuration, first: String) throws {
        self.folder = folder
        self.configuration = configuration
        for system in Set(try folder.store.systems() + [first]).sorted() { try open(system) }
    }

    private func open(_ system: String) throws {
        let broker = try folder.broker(system, clock: systemClock)
        _ = try broker.must(.adoptPolicy(configuration.policy), by: Broker.itself)
        broker.follow(everyMilliseconds: configuration.followMilliseconds)
        broker.tick(everyMilliseconds: configuration.tickMilliseconds)
        if configuration.improveMilliseconds > 0 {
            broker.improve(
                everyMilliseconds: configuration.improveMilliseconds,
                movesEach: configuration.improveMovesEach
            )
        }
        brokers.withLock { $0[system] = broker }
    }

    /// Every broker, by name.
    var all: [Broker] { brokers.withLock { brokers in brokers.keys.sorted().compactMap { brokers[$0] } } }

    /// The broker of a system; nil when there is none.
    func broker(_ system: String) -> Broker? { brokers.withLock { $0[system] } }

    /// Opens systems that came in since. Reads the disk: not for a lane.
    func refresh() {
        guard let names = try? folder.store.systems() else { return }
        for name in names where broker(name) == nil {
            do {
                try open(name)
            } catch {
                standardError("homeward: system \(name) cannot be opened: \(error)")
            }
        }
    }

    /// Lets every broker finish what it took.
    func close(_ done: @escaping @Sendable () -> Void) {
        let open = all
        let left = Atomic<Int>(open.count)
        for broker in open {
            broker.close { [self] in
                if left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
                    try? folder.store.close()
                    done()
                }
            }
        }
    }
}
