import Brokerage
import Foundation
import Testing

@testable import Broker

@Suite("Records of the journal")
struct RecordCodecTests {
    /// Three that never change, and one that nobody has seen before.
    static let seeds: [UInt64] = [1, 2, 3, UInt64.random(in: 0 ... .max)]

    @Test("an entry with any events comes back as it was", arguments: seeds)
    func roundTrip(seed: UInt64) throws {
        print("seed \(seed)")
        var maker = EventMaker(seed: seed)
        for name in EventName.allCases {
            for _ in 0..<40 {
                let entry = maker.entry([name])
                #expect(try RecordCodec.decode(RecordCodec.encode(entry)) == entry, "seed \(seed), \(name)")
            }
        }
        let long = maker.entry(EventName.allCases + EventName.allCases)
        #expect(try RecordCodec.decode(RecordCodec.encode(long)) == long)
        let empty = maker.entry([])
        #expect(try RecordCodec.decode(RecordCodec.encode(empty)) == empty)
    }

    @Test("Foundation reads a record as the JSON that its description promises", arguments: seeds)
    func foundation(seed: UInt64) throws {
        print("seed \(seed)")
        var maker = EventMaker(seed: seed)
        for _ in 0..<20 {
            let entry = maker.entry(EventName.allCases)
            let bytes = RecordCodec.encode(entry)
            #expect(!bytes.contains(UInt8(ascii: "\n")))
            let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
            #expect(Set(object.keys) == ["v", "at", "command", "by", "events"])
            #expect(object["v"] as? Int == RecordCodec.newest)
            #expect(object["at"] as? String == entry.at.description)
            #expect(object["command"] as? String == entry.command.description)
            let by = try #require(object["by"] as? [String: Any])
            #expect(by["key"] as? String == entry.by.key?.description)
            #expect(by["key"] is NSNull == (entry.by.key == nil))
            #expect(by["role"] as? String == entry.by.role.rawValue)
            #expect(by["organisation"] as? String == entry.by.organisation.description)
            let events = try #require(object["events"] as? [[String: Any]])
            #expect(events.map { $0["e"] as? String } == EventName.allCases.map(\.rawValue))
        }
    }

