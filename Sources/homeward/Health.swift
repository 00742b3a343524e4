import ArgumentParser
import COpenSSL
import Glibc

/// Asks a running service whether it is ready; exit 0 when it is. For a container's health check.
struct Health: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Exits 0 when the service at an address is ready.")

    @Option(help: "Where the service listens, HOST:PORT.")
    var listen = "127.0.0.1:8080"

    /// Seconds to wait for the answer, 3.
    static let patience = 3

    func run() throws {
        let address = try Address.parse(listen)
        try orFail {
            // Who listens everywhere answers here.
            let host = ["0.0.0.0": "127.0.0.1", "::": "::1"][address.host] ?? address.host
            var head = try Self.ask(host, address.port, over: Plain.self)
            // What a port that speaks TLS says to whoever does not.
            if head.hasPrefix("HTTP/1.1 400") { head = try Self.ask(host, address.port, over: Secure.self) }
            guard head.hasPrefix("HTTP/1.1 200") else { throw Failure("the service is not ready") }
        }
    }

    private static func ask(_ host: String, _ port: UInt16, over: any Wire.Type) throws -> String {
        let socket = try connect(host, port)
        defer { close(socket) }
        let name = host.contains(":") ? "[\(host)]" : host
        let request = Array("GET /readyz HTTP/1.1\r\nHost: \(name):\(port)\r\nConnection: close\r\n\r\n".utf8)
        guard let wire = over.init(socket), wire.send(request) else { throw Failure("the service took no request") }
        guard let answer = wire.receive(), !answer.isEmpty else {
            throw Failure("the service gave no answer within \(patience) s")
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private static func connect(_ host: String, _ port: UInt16) throws -> Int32 {
        var four = sockaddr_in()
        four.sin_family = sa_family_t(AF_INET)
        four.sin_port = port.bigEndian
        var six = sockaddr_in6()
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        let isFour = inet_pton(AF_INET, host, &four.sin_addr) == 1
        guard isFour || inet_pton(AF_INET6, host, &six.sin6_addr) == 1 else {
            throw Failure("\(host) is not an IP address")
        }
        let socket = Glibc.socket(isFour ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw Failure("no socket can be made") }
        var timeout = timeval(tv_sec: patience, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }
        func connect<Name>(_ name: inout Name) -> Bool {
            withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(socket, $0, socklen_t(MemoryLayout<Name>.size)) == 0
                }
            }
        }
        guard isFour ? connect(&four) : connect(&six) else {
            close(socket)
            throw Failure("nothing answers at \(host):\(port)")
        }
        return socket
    }

    /// What a request goes over, on a connected socket.
    private protocol Wire {
        init?(_ socket: Int32)
        func send(_ bytes: [UInt8]) -> Bool
        /// The beginning of what comes; nil when nothing does.
        func receive() -> [UInt8]?
    }

    /// Bytes of an answer that are looked at, 256: its status line is shorter.
    private static let looksAt = 256

    private struct Plain: Wire {
        private let socket: Int32

        init?(_ socket: Int32) { self.socket = socket }

        func send(_ bytes: [UInt8]) -> Bool {
            Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }

        func receive() -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: Health.looksAt)
            let count = recv(socket, &bytes, bytes.count, Int32(MSG_WAITALL))
            return count < 0 ? nil : Array(bytes[..<count])
        }
    }

    /// TLS without a look at the certificate: whether the service on this machine is ready is no secret, and nothing is
    /// told to it.
    private final class Secure: Wire {
        private let context: OpaquePointer
        private let session: OpaquePointer

        init?(_ socket: Int32) {
            // A service that goes away while it is written to must not end this process.
            signal(SIGPIPE, SIG_IGN)
            guard let context = SSL_CTX_new(TLS_client_method()) else { return nil }
            guard let session = SSL_new(context) else {
                SSL_CTX_free(context)
                return nil
            }
            (self.context, self.session) = (context, session)
            guard SSL_set_fd(session, socket) == 1, SSL_connect(session) == 1 else { return nil }
        }

        deinit {
            SSL_free(session)
            SSL_CTX_free(context)
        }

        func send(_ bytes: [UInt8]) -> Bool { SSL_write(session, bytes, Int32(bytes.count)) == Int32(bytes.count) }

        func receive() -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: Health.looksAt)
            let count = SSL_read(session, &bytes, Int32(bytes.count))
            return count < 0 ? nil : Array(bytes[..<Int(count)])
        }
    }
}
