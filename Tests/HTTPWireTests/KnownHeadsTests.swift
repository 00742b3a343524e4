import HTTPCorpus
import HTTPWire
import Testing

/// Heads as a lane keeps them.
private final class Lane {
    private var heads = KnownHeads()

    static func parse(_ bytes: [UInt8]) -> RequestHead? {
        var parser = RequestParser()
        let outcome = bytes.withUnsafeBufferPointer {
            parser.parseHead($0.baseAddress!, count: $0.count, limits: WireLimits())
        }
        return outcome == .done ? parser.head : nil
    }

    /// Keeps a head; nil when it is one that is not kept.
    func keep(_ text: String) -> UInt16? { keep(Array(text.utf8)) }

    func keep(_ received: [UInt8]) -> UInt16? {
        var bytes = received
        guard var head = Self.parse(bytes) else { return nil }
        return bytes.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, heads.stage(head, base) else { return nil }
            let knowsGzip = head.removeCodingFromTags(at: base)
            return heads.keep(head, base, coding: .identity, knowsGzip: knowsGzip)
        }
    }

    /// The number of the head that a text begins with.
    func recall(_ text: String, at place: UInt16) -> UInt64? { recall(Array(text.utf8), at: place)?.serial }

    func recall(_ bytes: [UInt8], at place: UInt16) -> KnownHeads.Known? {
        bytes.withUnsafeBufferPointer { heads.recall(place, $0.baseAddress!, count: $0.count)?.pointee }
    }
}

@Suite("Heads that came before")
struct KnownHeadsTests {
    private static let poll = "GET /v1/capacity HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer hw.default.abc\r\n\r\n"

    @Test("the same bytes are known again, alone and before other bytes, and no part of them is")
    func recalls() throws {
        let lane = Lane()
        let place = try #require(lane.keep(Self.poll))
        #expect(lane.recall(Self.poll, at: place) == 1)
        #expect(lane.recall(Self.poll + Self.poll, at: place) == 1)
        for length in 1..<Self.poll.utf8.count {
            #expect(lane.recall(Array(Self.poll.utf8.prefix(length)), at: place) == nil)
        }
        #expect(lane.recall(Self.poll, at: KnownHeads.nowhere) == nil)
        #expect(lane.recall(Self.poll, at: (place + 1) % 256) == nil)
        #expect(lane.keep(Self.poll) == place, "kept once")
        #expect(lane.recall(Self.poll, at: place) == 1)
    }

    @Test("one other bit anywhere is another head")
    func bits() throws {
        let lane = Lane()
        let place = try #require(lane.keep(Self.poll))
        var bytes = Array(Self.poll.utf8)
        for index in bytes.indices {
            for bit in 0..<8 {
                bytes[index] ^= 1 << UInt8(bit)
                let found = lane.recall(bytes, at: place) != nil
                #expect(!found, "byte \(index), bit \(bit)")
                bytes[index] ^= 1 << UInt8(bit)
            }
        }
    }

    @Test(
        "only a GET that is the same whenever it comes is kept",
        arguments: [
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET / HTTP/1.0\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: 7\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\ntraceparent: 00-1-1-01\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\nAccept: a\r\nAccept: b\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /\(String(repeating: "x", count: 600)) HTTP/1.1\r\nHost: h\r\n\r\n",
        ]
    )
    func others(_ text: String) {
        let lane = Lane()
        #expect(Lane.parse(Array(text.utf8)) != nil, "it is a sound head all the same")
        #expect(lane.keep(text) == nil)
    }

    @Test("what is known of a head is what was understood of it, tags of compressed forms replaced")
    func understood() throws {
        let lane = Lane()
        let text = "GET /a?b=c HTTP/1.1\r\nHost: h\r\nIf-None-Match: \"v1-gzip\", \"v2\"\r\n\r\n"
        let place = try #require(lane.keep(text))
        let known = try #require(lane.recall(Array(text.utf8), at: place))
        #expect(known.knowsGzip)
        let range = known.head.pointee.range(of: .ifNoneMatch)
        let tags = UnsafeBufferPointer(start: known.base + Int(range.start), count: range.count)
        #expect(String(decoding: tags, as: UTF8.self) == "\"v1\", \"v2\"")
        #expect(known.count == text.utf8.count)
    }

    @Test("a head that takes another's place is told from it by its number")
    func replaced() throws {
        let lane = Lane()
        var last: [UInt16: (text: String, serial: UInt64)] = [:]
        for number in 0..<2_000 {
            let text = Self.poll.replacing("capacity", with: "capacity?days=\(number)")
            let place = try #require(lane.keep(text))
            let serial = try #require(lane.recall(text, at: place))
            if let before = last[place] {
                #expect(serial > before.serial)
                #expect(lane.recall(before.text, at: place) == nil)
            }
            last[place] = (text, serial)
        }
        #expect(last.count > 200, "they spread")
        for (place, head) in last { #expect(lane.recall(head.text, at: place) == head.serial) }
    }

    @Test("no request of the corpus is ever taken for another")
    func corpus() throws {
        let all = try Corpus.documents().flatMap(\.cases).map(\.bytes)
        let lane = Lane()
        var kept: [UInt16: [UInt8]] = [:]
        for bytes in all {
            guard let head = Lane.parse(bytes) else { continue }
            let received = Array(bytes[..<head.end])
            guard let place = lane.keep(received) else { continue }
            kept[place] = received
        }
        #expect(kept.count > 20)
        for bytes in all {
            for (place, known) in kept {
                let isFound = !bytes.isEmpty && lane.recall(bytes, at: place) != nil
                #expect(isFound == bytes.starts(with: known))
            }
        }
    }
}
