import JSON
import Testing

/// Good documents with bytes changed, cut and put in: whatever comes of it, nothing reads past the end, the
/// parser and the scanner agree, and what is accepted means the same when it is printed and read again.
@Suite struct MutationTests {
    private static let documents = [
        #"{"person":{"name":"Ad\u00e1 \ud83d\ude00","nhs":"999 000 0018"},"visits":[{"minutes":45,"carers":2},{"minutes":-0}]}"#,
        #"[null,true,false,0,-1,9223372036854775807,-9223372036854775808,1.5e-10,"","é€😀",{},[],{"":[[]]}]"#,
        #" { "a" : [ 1 , 2.0 , 3E+2 ] , "b\n" : "\\\"\/\b\f\n\r\t" , "c" : { "d" : null } } "#,
    ]

    @Test("a mutated document is refused or means one thing")
    func mutations() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("JSON mutations, seed \(seed)")
        var random = SplitMix(state: seed)
        var accepted = 0
        for round in 0..<6_000 {
            var bytes = Array(Self.documents[round % Self.documents.count].utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.mutate(&bytes, &random) }
            let scanned = Self.isAccepted { () throws(JSONError) in
                try JSONScanner.scan(bytes) { (scanner) throws(JSONError) in try scanner.skipValue() }
            }
            do throws(JSONError) {
                let value = try JSONParser.parse(bytes)
                accepted += 1
                #expect(scanned, "the scanner refuses what the parser takes, seed \(seed), round \(round)")
                var json = JSONWriter()
                json.value(value)
                #expect(try JSONParser.parse(json.bytes) == value, "seed \(seed), round \(round)")
            } catch {
                #expect((0...bytes.count).contains(error.offset), "seed \(seed), round \(round)")
                // Only a name given twice is refused by the parser alone.
                let isDuplicate = error.detail.contains("twice")
                #expect(!scanned || isDuplicate, "\(error), seed \(seed), round \(round)")
            }
        }
        #expect(accepted > 200)
    }

    private static func isAccepted(_ body: () throws(JSONError) -> Void) -> Bool {
        do throws(JSONError) {
            try body()
            return true
        } catch {
            return false
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        guard let index = bytes.indices.randomElement(using: &random) else { return }
        let interesting =
            Array("{}[]\",:\\u0123456789eE+-.ntf ".utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xC2, 0xED, 0xF4, 0xFF]
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[index] = interesting.randomElement(using: &random)!
        case 1: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes.remove(at: index)
        case 3: bytes.insert(interesting.randomElement(using: &random)!, at: index)
        case 4: bytes.removeSubrange(index...)
        default:
            let other = bytes.indices.randomElement(using: &random)!
            bytes.insert(contentsOf: Array(bytes[min(index, other)...max(index, other)]), at: index)
        }
    }
}
