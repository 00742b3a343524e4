// `X-Request-Id`, mirrored or made, and `traceparent`, passed on: how an answer is found again in two logs.

/// Writes the field lines that tie an answer to its request. One of these belongs to each lane.
public struct TraceFields: Sendable {
    /// Longest request id that is mirrored, in bytes. Default 128. Blocks using answers as an amplifier.
    private static let maxIDBytes = 128
    /// `X-Request-Id: ` and what all ids of this lane begin with.
    private let prefix: [UInt8]
    private var made: UInt32 = 0

    /// - Parameter seed: what tells this lane and this start of the server from all others.
    public init(seed: UInt64) {
        var text = OutputBuffer(capacity: 32)
        text.append("X-Request-Id: ")
        text.appendHexadecimal(seed, digits: 12)
        text.append(UInt8(ascii: "-"))
        prefix = Array(text.bytes)
    }

    /// Appends the lines for a request.
    public mutating func append(for head: RequestHead, at base: UnsafeRawPointer, to out: inout OutputBuffer) {
        let id = head.range(of: .requestID)
        if !id.isAbsent, head.repeated & 1 << UInt16(KnownField.requestID.rawValue) == 0, id.count > 0,
            id.count <= Self.maxIDBytes
        {
            let value = UnsafeRawBufferPointer(start: base + Int(id.start), count: id.count)
            if value.allSatisfy(Self.isSafe) {
                out.append("X-Request-Id: ")
                out.append(value)
                out.append("\r\n")
            } else {
                appendMade(to: &out)
            }
        } else {
            appendMade(to: &out)
        }
        let parent = head.range(of: .traceparent)
        if !parent.isAbsent, head.repeated & 1 << UInt16(KnownField.traceparent.rawValue) == 0 {
            let value = UnsafeRawBufferPointer(start: base + Int(parent.start), count: parent.count)
            if Self.isTraceparent(value) {
                out.append("traceparent: ")
                out.append(value)
                out.append("\r\n")
            }
        }
    }

    /// Appends a line with a new id.
    public mutating func appendMade(to out: inout OutputBuffer) {
        out.append(prefix)
        out.appendHexadecimal(made)
        out.append("\r\n")
        made &+= 1
    }

    /// Letters, digits and `-_.:/+=@~`: nothing that a log or a shell could take for more than text.
    static func isSafe(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"):
            true
        case UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "~"): true
        default: false
        }
    }

    /// `version-traceid-parentid-flags` of version 00, ids not all zero (W3C Trace Context section 3.2.2).
    static func isTraceparent(_ value: UnsafeRawBufferPointer) -> Bool {
        guard value.count == 55 else { return false }
        var traceIsZero = true
        var parentIsZero = true
        for index in 0..<55 {
            let octet = value[index]
            switch index {
            case 2, 35, 52: guard octet == UInt8(ascii: "-") else { return false }
            case 0, 1: guard octet == UInt8(ascii: "0") else { return false }
            default:
                guard Octet.isDigit(octet) || octet >= UInt8(ascii: "a") && octet <= UInt8(ascii: "f") else {
                    return false
                }
                if index < 35, octet != UInt8(ascii: "0") { traceIsZero = false }
                if index > 35, index < 52, octet != UInt8(ascii: "0") { parentIsZero = false }
            }
        }
        return !traceIsZero && !parentIsZero
    }
}
