import HTTPWire
import Testing

@Suite("Content codings")
struct ContentCodingTests {
    @Test(
        "what a client takes is read from its weights",
        arguments: [
            ("gzip", .gzip), ("GZIP", .gzip), ("x-gzip", .gzip), ("*", .gzip), ("br, gzip", .gzip),
            ("gzip;q=0.5", .gzip), ("gzip ; q=0.001", .gzip), ("identity;q=0.5, gzip;q=1.0", .gzip),
            ("gzip;q=1.000", .gzip), (",, gzip", .gzip), ("*;q=0.5, identity;q=0.1", .gzip),
            ("*;q=0, gzip", .gzipOnly), ("identity;q=0, *;q=0.1", .gzipOnly), ("identity;q=0, gzip", .gzipOnly),
            ("identity;q=0.000, gzip;q=0.001", .gzipOnly),
            ("", .identity), ("br", .identity), ("gzip;q=0", .identity), ("gzip;q=0.000", .identity),
            ("identity", .identity), ("gzip;q=0, *", .identity), ("identity;q=1, gzip;q=0.5", .identity),
            ("*;q=0, identity", .identity), ("gzip;q=2", .identity), ("gzip;q=1.001", .identity),
            ("gzip;q=0.0001", .identity), ("gzip;q=", .identity), ("gzip;x=1", .identity), ("gzipx", .identity),
            ("gzip;q=-1", .identity), ("gzip q=1", .identity), ("identity;q=x", .identity),
            ("*;q=0", .nothing), ("identity;q=0", .nothing), ("identity;q=0, br", .nothing),
            ("gzip;q=0, *;q=0.0", .nothing), ("gzip;q=0, identity;q=0", .nothing),
        ] as [(String, ContentCoding.Choice)]
    )
    func choice(value: String, expected: ContentCoding.Choice) {
        let bytes = Array(value.utf8)
        #expect(bytes.withUnsafeBytes { ContentCoding.choice($0) } == expected)
    }

    @Test("only large texts that are no secret are worth it")
    func worth() {
        func isWorthIt(_ fields: [Response.Field], status: UInt16 = 200, count: Int = 5_000) -> Bool {
            ContentCoding.isWorthIt(status: status, fields: fields, bodyCount: count)
        }
        let json = Response.Field("Content-Type", "application/json; charset=utf-8")
        #expect(isWorthIt([json]))
        #expect(isWorthIt([Response.Field("content-type", "application/problem+json")], status: 422))
        #expect(isWorthIt([Response.Field("Content-Type", "text/html")]))
        #expect(!isWorthIt([json], count: 1_000))
        #expect(!isWorthIt([Response.Field("Content-Type", "image/png")]))
        #expect(!isWorthIt([]))
        #expect(!isWorthIt([json, Response.Field("Cache-Control", "private, No-Store")]))
        #expect(!isWorthIt([json, Response.Field("Content-Encoding", "br")]))
        #expect(!isWorthIt([json], status: 304))
    }

    @Test("a strong tag gets a form of its own, a weak one stays")
    func tags() {
        func coded(_ tag: String) -> String {
            ContentCoding.gzipFields([Response.Field("ETag", tag)], status: 304)[0].value
        }
        #expect(coded("\"a\"") == "\"a-gzip\"")
        #expect(coded("\"\"") == "\"-gzip\"")
        #expect(coded("W/\"a\"") == "W/\"a\"")
    }
}
