import Brokerage
import Dispatch
import Synchronization

/// Runs the batch beside the brokerage: zone by zone, on a snapshot of the published state and a queue of its own. What a
/// run finds is submitted like any other command and looked at again there, a few moves at a time and each after the one
/// before it is durable: the brokerage decides referrals, urgent ones too, while it goes on, and none ever waits for more
/// than one of them.
///
/// A zone is looked at when its minutes or its people changed, at most once an interval, and now and then all the same,
/// since need grows with time. Any node may run it: what two find about one person, the second finds gone.
final class Improver: Sendable {
    /// Looks after which a zone is tried even though nothing changed there, 30.
    private static let mostIdleLooks = 30
    /// How long one search should take at most, 80 ms: what more would find, the next look finds.
    private static let mostNanoseconds: UInt64 = 80_000_000
    /// Moves for each person at least, however slow the machine is just now.
    private static let leastMovesEach = 10
    /// Nanoseconds assumed for a move until a zone's first search has measured it, 2,000: what it takes where many wait for many
    /// claims.
    private static let nanosecondsEach: UInt64 = 2_000

    /// Moves tried for each person of a zone, unless that takes too long; with the state and the seed they make a run
    /// repeatable.
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
        /// What a move took in the last search.
        var nanosecondsEach: UInt64
    }

    init(system: String, movesEach: Int) {
        self.movesEach = movesEach
        queue = DispatchQueue(label: "homeward.improving.\(system)", qos: .utility)
    }

    /// What it has done so far.
    var tally: ImproverCounts { counts.withLock { $0 } }

    /// Hands a command in; the second parameter is called with whether it could be written, once it is durable.
    typealias Submit = @Sendable (Command, @escaping @Sendable (Bool) -> Void) -> Void

    /// Looks at every zone, unless it still does; `submit` takes what was found.
    func look(_ published: @escaping @Sendable () -> Published, _ submit: @escaping Submit) {
        guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else { return }
        queue.async { [self] in look(at: published().state.zones.keys.sorted()[...], published, submit) }
    }

    /// One zone after the other, each on the newest state: what was found in those before it may have taken a while.
    private func look(
        at zones: ArraySlice<ZoneID>,
        _ published: @escaping @Sendable () -> Published,
        _ submit: @escaping Submit
    ) {
        for (index, zone) in zones.enumerated() {
            let begun = DispatchTime.now().uptimeNanoseconds
            let commands = look(at: zone, published().state)
            guard !commands.isEmpty else { continue }
            return carryOut(commands[...], submit) { [self] in
                let took = (DispatchTime.now().uptimeNanoseconds - begun) / 1_000
                counts.withLock { $0.longestUntilDurable = max($0.longestUntilDurable, took) }
                queue.async { [self] in look(at: zones.dropFirst(index + 1), published, submit) }
            }
        }
        isBusy.store(false, ordering: .releasing)
    }

    /// One command after the other is durable; the rest is let go where one cannot be written.
    private func carryOut(
        _ commands: ArraySlice<Command>,
        _ submit: @escaping Submit,
        then goOn: @escaping @Sendable () -> Void
    ) {
        guard let command = commands.first else { return goOn() }
        submit(command) { [self] isWritten in
            carryOut(isWritten ? commands.dropFirst() : [], submit, then: goOn)
        }
    }

    /// One zone's run, where there is reason for one.
    func look(at zone: ZoneID, _ state: State) -> [Command] {
        let supply = state.supplyVersion(of: zone)
        let waiting = state.waitingCount(in: zone)
        let run = seen.withLock { seen -> (seed: UInt64, nanosecondsEach: UInt64)? in
            var zoneSeen =
                seen[zone]
                ?? Seen(supply: .max, waiting: -1, idleLooks: 0, runs: 0, nanosecondsEach: Improver.nanosecondsEach)
            defer { seen[zone] = zoneSeen }
            if zoneSeen.supply == supply, zoneSeen.waiting == waiting {
                zoneSeen.idleLooks += 1
                guard zoneSeen.idleLooks >= Improver.mostIdleLooks else { return nil }
            }
            (zoneSeen.supply, zoneSeen.waiting, zoneSeen.idleLooks) = (supply, waiting, 0)
            zoneSeen.runs &+= 1
            return (zoneSeen.runs, zoneSeen.nanosecondsEach)
        }
        guard let run, let problem = ZoneProblem(state, zone: zone, at: state.now) else { return [] }
        let inTime = Int(Improver.mostNanoseconds / run.nanosecondsEach)
        let moves = min(movesEach * problem.size, max(Improver.leastMovesEach * problem.size, inTime))
        let begun = DispatchTime.now().uptimeNanoseconds
        let improvement = problem.improvement(seed: run.seed, moves: moves)
        let nanoseconds = DispatchTime.now().uptimeNanoseconds - begun
        seen.withLock { $0[zone]?.nanosecondsEach = max(1, nanoseconds / UInt64(max(1, moves))) }
        let took = nanoseconds / 1_000
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
    /// Time spent searching.
    public var microseconds: UInt64 = 0
    /// The longest search.
    public var longestMicroseconds: UInt64 = 0
    /// The longest from the look at a zone until all that was found there was durable, in microseconds.
    public var longestUntilDurable: UInt64 = 0
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
            improver.look({ broker.published() }) { command, written in
                broker.submit(Submission(command, by: Broker.itself)) { ruled in
                    if case .unavailable = ruled { written(false) } else { written(true) }
                }
            }
        }
    }

    /// What the batch has done since the service began; nil where it does not run.
    public var improverCounts: ImproverCounts? { improving.withLock { $0 }?.tally }
}
