// What a connection must do next, decided purely: the lane feeds bytes and performs the steps. One request is in
// hand at a time, so answers keep the order of requests (RFC 9112 section 9.3.2) without a queue of them.

/// The state of one connection between its bytes and its answers; a few bytes of memory.
public struct ConnectionMachine: Sendable, Equatable {
    /// What the lane must do next.
    public enum Step: Sendable, Equatable {
        /// Wait for input.
        case more
        /// Answer the whole request that the parser holds: `beginAnswer`, write, `endAnswer`.
        case request
        /// Answer `OPTIONS *` in the server's own name, like a request.
        case serverOptions
        /// Write a refusal; `beginRefusal` says how.
        case refuse(WireProblem)
        /// The client waits to be asked for its body: answer from the head alone with `beginEarlyAnswer`, or write
        /// `100 Continue` and ask again.
        case expectation
        /// A refused body is over: begin the next request, then ask again.
        case skipped
        /// Nothing until an answer was given, or the connection closes.
        case wait
        /// Close: nothing more is due.
        case close
    }

    /// What the `Connection` field of an answer must say.
    public enum Persistence: UInt8, Sendable {
        /// Nothing: HTTP/1.1 persists by itself.
        case implied
        /// `keep-alive`, for an HTTP/1.0 client that asked.
        case announced
        /// `close`.
        case close
    }

    /// What a deadline waits for.
    public enum Waiting: UInt8, Sendable, CaseIterable {
        /// The TLS handshake.
        case handshake
        /// The first request of a connection, or the rest of a head.
        case head
        /// The rest of a body.
        case body
        /// A late answer.
        case answer
        /// A client that reads slowly.
        case write
        /// The next request.
        case idle
        /// The client to see that the connection ends.
        case linger
    }

    private enum Phase: UInt8, Sendable {
        case receiving, discarding, answering, closing
    }

    private var phase = Phase.receiving
    private var mustClose = false
    /// Whether the client will send no more (it may still read).
    public var inputEnded = false
    /// Whether the server is stopping: each answer ends its connection.
    public var isDraining = false

    /// A connection that was just accepted.
    public init() {}

    /// Whether the next bytes begin a request, or go on with one.
    public var isReceiving: Bool { phase == .receiving }
    /// Whether an answer is being made elsewhere.
    public var awaitsAnswer: Bool { phase == .answering }
    /// Whether no further request will be read.
    public var isClosing: Bool { phase == .closing }
    /// Whether a refused body is being read and dropped.
    public var isDiscarding: Bool { phase == .discarding }

    /// Reads on.
    ///
    /// - Parameters:
    ///   - parser: the parser of the request in hand.
    ///   - bytes: the request from its first byte on.
    ///   - count: how many bytes there are; less afterwards when bytes were squeezed out.
    ///   - limits: what a request may take.
    ///   - isSecure: whether the connection is encrypted.
    public mutating func next(
        _ parser: inout RequestParser,
        _ bytes: UnsafeMutablePointer<UInt8>,
        count: inout Int,
        limits: WireLimits,
        isSecure: Bool
    ) -> Step {
        switch phase {
        case .answering: return .wait
        case .closing: return .close
        case .receiving:
            if !parser.headIsDone {
                switch parser.parseHead(bytes, count: count, limits: limits) {
                case .more: return starved(parser, count: count)
                case .malformed(let problem): return refuseAndClose(problem)
                case .done: break
                }
                // What follows may be meant for a tunnel.
                if parser.head.method == .connect { return refuseAndClose(.unknownMethod) }
                if let problem = Self.judge(parser.head, limits: limits, isSecure: isSecure) {
                    return refuseEarly(problem, &parser, limits: limits)
                }
                // Not when the body is already coming (RFC 9110 section 10.1.1). No other body is refused by what the
                // head asks for before it is whole: a fault of the framing must not be hidden by such an answer.
                if parser.head.expectation == .continue, parser.head.framing != .none,
                    count == parser.head.end, !inputEnded
                {
                    return .expectation
                }
            }
            switch parser.parseBody(bytes, count: &count, limits: limits) {
            case .more: return starved(parser, count: count)
            case .malformed(let problem): return refuseAndClose(problem)
            case .done: return parser.head.isAsterisk ? .serverOptions : .request
            }
        case .discarding:
            switch parser.parseBody(bytes, count: &count, limits: limits) {
            case .more:
                if inputEnded { phase = .closing }
                return inputEnded ? .close : .more
            case .malformed:
                phase = .closing
                return .close
            case .done:
                phase = .receiving
                return .skipped
            }
        }
    }

