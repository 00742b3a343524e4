// The incremental parser of one request. It is fed the bytes of a request from its first byte on, again and
// again as more arrive; what was understood is not looked at twice, except the line that was cut off. It touches
// nothing but the bytes it is given and itself, and allocates nothing.
//
// Strict by default (RFC 9112): lines end with CR LF, one space separates the parts of a request line, names are
// tokens, folded lines are refused. The leniencies, each asked for by the RFC: up to four empty lines before a
// request (section 2.2), HTTP/1.2 to HTTP/1.9 are read as HTTP/1.1 (RFC 9110 section 2.5), empty elements in
// lists (RFC 9110 section 5.6.1), white space around the parts of a chunk extension (section 7.1.1).

/// Parses one request: `parseHead` until it is done, then `parseBody` until it is done.
public struct RequestParser: Sendable {
    /// What feeding bytes led to.
    public enum Outcome: Sendable, Equatable {
        /// All is well so far; more bytes are needed.
        case more
        /// The request cannot be understood. Unless the head was already done, nothing after it can be either.
        case malformed(WireProblem)
        /// The head, or the body, is whole.
        case done
    }

    enum Stage: UInt8, Sendable {
        case requestLine, fields, fixedBody, chunkSize, chunkData, chunkEnd, trailers, done
    }

    /// What was understood of the head.
    public internal(set) var head = RequestHead()
    /// Offset after the last byte of the decoded body, which begins at `head.end`.
    public internal(set) var bodyEnd = 0
    /// Offset of the next byte that was not understood yet; after `done`, of the next request.
    public internal(set) var position = 0
    /// Bytes of a body that were dropped instead of kept.
    private var discarded = 0
    var stage = Stage.requestLine
    /// Offset of the first field line.
    var fieldsStart = 0
    /// Bytes still to come of the body or of the chunk.
    var remaining = 0
    /// Bytes of chunk extensions, then of trailers.
    var overhead = 0
    private var fieldLines = 0
    private var trailerLines = 0
    private var keepsBody = true
    private var contentLength = -1
    private var sawHost = false
    private var hostIsEmpty = false
    private var targetHasAuthority = false
    private var saysClose = false
    private var saysKeepAlive = false
    private var transferCoding = TransferCoding.none

    private enum TransferCoding: Sendable {
        case none, empty, chunked, unsupported, unsupportedThenChunked, invalid
    }

    /// A parser that waits for the first byte of a request.
    public init() {}

    /// Whether a request has begun within so many bytes; empty lines before one do not count.
    public func hasBegun(count: Int) -> Bool { stage != .requestLine || position < count }
    /// Whether the head is whole.
    public var headIsDone: Bool {
        switch stage {
        case .requestLine, .fields: false
        case .fixedBody, .chunkSize, .chunkData, .chunkEnd, .trailers, .done: true
        }
    }

    // MARK: Head

    /// Parses as much of the head as there is.
    ///
    /// - Parameters:
    ///   - bytes: the request from its first byte on.
    ///   - count: how many bytes there are.
    ///   - limits: what a head may take.
    public mutating func parseHead(_ bytes: UnsafePointer<UInt8>, count: Int, limits: WireLimits) -> Outcome {
        let end = min(count, limits.maxHeadBytes)
        if stage == .requestLine {
            let outcome = parseRequestLine(bytes, end: end, limits: limits)
            guard outcome == .done else { return bounded(outcome, count: count, limits: limits) }
            fieldsStart = position
            stage = .fields
        }
        while true {
            let outcome = parseFieldLine(bytes, end: end, limits: limits)
            guard outcome == .done else { return bounded(outcome, count: count, limits: limits) }
            if stage != .fields { return finishHead() }
        }
    }

    /// Needing more bytes than a head may have is a refusal.
    private func bounded(_ outcome: Outcome, count: Int, limits: WireLimits) -> Outcome {
        outcome == .more && count >= limits.maxHeadBytes ? .malformed(.headTooLarge) : outcome
    }

    /// One field line, or the empty line after the last one, which moves the stage on.
    private mutating func parseFieldLine(
        _ bytes: UnsafePointer<UInt8>,
        end: Int,
        limits: WireLimits
    ) -> Outcome {
        var line = FieldLine()
        switch line.scan(bytes, from: position, end: end) {
        case .more: return .more
        case .malformed: return .malformed(.malformedField)
        case .empty:
            position = line.next
            head.end = position
            stage = .done
            return .done
        case .field: break
        }
        fieldLines += 1
        if fieldLines > limits.maxFields { return .malformed(.tooManyFields) }
        position = line.next
        if let problem = note(line, bytes) { return .malformed(problem) }
        return .done
    }

