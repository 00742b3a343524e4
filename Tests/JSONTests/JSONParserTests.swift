import JSON
import Testing

/// The parser against tables of what RFC 8259 allows and refuses.
@Suite struct JSONParserTests {
    private func parse(_ text: String) throws(JSONError) -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    @Test(
        "every value of RFC 8259 is read as what it is",
        arguments: [
            ("null", .null), (" true ", .bool(true)), ("\t\r\nfalse", .bool(false)),
            ("0", .integer(0)), ("-0", .integer(0)), ("-17", .integer(-17)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .fraction("9223372036854775808")),
            ("-9223372036854775809", .fraction("-9223372036854775809")),
            ("99999999999999999999999", .fraction("99999999999999999999999")),
            ("1.0", .fraction("1.0")), ("1e2", .fraction("1e2")), ("-1.5E-10", .fraction("-1.5E-10")),
            (#""""#, .string("")), (#""a\"\\\/\b\f\n\r\tz""#, .string("a\"\\/\u{8}\u{C}\n\r\tz")),
            (#""\u0041\u00e9\u20AC""#, .string("Aé€")), (#""\ud83d\ude00 \uD834\uDD1E""#, .string("😀 𝄞")),
            ("\"é€😀\u{7F}\"", .string("é€😀\u{7F}")), (#""\u0000""#, .string("\0")),
            ("[]", .array([])), ("{}", .object([])),
            ("[ 1 , [ ] , { } ]", .array([.integer(1), .array([]), .object([])])),
            (
                #"{"b":1,"a":{"b":2}}"#,
                .object([
                    JSONMember("b", .integer(1)), JSONMember("a", .object([JSONMember("b", .integer(2))])),
                ])
            ),
        ] as [(String, JSONValue)]
    )
    func valid(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test(
        "what is no JSON is refused",
        arguments: [
            "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "undefined", "'a'", "\u{FEFF}1",
            "01", "-01", "00", "-", "+1", "1.", ".5", "1.e1", "1e", "1e+", "0x10", "1_000", "--1", "1 2",
            "1,",
            "\"", "\"a", "\"\\", "\"\\\"", "\"\u{1}\"", "\"a\nb\"", "\"\t\"", #""\x41""#, #""\u12""#,
            #""\u12G4""#, #""\U0041""#,
            #""\ud800""#, #""\ud800a""#, #""\ud800\n""#, #""\ud800\ud800""#, #""\udc00""#, #""\ud800\u0041""#,
            "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1}", "[]]", "[1]x",
            "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{a:1}", "{1:1}",
            "{\"a\" 1}",
            "{\"a\":1 \"b\":2}", "{\"a\":}", "{\"a\"}", "{}{}", "/**/1", "1//", "[1]\u{0}",
        ]
    )
    func invalid(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test(
        "bytes that are no UTF-8 are refused",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80],
            [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82], [0xE2, 0x82, 0x41], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ] as [[UInt8]]
    )
    func brokenUTF8(sequence: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONParser.parse([0x22] + sequence + [0x22]) }
        #expect(throws: JSONError.self) { try JSONParser.parse([0x22] + sequence) }
    }

    @Test(
        "the edges of every UTF-8 range are accepted",
        arguments: [
            0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x3FFFF,
            0x40000, 0x10FFFF,
        ] as [UInt32]
    )
    func utf8Edges(scalar: UInt32) throws {
        let text = String(try #require(Unicode.Scalar(scalar)))
        #expect(try parse("\"\(text)\"") == .string(text))
    }

    @Test(
        "an error names the place, the byte and never the value",
        arguments: [
            (#"{"a":1,"a":2}"#, "/a", 11), (#"{"a":[1,{"b~/c":tru}]}"#, "/a/1/b~0~1c", 16),
            (#"{"person":{"name":"Ada Lovelace}}"#, "/person/name", 33), (#"[0,01]"#, "/1", 5),
            (#"{"a":1,"\u0061":2}"#, "/a", 16), ("[[1],[2", "/1", 7), ("7 Ada", "", 2),
        ] as [(String, String, Int)]
    )
    func places(text: String, pointer: String, offset: Int) throws {
        let error = try #require(throws: JSONError.self) { try parse(text) }
        #expect(error.pointer == pointer)
        #expect(error.offset == offset)
        #expect(!error.detail.contains("Ada"))
        #expect(!error.detail.isEmpty)
    }

    @Test("a duplicate name is found among many members too")
    func duplicateAmongMany() throws {
        let members = (0..<40).map { "\"k\($0)\":\($0)" }
        #expect(throws: Never.self) { try parse("{" + members.joined(separator: ",") + "}") }
        for repeated in [0, 15, 16, 39] {
            let text = "{" + (members + ["\"k\(repeated)\":0"]).joined(separator: ",") + "}"
            let error = try #require(throws: JSONError.self) { try parse(text) }
            #expect(error.pointer == "/k\(repeated)")
        }
    }

    @Test("32 levels are read, 33 are refused, a million too")
    func depth() throws {
        func nested(_ levels: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: levels)
                + Array(repeating: UInt8(ascii: "]"), count: levels)
        }
        #expect(throws: Never.self) { try JSONParser.parse(nested(32)) }
        #expect(throws: JSONError.self) { try JSONParser.parse(nested(33)) }
        #expect(throws: JSONError.self) { try JSONParser.parse(nested(1_000_000)) }
        let objects = String(repeating: "{\"a\":", count: 33) + "1" + String(repeating: "}", count: 33)
        #expect(throws: JSONError.self) { try parse(objects) }
    }

    @Test("more values than the limit are refused")
    func nodes() throws {
        let limits = JSONLimits(nodes: 4)
        #expect(throws: Never.self) { try JSONParser.parse(Array("[1,2,3]".utf8), limits: limits) }
        #expect(throws: JSONError.self) { try JSONParser.parse(Array("[1,2,3,4]".utf8), limits: limits) }
    }

    @Test("a long name is cut in the pointer")
    func longName() throws {
        let name = String(repeating: "n", count: 10_000)
        let error = try #require(throws: JSONError.self) { try parse("{\"\(name)\":x}") }
        #expect(error.pointer.utf8.count < 100)
    }
}
