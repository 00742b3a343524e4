// Answering: what the responder gives, what the server refuses, and what comes late.

import HTTPWire

extension Lane {
    /// Answers a whole request.
    func answer(_ place: Int, _ parser: RequestParser, _ bytes: UnsafeMutablePointer<UInt8>) {
        let content = UnsafeRawBufferPointer(
            start: bytes + parser.head.end,
            count: parser.bodyEnd - parser.head.end
        )
        withJoinedFields(parser, bytes) { head, base in answer(place, head, base, body: content) }
    }

    /// Answers from the head alone, where it rules the request out; false when the body is needed to tell.
    func answerEarly(_ place: Int, _ parser: RequestParser, _ bytes: UnsafeMutablePointer<UInt8>) -> Bool {
        let connection = connections + place
        let refusal = withJoinedFields(parser, bytes) { head, base in
            withUnsafePointer(to: head) { refusalOfHead(place, base, $0) }
        }
        guard let refusal else { return false }
        counters.count(.requests)
        let context = AnswerContext(
            omitsBody: parser.head.method == .head,
            persistence: connection.pointee.machine.beginEarlyAnswer(parser.head)
        )
        scratch.clear(keeping: 1_024)
        trace.append(for: parser.head, at: bytes, to: &scratch)
        write(.response(refusal), context, trace: scratch.bytes)
        connection.pointee.machine.endAnswer()
        connection.pointee.owesLinger = true
        return true
    }

    /// What a head alone is refused for, if anything.
    private func refusalOfHead(
        _ place: Int,
        _ base: UnsafePointer<UInt8>,
        _ head: UnsafePointer<RequestHead>
    ) -> Response? {
        responder.refusal(
            of: RequestView(
                base: base,
                head: head,
                body: UnsafeRawBufferPointer(start: nil, count: 0),
                peerIsLoopback: connections[place].peerIsLoopback,
                clientOrganisation: connections[place].tls?.organisation,
                mailbox: mailbox,
                connection: .max
            )
        )
    }

