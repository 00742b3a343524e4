import Brokerage
import Foundation
import Testing

@testable import Broker

/// Journals are kept for years: what a version wrote is read for ever, and to the same entries.
@Suite("The golden files of the versions")
struct GoldenFileTests {
    static let versions = 1...RecordCodec.newest

    static func lines(_ version: Int) throws -> [[UInt8]] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "golden-v\(version).jsonl"
        )
        return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map(Array.init)
    }

    @Test("each line reads to the entry it was written from", arguments: versions)
    func reading(version: Int) throws {
        let lines = try Self.lines(version)
        let entries = Golden.entries(of: version)
        try #require(lines.count == entries.count)
        for (index, (line, entry)) in zip(lines, entries).enumerated() {
            #expect(try RecordCodec.decode(line) == entry, "line \(index + 1)")
        }
    }

    @Test("the newest program writes each entry as its line, byte for byte")
    func writing() throws {
        let lines = try Self.lines(RecordCodec.newest)
        for (index, (line, entry)) in zip(lines, Golden.entries(of: RecordCodec.newest)).enumerated() {
            let written = String(decoding: RecordCodec.encode(entry), as: UTF8.self)
            #expect(written == String(decoding: line, as: UTF8.self), "line \(index + 1)")
        }
    }

    @Test("every event has a line", arguments: versions)
    func complete(version: Int) throws {
        let names = try Self.lines(version).flatMap { line -> [String] in
            let record = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            return (record?["events"] as? [[String: Any]] ?? []).compactMap { $0["e"] as? String }
        }
        #expect(Set(names) == Set(EventName.allCases.map(\.rawValue)))
    }

    @Test("of a record in which an offer leaves out what its referral says, version 1 knew nothing")
    func leftOut() throws {
        let line = try #require(try Self.lines(2).dropFirst(61).first)
        let text = String(decoding: line, as: UTF8.self)
        #expect(throws: Never.self) { try RecordCodec.decode(Array(text.utf8)) }
        let older = text.replacingOccurrences(of: #"{"v":2,"#, with: #"{"v":1,"#)
        #expect(throws: CodecError.self) { try RecordCodec.decode(Array(older.utf8)) }
    }
}
