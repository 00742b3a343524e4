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

    @Test("an address is a host and a port, in brackets where it has colons")
    func addresses() throws {
        #expect(try Address.parse("[::1]:8080").host == "::1")
        #expect(try Address.parse("localhost:0").host == "127.0.0.1")
        for text in ["127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", ""] {
            #expect(throws: (any Error).self) { try Address.parse(text) }
        }
    }
}
