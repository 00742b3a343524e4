import Broker
import Brokerage
import Dispatch
import Journal
import JournalSQLite
import Synchronization

/// The brokers of every system in the data folder. A system that another process adds is found when its name is
/// first asked for.
final class Systems: Sendable {
    private let folder: DataFolder
    private let configuration: Configuration
    private let brokers = Mutex<[String: Broker]>([:])
    /// Those of which it was said last that they take no commands.
    private let readOnly = Mutex<Set<String>>([])
    /// Those of which it was said that time does not pass in them.
    private let stalled = Mutex<Set<String>>([])
    /// Why systems that came in since the start could not be opened, as it was said last.
    private let unopened = Mutex<[String: String]>([:])
    /// Whether the check of the database's structure that begins with the start has ended.
    let isStructureProved = Atomic<Bool>(false)

    /// Opens every system that has a journal; in an empty folder the one to begin with. One that is named must be there then: a
    /// system is never unmade, so a mistyped name makes none.
    init(_ folder: DataFolder, _ configuration: Configuration, first: String?) throws {
        self.folder = folder
        self.configuration = configuration
        let known = try folder.store.systems()
        if let first, !known.isEmpty, !known.contains(first) {
            throw Failure(
                "there is no system \(first); there are: \(known.joined(separator: ", ")) (keys add --system makes one)"
            )
        }
        for system in known.isEmpty ? [first ?? "default"] : known { try open(system) }
        checkStructure()
    }

    private func open(_ system: String) throws {
        let began = DispatchTime.now()
        let broker = try folder.broker(system, createIfAbsent: true)
        report(broker, since: began)
        try adoptPolicy(broker)
        broker.follow(everyMilliseconds: configuration.followMilliseconds)
        broker.tick(everyMilliseconds: configuration.tickMilliseconds)
        if configuration.improveMilliseconds > 0 {
            broker.improve(
                everyMilliseconds: configuration.improveMilliseconds,
                movesEach: configuration.improveMovesEach
            )
        }
        broker.checkInBackground()
        broker.writeSnapshots(to: folder.snapshots, configuration.snapshots)
        brokers.withLock { $0[system] = broker }
    }

    /// Takes what the configuration file says of the policy, where that is new, and says so. Where it does not go together with
    /// what a person set since, the policy in force stays: care goes on under it, and a person must look.
    private func adoptPolicy(_ broker: Broker) throws {
        let state = broker.published().state
        guard let filed = try configuration.policy(over: state.filedPolicy ?? Policy()) else { return }
        switch broker.perform(Submission(.adoptPolicy(filed), by: Broker.itself)) {
        case .accepted(_, .policy(let policy), _) where policy.version != state.policy.version:
            standardError(
                "homeward: system \(broker.system) takes what the configuration file says anew of the policy, which is at "
                    + "version \(policy.version)"
            )
        case .accepted: break
        case .refused(let rejection, _):
            let faults = rejection.faults.map { "\($0.pointer): \($0.detail)" }.joined(separator: "; ")
            standardError(
                "homeward: system \(broker.system) keeps the policy in force, version \(state.policy.version): beside what was "
                    + "set since, what the configuration file says does not go together (\(faults))"
            )
        case .unavailable(let reason, _): throw Failure(reason)
        }
    }

    /// Says how long a start took and what it read.
    private func report(_ broker: Broker, since began: DispatchTime) {
        let milliseconds = (DispatchTime.now().uptimeNanoseconds - began.uptimeNanoseconds) / 1_000_000
        let end = broker.published().position
        let begun = broker.startedFrom > .start ? "a snapshot at \(broker.startedFrom)" : "the beginning"
        standardError("homeward: system \(broker.system) open at position \(end) in \(milliseconds) ms, from \(begun)")
    }

    /// Proves in the background that the database's structure is whole; all systems share it. What is in the way of looking
    /// (a disk that fails, a lock) is no finding: it looks again a minute later.
    private func checkStructure(after seconds: Int = 0) {
        DispatchQueue.global(qos: .background).asyncAfter(deadline: .now() + .seconds(seconds)) { [weak self] in
            guard let self else { return }
            do throws(JournalError) {
                try folder.store.checkStructure()
                isStructureProved.store(true, ordering: .relaxed)
            } catch {
                guard case .damaged = error else { return checkStructure(after: 60) }
                for broker in all { broker.condemn("\(error)") }
            }
        }
    }

    /// Why the log could not be copied into the database lately; nil when it could.
    var checkpointFailure: JournalError? { folder.store.checkpointFailure }

    /// Every broker, by name.
    var all: [Broker] { brokers.withLock { brokers in brokers.keys.sorted().compactMap { brokers[$0] } } }

    /// The broker of a system; nil when there is none.
    func broker(_ system: String) -> Broker? { brokers.withLock { $0[system] } }

    /// Opens systems that came in since, and says where one has ceased to take commands or takes them again. Reads the disk:
    /// not for a lane.
    func refresh() {
        tellHealth()
        guard let names = try? folder.store.systems() else { return }
        for name in names where broker(name) == nil {
            do {
                try open(name)
            } catch {
                // Tried again at every look, and told when there is something new to tell.
                let words = "\(error)"
                guard unopened.withLock({ $0.updateValue(words, forKey: name) }) != words else { continue }
                standardError("homeward: system \(name) cannot be opened: \(words)")
            }
        }
    }

    private func tellHealth() {
        for broker in all {
            if let reason = broker.stalled {
                if stalled.withLock({ $0.insert(broker.system).inserted }) {
                    standardError("homeward: in system \(broker.system) time does not pass: \(reason)")
                }
            } else {
                stalled.withLock { _ = $0.remove(broker.system) }
            }
            let health = broker.health
            switch health {
            case .ready:
                guard readOnly.withLock({ $0.remove(broker.system) }) != nil else { continue }
                standardError("homeward: system \(broker.system) takes commands again")
            case .readOnly(let reason):
                guard readOnly.withLock({ $0.insert(broker.system).inserted }) else { continue }
                standardError("homeward: system \(broker.system) answers reads only: \(reason)")
            }
        }
    }

    /// Lets every broker finish what it took.
    func close(_ done: @escaping @Sendable () -> Void) {
        let open = all
        guard !open.isEmpty else {
            try? folder.store.close()
            return done()
        }
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
