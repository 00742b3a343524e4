import Foundation
import Journal
import JournalSQLite
import Synchronization
import Vault

/// A child of the crash trial: appends for ever, beside another writer, and prints each record once it was
/// acknowledged.
struct Writer {
    private let folder: String
    private let name: String

    init(_ arguments: Arguments) throws {
        guard let folder = arguments.text("folder"), let name = arguments.text("name") else {
            throw TrialFailed(description: "write --folder F --name N")
        }
        self.folder = folder
        self.name = name
    }

    func run() throws {
        let store = try Trial.open(folder)
        let journal = try store.journal(system: Trial.system)
        let keyring = try Trial.keyring()
        var last = try journal.lastPosition()
        for number in 0... {
            let texts = (0...number % 4).map { "\(name)-\(number)-\($0)" }
            let records = try texts.map { try Trial.record($0, keyring) }
            while true {
                do throws(JournalError) {
                    let before = last
                    last = try journal.append(records, after: before)
                    acknowledge(texts, after: before)
                    break
                } catch {
                    guard case .conflict(let end) = error else { throw error }
                    last = end
                }
            }
        }
    }

    /// One write to the pipe, so that a kill leaves whole lines.
    private func acknowledge(_ texts: [String], after position: Position) {
        var lines = ""
        for (index, text) in texts.enumerated() { lines += "\(position.advanced(by: index + 1)) \(text)\n" }
        let bytes = Array(lines.utf8)
        _ = Foundation.write(1, bytes, bytes.count)
    }
}

/// Kills writers at random moments and looks whether everything they acknowledged is there.
struct CrashTrial {
    private let rounds: Int
    private let seed: UInt64

    init(_ arguments: Arguments) {
        rounds = arguments.number("rounds", 20)
        seed = arguments.text("seed").flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
    }

    func run() throws {
        print("crash trial, \(rounds) rounds, seed \(seed)")
        var random = SplitMix(state: seed)
        let folder = try Trial.temporaryFolder()
        var check: ChainCheck?
        var acknowledged = 0
        for round in 1...rounds {
            let said = try kill(round, in: folder, &random)
            check = try compare(said, from: check, in: folder, round)
            acknowledged += said.count
        }
        print(
            "\(acknowledged) acknowledged records, none lost; the journal ends at \(check?.position ?? .start)"
        )
        try FileManager.default.removeItem(atPath: folder)
    }

    /// - Returns: what both writers acknowledged before they were killed.
    private func kill(_ round: Int, in folder: String, _ random: inout SplitMix) throws -> [String: UInt64] {
        let said = Mutex<[String: UInt64]>([:])
        let readers = DispatchGroup()
        var writers: [Process] = []
        let hasBegun = DispatchSemaphore(value: 0)
        for name in ["a", "b"] {
            let writer = Process()
            let output = Pipe()
            writer.executableURL = URL(fileURLWithPath: Trial.program)
            writer.arguments = ["write", "--folder", folder, "--name", "\(name)\(round)"]
            writer.standardOutput = output
            try writer.run()
            writers.append(writer)
            let lines = output.fileHandleForReading
            DispatchQueue(label: "reader.\(name)").async(group: readers) {
                var bytes = Data()
                while case let more = lines.availableData, !more.isEmpty {
                    if bytes.isEmpty { hasBegun.signal() }
                    bytes += more
                }
                // A writer that died at once would keep us waiting; the comparison tells what became of it.
                if bytes.isEmpty { hasBegun.signal() }
                let words = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
                    $0.split(separator: " ")
                }
                said.withLock { said in
                    for pair in words where pair.count == 2 { said[String(pair[1])] = UInt64(pair[0]) }
                }
            }
        }
        hasBegun.wait()
        for writer in writers {
            usleep(UInt32.random(in: 0...60_000, using: &random))
            Foundation.kill(writer.processIdentifier, SIGKILL)
        }
        for writer in writers { writer.waitUntilExit() }
        readers.wait()
        let result = said.withLock { $0 }
        guard !result.isEmpty else {
            throw TrialFailed(description: "round \(round): no writer acknowledged anything")
        }
        return result
    }

    private func compare(
        _ said: [String: UInt64],
        from check: ChainCheck?,
        in folder: String,
        _ round: Int
    ) throws -> ChainCheck {
        let store = try Trial.open(folder)
        let journal = try store.journal(system: Trial.system)
        let keyring = try Trial.keyring()
        var check = check ?? ChainCheck(journal.chain)
        var found: [String: UInt64] = [:]
        while case let page = try journal.read(after: check.position, limit: 1_000), !page.isEmpty {
            for record in page {
                try check.check(record)
                let text = Trial.text(record.body)
                guard found.updateValue(record.position.value, forKey: text) == nil else {
                    throw TrialFailed(description: "round \(round), \(folder): \(text) stands there twice")
                }
                // Record and enclosure are one transaction, acknowledged or not.
                let sealed = try journal.enclosure(subject: text, kind: "identity")
                guard let sealed,
                    try keyring.open(sealed, for: Trial.label(text)) == Array("name of \(text)".utf8)
                else {
                    throw TrialFailed(
                        description: "round \(round), \(folder): the enclosure of \(text) is missing"
                    )
                }
            }
        }
        for (text, position) in said where found[text] != position {
            throw TrialFailed(
                description: "round \(round), \(folder): \(text) was acknowledged at \(position), "
                    + "found at \(found[text].map(String.init) ?? "no place")"
            )
        }
        try store.close()
        return check
    }
}
