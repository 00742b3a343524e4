import Journal
import Testing
import Vault

@Suite struct HashChainTests {
    private let chain = HashChain(system: "warwick", digest: SHA256.digest)

    private func records(_ bodies: [String]) -> [Record] {
        var previous = chain.first
        return bodies.enumerated().map { index, text in
            let position = Position(UInt64(index) + 1)
            previous = chain.hash(previous: previous, position: position, body: Array(text.utf8))
            return Record(position: position, hash: previous, body: Array(text.utf8))
        }
    }

    private func check(_ records: [Record]) throws(JournalError) {
        var check = ChainCheck(chain)
        for record in records { try check.check(record) }
    }

    @Test("the chain of a system stays what it was in the first release")
    func golden() {
        // printf '%064d%016d' 0 0 | xxd -r -p; printf warwick, through sha256sum; then hash, position, body
        // likewise.
        #expect(
            hexadecimal(chain.first) == "0df1c40c4626292fa0e6f535a3c041502f8db081800d405ed611f1ec571df559"
        )
        #expect(
            hexadecimal(records(["{}"])[0].hash)
                == "a0325244d2d821f043e89a18a0e8155fef8c7455e553b018f01019420887a2cd"
        )
    }

    @Test("an altered body or hash, a gap, a repeat and an exchange are each found where they are")
    func faults() throws {
        let good = records(["a", "b", "c", "d"])
        #expect(throws: Never.self) { try check(good) }
        let faults: [(Int, [Record])] = [
            (2, replacing(good, 1, Record(position: Position(2), hash: good[1].hash, body: [0]))),
            (3, replacing(good, 2, Record(position: Position(3), hash: good[1].hash, body: good[2].body))),
            (3, [good[0], good[1], good[3]]),
            (3, [good[0], good[1], good[1], good[2]]),
            (2, [good[0], good[2], good[1], good[3]]),
            (1, Array(good.dropFirst())),
        ]
        for (place, records) in faults {
            let error = try #require(throws: JournalError.self) { try check(records) }
            guard case .damaged(let position, _) = error else {
                Issue.record("expected damage, got \(error)")
                continue
            }
            #expect(position == Position(UInt64(place)))
        }
    }

    @Test("a check may begin behind a record whose hash is known")
    func fromTheMiddle() throws {
        let good = records(["a", "b", "c"])
        var check = ChainCheck(chain, after: Position(2), hash: good[1].hash)
        try check.check(good[2])
        #expect(check.hash == good[2].hash)
        var wrong = ChainCheck(chain, after: Position(2), hash: good[0].hash)
        #expect(throws: JournalError.self) { try wrong.check(good[2]) }
    }

    private func replacing(_ records: [Record], _ index: Int, _ record: Record) -> [Record] {
        var copy = records
        copy[index] = record
        return copy
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
