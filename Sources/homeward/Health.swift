import ArgumentParser
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
            let head = try Self.ask(host: address.host == "0.0.0.0" ? "127.0.0.1" : address.host, port: address.port)
            guard head.hasPrefix("HTTP/1.1 200") else { throw Failure("the service is not ready") }
        }
    }

    private static func ask(host: String, port: UInt16) throws -> String {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw Failure("no socket can be made") }
        defer { close(socket) }
        var timeout = timeval(tv_sec: patience, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { throw Failure("\(host) is not an IPv4 address") }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure("nothing answers at \(host):\(port)") }
        let request = Array("GET /readyz HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n\r\n".utf8)
        guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Failure("the service took no request")
        }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = recv(socket, &bytes, bytes.count, Int32(MSG_WAITALL))
        guard count > 0 else { throw Failure("the service gave no answer within \(patience) s") }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
