import ArgumentParser
import Glibc
import Simulation
import Synchronization

/// Lives through a county from a seed, with everything going wrong that can, and says what broke.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Simulates a county with failing storage, crashes and two writers from a seed; exit 1 where a promise breaks."
    )

    @Option(help: "The seed; the same seed gives the same history.")
    var seed: UInt64 = 1
    @Option(help: "How many seeds to try, from this one on.")
    var seeds = 1
    @Option(help: "Days to live through, 1 to 3650.")
    var days = 30
    @Flag(help: "A small corner of a county, full most of the time.")
    var corner = false
    @Flag(help: "Print what happens, day by day.")
    var trace = false
    @Option(help: "Write a calm history (no faults) into this empty data folder instead, to measure with.")
    var into: String?
    @Flag(help: "With --into: an integrated care system at its busiest, about a million events a year.")
    var ics = false

    func validate() throws {
        guard (1...3650).contains(days) else { throw ValidationError("--days lies between 1 and 3650") }
        guard seeds >= 1 else { throw ValidationError("--seeds is at least 1") }
    }

    func run() throws {
        try orFail {
            if let into { return try write(into) }
            reportTraps()
            for seed in (0..<UInt64(seeds)).map({ seed &+ $0 }) {
                Reached.seed.store(seed, ordering: .relaxed)
                let simulation = try Simulation(seed: seed, days: days, scale: corner ? .corner : .county)
                simulation.onStep = { Reached.step.store($0, ordering: .relaxed) }
                if trace { simulation.onTrace = { Simulate.tell($0) } }
                try standardOutput("seed \(seed), \(days) days: \(try simulation.run())")
            }
        }
    }
}

extension Simulate {
    /// Prints a line from where nothing can be thrown.
    private static func tell(_ line: String) {
        do {
            try standardOutput(line)
        } catch {
            standardError("homeward: \(error)")
            _exit(1)
        }
    }

    private func write(_ path: String) throws {
        let folder = try DataFolder(path)
        let scale: Scale = ics ? .ics : corner ? .corner : .county
        let written = try CalmHistory(seed: seed, days: days, scale: scale).write(
            to: try folder.store.journal(system: "default"),
            system: "default",
            keyring: folder.keyring
        ) { day, written in
            if trace { standardError("day \(day): \(written.records) records, \(written.events) events") }
        }
        try folder.store.close()
        try standardOutput(
            "\(written.records) records, \(written.events) events, \(written.referrals) referrals, \(written.packages) packages"
        )
    }
}

/// How far the simulation came, for the handler of a trap.
private enum Reached {
    static let seed = Atomic<UInt64>(0)
    static let step = Atomic<Int>(0)
}

/// A broken invariant stops the process (a ledger that does not add up): then too the seed and the step are told.
private func reportTraps() {
    for number in [SIGILL, SIGTRAP] {
        _ = signal(number) { _ in
            let (seed, step) = (Reached.seed.load(ordering: .relaxed), Reached.step.load(ordering: .relaxed))
            // The process is past saving; the line is worth the risk of allocating here.
            standardError("homeward: seed \(seed), step \(step): an invariant broke, see above")
            _exit(1)
        }
    }
}
