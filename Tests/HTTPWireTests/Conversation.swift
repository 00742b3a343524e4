import HTTPWire

/// Does with the connection machine what a lane does, without a socket, and writes down what happens.
enum Conversation {
    /// Feeds bytes cut at some places.
    ///
    /// - Returns: one line an event: `get /path`, `chunk of fields`, `refuse code keep`, `continue`, `close`.
    static func run(
        _ bytes: [UInt8],
        cuts: [Int] = [],
        endsInput: Bool = false,
        limits: WireLimits = WireLimits(),
        showsContinue: Bool = false,
        isSecure: Bool = false
    ) -> [String] {
        var events: [String] = []
        var machine = ConnectionMachine()
        var parser = RequestParser()
        var buffer: [UInt8] = []
        var bounds = [0] + cuts + [bytes.count]
        bounds.removeFirst()
        var start = 0
        for end in bounds {
            buffer += bytes[start..<end]
            start = end
            drive(&machine, &parser, &buffer, limits, isSecure, showsContinue, &events)
            if machine.isClosing { break }
        }
        if endsInput, !machine.isClosing {
            machine.inputEnded = true
            drive(&machine, &parser, &buffer, limits, isSecure, showsContinue, &events)
        }
        if machine.isClosing {
            events.append("close")
        } else if machine.isDiscarding {
            events.append("discarding")
        } else if parser.hasBegun(count: buffer.count) {
            events.append("unfinished")
        }
        return events
    }

    private static func drive(
        _ machine: inout ConnectionMachine,
        _ parser: inout RequestParser,
        _ buffer: inout [UInt8],
        _ limits: WireLimits,
        _ isSecure: Bool,
        _ showsContinue: Bool,
        _ events: inout [String]
    ) {
        while true {
            var count = buffer.count
            // One byte more than the content, so that an empty buffer has an address; never read.
            buffer.append(0xAA)
            var lines: [String] = []
            let step = buffer.withUnsafeMutableBufferPointer { pointer -> ConnectionMachine.Step in
                guard let base = pointer.baseAddress else { return .close }
                let step = machine.next(&parser, base, count: &count, limits: limits, isSecure: isSecure)
                if step == .request || step == .serverOptions {
                    let persistence = machine.beginAnswer(parser.head)
                    lines = describe(parser, base, persistence)
                }
                return step
            }
            buffer.removeLast(buffer.count - count)
            switch step {
            case .more, .wait, .close: return
            case .expectation: if showsContinue { events.append("continue") }
            case .request, .serverOptions:
                events += lines
                machine.endAnswer()
                buffer.removeFirst(parser.position)
                parser = RequestParser()
            case .refuse(let problem):
                let persistence = machine.beginRefusal(parser.head)
                machine.endAnswer()
                events.append("refuse \(problem.code)\(persistence == .close ? "" : " and go on")")
            case .skipped:
                buffer.removeFirst(parser.position)
                parser = RequestParser()
            }
        }
    }

    private static func describe(
        _ parser: RequestParser,
        _ base: UnsafeMutablePointer<UInt8>,
        _ persistence: ConnectionMachine.Persistence
    ) -> [String] {
        var joined = (
            bytes: Array(UnsafeBufferPointer(start: base, count: parser.head.end)), head: parser.head
        )
        if parser.head.repeated != 0 { joined = parser.joiningRepeatedFields(base) }
        let mailbox = CollectingMailbox()
        let body = UnsafeRawBufferPointer(
            start: base + parser.head.end,
            count: parser.bodyEnd - parser.head.end
        )
        return withExtendedLifetime(mailbox) {
            joined.bytes.withUnsafeBytes { buffer in
                withUnsafePointer(to: joined.head) { head in
                    guard let first = buffer.baseAddress else { return [] }
                    let view = RequestView(
                        base: first,
                        head: head,
                        body: body,
                        peerIsLoopback: true,
                        mailbox: mailbox,
                        connection: 0
                    )
                    return describe(view.copy(), persistence)
                }
            }
        }
    }

    private static func describe(_ request: Request, _ persistence: ConnectionMachine.Persistence) -> [String] {
        var line = "\(request.method) \(request.path)"
        if let query = request.query { line += "?\(query)" }
        if !request.body.isEmpty {
            line +=
                request.body.count > 200
                ? " with \(request.body.count) bytes"
                : " with \(String(decoding: request.body, as: UTF8.self))"
        }
        switch persistence {
        case .implied: break
        case .announced: line += ", keep-alive"
        case .close: line += ", then close"
        }
        let fields = request.fields.sorted { $0.key.rawValue < $1.key.rawValue }
        return [line] + fields.map { "  \($0.key): \($0.value)" }
    }
}
