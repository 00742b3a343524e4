import Brokerage
import Dispatch
import Foundation
import Testing

@testable import homeward

/// What the commands make of files, folders and names.
@Suite("The command line")
struct CommandLineTests {
    /// A folder of its own, gone afterwards.
    private static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("homeward-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    @Test("the example of a configuration is one, and a service that would listen nowhere is refused with the place")
    func configuration() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        _ = try Configuration(file: root.appendingPathComponent("config/homeward.json").path)
        try Self.withFolder { folder in
            let file = "\(folder)/homeward.json"
            try Data(#"{"listen":[]}"#.utf8).write(to: URL(fileURLWithPath: file))
            #expect(throws: Failure.self) { try Configuration(file: file) }
            do {
                _ = try Configuration(file: file)
            } catch {
                #expect("\(error)".contains("/listen"), "\(error)")
            }
        }
    }

    @Test(
        "of the policy a file says what it names; what it does not name is as it was, and a file without one says nothing"
    )
    func policy() throws {
        try Self.withFolder { folder in
            let file = "\(folder)/homeward.json"
            func read(_ text: String) throws -> Configuration {
                try Data(text.utf8).write(to: URL(fileURLWithPath: file))
                return try Configuration(file: file)
            }
            var known = Policy()
            known.standardVisit = 45
            known.spot.budgetPence = 100
            #expect(try read("{}").policy(over: known) == nil)
            let said = try read(#"{"policy":{"answerMinutes":61,"spot":{"ceilingPence":3000}}}"#).policy(over: known)
            var expected = known
            expected.answerMinutes = 61
            expected.spot.ceilingPence = 3_000
            #expect(said == expected)
            #expect(throws: Failure.self) { try read(#"{"policy":{"answerMinuts":61}}"#) }
            #expect(throws: Failure.self) {
                try read(#"{"server":{"maxBufferedBytesPerLane":1048576,"limits":{"maxBodyBytes":2097152}}}"#)
            }
            #expect(throws: Failure.self) { try read(#"{"policy":{"objective":{"split":5}}}"#) }
        }
    }

    @Test("an empty folder begins with the system that is named; in any other a name that is not there makes none")
    func systems() throws {
        for first in [nil, "warwick"] as [String?] {
            try Self.withFolder { folder in
                let data = try DataFolder("\(folder)/data")
                let systems = try Systems(data, Configuration(), first: first)
                #expect(try data.store.systems() == [first ?? "default"])
                #expect(throws: Failure.self) { try Systems(data, Configuration(), first: "mistyped") }
                #expect(try data.store.systems() == [first ?? "default"])
                // It closes the store behind what it still has to do.
                let closed = DispatchSemaphore(value: 0)
                systems.close { closed.signal() }
                closed.wait()
            }
        }
    }

    @Test("a start that cannot succeed makes neither a store nor a key")
    func failedStart() throws {
        try Self.withFolder { folder in
            let busy = try Busy()
            for arguments in [
                ["--system", "Bad Name", "--listen", "127.0.0.1:0"], ["--listen", ":8080"],
                ["--listen", "nowhere:8080"],
                ["--listen", "127.0.0.1:\(busy.port)"],
                ["--listen", "127.0.0.1:0", "--tls-certificate", "/nowhere", "--tls-key", "/nowhere"],
            ] {
                let serve = try Serve.parse(["--data", "\(folder)/data"] + arguments)
                #expect(throws: (any Error).self) { try serve.run() }
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/data"), "\(arguments)")
            }
        }
    }

    /// A port on which somebody listens.
    private final class Busy {
        let port: UInt16
        private let descriptor: Int32

        init() throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let (descriptor, size) = (descriptor, length)
            let isBound = withUnsafeMutablePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, size) == 0 && listen(descriptor, 1) == 0
                        && getsockname(descriptor, $0, &length) == 0
                }
            }
            port = UInt16(bigEndian: name.sin_port)
            try #require(isBound)
        }

        deinit { close(descriptor) }
    }

    @Test("a vault's key beside no database, or beside an empty file, is not the beginning of a new store")
    func keyWithoutJournal() throws {
        try Self.withFolder { folder in
            try Data("1:".utf8).write(to: URL(fileURLWithPath: "\(folder)/vault.key"))
            #expect(throws: Failure.self) { try DataFolder(folder) }
            try Data().write(to: URL(fileURLWithPath: "\(folder)/homeward.sqlite"))
            #expect(throws: Failure.self) { try DataFolder(folder) }
        }
    }

    @Test("a list of who was forgotten ends with how many there are; one that was cut short is refused")
    func forgottenList() throws {
        try Self.withFolder { folder in
            let (one, other) = ("default 000000010000000000000000000000aa", "default c7")
            func read(_ text: String) throws -> [String] {
                let file = "\(folder)/list"
                try Data(text.utf8).write(to: URL(fileURLWithPath: file))
                return try Forgotten.list(from: file).map(\.subject)
            }
            let nobody = try read("# 0 forgotten\n")
            #expect(nobody.isEmpty)
            #expect(try read("\(one)\n\(other)\n# 2 forgotten\n").count == 2)
            #expect(try read("\(one)\r\n# 1 forgotten\r\n").count == 1)
            for text in [
                "", "\n", "\(one)\n", "\(one)\n# 2 forgotten\n", "\(one)\n\(other)\n# 1 forgotten\n",
                "\(one)\n# 1 forgo",
                "\(one)\n# 1 forgotten\n\(other)\n# 1 forgotten\n", "\(one)\n# 1 forgotten\n\(other)\n",
            ] {
                #expect(throws: Failure.self, "\(text)") { try read(text) }
            }
        }
    }

    @Test("an address is a host and a port, in brackets where it has colons")
    func addresses() throws {
        #expect(try Address.parse("[::1]:8080").host == "::1")
        #expect(try Address.parse("localhost:0").host == "127.0.0.1")
        for text in ["127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", ""] {
            #expect(throws: (any Error).self) { try Address.parse(text) }
        }
    }
}
