import Dispatch
import Foundation
import Synchronization
import Testing

@testable import homeward

@Suite("What a command prints")
struct OutputTests {
    @Test("is written, or its loss is told: a full disk, and a descriptor that is closed")
    func lost() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        let error = try #require(throws: Failure.self) { try Output.write("a key", to: full, isAwaited: true) }
        #expect(error.description.contains("No space left"))
        close(full)
        #expect(throws: Failure.self) { try Output.write("a key", to: -1, isAwaited: true) }
    }

    @Test("is written whole into a pipe that takes a part at a time and waits for nobody")
    func whole() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        _ = fcntl(writing, F_SETFL, O_NONBLOCK)
        let read = Mutex<[UInt8]>([])
        let done = DispatchSemaphore(value: 0)
        DispatchQueue(label: "reader").async {
            var chunk = [UInt8](repeating: 0, count: 1_000)
            while true {
                let count = Foundation.read(reading, &chunk, chunk.count)
                guard count > 0 else { break }
                read.withLock { $0 += chunk[..<count] }
            }
            done.signal()
        }
        // Several times what a pipe holds, 64 KiB.
        let line = String(repeating: "0123456789", count: 30_000)
        try Output.write(line, to: writing, isAwaited: true)
        close(writing)
        done.wait()
        close(reading)
        #expect(read.withLock { $0 } == Array((line + "\n").utf8))
    }

    @Test("is not waited for on standard error: a reader that hangs holds nobody up")
    func notAwaited() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        // Several times what a pipe holds, and nobody reads.
        let line = String(repeating: "0123456789", count: 30_000)
        #expect(throws: Failure.self) { try Output.write(line, to: ends[1], isAwaited: false) }
        close(ends[0])
        close(ends[1])
    }
}
