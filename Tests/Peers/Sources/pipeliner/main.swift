// Sends batches of the same GET and reads the answers in large blocks: wrk reads 8 KiB at a time and parses every byte,
// so with pipelined answers of some kilobytes it is wrk that is measured. Every status line and length is looked at.
// `pipeliner PORT CONNECTIONS SECONDS BATCH PATH [FIELD ...]` prints requests, requests per second, and the median and
// 99th percentile of a batch in ms.

import Glibc

func fail(_ text: String) -> Never {
    let line = "pipeliner: \(text)\n"
    write(2, line, line.utf8.count)
    exit(1)
}

func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Where a text that begins with a carriage return begins.
func find(_ text: StaticString, _ start: UnsafePointer<UInt8>, _ count: Int) -> UnsafePointer<UInt8>? {
    let size = text.utf8CodeUnitCount
    var at = start
    while let next = memchr(at, 13, start + count - at) {
        at = UnsafePointer(next.assumingMemoryBound(to: UInt8.self))
        guard start + count - at >= size else { return nil }
        if memcmp(at, text.utf8Start, size) == 0 { return at }
        at += 1
    }
    return nil
}

/// One connection and what it still has to read.
struct Client {
    let descriptor: Int32
    /// Answers of the batch that have not ended.
    var owed = 0
    /// Bytes of a body that are still to come.
    var body = 0
    /// The beginning of a head of which the end has not come.
    var head: [UInt8] = []
    var sent: UInt64 = 0

    init(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard descriptor >= 0, result == 0 else { fail("cannot connect") }
    }

    mutating func send(_ batch: [UInt8], of count: Int) {
        var from = 0
        while from < batch.count {
            let result = batch.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress! + from, $0.count - from, 0) }
            guard result > 0 else { fail("the server ended the connection") }
            from += result
        }
        owed = count
        sent = nanoseconds()
    }

    /// Takes in what came; returns how many answers ended in it.
    mutating func take(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var ended = 0
        var at = 0
        while at < count {
            if body > 0 {
                let more = min(body, count - at)
                body -= more
                at += more
            } else {
                let before = head.count
                guard let end = find("\r\n\r\n", start + at, count - at), before == 0 else {
                    // Cut inside a head: byte by byte, since it is rare.
                    head.append(start[at])
                    at += 1
                    guard head.suffix(4) == [13, 10, 13, 10] else { continue }
                    body = head.withUnsafeBufferPointer { Self.length($0.baseAddress!, $0.count) }
                    head = []
                    if body == 0 { ended += 1 }
                    continue
                }
                let size = end + 4 - (start + at)
                body = Self.length(start + at, size)
                at += size
            }
            if body == 0 { ended += 1 }
        }
        owed -= ended
        return ended
    }

    /// The length of the body that a head announces; only 200 is taken.
    static func length(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int {
        guard memcmp(start, "HTTP/1.1 200", 12) == 0 else { fail("an answer is not 200") }
        guard
            let field = find("\r\nContent-Length: ", start, count)
                ?? find("\r\ncontent-length: ", start, count)
        else { fail("an answer has no length") }
        return atol(UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self) + 18)
    }
}

func run() {
    let words = CommandLine.arguments
    guard words.count > 5, let port = UInt16(words[1]), let count = Int(words[2]), let seconds = Int(words[3]),
        let batchSize = Int(words[4])
    else { fail("PORT CONNECTIONS SECONDS BATCH PATH [FIELD ...]") }
    let fields = words[6...].map { "\($0)\r\n" }.joined()
    let one = "GET \(words[5]) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\(fields)\r\n"
    let batch = Array(String(repeating: one, count: batchSize).utf8)
    var clients = (0..<count).map { _ in Client(port: port) }
    var polled = clients.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    let size = 256 << 10
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
    var times: [UInt64] = []
    var answers = 0
    let began = nanoseconds()
    let end = began + UInt64(seconds) * 1_000_000_000
    for index in clients.indices { clients[index].send(batch, of: batchSize) }
    while true {
        guard poll(&polled, nfds_t(polled.count), 1_000) > 0 else { fail("no answer within a second") }
        for index in polled.indices where polled[index].revents != 0 {
            let read = recv(polled[index].fd, buffer, size, Int32(MSG_DONTWAIT))
            guard read > 0 else { fail("the server ended the connection") }
            answers += clients[index].take(buffer, read)
            guard clients[index].owed >= 0 else { fail("more answers than requests") }
            if clients[index].owed == 0 {
                times.append(nanoseconds() - clients[index].sent)
                clients[index].send(batch, of: batchSize)
            }
        }
        if nanoseconds() > end { break }
    }
    let spent = Double(nanoseconds() - began) / 1e9
    times.sort()
    let middle = Double(times[times.count / 2]) / 1e6
    let high = Double(times[times.count * 99 / 100]) / 1e6
    print("\(answers) \(Int(Double(answers) / spent)) \(middle) \(high)")
}

run()
