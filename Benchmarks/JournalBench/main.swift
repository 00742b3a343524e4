// Durable commands a second at the journal: ours beside a bare append and fdatasync.
//
//     JournalBench [--submitters 64] [--bytes 1500] [--slices 60] [--milliseconds 100] [--folder .] [--only NAME]
//         [--postgres FOLDER:PORT:USER]
//
// All sides are driven alike, as the broker drives its journal: submitters wait for their answer and submit the next
// command at once, a serial queue commits whatever gathered during the last sync. The sides take turns in short slices, since
// a virtual disk has spells in which every sync takes twenty times as long, and a side must not meet them alone.

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
let slices = option("slices", 60)
let milliseconds = option("milliseconds", 100)
let folderIndex = CommandLine.arguments.firstIndex(of: "--folder")
let root = folderIndex.map { CommandLine.arguments[$0 + 1] } ?? FileManager.default.currentDirectoryPath

/// One side of the comparison.
struct Side {
    let name: String
    let make: (String) throws -> any Appender
}

let postgresIndex = CommandLine.arguments.firstIndex(of: "--postgres")
let postgres = postgresIndex.map { CommandLine.arguments[$0 + 1] }
let all =
    [
        Side(name: "raw append + fdatasync") { try RawAppender(path: $0 + "/raw") },
        Side(name: "raw, hash chain too") { try RawAppender(path: $0 + "/chained", isChained: true) },
        Side(name: "journal on SQLite") { try JournalAppender(folder: $0) },
    ]
    + (postgres.map { place in [Side(name: "PostgreSQL, multi-row insert") { _ in try PostgresAppender(place: place) }]
    } ?? [])
let onlyIndex = CommandLine.arguments.firstIndex(of: "--only")
let sides = all.filter { side in onlyIndex.map { side.name.contains(CommandLine.arguments[$0 + 1]) } ?? true }

let folder = root + "/journal-bench-\(getpid())"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(atPath: folder) }
let runs = try sides.map { side in
    try Run(appender: side.make(folder), submitters: submitters, bytes: bytes)
}
// One slice each to warm up: files, caches, the room of the log.
for run in runs { try run.measure(milliseconds: 10 * milliseconds) }
for run in runs { run.forget() }
for _ in 0..<slices {
    for run in runs { try run.measure(milliseconds: milliseconds) }
}
print("\(slices) slices of \(milliseconds) ms a side, \(submitters) submitters, \(bytes) bytes a command")
let raw = runs[0].figures
for (side, run) in zip(sides, runs) {
    let figures = run.figures
    let share = 100 * figures.perSecond / raw.perSecond
    let pairs = zip(run.slices, runs[0].slices).map { 100 * $0 / $1 }.sorted()
    print("\(side.name): \(figures)")
    print(
        String(
            format: "    %.0f %% of raw (median of the slices %.0f %%), 99th percentile %.1f times raw's",
            share,
            pairs[pairs.count / 2],
            figures.p99 / raw.p99
        )
    )
}

// What a poll and a start cost.
if let appender = runs.compactMap({ $0.appender as? JournalAppender }).first {
    let clock = ContinuousClock()
    let polls = 10_000
    let polling = try clock.measure { for _ in 0..<polls { _ = try appender.journal.lastPosition() } }
    print("lastPosition: \(polling / polls)")
    var proved = Position.start
    let proving = try clock.measure { proved = try appender.journal.verify().position }
    print("read and proved from the start: \(proved) records in \(proving)")
}
