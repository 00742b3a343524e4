import Foundation
import Journal
import JournalSQLite
import Vault

/// Makes a batch of commands durable before it returns.
protocol Appender: AnyObject {
    func append(_ bodies: [[UInt8]]) throws
}

/// What no store can beat: the bytes behind one another in a file, one write and one sync a batch.
final class RawAppender: Appender {
    private let file: Int32
    private let chain: HashChain?
    private var position = Position.start
    private var hash: [UInt8]
    private var buffer: [UInt8] = []

    init(path: String, isChained: Bool = false) throws {
        file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
        guard file >= 0 else { throw JournalError.failed("\(path) cannot be opened") }
        let chain = HashChain(system: "bench", digest: SHA256.digest)
        self.chain = isChained ? chain : nil
        hash = chain.first
    }

    deinit { close(file) }

    func append(_ bodies: [[UInt8]]) throws {
        buffer.removeAll(keepingCapacity: true)
        for body in bodies {
            if let chain {
                position = position.advanced(by: 1)
                hash = chain.hash(previous: hash, position: position, body: body)
                buffer += hash
            }
            buffer += body
        }
        guard write(file, buffer, buffer.count) == buffer.count, fdatasync(file) == 0 else {
            throw JournalError.failed("write or sync failed")
        }
    }
}

/// Our journal, as the service uses it: chain, mark and checkpoints included.
final class JournalAppender: Appender {
    private let store: SQLiteStore
    let journal: any JournalKeeper
    private var last = Position.start

    init(folder: String) throws {
        store = try SQLiteStore.open(folder: folder, digest: SHA256.digest)
        journal = try store.journal(system: "bench")
    }

    func append(_ bodies: [[UInt8]]) throws {
        last = try journal.append(bodies.map { NewRecord(body: $0) }, after: last)
    }

    deinit {
        if let failure = store.checkpointFailure { print("a checkpoint failed: \(failure)") }
        try? store.close()
    }
}
