import Foundation
import Testing

/// The rules of the house that a compiler does not hold. SwiftPM builds an undeclared import once the other module is
/// built, so the table of docs/ARCHITECTURE.md is held here.
@Suite("The house is tidy")
struct TidyTests {
    /// What each target may import besides the standard library (`Synchronization` is part of it).
    static let allowed: [String: Set<String>] = [
        "HTTPWire": [],
        "HTTPServer": ["HTTPWire", "Dispatch", "Glibc", "CLinux", "COpenSSL", "CZlib"],
        "JSON": [],
        "Allocation": [],
        "Brokerage": ["Allocation", "HashTreeCollections"],
        "Journal": [],
        "JournalSQLite": ["Journal", "GRDB", "GRDBSQLite", "Dispatch", "Glibc"],
        "Vault": ["COpenSSL", "Glibc"],
        "Broker": ["Brokerage", "Journal", "Vault", "JSON", "Dispatch"],
        "API": ["HTTPWire", "JSON", "Broker", "Brokerage"],
        "Simulation": ["Broker", "Brokerage", "Journal", "Vault"],
        "homeward": [
            "API", "Allocation", "ArgumentParser", "Broker", "Brokerage", "COpenSSL", "Dispatch", "Glibc", "HTTPServer",
            "HTTPWire",
            "JSON", "Journal", "JournalSQLite", "Simulation", "Vault",
        ],
    ]

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func swiftFiles(_ folder: String) throws -> [URL] {
        let base = root.appending(path: folder)
        let all = try #require(FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil))
        return all.compactMap { $0 as? URL }.filter {
            $0.pathExtension == "swift" && !$0.pathComponents.contains(".build")
        }
    }

    static func lines(_ file: URL) throws -> [Substring] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    }

    static func modules(imported line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
            words[..<at].allSatisfy({ $0.hasPrefix("@") || $0 == "public" || $0 == "internal" || $0 == "private" })
        else { return nil }
        return words[at + 1].split(separator: ".").first.map(String.init)
    }

    @Test("each target imports what the table allows and nothing else", arguments: allowed.keys.sorted())
    func imports(target: String) throws {
        let files = try Self.swiftFiles("Sources/\(target)")
        #expect(!files.isEmpty)
        for file in files {
            for line in try Self.lines(file) {
                guard let module = Self.modules(imported: line), module != "Synchronization" else { continue }
                #expect(Self.allowed[target]?.contains(module) == true, "\(file.lastPathComponent) imports \(module)")
            }
        }
    }

    @Test("every folder of Sources has its row in the table or holds no Swift")
    func everyTarget() throws {
        let base = Self.root.appending(path: "Sources")
        for name in try FileManager.default.contentsOfDirectory(atPath: base.path) where Self.allowed[name] == nil {
            #expect(try Self.swiftFiles("Sources/\(name)").isEmpty, "Sources/\(name) has no row")
        }
    }

    @Test("an import is recognised in each of its spellings")
    func spellings() {
        #expect(Self.modules(imported: "import Glibc") == "Glibc")
        #expect(Self.modules(imported: "@testable import Broker") == "Broker")
        #expect(Self.modules(imported: "internal import GRDB") == "GRDB")
        #expect(Self.modules(imported: "import struct Foundation.URL") != nil)
        #expect(Self.modules(imported: "// we import nothing") == nil)
    }

    @Test("no file is longer than 500 lines, no name says Manager, Helper or Util")
    func files() throws {
        for folder in ["Sources", "Tests"] {
            for file in try Self.swiftFiles(folder) {
                #expect(try Self.lines(file).count <= 501, "\(file.lastPathComponent)")
                for word in ["Manager", "Helper", "Util", "Impl"] {
                    #expect(!file.lastPathComponent.contains(word), "\(file.lastPathComponent)")
                }
            }
        }
    }

    @Test("what is unchecked says why it is sound")
    func unchecked() throws {
        for file in try Self.swiftFiles("Sources") {
            let lines = try Self.lines(file)
            for (index, line) in lines.enumerated()
            where (line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)"))
                && !line.trimmingCharacters(in: .whitespaces).hasPrefix("//")
            {
                let above = lines[max(0, index - 6)..<index].filter { $0.contains("//") }
                #expect(!above.isEmpty, "\(file.lastPathComponent):\(index + 1)")
            }
        }
    }

    @Test("the brokerage and the allocator use no floating point, and neither sees a clock")
    func integersOnly() throws {
        for folder in ["Sources/Brokerage", "Sources/Allocation/Choice"] {
            for file in try Self.swiftFiles(folder) {
                for line in try Self.lines(file) where !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") {
                    for word in ["Double", "Float", "Date()", "clock_gettime", ".random("] {
                        #expect(!line.contains(word), "\(file.lastPathComponent): \(word)")
                    }
                }
            }
        }
    }

    @Test("no test sleeps")
    func sleeps() throws {
        let words = ["usleep" + "(", "Thread" + ".sleep", "Task" + ".sleep", " sleep" + "("]
        for file in try Self.swiftFiles("Tests") {
            for line in try Self.lines(file) {
                for word in words { #expect(!line.contains(word), "\(file.lastPathComponent): \(word)") }
            }
        }
    }
}
