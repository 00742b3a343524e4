// The wire alone, without sockets: parse a request, answer it from prepared bytes, N times. `wire [N]` prints
// nanoseconds for each; under valgrind, two values of N show that a request allocates nothing.

import HTTPWire

let text = """
    GET /v1/capacity?zone=leamington HTTP/1.1\r
    Host: 127.0.0.1:8080\r
    User-Agent: poller/1.0\r
    Accept: application/json\r
    Authorization: Bearer 0123456789abcdef0123456789abcdef\r
    If-None-Match: "12345"\r
    \r\n
    """

func run(_ rounds: Int) -> Int {
    let prepared = PreparedResponse(
        status: 200,
        fields: [Response.Field("Content-Type", "application/json")],
        body: [UInt8](repeating: 0x20, count: 1_400)
    )
    let bytes = Array(text.utf8)
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
    buffer.update(from: bytes, count: bytes.count)
    var machine = ConnectionMachine()
    var out = OutputBuffer(capacity: 65_536)
    var scratch = OutputBuffer(capacity: 1_024)
    var trace = TraceFields(seed: 1)
    var date = DateText()
    date.update(second: 1_000_000_000)
    let limits = WireLimits()
    var sent = 0
    for _ in 0..<rounds {
        var parser = RequestParser()
        var count = bytes.count
        guard machine.next(&parser, buffer, count: &count, limits: limits, isSecure: false) == .request else {
            return -1
        }
        let context = AnswerContext(omitsBody: false, persistence: machine.beginAnswer(parser.head))
        scratch.clear(keeping: 1_024)
        trace.append(for: parser.head, at: buffer, to: &scratch)
        ResponseWriter.write(prepared, context, date: date, trace: scratch.bytes, to: &out)
        machine.endAnswer()
        sent += out.count
        out.clear(keeping: 65_536)
    }
    return sent
}

let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 1_000_000 : 1_000_000
let began = ContinuousClock.now
let sent = run(rounds)
let spent = ContinuousClock.now - began
print("\(sent / rounds) bytes, \(spent / rounds) a request")