    /// Takes in one well-formed field line.
    private mutating func note(_ line: FieldLine, _ bytes: UnsafePointer<UInt8>) -> WireProblem? {
        let start = line.valueStart
        let end = line.valueEnd
        switch FieldName.kind(bytes + line.nameStart, count: line.nameEnd - line.nameStart) {
        case .other: return nil
        case .contentRange:
            head.hasContentRange = true
            return nil
        case .known(let field):
            let index = Int(field.rawValue)
            if head.known[index].isAbsent {
                head.known[index] = ByteRange(start, end)
            } else {
                guard FieldName.mayRepeat(field) else { return .malformedField }
                head.repeated |= 1 << UInt16(index)
            }
            if field == .contentEncoding { noteContentEncoding(bytes, start, end) }
            return nil
        case .host:
            if sawHost { return .invalidHost }
            sawHost = true
            switch Authority.judge(bytes, start, end) {
            case .valid: return nil
            case .empty: hostIsEmpty = true
            case .invalid: return .invalidHost
            }
            return nil
        case .contentLength:
            // Even an equal repetition is refused: no client sends one, and proxies differ about it.
            if contentLength >= 0 { return .invalidLength }
            guard start < end else { return .invalidLength }
            var length = 0
            for index in start..<end {
                guard Octet.isDigit(bytes[index]) else { return .invalidLength }
                let (tenfold, overflow) = length.multipliedReportingOverflow(by: 10)
                let (sum, carry) = tenfold.addingReportingOverflow(Int(bytes[index] &- 0x30))
                if overflow || carry { return .invalidLength }
                length = sum
            }
            contentLength = length
            return nil
        case .transferEncoding:
            noteTransferEncoding(bytes, start, end)
            return nil
        case .connection:
            var elements = ListElements(bytes, from: start, to: end)
            while let element = elements.next() {
                let name = bytes + element.lowerBound
                if element.count == 5, FieldName.equals(name, "close") { saysClose = true }
                if element.count == 10, FieldName.equals(name, "keep-alive") { saysKeepAlive = true }
            }
            return nil
        case .expect:
            // An HTTP/1.0 expectation is ignored (RFC 9110 section 10.1.1).
            if head.minorVersion == 0 { return nil }
            var elements = ListElements(bytes, from: start, to: end)
            while let element = elements.next() {
                guard element.count == 12, FieldName.equals(bytes + element.lowerBound, "100-continue") else {
                    head.expectation = .unknown
                    return nil
                }
                if head.expectation == .none { head.expectation = .continue }
            }
            return nil
        }
    }

    /// Codings may lie on several lines: the list goes on (RFC 9110 section 5.3).
    private mutating func noteTransferEncoding(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
        if transferCoding == .none { transferCoding = .empty }
        var elements = ListElements(bytes, from: start, to: end)
        while let element = elements.next() {
            let isChunked = element.count == 7 && FieldName.equals(bytes + element.lowerBound, "chunked")
            switch transferCoding {
            case .none, .empty: transferCoding = isChunked ? .chunked : .unsupported
            case .unsupported: if isChunked { transferCoding = .unsupportedThenChunked }
            case .chunked, .unsupportedThenChunked, .invalid:
                // Nothing may follow chunked, least of all another chunked (RFC 9112 section 6.1).
                transferCoding = .invalid
            }
        }
    }

    private mutating func noteContentEncoding(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
        var elements = ListElements(bytes, from: start, to: end)
        while let element = elements.next() {
            guard element.count == 8, FieldName.equals(bytes + element.lowerBound, "identity") else {
                head.hasContentCoding = true
                return
            }
        }
    }

    /// Judges the head as a whole and decides about the body and the connection.
    private mutating func finishHead() -> Outcome {
        if head.minorVersion == 1 {
            guard sawHost else { return .malformed(.invalidHost) }
            head.keepAlive = !saysClose
        } else {
            head.keepAlive = saysKeepAlive && !saysClose
        }
        // An http URI has a host (RFC 9110 section 4.2.1); only `OPTIONS *` is about none.
        if hostIsEmpty, !targetHasAuthority, !head.isAsterisk { return .malformed(.invalidHost) }
        switch transferCoding {
        case .none:
            head.framing = contentLength > 0 ? .length(contentLength) : .none
        case .empty, .chunked, .unsupported, .unsupportedThenChunked, .invalid:
            // RFC 9112 section 6.1: faulty framing in HTTP/1.0, and with a length a sign of smuggling.
            guard head.minorVersion == 1 else { return .malformed(.invalidTransferCoding) }
            guard contentLength < 0 else { return .malformed(.conflictingFraming) }
            switch transferCoding {
            case .none, .empty, .unsupported, .invalid: return .malformed(.invalidTransferCoding)
            case .unsupportedThenChunked: return .malformed(.unsupportedTransferCoding)
            case .chunked: head.framing = .chunked
            }
        }
        bodyEnd = head.end
        switch head.framing {
        case .none: stage = .done
        case .length(let length):
            stage = .fixedBody
            remaining = length
        case .chunked: stage = .chunkSize
        }
        return .done
    }

