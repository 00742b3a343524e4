import Allocation
import ArgumentParser
import Dispatch
import Glibc

/// `homeward allocate`: solves one instance of the allocation yardstick's format and says what it came to.
struct Allocate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocate",
        abstract: "Places the people of an instance file (format block-alloc/1) and writes the plan.",
        discussion: """
            Prints one line of JSON: the objective in points, how many people still wait, the seconds it took without \
            reading and writing, and the moves tried. With --moves the plan depends on the file, the seed and the moves \
            alone.
            """
    )

    @Argument(help: "The instance, JSON.")
    var input: String
    @ArgumentParser.Option(
        name: .long,
        help: "Where to write the plan: for each person null or the block of each call."
    )
    var out: String
    @ArgumentParser.Option(name: .long, help: "Seconds to search, working out the indexes included.")
    var seconds: Double?
    @ArgumentParser.Option(name: .long, help: "Moves to search, instead of seconds.")
    var moves: Int?
    @ArgumentParser.Option(name: .long, help: "Another seed explores differently.")
    var seed: UInt64 = 1
    @Flag(name: .long, help: "Place each person once, in order of arrival, on the best option free then.")
    var online = false

    func validate() throws {
        if moves != nil && seconds != nil { throw ValidationError("--seconds and --moves exclude each other.") }
        if online && (moves != nil || seconds != nil) {
            throw ValidationError("--online takes neither --seconds nor --moves.")
        }
        if let seconds, !(seconds > 0 && seconds <= 86_400) {
            throw ValidationError("--seconds must lie above 0 and be at most 86400.")
        }
        if let moves, !(0...1_000_000_000_000).contains(moves) {
            throw ValidationError("--moves must lie between 0 and 1000000000000.")
        }
    }

    func run() throws {
        try orFail {
            let file = try AllocationFile.read(input)
            if online { try placeOnline(file) } else { try search(file) }
        }
    }

    private func search(_ file: AllocationFile) throws {
        let watch = Stopwatch()
        // More than a few dozen would have less than a region each, even for all England.
        let cores = max(1, min(32, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let workers = Workers(count: cores) { jobs, job in
            DispatchQueue.concurrentPerform(iterations: jobs) { job($0) }
        }
        let allocator = Allocator(file.instance, workers: workers)
        let budget = moves.map { Budget.moves($0) } ?? .seconds(seconds ?? 1) { watch.elapsed }
        let outcome = allocator.improve(seed: seed, budget: budget)
        let elapsed = watch.elapsed
        let account = try file.instance.account(outcome.plan)
        try AllocationFile.write(outcome.plan, of: file.instance, to: out)
        try report(account, elapsed, outcome.moves, "")
    }

    private func placeOnline(_ file: AllocationFile) throws {
        let watch = Stopwatch()
        let online = Online(file.instance)
        var plan = Plan(waiting: file.instance.needs.count)
        var times = [Double](repeating: 0, count: plan.placements.count)
        for (turn, need) in file.arrivals.enumerated() {
            let before = watch.elapsed
            plan.placements[need] = online.place(need)
            times[turn] = watch.elapsed - before
        }
        let elapsed = watch.elapsed
        times.sort()
        func percentile(_ share: Double) -> String {
            guard !times.isEmpty else { return "0" }
            let index = min(times.count - 1, Int(Double(times.count) * share))
            return Stopwatch.shown(times[index] * 1_000_000, decimals: 1)
        }
        let account = try file.instance.account(plan)
        try AllocationFile.write(plan, of: file.instance, to: out)
        try report(
            account,
            elapsed,
            0,
            ", \"p50us\": \(percentile(0.5)), \"p99us\": \(percentile(0.99)), \"p999us\": \(percentile(0.999))"
        )
    }

    private func report(_ account: Account, _ seconds: Double, _ moves: Int, _ more: String) throws {
        try standardOutput(
            "{\"objective\": \(account.objective), \"waiting\": \(account.waiting), "
                + "\"seconds\": \(Stopwatch.shown(seconds, decimals: 3)), \"moves\": \(moves)\(more)}"
        )
    }
}

/// Seconds since it was made, from the clock that never jumps.
private struct Stopwatch: Sendable {
    private let start = DispatchTime.now().uptimeNanoseconds

    var elapsed: Double { Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9 }

    /// A number that is not negative, with so many decimals.
    static func shown(_ number: Double, decimals: Int) -> String {
        var scale = 1
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int((number * Double(scale)).rounded())
        let fraction = String(whole % scale)
        return "\(whole / scale)." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }
}
