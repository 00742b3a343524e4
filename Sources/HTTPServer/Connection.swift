import HTTPWire

/// What a lane keeps of one connection. While it is idle this is all there is: no buffer, no timer, no object.
struct Connection {
    /// The socket, or -1 in a free place.
    var descriptor: Int32 = -1
    /// Tells this connection from earlier ones in the same place, for events that come late.
    var generation: UInt32 = 0
    /// The request whose late answer is awaited.
    var ticket: UInt32 = 0
    var machine = ConnectionMachine()
    /// Where the lane keeps the last head that came here, if it does.
    var knownHead = KnownHeads.nowhere
    /// What the armed deadline waits for.
    var waiting = ConnectionMachine.Waiting.head
    /// Whether the deadline must be set anew although what it waits for has the same name.
    var renewsDeadline = true
    /// Whether the socket may hold input that was not read: the last read filled the buffer, or none was tried.
    var mayHaveInput = false
    /// Whether the last thing to read is the end.
    var hasHungUp = false
    /// Whether the connection is over and only waits for the client to notice.
    var isLingering = false
    /// Whether the client may still be sending although the connection is to close.
    var owesLinger = false
    /// Whether it was let in, and so must be counted out.
    var isAdmitted = false
    /// Whether it stands in the lane's list of those to be served again.
    var isQueued = false
    /// Turns of which the answers are written and wait to be sent with the batch; two at most, one for a late answer
    /// and one for an event.
    var unsentTurns: UInt8 = 0
    var peerIsLoopback = false
    /// Whether a request was ever answered here: before that, silence is a slow head, after it an idle connection.
    var hasAsked = false
    /// The client's address, as limits count it.
    var address: UInt64 = 0
    /// Whether the client ended its TLS session.
    var sessionEnded = false
    /// Whether the first bytes of a TLS connection were looked at.
    var hasGreeted = false
    /// The TLS session; nil on a plain connection.
    var tls: TLSSession?
    /// A request of which a part came, or requests that wait.
    var input: PendingInput?
    /// Output that the socket did not take.
    var output: PendingOutput?
    /// What the late answer needs.
    var late: LateAnswer?

    /// Whether nothing is in hand.
    var isIdle: Bool { input == nil && output == nil && !machine.awaitsAnswer && !machine.isDiscarding }
}

/// Input that must be kept until more comes, or until an answer was given.
final class PendingInput {
    var buffer: OutputBuffer
    var parser: RequestParser
    /// Whether whole requests may lie in the buffer.
    var isUnparsed: Bool

    init(_ bytes: UnsafeRawBufferPointer, parser: RequestParser, isUnparsed: Bool) {
        buffer = OutputBuffer(capacity: max(1_024, bytes.count))
        buffer.append(bytes)
        self.parser = parser
        self.isUnparsed = isUnparsed
    }
}

/// Output that waits for the client to read.
final class PendingOutput {
    var buffer: OutputBuffer
    /// Bytes that the socket took.
    var sent = 0
    /// Bytes sent when the write deadline was last set.
    var sentAtDeadline = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        buffer = OutputBuffer(capacity: max(1_024, bytes.count))
        buffer.append(bytes)
    }
}

/// What is remembered of a request until its late answer comes.
final class LateAnswer {
    let context: AnswerContext
    let trace: [UInt8]
    /// Nanoseconds of the monotonic clock when the request was read.
    let began: UInt64

    init(context: AnswerContext, trace: [UInt8], began: UInt64) {
        self.context = context
        self.trace = trace
        self.began = began
    }
}
