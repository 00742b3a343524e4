import HTTPWire
import Testing

@Suite("The connection machine")
struct ConnectionMachineTests {
    private func run(_ text: String, cuts: [Int] = [], ends: Bool = false) -> [String] {
        Conversation.run(Array(text.utf8), cuts: cuts, endsInput: ends, showsContinue: true)
    }

    @Test("100 Continue is said once, and only when nothing of the body has come")
    func continues() {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        #expect(run(head) == ["continue", "unfinished"])
        #expect(run(head + "ok", cuts: [head.utf8.count]) == ["continue", "post / with ok"])
        #expect(run(head + "ok", cuts: [head.utf8.count, head.utf8.count + 1]) == ["continue", "post / with ok"])
        #expect(run(head + "ok") == ["post / with ok"])
        #expect(run(head.replacing("HTTP/1.1", with: "HTTP/1.0") + "ok") == ["post / with ok, then close", "close"])
    }

    @Test("a request that waits for its answer holds the next ones back")
    func waits() {
        var machine = ConnectionMachine()
        var parser = RequestParser()
        var bytes = Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        var count = bytes.count
        let first = bytes.withUnsafeMutableBufferPointer { buffer in
            machine.next(&parser, buffer.baseAddress!, count: &count, limits: WireLimits(), isSecure: false)
        }
        #expect(first == .request)
        #expect(machine.beginAnswer(parser.head) == .implied)
        #expect(machine.awaitsAnswer)
        let second = bytes.withUnsafeMutableBufferPointer { buffer in
            machine.next(&parser, buffer.baseAddress!, count: &count, limits: WireLimits(), isSecure: false)
        }
        #expect(second == .wait)
        machine.endAnswer()
        #expect(!machine.awaitsAnswer && !machine.isClosing)
    }

    @Test("a deadline is answered only where an answer is due")
    func deadlines() {
        var machine = ConnectionMachine()
        #expect(machine.expired(.head, hasBegun: false) == .close)
        machine = ConnectionMachine()
        #expect(machine.expired(.head, hasBegun: true) == .refuse(.requestTimeout))
        machine = ConnectionMachine()
        #expect(machine.expired(.body, hasBegun: true) == .refuse(.requestTimeout))
        for waiting in [ConnectionMachine.Waiting.idle, .write, .linger, .handshake] {
            machine = ConnectionMachine()
            #expect(machine.expired(waiting, hasBegun: true) == .close)
            #expect(machine.isClosing)
        }
        machine = ConnectionMachine()
        _ = machine.beginAnswer(RequestHead())
        #expect(machine.expired(.answer, hasBegun: false) == .refuse(.answerTimeout))
        machine.endAnswer()
        #expect(machine.isClosing)
    }

    @Test("a draining connection says close, and closes at once when it is idle")
    func drains() {
        var machine = ConnectionMachine()
        machine.isDraining = true
        #expect(machine.beginAnswer(RequestHead()) == .close)
        machine.endAnswer()
        #expect(machine.isClosing)
    }

    @Test("a body that is too large in small steps is dropped to its end and the next request served")
    func drops() {
        let limits: WireLimits = {
            var limits = WireLimits()
            limits.maxBodyBytes = 10
            return limits
        }()
        let text =
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n01234567890123456789GET /next HTTP/1.1\r\nHost: h\r\n\r\n"
        let bytes = Array(text.utf8)
        for cut in 1..<bytes.count {
            #expect(
                Conversation.run(bytes, cuts: [cut], limits: limits) == ["refuse bodyTooLarge and go on", "get /next"]
            )
        }
    }

    @Test("an https target is served over TLS")
    func secure() {
        let bytes = Array("GET https://h/a HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        #expect(Conversation.run(bytes, isSecure: true) == ["get /a"])
    }

    @Test("random bytes and mutated requests never break an invariant, however they are cut", arguments: 1...20)
    func survives(seed: Int) {
        var random = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % bound
        }
        let seeds = [
            "POST /a?b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\nX: y\r\n\r\n",
            "GET http://h:1/a HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close, x\r\nExpect: 100-continue\r\n\r\n",
            "POST / HTTP/1.0\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabcGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        ]
        for _ in 0..<200 {
            var bytes = Array(seeds[next(seeds.count)].utf8)
            for _ in 0..<next(4) {
                let place = next(bytes.count)
                switch next(3) {
                case 0: bytes[place] = UInt8(next(256))
                case 1: bytes.insert(UInt8(next(256)), at: place)
                default: bytes.remove(at: place)
                }
            }
            let whole = Conversation.run(bytes, endsInput: true)
            let cut = Conversation.run(bytes, cuts: [next(bytes.count)], endsInput: true)
            #expect(whole == cut, "seed \(seed): \(bytes)")
        }
    }
}
