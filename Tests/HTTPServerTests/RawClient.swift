// A client that sends exactly the bytes it is told and reads what comes: no HTTP library would send what these
// tests need to send.

import Glibc
import HTTPServer
import HTTPWire

/// A blocking socket to a server on this machine.
final class RawClient {
    struct Failure: Error { var call: String, code: Int32 }

    let descriptor: Int32
    private(set) var received: [UInt8] = []

    /// - Parameters:
    ///   - receiveBuffer: bytes that the kernel may hold for this client.
    ///   - source: the IPv4 address to come from.
    init(port: UInt16, receiveBuffer: Int32? = nil, from source: UInt32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4)
        }
        if let source {
            var local = sockaddr_in()
            local.sin_family = sa_family_t(AF_INET)
            local.sin_addr.s_addr = source.bigEndian
            _ = withUnsafePointer(to: &local) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        // No test waits longer than this; a wait that long is a failure and not a measure of time.
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(call: "connect", code: errno) }
    }

    deinit { close(descriptor) }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let result = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor,
                    $0.baseAddress.map { $0 + sent },
                    bytes.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard result > 0 else { return }
            sent += result
        }
    }

    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Resets the connection instead of closing it.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Reads some bytes; false at the end, on a reset, or when nothing came in time.
    @discardableResult
    func read() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        received += buffer[..<count]
        return true
    }

    /// Reads until the server ends the connection.
    func readToEnd() -> String {
        while read() {}
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// Reads one final answer: head, and body by its length.
    func readAnswer(isHead: Bool = false) -> Answer? {
        while true {
            if let answer = Answer(received, isHead: isHead) {
                received.removeFirst(answer.size)
                return answer
            }
            guard read() else { return nil }
        }
    }

    /// One answer as it came.
    struct Answer {
        var status: Int
        var fields: [(name: String, value: String)]
        var body: String
        var raw: [UInt8] = []
        var size: Int

        func field(_ name: String) -> String? {
            fields.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        init?(_ bytes: [UInt8], isHead: Bool) {
            let text = String(decoding: bytes, as: Unicode.ASCII.self)
            guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
            let lines = text[..<end.lowerBound].split(separator: "\r\n", omittingEmptySubsequences: false)
            status = Int(lines[0].split(separator: " ")[1]) ?? 0
            fields = lines.dropFirst().map { line in
                let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
            }
            let headSize = text[..<end.upperBound].utf8.count
            body = ""
            size = headSize
            var length = Int(field("Content-Length") ?? "0") ?? 0
            if isHead || status == 304 || status < 200 { length = 0 }
            guard bytes.count >= headSize + length else { return nil }
            raw = Array(bytes[headSize..<(headSize + length)])
            body = String(decoding: bytes[headSize..<(headSize + length)], as: UTF8.self)
            size = headSize + length
        }
    }
}
