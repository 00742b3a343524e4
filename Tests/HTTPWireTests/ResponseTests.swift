import HTTPWire
import Testing

@Suite("Answers as bytes")
struct ResponseTests {
    private func written(_ reply: Reply, _ context: AnswerContext) -> String {
        var out = OutputBuffer(capacity: 16)
        var date = DateText()
        date.update(second: 784_111_777)
        let trace = Array("X-Request-Id: 1\r\n".utf8)
        trace.withUnsafeBytes { trace in
            switch reply {
            case .response(let response):
                ResponseWriter.write(response, context, date: date, trace: trace, to: &out)
            case .prepared(let response):
                ResponseWriter.write(response, context, date: date, trace: trace, to: &out)
            }
        }
        return String(decoding: out.bytes, as: UTF8.self)
    }

    private let plain = AnswerContext(omitsBody: false, persistence: .implied)

    @Test("a response and its prepared form are written alike")
    func alike() {
        let response = Response(status: 201, fields: [.init("Location", "/x")], body: Array("hi".utf8))
        let text =
            "HTTP/1.1 201 Created\r\nLocation: /x\r\nContent-Length: 2\r\n"
            + "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Request-Id: 1\r\n\r\nhi"
        #expect(written(.response(response), plain) == text)
        #expect(written(.prepared(PreparedResponse(response)), plain) == text)
    }

    @Test("HEAD keeps the length and leaves the body out")
    func head() {
        let text = written(
            .response(Response(status: 200, body: [1, 2, 3])),
            AnswerContext(omitsBody: true, persistence: .close)
        )
        #expect(text.contains("Content-Length: 3\r\n"))
        #expect(text.hasSuffix("Connection: close\r\n\r\n"))
    }

    @Test("204 and 304 have no length")
    func bodiless() {
        for status in [204, 304] as [UInt16] {
            #expect(!written(.response(Response(status: status)), plain).contains("Content-Length"))
        }
    }

    @Test("dates are right in leap years and at the turn of centuries")
    func dates() {
        let known: [(Int, String)] = [
            (0, "Thu, 01 Jan 1970 00:00:00"), (784_111_777, "Sun, 06 Nov 1994 08:49:37"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59"), (951_782_400, "Tue, 29 Feb 2000 00:00:00"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00"), (1_835_308_800, "Mon, 28 Feb 2028 00:00:00"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59"),
        ]
        for (second, text) in known {
            var date = DateText()
            date.update(second: second)
            #expect(String(decoding: date.bytes, as: UTF8.self) == "Date: \(text) GMT\r\n")
        }
    }

    @Test("every refusal has a page: code, title, explanation, and a problem document of its status")
    func problems() {
        for problem in WireProblem.allCases {
            #expect(!problem.title.isEmpty && !problem.explanation.isEmpty)
            let body = String(decoding: problem.response.body, as: UTF8.self)
            #expect(body.contains("\"type\":\"/problems/\(problem.code)\""))
            #expect(body.contains("\"status\":\(problem.status)") && body.hasSuffix(",\"errors\":[]}"))
            #expect(!body.dropFirst().dropLast().contains("\\"))
            #expect(problem.prepared.status == problem.status)
            let retries = problem.response.fields.contains { $0.name == "Retry-After" }
            #expect(retries == (problem.status == 503))
        }
    }
}

@Suite("A request as a responder sees it")
struct RequestViewTests {
    @Test("what a test made is what the view shows")
    func shows() {
        let request = Request(
            method: .put,
            path: "/a%20b",
            query: "c=d",
            fields: [.accept: "x", .ifMatch: "\"1\""],
            body: [7, 8]
        )
        request.withView { view in
            #expect(view.method == .put)
            #expect(view.path.elementsEqual("/a%20b".utf8))
            #expect(view.query.map { $0.elementsEqual("c=d".utf8) } == true)
            #expect(view.target.elementsEqual("/a%20b?c=d".utf8))
            #expect(view.field(.accept).map { $0.elementsEqual("x".utf8) } == true)
            #expect(view.field(.authorization) == nil)
            #expect(view.body.elementsEqual([7, 8]))
            let copy = view.copy()
            #expect(copy.path == "/a%20b" && copy.query == "c=d" && copy.fields.count == 2 && copy.body == [7, 8])
        }
    }

    @Test("a ticket delivers to the mailbox under the request's number")
    func tickets() {
        let mailbox = CollectingMailbox()
        let ticket = Request(method: .get, path: "/").withView(mailbox: mailbox, connection: 42) { $0.makeTicket() }
        ticket.reply(Response(status: 204))
        let deliveries = mailbox.takeAll()
        #expect(deliveries.map(\.connection) == [42])
        #expect(mailbox.takeAll().isEmpty)
    }

    @Test("eight hexadecimal digits at once are those written one by one")
    func hexadecimal() {
        var numbers: [UInt32] = [0, 1, 9, 10, 15, 16, 0x1234_5678, 0x9ABC_DEF0, .max, 0x8000_0000]
        numbers += (0..<32).map { 0xA5 &<< UInt32($0) }
        for number in numbers {
            var once = OutputBuffer(capacity: 1)
            once.appendHexadecimal(number)
            var each = OutputBuffer(capacity: 1)
            each.appendHexadecimal(UInt64(number), digits: 8)
            #expect(Array(once.bytes) == Array(each.bytes))
        }
    }
}