    /// What the head alone rules out.
    private static func judge(_ head: RequestHead, limits: WireLimits, isSecure: Bool) -> WireProblem? {
        // An https URI must not be served without TLS (RFC 9110 section 7.4).
        if head.isSecureTarget, !isSecure { return .misdirected }
        if head.method == nil { return .unknownMethod }
        if case .length(let length) = head.framing, length > limits.maxBodyBytes { return .bodyTooLarge }
        if head.expectation == .unknown { return .unknownExpectation }
        if head.framing != .none, head.hasContentCoding { return .unsupportedContentCoding }
        // Nothing here can be set in part (RFC 9110 section 14.5).
        if head.hasContentRange, head.method == .put { return .partialPut }
        return nil
    }

    private mutating func starved(_ parser: RequestParser, count: Int) -> Step {
        guard inputEnded || isDraining && !parser.hasBegun(count: count) else { return .more }
        if parser.hasBegun(count: count) { return refuseAndClose(.incompleteRequest) }
        phase = .closing
        return .close
    }

    private mutating func refuseAndClose(_ problem: WireProblem) -> Step {
        mustClose = true
        return .refuse(problem)
    }

    /// Refuses a request whose framing is sure: its body is read and dropped, if it is small enough and if the
    /// client, seeing the refusal, is bound to send it.
    private mutating func refuseEarly(
        _ problem: WireProblem,
        _ parser: inout RequestParser,
        limits: WireLimits
    ) -> Step {
        switch parser.head.framing {
        case .none: break
        case .length(let length):
            if length > limits.maxDiscardedBytes || parser.head.expectation != .none { mustClose = true }
        case .chunked:
            if parser.head.expectation != .none { mustClose = true }
        }
        if !mustClose {
            parser.discardBody()
            phase = .discarding
        }
        return .refuse(problem)
    }

    /// Begins an answer from the head alone to a client that waits to be asked for its body. Whether it sends the body
    /// all the same cannot be known, so the connection ends.
    ///
    /// - Returns: what the answer's `Connection` field must say.
    public mutating func beginEarlyAnswer(_ head: RequestHead) -> Persistence {
        mustClose = true
        return beginAnswer(head)
    }

    /// Begins the answer to the request in hand.
    ///
    /// - Parameter head: the head of the request.
    /// - Returns: what the answer's `Connection` field must say.
    public mutating func beginAnswer(_ head: RequestHead) -> Persistence {
        phase = .answering
        if !head.keepAlive || isDraining || inputEnded { mustClose = true }
        return mustClose ? .close : head.minorVersion == 0 ? .announced : .implied
    }

    /// Begins a refusal. What follows in the input is dropped if the framing is sure, else the connection closes.
    public mutating func beginRefusal(_ head: RequestHead) -> Persistence {
        let wasDiscarding = phase == .discarding
        let persistence = beginAnswer(head)
        if wasDiscarding, !mustClose { phase = .discarding }
        return persistence
    }

    /// Makes the answer the last one of the connection.
    public mutating func closeAfterAnswer() { mustClose = true }

    /// The answer was written (or is on its way): the next request may be read.
    public mutating func endAnswer() {
        guard phase == .answering else { return }
        phase = mustClose ? .closing : .receiving
    }

    /// A deadline passed.
    ///
    /// - Parameters:
    ///   - waiting: what the deadline was for.
    ///   - hasBegun: whether part of a request was received.
    public mutating func expired(_ waiting: Waiting, hasBegun: Bool) -> Step {
        switch waiting {
        case .head, .body:
            // Where nothing was asked or the answer already went out, no answer is due.
            guard hasBegun, phase == .receiving else { break }
            return refuseAndClose(.requestTimeout)
        case .answer:
            mustClose = true
            return .refuse(.answerTimeout)
        case .handshake, .write, .idle, .linger: break
        }
        phase = .closing
        return .close
    }
}