    /// Shows a head whose repeated fields are joined.
    private func withJoinedFields<Result>(
        _ parser: RequestParser,
        _ bytes: UnsafeMutablePointer<UInt8>,
        _ body: (RequestHead, UnsafeMutablePointer<UInt8>) -> Result
    ) -> Result {
        if parser.head.repeated == 0 { return body(parser.head, bytes) }
        var joined = parser.joiningRepeatedFields(bytes)
        return joined.bytes.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("a head has bytes") }
            return body(joined.head, base)
        }
    }

    private func answer(
        _ place: Int,
        _ received: RequestHead,
        _ base: UnsafeMutablePointer<UInt8>,
        body: UnsafeRawBufferPointer
    ) {
        let connection = connections + place
        counters.count(.requests)
        var head = received
        var context = AnswerContext(
            omitsBody: head.method == .head,
            persistence: connection.pointee.machine.beginAnswer(head)
        )
        let wanted = head.range(of: .acceptEncoding)
        if !wanted.isAbsent {
            context.coding = ContentCoding.choice(
                UnsafeRawBufferPointer(start: base + Int(wanted.start), count: wanted.count)
            )
            // Nothing is done for a client that could not be told of it. What has no content, or is refused for another reason,
            // is answered all the same: an error is better read in a form that was not asked for than not at all.
            if context.coding == .nothing, head.method != .options {
                if let refusal = withUnsafePointer(to: head, { refusalOfHead(place, base, $0) }) {
                    scratch.clear(keeping: 1_024)
                    trace.append(for: head, at: base, to: &scratch)
                    context.coding = .identity
                    give(place, .now(refusal), context)
                    return
                }
                counters.countRefusal(.unacceptableCoding)
                writeRefusal(.unacceptableCoding, head, at: base, context.persistence, omitsBody: context.omitsBody)
                connection.pointee.machine.endAnswer()
                return
            }
            if context.coding == .nothing { context.coding = .identity }
        }
        let mayKeep = heads.stage(received, base)
        // What is read in its plain form has not the tag of the compressed one (RFC 9110 section 13.1); what is written has
        // both.
        let isPlain = context.coding == .identity && (head.method == .get || head.method == .head)
        if !isPlain, !head.range(of: .ifNoneMatch).isAbsent || !head.range(of: .ifMatch).isAbsent {
            context.knowsGzip = head.removeCodingFromTags(at: base)
        }
        let answer = withUnsafePointer(to: head) { ask(place, base, $0, body) }
        if mayKeep, case .prepared = answer {
            connection.pointee.knownHead = heads.keep(
                head,
                base,
                coding: context.coding,
                knowsGzip: context.knowsGzip
            )
        }
        scratch.clear(keeping: 1_024)
        trace.append(for: head, at: base, to: &scratch)
        give(place, answer, context)
    }

    /// Answers a request whose head came before: what it means, and what the client takes, is known. With it go those
    /// behind it that are the same, byte for byte: all were sent before the block was read, so an answer that is made
    /// after that is new enough for each of them.
    ///
    /// - Parameters:
    ///   - bytes: where the request begins in the block.
    ///   - count: bytes of the block from there on.
    /// - Returns: how many bytes were answered.
    func answerKnown(
        _ place: Int,
        _ known: UnsafePointer<KnownHeads.Known>,
        _ bytes: UnsafePointer<UInt8>,
        count: Int
    ) -> Int {
        let connection = connections + place
        let length = known.pointee.count
        var context = AnswerContext(
            omitsBody: false,
            persistence: connection.pointee.machine.beginAnswer(known.pointee.head.pointee),
            coding: known.pointee.coding,
            knowsGzip: known.pointee.knowsGzip
        )
        let answer = ask(
            place,
            known.pointee.base,
            known.pointee.head,
            UnsafeRawBufferPointer(start: nil, count: 0),
            knownHead: known.pointee.serial
        )
        guard case .prepared(let response) = answer else {
            counters.count(.requests)
            scratch.clear(keeping: 1_024)
            trace.appendMade(to: &scratch)
            give(place, answer, context)
            return length
        }
        let form = context.coding == .identity ? response : coded(response, context)
        var used = 0
        while true {
            scratch.clear(keeping: 1_024)
            trace.appendMade(to: &scratch)
            ResponseWriter.write(form, context, date: date, trace: scratch.bytes, to: &out)
            connection.pointee.machine.endAnswer()
            used += length
            guard !isStopped(place), connection.pointee.machine.isReceiving,
                heads.recall(connection.pointee.knownHead, bytes + used, count: count - used) != nil
            else { break }
            context.persistence = connection.pointee.machine.beginAnswer(known.pointee.head.pointee)
        }
        let requests = used / length
        counters.count(.requests, requests)
        answered += requests
        if requests > 1 { responder.noteRepeats(of: response, count: requests - 1) }
        return used
    }

    /// Hands a request to the responder.
    private func ask(
        _ place: Int,
        _ base: UnsafeRawPointer,
        _ head: UnsafePointer<RequestHead>,
        _ body: UnsafeRawBufferPointer,
        knownHead: UInt64 = 0
    ) -> Answer {
        responder.respond(
            to: RequestView(
                base: base,
                head: head,
                body: body,
                peerIsLoopback: connections[place].peerIsLoopback,
                clientOrganisation: connections[place].tls?.organisation,
                knownHead: knownHead,
                mailbox: mailbox,
                connection: UInt64(UInt32(place)) << 32 | UInt64(nextTicket)
            )
        )
    }

    /// Writes what the responder answered, or notes what its late answer will need. `scratch` holds the trace fields.
    private func give(_ place: Int, _ answer: Answer, _ context: AnswerContext) {
        let connection = connections + place
        switch answer {
        case .prepared(let response):
            let form = context.coding == .identity ? response : coded(response, context)
            ResponseWriter.write(form, context, date: date, trace: scratch.bytes, to: &out)
        case .now(let response): write(.response(response), context, trace: scratch.bytes)
        case .later:
            connection.pointee.late = LateAnswer(context: context, trace: Array(scratch.bytes), began: stamp)
            connection.pointee.ticket = nextTicket
            nextTicket &+= 1
            return
        }
        answered += 1
        connection.pointee.machine.endAnswer()
    }

    private func write(_ reply: Reply, _ context: AnswerContext, trace: UnsafeRawBufferPointer) {
        switch reply {
        case .prepared(let response):
            ResponseWriter.write(coded(response, context), context, date: date, trace: trace, to: &out)
        case .response(let response):
            ResponseWriter.write(coded(response, context), context, date: date, trace: trace, to: &out)
        }
    }

    /// `OPTIONS *` asks about the server as a whole (RFC 9110 section 9.3.7).
    func answerOptions(_ place: Int, _ parser: RequestParser, _ bytes: UnsafeMutablePointer<UInt8>) {
        let context = AnswerContext(
            omitsBody: false,
            persistence: connections[place].machine.beginAnswer(parser.head)
        )
        scratch.clear(keeping: 1_024)
        trace.append(for: parser.head, at: bytes, to: &scratch)
        ResponseWriter.write(Self.options, context, date: date, trace: scratch.bytes, to: &out)
        connections[place].machine.endAnswer()
    }

    private static let options = PreparedResponse(
        status: 200,
        fields: [Response.Field("Allow", "GET, HEAD, POST, PUT, OPTIONS")]
    )

    /// Answers a request in the server's own name.
    func refuse(
        _ place: Int,
        _ problem: WireProblem,
        _ parser: RequestParser,
        at bytes: UnsafeMutablePointer<UInt8>
    ) {
        counters.countRefusal(problem)
        let persistence = connections[place].machine.beginRefusal(parser.head)
        writeRefusal(problem, parser.head, at: bytes, persistence, omitsBody: parser.head.method == .head)
        connections[place].machine.endAnswer()
        connections[place].owesLinger = true
    }

    func writeRefusal(
        _ problem: WireProblem,
        _ head: RequestHead,
        at base: UnsafeRawPointer?,
        _ persistence: ConnectionMachine.Persistence,
        omitsBody: Bool
    ) {
        scratch.clear(keeping: 1_024)
        if let base {
            trace.append(for: head, at: base, to: &scratch)
        } else {
            trace.appendMade(to: &scratch)
        }
        ResponseWriter.write(
            problem.prepared,
            AnswerContext(omitsBody: omitsBody, persistence: persistence),
            date: date,
            trace: scratch.bytes,
            to: &out
        )
    }

    /// A late answer arrived.
    func finish(_ reply: Reply, id: UInt64) {
        let place = Int(id >> 32)
        guard place < usedPlaces, connections[place].descriptor >= 0,
            connections[place].ticket == UInt32(truncatingIfNeeded: id), let late = connections[place].late
        else { return }
        connections[place].late = nil
        beginTurn()
        late.trace.withUnsafeBytes { write(reply, late.context, trace: $0) }
        connections[place].machine.endAnswer()
        connections[place].renewsDeadline = true
        lateStarts.append(late.began)
        serveOn(place)
    }

    /// A deadline passed.
    func expire(_ place: Int) {
        let connection = connections + place
        guard connection.pointee.descriptor >= 0 else { return }
        let waiting = connection.pointee.waiting
        counters.countDeadline(waiting)
        beginTurn()
        let input = connection.pointee.input
        let hasBegun = input.map { $0.parser.hasBegun(count: $0.buffer.count) } ?? false
        let step = connection.pointee.machine.expired(waiting, hasBegun: hasBegun)
        guard case .refuse(let problem) = step else {
            close(place)
            return
        }
        if let late = connection.pointee.late {
            connection.pointee.late = nil
            counters.countRefusal(problem)
            writeRefusal(problem, RequestHead(), at: nil, .close, omitsBody: late.context.omitsBody)
            connection.pointee.machine.endAnswer()
        } else if let input {
            refuse(place, problem, input.parser, at: input.buffer.start)
        }
        guard sendTurn(place) else { return }
        settle(place)
    }
}
