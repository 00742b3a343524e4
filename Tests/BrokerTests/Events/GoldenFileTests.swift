import Brokerage
import Foundation
import Testing

@testable import Broker

/// Journals are kept for years: what version 1 wrote is read for ever, and to the same entries.
@Suite("The golden file of version 1")
struct GoldenFileTests {
    static func lines() throws -> [[UInt8]] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "golden-v1.jsonl"
        )
        return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map(Array.init)
    }

    @Test("each line reads to the entry it was written from")
    func reading() throws {
        let lines = try Self.lines()
        let entries = Golden.entries
        try #require(lines.count == entries.count)
        for (index, (line, entry)) in zip(lines, entries).enumerated() {
            #expect(try RecordCodec.decode(line) == entry, "line \(index + 1)")
        }
    }

    @Test("each entry is written as its line, byte for byte, unless an older program wrote it with fewer members")
    func writing() throws {
        let lines = try Self.lines()
        #expect(Golden.writtenOtherwise.count == 1)
        for (index, (line, entry)) in zip(lines, Golden.entries).enumerated()
        where !Golden.writtenOtherwise.contains(index) {
            let written = String(decoding: RecordCodec.encode(entry), as: UTF8.self)
            #expect(written == String(decoding: line, as: UTF8.self), "line \(index + 1)")
        }
    }

    @Test("every event has a line")
    func complete() throws {
        let names = try Self.lines().compactMap { line -> String? in
            let record = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            return (record?["events"] as? [[String: Any]])?.first?["e"] as? String
        }
        #expect(Set(names) == Set(EventName.allCases.map(\.rawValue)))
    }
}