    @Test("a block is readable JSON, with what is absent left out")
    func readable() throws {
        var weekly = WeeklyPattern()
        for day in [Weekday.mon, .wed] {
            weekly[day, .tea] = WeeklyPattern.Cell(minutes: 120, carers: 2)
        }
        let block = Block(
            id: BlockID(number: 7),
            zone: try #require(Slug("leam")),
            from: Day(number: 20_822),
            until: Day(number: 20_912),
            ratePence: 2500,
            funding: .`self`,
            skills: [],
            weekly: weekly,
            leadFirstUntil: Instant(seconds: 1_799_055_000)
        )
        let actor = Actor(key: nil, role: .commissioner, organisation: try #require(Slug("council")))
        let entry = JournalEntry(
            at: Instant(seconds: 1_799_055_000),
            command: CommandID(high: 1, low: 0xABC),
            by: actor,
            events: [.blockBought(block)]
        )
        let expected = """
            {"v":2,"at":"2027-01-04T09:30:00Z","command":"00000000000000010000000000000abc",\
            "by":{"key":null,"role":"commissioner","organisation":"council"},"events":[{"e":"blockBought",\
            "block":{"id":"b7","zone":"leam","from":"2027-01-04","until":"2027-04-04","ratePence":2500,\
            "funding":"self","skills":[],"weekly":[{"band":"tea","days":"mon wed","minutes":120,"carers":2}],\
            "leadFirstUntil":"2027-01-04T09:30:00Z"}}]}
            """
        #expect(String(decoding: RecordCodec.encode(entry), as: UTF8.self) == expected)
    }

    @Test("a policy that names only some figures has the defaults for the rest")
    func policyDefaults() throws {
        var policy = Policy()
        policy.answerMinutes = 45
        policy.hoursToPlace.urgent = 3
        let bytes = record(
            #"{"e":"policyAdopted","policy":{"bands":{"tea":"15:00"},"hoursToPlace":{"urgent":3},"answerMinutes":45}}"#
        )
        #expect(try RecordCodec.decode(bytes).events == [.policyAdopted(policy)])
    }

    @Test("a command's identifier is 32 lower-case hexadecimal digits and nothing else")
    func commandID() {
        let id = CommandID(high: 0x0123_4567_89AB_CDEF, low: 0xF)
        #expect(id.description == "0123456789abcdef000000000000000f")
        #expect(CommandID(id.description) == id)
        for wrong in [
            "", "0123", id.description.uppercased(), id.description + "0", "+" + id.description.dropFirst(),
        ] {
            #expect(CommandID(wrong) == nil)
        }
    }

    @Test("wherever bytes of a record are changed, reading gives an error or an entry", arguments: seeds)
    func flips(seed: UInt64) {
        print("seed \(seed)")
        var maker = EventMaker(seed: seed)
        var refused = 0
        for name in EventName.allCases {
            let good = RecordCodec.encode(maker.entry([name, name]))
            for _ in 0..<300 {
                var bytes = good
                for _ in 0..<maker.whole(1...3) {
                    let index = maker.whole(0...bytes.count - 1)
                    switch maker.whole(0...3) {
                    case 0: bytes[index] ^= 1 << UInt8(maker.whole(0...7))
                    case 1: bytes[index] = UInt8(maker.whole(0...255))
                    case 2: bytes.insert(bytes[maker.whole(0...bytes.count - 1)], at: index)
                    default: bytes.removeSubrange(index..<min(index + maker.whole(1...8), bytes.count - 1))
                    }
                }
                do throws(CodecError) {
                    let entry = try RecordCodec.decode(bytes)
                    let again = RecordCodec.encode(entry)
                    #expect(throws: Never.self, "seed \(seed)") { try RecordCodec.decode(again) }
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > 1000)
    }

    @Test("a record that was cut off is refused")
    func truncated() {
        var maker = EventMaker(seed: 5)
        let bytes = RecordCodec.encode(maker.entry([.referralReceived, .offerSent]))
        for count in 0..<bytes.count {
            #expect(throws: CodecError.self) { try RecordCodec.decode(Array(bytes[..<count])) }
        }
    }

    /// A record of one event, given as JSON.
    private func record(_ event: String, version: Int = RecordCodec.newest) -> [UInt8] {
        Array(
            """
            {"v":\(version),"at":"2027-01-04T09:30:00Z","command":"00000000000000010000000000000abc",\
            "by":{"key":"k1","role":"broker","organisation":"hub"},"events":[\(event)]}
            """.utf8
        )
    }
}

extension RecordCodecTests {
    /// A record, and what must be said about it.
    struct Wrong: Sendable {
        let event: String
        let place: String
        let detail: String

        init(_ event: String, _ place: String, _ detail: String) {
            self.event = event
            self.place = place
            self.detail = detail
        }
    }

    @Test(
        "what is not as it is written is refused, with the place and what was expected, without the value",
        arguments: [
            Wrong(
                #"{"e":"keyRevoked","key":"k1","by":"x9"}"#,
                "/events/0",
                "expected no further member, or another order"
            ),
            Wrong(
                #"{"e":"keyRevoked","key":"k1","key":"k2"}"#,
                "/events/0",
                "expected no further member, or another order"
            ),
            Wrong(#"{"key":"k1","e":"keyRevoked"}"#, "/events/0", #"expected the member "e" next"#),
            Wrong(#"{"e":"keyRevoked"}"#, "/events/0", #"expected the member "key" next"#),
            Wrong(
                #"{"e":"x9"}"#,
                "/events/0/e",
                "expected the name of an event that this program knows; a newer homeward may know it"
            ),
            Wrong(#"{"e":"keyRevoked","key":"x9"}"#, "/events/0/key", "expected an identifier such as k12"),
            Wrong(#"{"e":"keyRevoked","key":"k0"}"#, "/events/0/key", "expected an identifier such as k12"),
            Wrong(
                #"{"e":"keyRevoked","key":"k9999999999"}"#,
                "/events/0/key",
                "expected an identifier such as k12"
            ),
            Wrong(
                #"{"e":"dayBegan","day":"2027-02-29"}"#,
                "/events/0/day",
                "expected a date such as 2027-01-04"
            ),
            Wrong(
                #"{"e":"triesDeferred","zones":[{"zone":"leam","tried":1},{"zone":"X9","tried":1}]}"#,
                "/events/0/zones/1/zone",
                "expected 1 to 64 lower-case letters, digits and -"
            ),
            Wrong(
                #"{"e":"claimReduced","claim":"c1","term":{"from":"2027-01-04","weekly":["#
                    + #"{"band":"tea","days":"mon","minutes":1,"carers":256}]}}"#,
                "/events/0/term/weekly/0",
                "expected 0 to 255 carers"
            ),
            Wrong(
                #"{"e":"policyAdopted","policy":{"bands":{"tea":"10:00"}}}"#,
                "/events/0/policy/bands",
                "expected bands that begin one after the other within a day"
            ),
            Wrong(
                #"{"e":"claimReduced","claim":"c1","term":{"from":"2027-01-04","weekly":["#
                    + #"{"band":"tea","days":"mon tue","minutes":1,"carers":1},"#
                    + #"{"band":"tea","days":"tue","minutes":2,"carers":1}]}}"#,
                "/events/0/term/weekly/1",
                "expected each day of a band in one row only"
            ),
        ]
    )
    func refusals(_ wrong: Wrong) {
        #expect(throws: CodecError(wrong.detail, at: wrong.place)) {
            try RecordCodec.decode(record(wrong.event))
        }
    }

    @Test("a record of a later version asks for a newer homeward")
    func laterVersion() throws {
        let error = try #require(throws: CodecError.self) {
            try RecordCodec.decode(record(#"{"e":"unheardOf"}"#, version: RecordCodec.newest + 1))
        }
        #expect(error.place == "/v")
        #expect(error.detail.contains("run a newer homeward"))
    }

    @Test("a version below 1 is refused")
    func noVersion() {
        #expect(throws: CodecError("expected a version from 1", at: "/v")) {
            try RecordCodec.decode(record("", version: 0))
        }
    }
}
