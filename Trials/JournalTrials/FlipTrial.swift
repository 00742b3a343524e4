import Foundation
import Journal
import JournalSQLite
import Vault

/// A child of the flip trial: opens a folder as a service would, checks everything, and compares with what
/// was written.
struct Inspection {
    /// The child's exit code. Anything else, a signal too, is a failure of the trial.
    enum Verdict: Int32 {
        case harmless = 0
        case refusedAtOpening = 10
        case foundInRecords = 11
        case foundInEnclosures = 12
        case foundInStructure = 13
        case believed = 20
    }

    private let folder: String
    private let count: Int

    init(_ arguments: Arguments) throws {
        guard let folder = arguments.text("folder") else {
            throw TrialFailed(description: "inspect --folder F")
        }
        self.folder = folder
        self.count = arguments.number("records", 0)
    }

    func run() throws -> Verdict {
        let journal: any JournalKeeper
        let store: SQLiteStore
        do throws(JournalError) {
            store = try SQLiteStore.open(folder: folder, digest: SHA256.digest)
            journal = try store.journal(system: Trial.system)
        } catch {
            return .refusedAtOpening
        }
        var texts: [String] = []
        do throws(JournalError) {
            var check = ChainCheck(journal.chain)
            while case let page = try journal.read(after: check.position, limit: 100), !page.isEmpty {
                for record in page {
                    try check.check(record)
                    texts.append(Trial.text(record.body))
                }
            }
        } catch {
            return .foundInRecords
        }
        let expected = (0..<count).map { "flip-\($0)" }
        guard texts == expected else { return .believed }
        return try inspectEnclosures(expected, journal, store)
    }

    private func inspectEnclosures(
        _ expected: [String],
        _ journal: any JournalKeeper,
        _ store: SQLiteStore
    ) throws -> Verdict {
        let keyring = try Trial.keyring()
        var names: [String] = []
        do {
            var place: EnclosurePlace?
            while case let page = try journal.enclosures(after: place, limit: 100), let last = page.last {
                for enclosure in page {
                    let label = SealLabel(
                        system: Trial.system,
                        subject: enclosure.subject,
                        kind: enclosure.kind
                    )
                    names.append(
                        String(decoding: try keyring.open(enclosure.sealed, for: label), as: UTF8.self)
                    )
                }
                place = EnclosurePlace(subject: last.subject, kind: last.kind)
            }
        } catch {
            return .foundInEnclosures
        }
        do {
            try store.checkStructure()
        } catch {
            return .foundInStructure
        }
        return Set(names) == Set(expected.map { "name of \($0)" }) ? .harmless : .believed
    }
}

/// Flips one byte in the files of a store, again and again, each time in a fresh copy.
struct FlipTrial {
    /// The files of a store at one moment.
    private struct Image {
        let name: String
        var files: [(name: String, bytes: Data)]
    }

    private static let records = 400
    private let count: Int
    private let seed: UInt64
    /// Only the first so many bytes of each file are flipped: headers are small and would hardly be met by
    /// chance.
    private let within: Int

    init(_ arguments: Arguments) {
        count = arguments.number("count", 200)
        within = arguments.number("within", .max)
        seed = arguments.text("seed").flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
    }

    func run() throws {
        print("flip trial, \(count) flips, seed \(seed)")
        var random = SplitMix(state: seed)
        let root = try Trial.temporaryFolder()
        let images = try images(in: root)
        // Files in turn, so that the small mark is not passed over.
        let targets = images.indices.flatMap { image in images[image].files.indices.map { (image, $0) } }
        var tally: [String: Int] = [:]
        for number in 0..<count {
            let (index, file) = targets[number % targets.count]
            var image = images[index]
            let offset = Int.random(in: 0..<min(within, image.files[file].bytes.count), using: &random)
            let mask = UInt8.random(in: 1...255, using: &random)
            image.files[file].bytes[offset] ^= mask
            let folder = root + "/\(number)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for (name, bytes) in image.files { try bytes.write(to: URL(fileURLWithPath: folder + "/" + name)) }
            let place = "\(image.name), \(image.files[file].name)"
            let verdict = try inspect(folder)
            guard let verdict, verdict != .believed else {
                throw TrialFailed(
                    description: "\(place), byte \(offset) xor \(mask): "
                        + "\(verdict.map { "\($0)" } ?? "the process died"); see \(folder)"
                )
            }
            tally["\(place): \(verdict)", default: 0] += 1
            try FileManager.default.removeItem(atPath: folder)
        }
        for line in tally.sorted(by: { $0.key < $1.key }) { print("\(line.key) \(line.value)") }
        print("\(count) flips, every one detected or harmless")
        try FileManager.default.removeItem(atPath: root)
    }

    /// A store as a crash leaves it, half of the records in the database and half only in the log; and the
    /// same store closed.
    private func images(in root: String) throws -> [Image] {
        let folder = root + "/image"
        let store = try Trial.open(folder, room: 0)
        let journal = try store.journal(system: Trial.system)
        let keyring = try Trial.keyring()
        var last = Position.start
        for number in 0..<Self.records {
            last = try journal.append([try Trial.record("flip-\(number)", keyring)], after: last)
            if number == Self.records / 2 { try store.checkpoint() }
        }
        func image(_ name: String, _ files: [String]) throws -> Image {
            Image(
                name: name,
                files: try files.map { ($0, try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0))) }
            )
        }
        let crashed = try image("crashed", ["homeward.sqlite", "homeward.sqlite-wal", "homeward.mark"])
        try store.close()
        return [crashed, try image("closed", ["homeward.sqlite", "homeward.mark"])]
    }

    private func inspect(_ folder: String) throws -> Inspection.Verdict? {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: Trial.program)
        child.arguments = ["inspect", "--folder", folder, "--records", "\(Self.records)"]
        try child.run()
        child.waitUntilExit()
        guard child.terminationReason == .exit else { return nil }
        return Inspection.Verdict(rawValue: child.terminationStatus)
    }
}
