import CZlib
import HTTPServer
import HTTPWire
import Testing

@Suite("Compressed answers")
struct GzipTests {
    private func ask(_ client: RawClient, _ path: String, _ fields: String = "") throws -> RawClient.Answer {
        client.send("GET \(path) HTTP/1.1\r\nHost: t\r\n\(fields)\r\n")
        return try #require(client.readAnswer())
    }

    @Test(
        "a client that asks gets gzip under a tag of its own, and its tag leads to 304",
        arguments: ["/json", "/json-prepared"]
    )
    func negotiates(path: String) throws {
        let server = try RunningServer()
        let client = try server.client()
        let plain = try ask(client, path)
        #expect(plain.field("Content-Encoding") == nil)
        #expect(plain.field("Vary") == "Accept-Encoding")
        #expect(plain.field("ETag") == "\"v1\"")
        for _ in 0..<2 {
            let coded = try ask(client, path, "Accept-Encoding: br, gzip\r\n")
            #expect(coded.field("Content-Encoding") == "gzip")
            #expect(coded.field("Vary") == "Accept-Encoding")
            #expect(coded.field("ETag") == "\"v1-gzip\"")
            #expect(inflate(coded.raw) == Array(plain.body.utf8))
        }
        let unchanged = try ask(client, path, "Accept-Encoding: gzip\r\nIf-None-Match: \"v1-gzip\"\r\n")
        #expect(unchanged.status == 304)
        #expect(unchanged.field("ETag") == "\"v1-gzip\"")
        #expect(unchanged.field("Vary") == "Accept-Encoding")
        let plainUnchanged = try ask(client, path, "If-None-Match: W/\"x\", \"v1\"\r\n")
        #expect(plainUnchanged.field("ETag") == "\"v1\"")
        // Who holds the compressed form does not hold the plain one (RFC 9110 section 13.1.2).
        for field in ["", "Accept-Encoding: identity\r\n", "Accept-Encoding: gzip;q=0\r\n"] {
            #expect(try ask(client, path, field + "If-None-Match: \"v1-gzip\"\r\n").status == 200, "\(field)")
        }
    }

    @Test("small, secret and unwilling answers stay plain")
    func staysPlain() throws {
        let server = try RunningServer()
        let client = try server.client()
        #expect(try ask(client, "/", "Accept-Encoding: gzip\r\n").field("Content-Encoding") == nil)
        #expect(try ask(client, "/json?secret", "Accept-Encoding: gzip\r\n").field("Content-Encoding") == nil)
        #expect(try ask(client, "/json", "Accept-Encoding: gzip;q=0\r\n").field("Content-Encoding") == nil)
    }

    @Test("what is small is compressed for a client that takes nothing else, and nothing at all is 406")
    func onlyGzip() throws {
        let server = try RunningServer()
        let client = try server.client()
        for path in ["/json?secret", "/prepared"] {
            let answer = try ask(client, path, "Accept-Encoding: identity;q=0, gzip\r\n")
            #expect(answer.field("Content-Encoding") == "gzip")
            #expect(answer.field("Vary") == "Accept-Encoding")
            let expected = path == "/prepared" ? Array("prepared".utf8) : TestResponder.numbers
            #expect(inflate(answer.raw) == expected)
        }
        let refused = try ask(client, "/", "Accept-Encoding: *;q=0\r\n")
        #expect(refused.status == 406)
        #expect(refused.body.contains("/problems/unacceptableCoding"))
        #expect(try ask(client, "/").status == 200)
    }

    private func inflate(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        var input = bytes
        var output = [UInt8](repeating: 0, count: 1 << 20)
        inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { inflateEnd(&stream) }
        return input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                CZlib.inflate(&stream, Z_FINISH)
                return Array(target[..<Int(stream.total_out)])
            }
        }
    }
}
