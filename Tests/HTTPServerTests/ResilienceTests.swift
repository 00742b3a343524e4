import HTTPServer
import Testing

@Suite("Clients that hurt")
struct ResilienceTests {
    private let host = "Host: test\r\n"

    /// Asks until a figure is as it should be; each answer gives the lanes a turn, so nothing needs to sleep.
    private func asks(_ server: RunningServer, until isReached: (ServerStatistics) -> Bool) throws -> Bool {
        let client = try server.client()
        for _ in 0..<20_000 {
            if isReached(server.server.statistics) { return true }
            client.send("GET / HTTP/1.1\r\n\(host)\r\n")
            guard client.readAnswer() != nil else { return false }
        }
        return false
    }

    @Test("connections that open and end, or are reset, leave nothing behind")
    func leavesNothing() throws {
        let server = try RunningServer()
        for index in 0..<600 {
            let client = try server.client()
            if index % 3 == 1 { client.send("POST /echo HTTP/1.1\r\n\(host)Content-Length: 10000\r\n\r\nabc") }
            if index % 3 == 2 {
                client.send("GET /later HTTP/1.1\r\n\(host)\r\n")
                client.reset()
            }
        }
        #expect(try asks(server) { $0.connectionsOpen <= 1 && $0.bufferedBytes == 0 })
    }

    @Test("a reader that never reads is closed by the write deadline, and its memory comes back")
    func neverReads() throws {
        let server = try RunningServer { $0.writeDeadline = 100 }
        let client = try RawClient(port: server.port, receiveBuffer: 4_096)
        client.send(String(repeating: "GET /large HTTP/1.1\r\n\(host)\r\n", count: 200))
        #expect(try asks(server) { $0.timeouts > 0 && $0.bufferedBytes == 0 })
        #expect(server.server.statistics.bufferedBytes == 0)
    }

    @Test("endless pipelines that nobody reads hold a bounded number of bytes")
    func boundsOutput() throws {
        let server = try RunningServer()
        let clients = try (0..<8).map { _ in try RawClient(port: server.port, receiveBuffer: 4_096) }
        for client in clients {
            client.send(String(repeating: "GET /large HTTP/1.1\r\n\(host)\r\n", count: 100))
        }
        // One answer of 1 MiB and one block of requests for each is as much as may wait, doubled by growth.
        #expect(try asks(server) { $0.requests >= 8 })
        #expect(server.server.statistics.bufferedBytes < 8 * (4 << 20))
    }

    @Test("a lane that holds too many bytes refuses to hold more")
    func overloaded() throws {
        let server = try RunningServer {
            $0.lanes = 1
            $0.maxBufferedBytesPerLane = 64 << 10
        }
        let body = String(repeating: "x", count: 60_000)
        let request = "POST /echo HTTP/1.1\r\n\(host)Content-Length: 100000\r\n\r\n\(body)"
        let holder = try server.client()
        holder.send(request)
        #expect(try asks(server) { $0.bufferedBytes >= 60_000 })
        let second = try server.client()
        second.send(request)
        let answer = try #require(second.readAnswer())
        #expect(answer.status == 503)
        #expect(answer.field("Connection") == "close")
        #expect(try asks(server) { $0.requests > 0 })
    }

    @Test("a connection that is turned away and never leaves is let go")
    func turnedAwayLeaves() throws {
        let server = try RunningServer {
            $0.maxConnections = 16
            $0.lingerDeadline = 100
        }
        let inside = try (0..<16).map { _ in try server.client() }
        for client in inside {
            client.send("GET / HTTP/1.1\r\n\(host)\r\n")
            #expect(client.readAnswer()?.status == 200)
        }
        let outside = try (0..<50).map { _ in try server.client() }
        for client in outside { #expect(client.readAnswer()?.status == 503) }
        #expect(server.server.statistics.connectionsTurnedAway == 50)
        #expect(server.server.statistics.connectionsOpen == 16)
    }

    @Test("what follows a request that ends the connection is dropped, and the answer still arrives")
    func dropsTheRest() throws {
        let server = try RunningServer()
        let client = try server.client()
        client.send("GET / HTTP/1.1\r\n\(host)Connection: close\r\n\r\n")
        client.send(String(repeating: "GET /large HTTP/1.1\r\n\(host)\r\n", count: 1_000))
        let text = client.readToEnd()
        #expect(text.hasSuffix("hello"))
        #expect(text.ranges(of: "HTTP/1.1 ").count == 1)
    }

    @Test("an early refusal of an endless body can be read")
    func earlyRefusal() throws {
        let server = try RunningServer()
        let client = try server.client()
        client.send("POST /echo HTTP/1.1\r\n\(host)Content-Length: 99999999999\r\n\r\n")
        for _ in 0..<64 { client.send([UInt8](repeating: 0x61, count: 65_536)) }
        client.endSending()
        let text = client.readToEnd()
        #expect(text.hasPrefix("HTTP/1.1 413 "))
        #expect(text.contains("Connection: close"))
    }
}
