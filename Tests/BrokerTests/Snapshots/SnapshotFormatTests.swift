import Foundation
import Testing
import Vault

@testable import Broker
@testable import Brokerage

/// Snapshots are read by the program that comes next. Its `State.snapshotFormat` must differ once it would write other
/// bytes for the same history: a field more, another order, or an event that has another effect.
@Suite("The format of snapshots")
struct SnapshotFormatTests {
    /// The format, and the hash of what it makes of `history.jsonl` (five days of a small county).
    static let known = (format: UInt32(6), digest: "b851b0f63fa3ea8702fb564b38a134260d26f569d29136a7c64a26530eda1e98")

    @Test("has another number once the same history gives other bytes")
    func format() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("history.jsonl")
        var state = State(today: Day(number: 0))
        for line in try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")) {
            let entry = try RecordCodec.decode(Array(line))
            for event in entry.events { state.apply(event, at: entry.at) }
        }
        #expect(state.packages.count > 10 && state.recount().isEmpty)
        let digest = SHA256.digest(state.snapshot()).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            .joined()
        #expect(
            digest == Self.known.digest && State.snapshotFormat == Self.known.format,
            "raise State.snapshotFormat if it is still \(Self.known.format), and note it here with \(digest)"
        )
    }
}
