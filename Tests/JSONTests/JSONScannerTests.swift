import JSON
import Testing

@Suite struct JSONScannerTests {
    private func scan<Value>(
        _ text: String,
        _ body: (inout JSONScanner) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        try JSONScanner.scan(Array(text.utf8), body)
    }

    private struct Event: Equatable {
        var kind = ""
        var at: Int64 = 0
        var firm: Bool?
        var minutes: [Int64] = []
    }

    private static func event(_ scanner: inout JSONScanner) throws(JSONError) -> Event {
        var event = Event()
        try scanner.beginObject()
        while try scanner.nextKey() {
            if scanner.keyIs("kind") {
                event.kind = try scanner.string()
            } else if scanner.keyIs("at") {
                event.at = try scanner.integer()
            } else if scanner.keyIs("firm") {
                event.firm = try scanner.null() ? nil : try scanner.bool()
            } else if scanner.keyIs("minutes") {
                try scanner.beginArray()
                while try scanner.nextElement() { event.minutes.append(try scanner.integer()) }
            } else {
                try scanner.skipValue()
            }
        }
        return event
    }

    @Test("a record is read in whatever order its members come, unknown ones skipped")
    func record() throws {
        let expected = Event(kind: "held", at: -5, firm: true, minutes: [1, 2])
        #expect(try scan(#"{"kind":"held","at":-5,"firm":true,"minutes":[1,2]}"#, Self.event) == expected)
        #expect(
            try scan(
                #" { "x" : { "kind" : [ null , "y\u0041" , 1.5 ] } , "minutes" : [ 1 , 2 ] , "k\u0069nd" : "h\u0065ld", "firm":true , "at" : -5 } "#,
                Self.event
            ) == expected
        )
        #expect(try scan(#"{"firm":null,"minutes":[]}"#, Self.event) == Event())
    }

    @Test(
        "a record of another shape is refused with the byte",
        arguments: [
            (#"{"at":"5"}"#, 6), (#"{"at":1.0}"#, 9), (#"{"at":99999999999999999999}"#, 26),
            (#"{"kind":5}"#, 8),
            (#"{"firm":1}"#, 8), ("[]", 0), (#"{"minutes":{}}"#, 11), (#"{"at":1}}"#, 8), (#"{"at":1"#, 7),
            ("{", 1),
        ] as [(String, Int)]
    )
    func wrongShape(text: String, offset: Int) throws {
        let error = try #require(throws: JSONError.self) { try scan(text, Self.event) }
        #expect(error.offset == offset)
    }

    @Test("the bytes of a string come without escapes, whether copied or not")
    func stringBytes() throws {
        for text in [#""caf\u00e9""#, #""café""#] {
            let bytes = try scan(text) { (scanner) throws(JSONError) in
                try scanner.withStringBytes { Array($0) }
            }
            #expect(bytes == Array("café".utf8))
        }
    }

    @Test("the kind of the next value is told without reading it")
    func kinds() throws {
        let kinds = try scan(#"[null,true,-1,"",[],{}]"#) { (scanner) throws(JSONError) in
            var kinds: [JSONScanner.Kind] = []
            try scanner.beginArray()
            while try scanner.nextElement() {
                kinds.append(try scanner.nextKind())
                try scanner.skipValue()
            }
            return kinds
        }
        #expect(kinds == [.null, .bool, .number, .string, .array, .object])
    }
}
