import Brokerage
import Dispatch
import Synchronization

/// Runs the batch beside the brokerage: zone by zone, on a snapshot of the published state and a queue of its own. What a
/// run finds is submitted like any other command and looked at again there, so a run never holds anything up: the
/// brokerage decides referrals, urgent ones too, while it goes on.
///
/// A zone is looked at when its minutes or its people changed, at most once an interval, and now and then all the same,
/// since need grows with time. Any node may run it: what two find about one person, the second finds gone.
final class Improver: Sendable {
    /// Looks after which a zone is tried even though nothing changed there, 30.
    private static let mostIdleLooks = 30
    /// Moves of one run at most, 100,000: an eighth of a second. What more would find, the next look finds.
    private static let mostMoves = 100_000

    /// Moves tried for each person of a zone; with the state and the seed they make a run repeatable.
    private let movesEach: Int
    private let queue: DispatchQueue
    private let isBusy = Atomic<Bool>(false)
    private let seen = Mutex<[ZoneID: Seen]>([:])
    private let counts = Mutex(ImproverCounts())

    private struct Seen {
        var supply: UInt64
        var waiting: Int
        var idleLooks: Int
        var runs: UInt64
    }

    init(system: String, movesEach: Int) {
        self.movesEach = movesEach
        queue = DispatchQueue(label: "homeward.improving.\(system)", qos: .utility)
    }

    /// What it has done so far.
    var tally: ImproverCounts { counts.withLock { $0 } }

    /// Looks at every zone, unless it still does; `submit` takes what was found.
    func look(_ published: @escaping @Sendable () -> Published, _ submit: @escaping @Sendable (Command) -> Void) {
        guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else { return }
        queue.async { [self] in
            let zones = published().state.zones.keys.sorted()
            for zone in zones {
                // Each zone on the newest state: an earlier zone's run may have taken a while.
                for command in look(at: zone, published().state) { submit(command) }
            }
            isBusy.store(false, ordering: .releasing)
        }
    }

    /// One zone's run, where there is reason for one.
    func look(at zone: ZoneID, _ state: State) -> [Command] {
        let supply = state.supplyVersion(of: zone)
        let waiting = state.waitingCount(in: zone)
        let run = seen.withLock { seen -> UInt64? in
            var zoneSeen = seen[zone] ?? Seen(supply: .max, waiting: -1, idleLooks: 0, runs: 0)
            defer { seen[zone] = zoneSeen }
            if zoneSeen.supply == supply, zoneSeen.waiting == waiting {
                zoneSeen.idleLooks += 1
                guard zoneSeen.idleLooks >= Improver.mostIdleLooks else { return nil }
            }
            zoneSeen = Seen(supply: supply, waiting: waiting, idleLooks: 0, runs: zoneSeen.runs &+ 1)
            return zoneSeen.runs
        }
        guard let run, let problem = ZoneProblem(state, zone: zone, at: state.now) else { return [] }
        let moves = min(Improver.mostMoves, movesEach * problem.size)
        let begun = DispatchTime.now().uptimeNanoseconds
        let improvement = problem.improvement(seed: run, moves: moves)
        let took = (DispatchTime.now().uptimeNanoseconds - begun) / 1_000
        counts.withLock {
            $0.runs += 1
            $0.moves += UInt64(moves)
            $0.microseconds += took
            $0.longestMicroseconds = max($0.longestMicroseconds, took)
            $0.exchanges += UInt64(improvement?.exchanges.count ?? 0)
        }
        return improvement?.commands ?? []
    }
}

/// What the batch has done since the service began.
public struct ImproverCounts: Sendable {
    /// Searches of one zone.
    public var runs: UInt64 = 0
    /// Moves tried in them.
    public var moves: UInt64 = 0
    /// Time spent searching, and the longest search.
    public var microseconds: UInt64 = 0
    public var longestMicroseconds: UInt64 = 0
    /// Exchanges proposed to the brokerage.
    public var exchanges: UInt64 = 0

    /// Nothing done yet.
    public init() {}
}

extension Broker {
    /// Runs the batch every so many milliseconds, where something changed.
    ///
    /// - Parameters:
    ///   - interval: milliseconds between looks.
    ///   - movesEach: moves tried for each person of a zone.
    public func improve(everyMilliseconds interval: Int, movesEach: Int) {
        let improver = Improver(system: system, movesEach: movesEach)
        improving.withLock { $0 = improver }
        repeating(interval) { broker in
            guard broker.health == .ready else { return }
            improver.look({ broker.published() }) { command in
                broker.submit(Submission(command, by: Broker.itself)) { _ in }
            }
        }
    }

    /// What the batch has done since the service began; nil where it does not run.
    public var improverCounts: ImproverCounts? { improving.withLock { $0 }?.tally }
}