    // MARK: Body

    /// Drops what arrives of the body from now on, instead of keeping it.
    public mutating func discardBody() { keepsBody = false }

    /// Parses as much of the body as there is, after the head is done. Chunks are joined in place, and what need
    /// not be kept is squeezed out of the buffer.
    ///
    /// - Parameters:
    ///   - bytes: the request from its first byte on.
    ///   - count: how many bytes there are; less afterwards when bytes were squeezed out.
    ///   - limits: what a body may take.
    public mutating func parseBody(
        _ bytes: UnsafeMutablePointer<UInt8>,
        count: inout Int,
        limits: WireLimits
    ) -> Outcome {
        let outcome = advanceBody(bytes, count: count, limits: limits)
        guard outcome == .more, bodyEnd < position else { return outcome }
        // Only a cut-off line can follow, so this moves few bytes.
        let rest = count - position
        UnsafeMutableRawPointer(bytes + bodyEnd).copyMemory(from: bytes + position, byteCount: rest)
        position = bodyEnd
        count = bodyEnd + rest
        return .more
    }

    private mutating func advanceBody(
        _ bytes: UnsafeMutablePointer<UInt8>,
        count: Int,
        limits: WireLimits
    ) -> Outcome {
        while true {
            switch stage {
            case .requestLine, .fields: preconditionFailure("the head comes first")
            case .done: return .done
            case .fixedBody, .chunkData:
                take(min(remaining, count - position), bytes)
                if remaining > 0 { return .more }
                if stage == .fixedBody {
                    stage = .done
                    return .done
                }
                stage = .chunkEnd
            case .chunkEnd:
                guard position < count else { return .more }
                guard bytes[position] == 0x0D else { return .malformed(.malformedChunk) }
                guard position + 1 < count else { return .more }
                guard bytes[position + 1] == 0x0A else { return .malformed(.malformedChunk) }
                position += 2
                stage = .chunkSize
            case .chunkSize:
                let outcome = parseChunkSize(bytes, end: count, limits: limits)
                guard outcome == .done else { return outcome }
                if remaining == 0 {
                    overhead = 0
                    stage = .trailers
                } else {
                    let room =
                        keepsBody
                        ? limits.maxBodyBytes - (bodyEnd - head.end) : limits.maxDiscardedBytes - discarded
                    guard remaining <= room else { return .malformed(.bodyTooLarge) }
                    stage = .chunkData
                }
            case .trailers:
                let outcome = parseTrailerLine(bytes, end: count, limits: limits)
                guard outcome == .done else { return outcome }
            }
        }
    }

    /// Moves body bytes to the end of what was decoded, or drops them.
    private mutating func take(_ count: Int, _ bytes: UnsafeMutablePointer<UInt8>) {
        if keepsBody {
            if bodyEnd != position {
                UnsafeMutableRawPointer(bytes + bodyEnd).copyMemory(from: bytes + position, byteCount: count)
            }
            bodyEnd += count
        } else {
            discarded += count
        }
        position += count
        remaining -= count
    }

    private mutating func parseTrailerLine(
        _ bytes: UnsafePointer<UInt8>,
        end: Int,
        limits: WireLimits
    ) -> Outcome {
        var line = FieldLine()
        // What lies beyond the limit is not looked at, so that the refusal does not depend on how the bytes came. The
        // empty line that ends the section is not counted.
        let bound = position + limits.maxTrailerBytes - overhead + 2
        switch line.scan(bytes, from: position, end: min(end, bound)) {
        case .more: return end >= bound ? .malformed(.headTooLarge) : .more
        case .malformed: return .malformed(.malformedTrailer)
        case .empty: stage = .done
        case .field:
            overhead += line.next - position
            trailerLines += 1
            if overhead > limits.maxTrailerBytes { return .malformed(.headTooLarge) }
            if trailerLines > limits.maxFields { return .malformed(.tooManyFields) }
        }
        position = line.next
        return .done
    }

    // MARK: What the request line sets

    mutating func noteAuthority() { targetHasAuthority = true }
}
