import HTTPWire
import Synchronization
import Testing

@testable import HTTPServer

/// Deadlines at their defaults, by a clock that only the test moves: what takes 75 seconds takes no time here.
@Suite("Slow clients and their deadlines")
struct DeadlineTests {
    private static let host = "Host: test\r\n"

    /// A server whose clock stands still until it is moved.
    private final class SlowServer {
        private final class Time: Sendable { let now = Mutex<UInt64>(1_000_000_000_000) }

        let running: RunningServer
        private let source: Time

        init(_ change: (inout ServerConfiguration) -> Void = { _ in }) throws {
            let source = Time()
            self.source = source
            running = try RunningServer {
                $0.clock = { source.now.withLock { $0 } }
                change(&$0)
            }
        }

        func wait(seconds: UInt64) {
            source.now.withLock { $0 += seconds * 1_000_000_000 }
            running.server.lookAtDeadlines()
        }

        /// Waits until a figure is as it should be. Asking gives both lanes turns, so nothing needs to sleep.
        func reaches(_ isReached: (ServerStatistics) -> Bool) throws -> Bool {
            for _ in 0..<5_000 {
                if isReached(running.server.statistics) { return true }
                let client = try running.client()
                client.send("GET / HTTP/1.1\r\n\(DeadlineTests.host)Connection: close\r\n\r\n")
                guard client.readToEnd().hasSuffix("hello") else { return false }
            }
            return false
        }

        func deadlines(_ waiting: ConnectionMachine.Waiting) -> UInt64 {
            running.server.statistics.deadlines[waiting, default: 0]
        }
    }

    @Test("a head that comes a byte a second is cut off after ten with 408")
    func slowHead() throws {
        let server = try SlowServer()
        let client = try server.running.client()
        client.send("G")
        #expect(try server.reaches { $0.bufferedBytes > 0 })
        for byte in "ET / HTTP".utf8 {
            server.wait(seconds: 1)
            client.send([byte])
        }
        // Nine seconds after the first byte it is still waited for.
        #expect(server.deadlines(.head) == 0)
        server.wait(seconds: 2)
        let text = client.readToEnd()
        #expect(text.hasPrefix("HTTP/1.1 408 "))
        #expect(text.contains("Connection: close"))
        #expect(server.deadlines(.head) == 1)
    }

    @Test("a body that comes a byte a second is cut off after thirty with 408")
    func slowBody() throws {
        let server = try SlowServer()
        let client = try server.running.client()
        client.send("POST /echo HTTP/1.1\r\n\(Self.host)Content-Length: 1000\r\n\r\n")
        #expect(try server.reaches { $0.bufferedBytes > 0 })
        for _ in 0..<29 {
            server.wait(seconds: 1)
            client.send("x")
        }
        #expect(server.deadlines(.body) == 0)
        server.wait(seconds: 2)
        #expect(client.readToEnd().hasPrefix("HTTP/1.1 408 "))
        #expect(server.deadlines(.body) == 1)
    }

    @Test("a client that says nothing is let go after ten seconds, in silence")
    func silent() throws {
        let server = try SlowServer()
        let client = try server.running.client()
        #expect(try server.reaches { $0.connectionsOpen >= 1 })
        server.wait(seconds: 11)
        #expect(client.readToEnd() == "")
        #expect(server.deadlines(.head) == 1)
    }

    @Test("an idle connection is kept for 75 seconds after each answer, and no longer")
    func idle() throws {
        let server = try SlowServer()
        let client = try server.running.client()
        for _ in 0..<2 {
            client.send("GET / HTTP/1.1\r\n\(Self.host)\r\n")
            #expect(client.readAnswer()?.body == "hello")
            server.wait(seconds: 70)
            #expect(server.deadlines(.idle) == 0)
        }
        server.wait(seconds: 7)
        #expect(client.readToEnd() == "")
        #expect(server.deadlines(.idle) == 1)
    }

    @Test("a reader that does not read is let go after thirty seconds, with what it was owed")
    func neverReads() throws {
        let server = try SlowServer()
        let client = try RawClient(port: server.running.port, receiveBuffer: 4_096)
        client.send(String(repeating: "GET /large HTTP/1.1\r\n\(Self.host)\r\n", count: 20))
        #expect(try server.reaches { $0.bufferedBytes > 0 })
        server.wait(seconds: 29)
        #expect(server.deadlines(.write) == 0)
        server.wait(seconds: 2)
        #expect(try server.reaches { $0.bufferedBytes == 0 && $0.deadlines[.write] == 1 })
    }

    @Test("a TLS handshake that stalls, at its start or in its middle, is let go after ten seconds")
    func stalledHandshake() throws {
        let certificate = try TestCertificate()
        let server = try SlowServer {
            $0.tls = TLSConfiguration(
                certificateFile: certificate.certificateFile,
                keyFile: certificate.keyFile
            )
        }
        let beginnings: [[UInt8]] = [[], [0x16], [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]]
        let clients = try beginnings.map { bytes in
            let client = try server.running.client()
            client.send(bytes)
            return client
        }
        // What was accepted later than these three was accepted after them.
        while server.running.server.statistics.connectionsOpen < 3 { _ = try SecureClient(port: server.running.port) }
        server.wait(seconds: 11)
        for client in clients { #expect(client.readToEnd() == "") }
        #expect(server.deadlines(.handshake) == 3)
    }

    @Test("an answer that does not come is 503 after thirty seconds")
    func lostAnswer() throws {
        let server = try SlowServer()
        let client = try server.running.client()
        client.send("GET /never HTTP/1.1\r\n\(Self.host)\r\n")
        #expect(try server.reaches { $0.requests > 1 })
        server.wait(seconds: 31)
        let text = client.readToEnd()
        #expect(text.hasPrefix("HTTP/1.1 503 "))
        #expect(text.contains("Retry-After: 1\r\n"))
        #expect(server.deadlines(.answer) == 1)
    }

    @Test("beyond the connections of one address the next is told 503 at once, other addresses are served")
    func perAddress() throws {
        let server = try RunningServer { $0.maxConnectionsPerAddress = 4 }
        let inside = try (0..<4).map { _ in try server.client() }
        for client in inside {
            client.send("GET / HTTP/1.1\r\n\(Self.host)\r\n")
            #expect(client.readAnswer()?.status == 200)
        }
        let outside = try #require(try server.client().readAnswer())
        #expect(outside.status == 503)
        #expect(outside.field("Retry-After") == "1")
        #expect(outside.field("Connection") == "close")
        let neighbour = try RawClient(port: server.port, from: 0x7F00_0002)
        neighbour.send("GET / HTTP/1.1\r\n\(Self.host)\r\n")
        #expect(neighbour.readAnswer()?.status == 200)
        #expect(server.server.statistics.turnedAway[.address] == 1)
        #expect(server.server.statistics.turnedAway[.total] == 0)
    }
}
