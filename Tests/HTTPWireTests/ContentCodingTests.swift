import HTTPWire
import Testing

@Suite("Content codings")
struct ContentCodingTests {
    @Test(
        "gzip is preferred by its weight",
        arguments: [
            ("gzip", true), ("GZIP", true), ("x-gzip", true), ("*", true), ("br, gzip", true),
            ("gzip;q=0.5", true),
            ("gzip ; q=0.001", true), ("identity;q=0.5, gzip;q=1.0", true), ("gzip;q=1.000", true),
            ("*;q=0, gzip", true), (",, gzip", true), ("identity;q=0, *;q=0.1", true),
            ("", false), ("br", false), ("gzip;q=0", false), ("gzip;q=0.000", false), ("identity", false),
            ("*;q=0", false), ("gzip;q=0, *", false), ("identity;q=1, gzip;q=0.5", false),
            ("gzip;q=2", false),
            ("gzip;q=1.001", false), ("gzip;q=0.0001", false), ("gzip;q=", false), ("gzip;x=1", false),
            ("gzipx", false), ("gzip;q=-1", false), ("gzip q=1", false),
        ]
    )
    func prefers(value: String, expected: Bool) {
        let bytes = Array(value.utf8)
        #expect(bytes.withUnsafeBytes { ContentCoding.prefersGzip($0) } == expected)
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
