import JSON
import Testing

@Suite struct JSONWriterTests {
    private func written(_ body: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        body(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test("objects and arrays nest with commas where they belong")
    func nesting() {
        let text = written {
            $0.object {
                $0.field("a", 1)
                $0.field("b", "x" as String?)
                $0.field("c", nil as String?)
                $0.object("d") { _ in }
                $0.array("e") { list in
                    for number in [1, 2, 3] { list.value(number) }
                    list.object { $0.field("f", true) }
                    list.array { _ in }
                    list.null()
                }
                $0.field("g", nil as Int?)
                $0.key(text: "h\"")
                $0.raw(Array("[0]".utf8))
            }
        }
        #expect(text == #"{"a":1,"b":"x","c":null,"d":{},"e":[1,2,3,{"f":true},[],null],"g":null,"h\"":[0]}"#)
    }

    @Test("only what RFC 8259 demands is escaped")
    func escaping() {
        #expect(written { $0.value("a\"\\/é€😀\u{7F}") } == "\"a\\\"\\\\/é€😀\u{7F}\"")
        #expect(
            written { $0.value("\u{0}\u{8}\t\n\u{B}\u{C}\r\u{1F}") } == #""\u0000\b\t\n\u000b\f\r\u001f""#
        )
    }

    @Test("integers of every width are written")
    func integers() {
        let text = written {
            $0.array {
                $0.value(Int64.min)
                $0.value(Int64.max)
                $0.value(UInt64.max)
                $0.value(0)
                $0.value(9 as UInt8)
                $0.value(-10 as Int16)
                $0.value(100)
            }
        }
        #expect(text == "[-9223372036854775808,9223372036854775807,18446744073709551615,0,9,-10,100]")
    }

    @Test("a writer goes on behind bytes that were there")
    func appending() {
        var json = JSONWriter(appendingTo: Array("data: ".utf8))
        json.object { $0.field("a", 1) }
        #expect(String(decoding: json.bytes, as: UTF8.self) == #"data: {"a":1}"#)
    }

    @Test("whatever is written is read back the same")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("JSON round trip, seed \(seed)")
        var random = SplitMix(state: seed)
        for _ in 0..<2_000 {
            let value = Self.arbitrary(depth: 0, &random)
            var json = JSONWriter()
            json.value(value)
            #expect(try JSONParser.parse(json.bytes) == value, "seed \(seed)")
            try JSONScanner.scan(json.bytes) { (scanner) throws(JSONError) in try scanner.skipValue() }
        }
    }

    private static func arbitrary(depth: Int, _ random: inout SplitMix) -> JSONValue {
        switch Int.random(in: 0..<(depth > 4 ? 6 : 9), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 3: return .integer(Int64.random(in: -20...20, using: &random))
        case 4:
            return .fraction(
                "\(Int.random(in: -99...99, using: &random)).5e\(Int.random(in: -9...9, using: &random))"
            )
        case 5: return .string(text(&random))
        case 6, 7:
            return .array(
                (0..<Int.random(in: 0..<6, using: &random)).map { _ in arbitrary(depth: depth + 1, &random) }
            )
        default:
            return .object(
                (0..<Int.random(in: 0..<20, using: &random)).map {
                    JSONMember("\($0):" + text(&random), arbitrary(depth: depth + 1, &random))
                }
            )
        }
    }

    private static func text(_ random: inout SplitMix) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let range: ClosedRange<UInt32> = [
                0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0x800...0xD7FF, 0x10000...0x10FFFF,
            ]
            .randomElement(using: &random)!
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
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
