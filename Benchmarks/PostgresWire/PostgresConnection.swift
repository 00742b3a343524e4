// Enough of PostgreSQL's frontend protocol (version 3.0, documentation chapter 55) to give it its best chance in a
// comparison: prepared statements, several in one round trip, binary arrays. One connection, blocking, over a Unix socket with
// trust authentication. For the benches only.

import Glibc

/// What the server said went wrong.
public struct PostgresError: Error, CustomStringConvertible {
    public let description: String
}

/// One statement with its parameters.
public struct PostgresCall {
    let name: String
    let parameters: [[UInt8]]
    let isBinary: Bool

    /// A call of a prepared statement.
    ///
    /// - Parameter isBinary: whether all parameters are in PostgreSQL's binary form; text otherwise.
    public init(_ name: String, _ parameters: [[UInt8]] = [], isBinary: Bool = false) {
        self.name = name
        self.parameters = parameters
        self.isBinary = isBinary
    }
}

/// One connection; not for two threads at a time.
public final class PostgresConnection {
    private let socket: Int32
    private var output: [UInt8] = []
    private var input: [UInt8] = []
    private var at = 0

    /// Connects to the socket of a port in a folder.
    public init(folder: String, port: Int, user: String, database: String = "postgres") throws {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("\(folder)/.s.PGSQL.\(port)".utf8) + [0]
        guard path.count <= MemoryLayout.size(ofValue: address.sun_path) else {
            throw PostgresError(description: "\(folder) is too long for a socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { throw PostgresError(description: "nothing answers in \(folder)") }
        var words: [UInt8] = []
        for word in ["user", user, "database", database] { words += Array(word.utf8) + [0] }
        words.append(0)
        output = Self.bytes(Int32(8 + words.count)) + Self.bytes(Int32(196_608)) + words
        try flush()
        _ = try answers(until: 1)
    }

    deinit { close(socket) }

    /// Prepares a statement under a name.
    public func prepare(_ name: String, _ sql: String) throws {
        message("P", Array(name.utf8) + [0] + Array(sql.utf8) + [0, 0, 0])
        message("S", [])
        try flush()
        _ = try answers(until: 1)
    }

    /// Runs calls in one round trip; returns the rows of each, values as text.
    @discardableResult
    public func run(_ calls: PostgresCall...) throws -> [[[[UInt8]]]] {
        for call in calls {
            var bind: [UInt8] = [0] + Array(call.name.utf8) + [0, 0, 1, 0, call.isBinary ? 1 : 0]
            bind += Self.bytes(Int16(call.parameters.count))
            for parameter in call.parameters { bind += Self.bytes(Int32(parameter.count)) + parameter }
            message("B", bind + [0, 0])
            message("E", [0, 0, 0, 0, 0])
        }
        message("S", [])
        try flush()
        return try answers(until: 1)
    }

    // MARK: Bytes

    private func message(_ kind: Character, _ body: [UInt8]) {
        output.append(kind.asciiValue ?? 0)
        output += Self.bytes(Int32(body.count + 4))
        output += body
    }

    private func flush() throws {
        var sent = 0
        while sent < output.count {
            let count = output.withUnsafeBytes {
                send(socket, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw PostgresError(description: "the connection broke") }
            sent += count
        }
        output.removeAll(keepingCapacity: true)
    }

    /// Reads until the server is ready so many times; the rows of each statement.
    private func answers(until ready: Int) throws -> [[[[UInt8]]]] {
        var results: [[[[UInt8]]]] = []
        var rows: [[[UInt8]]] = []
        var failure: String?
        var left = ready
        while left > 0 {
            let kind = try take(1)[0]
            let body = try take(Int(Self.number(try take(4))) - 4)
            switch kind {
            case UInt8(ascii: "D"): rows.append(Self.row(body))
            case UInt8(ascii: "C"):
                results.append(rows)
                rows = []
            case UInt8(ascii: "E"):
                // The field M is the message (chapter 55.8).
                let fields = body.split(separator: 0)
                failure = fields.first { $0.first == UInt8(ascii: "M") }.map {
                    String(decoding: $0.dropFirst(), as: UTF8.self)
                }
            case UInt8(ascii: "Z"): left -= 1
            default: break
            }
        }
        if let failure { throw PostgresError(description: failure) }
        return results
    }

    private func take(_ count: Int) throws -> ArraySlice<UInt8> {
        while input.count - at < count {
            if at > 0 {
                input.removeFirst(at)
                at = 0
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let got = recv(socket, &chunk, chunk.count, 0)
            guard got > 0 else { throw PostgresError(description: "the connection broke") }
            input += chunk[..<got]
        }
        defer { at += count }
        return Array(input[at..<at + count])[...]
    }

    private static func row(_ body: ArraySlice<UInt8>) -> [[UInt8]] {
        var rest = body.dropFirst(2)
        var values: [[UInt8]] = []
        while rest.count >= 4 {
            let length = Int(number(rest.prefix(4)))
            rest = rest.dropFirst(4)
            values.append(length < 0 ? [] : Array(rest.prefix(length)))
            rest = rest.dropFirst(max(0, length))
        }
        return values
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int32 {
        Int32(bitPattern: bytes.reduce(0) { $0 << 8 | UInt32($1) })
    }

    /// A whole number, the highest byte first.
    public static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    /// An array in binary form: one dimension, no nulls, elements of a type.
    public static func array(of type: Int32, _ elements: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = bytes(Int32(1)) + self.bytes(Int32(0)) + self.bytes(type)
        bytes += self.bytes(Int32(elements.count)) + self.bytes(Int32(1))
        for element in elements { bytes += self.bytes(Int32(element.count)) + element }
        return bytes
    }

    /// The types of elements (`pg_type.oid`).
    public static let int8: Int32 = 20
    public static let bytea: Int32 = 17
}
