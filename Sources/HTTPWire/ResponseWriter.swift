// Answers as bytes (RFC 9112 section 4): what the responder gave, and what the server adds to each.

/// What is known of a request when its answer is written, perhaps long after.
public struct AnswerContext: Sendable {
    /// Whether the body is left out because the method was HEAD.
    public var omitsBody: Bool
    /// What `Connection` must say.
    public var persistence: ConnectionMachine.Persistence
    /// What the client takes the answer in.
    public var coding: ContentCoding.Choice
    /// Whether the client named the entity tag of a compressed form.
    public var knowsGzip: Bool

    /// A context from its parts.
    public init(
        omitsBody: Bool,
        persistence: ConnectionMachine.Persistence,
        coding: ContentCoding.Choice = .identity,
        knowsGzip: Bool = false
    ) {
        self.omitsBody = omitsBody
        self.persistence = persistence
        self.coding = coding
        self.knowsGzip = knowsGzip
    }
}

/// Writes answers into a buffer. `trace` in all of them are whole field lines made by `TraceFields`.
public enum ResponseWriter {
    /// Writes an answer that was serialised before.
    public static func write(
        _ response: PreparedResponse,
        _ context: AnswerContext,
        date: DateText,
        trace: UnsafeRawBufferPointer,
        to out: inout OutputBuffer
    ) {
        response.bytes.withUnsafeBytes { bytes in
            out.append(UnsafeRawBufferPointer(rebasing: bytes[..<response.bodyStart]))
            finishHead(context, date: date, trace: trace, to: &out)
            if !context.omitsBody {
                out.append(UnsafeRawBufferPointer(rebasing: bytes[response.bodyStart...]))
            }
        }
    }

    /// Writes an answer.
    public static func write(
        _ response: Response,
        _ context: AnswerContext,
        date: DateText,
        trace: UnsafeRawBufferPointer,
        to out: inout OutputBuffer
    ) {
        ResponseText.appendHead(
            status: response.status,
            fields: response.fields,
            bodyCount: response.body.count,
            to: &out
        )
        finishHead(context, date: date, trace: trace, to: &out)
        if !context.omitsBody { out.append(response.body) }
    }

    /// Writes the interim answer that asks for a body (RFC 9110 section 15.2.1).
    public static func writeContinue(to out: inout OutputBuffer) {
        out.append("HTTP/1.1 100 Continue\r\n\r\n")
    }

    private static func finishHead(
        _ context: AnswerContext,
        date: DateText,
        trace: UnsafeRawBufferPointer,
        to out: inout OutputBuffer
    ) {
        date.withBytes { out.append($0) }
        out.append(trace)
        switch context.persistence {
        case .implied: out.append("\r\n")
        case .announced: out.append("Connection: keep-alive\r\n\r\n")
        case .close: out.append("Connection: close\r\n\r\n")
        }
    }
}
