import Foundation
import Journal
import JournalSQLite
import Vault

/// A command and its options.
struct Arguments {
    let command: String
    private let words: [String]

    init(_ words: [String]) {
        command = words.first ?? ""
        self.words = words
    }

    func text(_ name: String) -> String? {
        guard let index = words.firstIndex(of: "--" + name), index + 1 < words.count else { return nil }
        return words[index + 1]
    }

    func number(_ name: String, _ fallback: Int) -> Int {
        text(name).flatMap { Int($0) } ?? fallback
    }
}

/// What did not hold.
struct TrialFailed: Error, CustomStringConvertible {
    let description: String
}

/// SplitMix64, so that a printed seed repeats a run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// What all trials share: one system, one key, and how a record and its enclosure are made from a text.
enum Trial {
    static let system = "trial"
    static let program = CommandLine.arguments[0]

    static func keyring() throws -> Keyring {
        try Keyring([VaultSecret(id: 1, bytes: Array(repeating: 7, count: 32))])
    }

    static func open(_ folder: String, room: Int = 4 << 20) throws -> SQLiteStore {
        var options = SQLiteOptions()
        options.roomBytes = room
        options.checkpointBytes = 1 << 20
        return try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: options)
    }

    static func label(_ subject: String) -> SealLabel {
        SealLabel(system: system, subject: subject, kind: "identity")
    }

    static func record(_ text: String, _ keyring: Keyring) throws -> NewRecord {
        let sealed = try keyring.seal(Array("name of \(text)".utf8), for: label(text))
        return NewRecord(
            body: Array(text.utf8)
                + Array(
                    repeating: UInt8(ascii: "."),
                    count: text.utf8.reduce(7) { $0 &* 31 &+ Int($1) } & 0xFFF
                ),
            enclosures: [Enclosure(subject: text, kind: "identity", sealed: sealed)]
        )
    }

    /// The text that a record was made from.
    static func text(_ body: [UInt8]) -> String {
        String(decoding: body.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self)
    }

    static func temporaryFolder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("homeward-trial-\(UUID())")
            .path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }
}
