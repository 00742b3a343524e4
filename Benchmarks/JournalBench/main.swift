// Durable commands a second at the journal: ours beside a bare append and fdatasync, in one run, alternating.
//
//     JournalBench [--submitters 64] [--bytes 1500] [--seconds 2] [--rounds 3] [--folder .]
//
// Both sides are driven alike, as the broker drives its journal: submitters wait for their answer and submit
// the next command at once, a serial queue commits whatever gathered during the last sync.

import Foundation
import Journal
import JournalSQLite
import Vault

func option(_ name: String, _ fallback: Int) -> Int {
    let arguments = CommandLine.arguments
    guard let index = arguments.firstIndex(of: "--" + name), index + 1 < arguments.count else {
        return fallback
    }
    return Int(arguments[index + 1]) ?? fallback
}

let submitters = option("submitters", 64)
let bytes = option("bytes", 1_500)
let seconds = option("seconds", 2)
let rounds = option("rounds", 3)
let folderIndex = CommandLine.arguments.firstIndex(of: "--folder")
let root = folderIndex.map { CommandLine.arguments[$0 + 1] } ?? FileManager.default.currentDirectoryPath

/// One side of the comparison.
struct Side {
    let name: String
    let make: (String) throws -> any Appender
}

let all = [
    Side(name: "raw append + fdatasync") { try RawAppender(path: $0 + "/raw.log") },
    Side(name: "raw, hash chain too") { try RawAppender(path: $0 + "/raw.log", isChained: true) },
    Side(name: "journal on SQLite") { try JournalAppender(folder: $0) },
]
let onlyIndex = CommandLine.arguments.firstIndex(of: "--only")
let sides = all.filter { side in onlyIndex.map { side.name.contains(CommandLine.arguments[$0 + 1]) } ?? true }
var figures: [String: [Figures]] = [:]
for round in 1...rounds {
    for side in sides {
        let folder = root + "/journal-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = Run(appender: try side.make(folder), submitters: submitters, bytes: bytes)
        let measured = try run.measure(seconds: seconds)
        figures[side.name, default: []].append(measured)
        print("round \(round)  \(side.name): \(measured)")
    }
}
print("\nmedians of \(rounds) rounds of \(seconds) s, \(submitters) submitters, \(bytes) bytes a command")
let raw = figures[sides[0].name].map(Figures.median) ?? Figures()
for side in sides {
    guard let median = figures[side.name].map(Figures.median) else { continue }
    let share = Int((100 * median.perSecond / raw.perSecond).rounded())
    let tail = String(format: "%.1f", median.p99 / raw.p99)
    print("\(side.name): \(median)  = \(share) % of raw, 99th percentile \(tail) times raw's")
}
