import JSON
import Testing

@Suite struct ObjectReaderTests {
    private struct Row: Equatable {
        var minutes: Int64
        var carers: Int64?
    }

    private struct Body: Equatable {
        var provider: String
        var note: String?
        var urgent: Bool
        var weekly: [Row]
        var district: Character?
    }

    private static func row(_ fields: inout ObjectReader) -> Row? {
        let minutes = fields.integer("minutes", in: 15...240)
        let carers = fields.optionalInteger("carers", in: 1...4)
        guard let minutes else { return nil }
        return Row(minutes: minutes, carers: carers)
    }

    private func read(_ text: String) throws -> Body {
        try ObjectReader.read(JSONParser.parse(Array(text.utf8))) { fields in
            let provider = fields.string("provider", max: 8)
            let note = fields.optionalString("note", max: 16)
            let urgent = fields.bool("urgent")
            let weekly = fields.objects("weekly", max: 2, Self.row)
            let district = fields.optionalParsed("district", "one letter") { $0.count == 1 ? $0.first : nil }
            guard let provider, let urgent, let weekly else { return nil }
            return Body(provider: provider, note: note, urgent: urgent, weekly: weekly, district: district)
        }
    }

    private func failures(_ text: String) throws -> [String] {
        try #require(throws: JSONShapeError.self) { try read(text) }.failures.map {
            "\($0.pointer): \($0.detail)"
        }
    }

    @Test("a good body is read, absent and null alike")
    func good() throws {
        let body = Body(
            provider: "p-1",
            note: nil,
            urgent: false,
            weekly: [Row(minutes: 30, carers: 2), Row(minutes: 15)],
            district: "C"
        )
        #expect(
            try read(
                #"{"weekly":[{"minutes":30,"carers":2},{"minutes":15,"carers":null}],"urgent":false,"note":null,"provider":"p-1","district":"C"}"#
            ) == body
        )
        #expect(
            try read(
                #"{"provider":"p-1","urgent":false,"weekly":[{"minutes":30,"carers":2},{"minutes":15}],"district":"C"}"#
            ) == body
        )
    }

    @Test("everything that is wrong is reported at once, each with its place and without the value")
    func gathered() throws {
        let text = """
            {"provider": "Ada Lovelace", "note": 5, "urgent": "yes", "district": "Ada",
             "weekly": [{"minutes": 14}, {"minutes": 30.0, "carres": 2}], "carer/s": 1}
            """
        #expect(
            try failures(text) == [
                "/provider: must be at most 8 bytes long",
                "/note: must be a string, not a whole number",
                "/urgent: must be true or false, not a string",
                "/weekly/0/minutes: must be between 15 and 240",
                "/weekly/1/minutes: must be a whole number, not a number with a fraction, an exponent or too many digits",
                "/weekly/1/carres: is not a field of this object; check its spelling",
                "/district: must be one letter",
                "/carer~1s: is not a field of this object; check its spelling",
            ]
        )
    }

    @Test("missing and null fields that are required are reported as missing")
    func missing() throws {
        #expect(
            try failures(#"{"provider": null, "urgent": true}"#) == [
                "/provider: is missing", "/weekly: is missing",
            ]
        )
        #expect(
            try failures(#"{"provider":"","urgent":true,"weekly":[]}"#) == ["/provider: must not be empty"]
        )
    }

    @Test("an array that is too long, or no array, or holds no objects is refused")
    func arrays() throws {
        let start = #"{"provider":"p","urgent":true,"weekly":"#
        #expect(try failures(start + "[1,2,3]}") == ["/weekly: must have at most 2 elements"])
        #expect(try failures(start + "{}}") == ["/weekly: must be an array, not an object"])
        #expect(try failures(start + "[[]]}") == ["/weekly/0: must be an object, not an array"])
    }

    @Test("a document that is no object is refused as a whole")
    func root() throws {
        #expect(try failures("[]") == [": must be an object, not an array"])
    }

    @Test("no more than 32 failures are kept")
    func limit() throws {
        let members = (0..<100).map { "\"k\($0)\":0" }.joined(separator: ",")
        #expect(try failures("{\(members)}").count == 32)
    }
}
