import GRDBSQLite
import Journal
import Synchronization

/// The journal of one system in a `SQLiteStore`.
final class SQLiteJournal: JournalKeeper {
    let chain: HashChain
    private let store: SQLiteStore
    private let system: Int64
    /// The end of the journal as the last append left it, so that the next need not read the hash before it.
    /// The insert checks it, so an old one does no harm.
    private let tail = Mutex<MarkFile.Mark?>(nil)

    init(store: SQLiteStore, system: Int64, chain: HashChain) {
        self.store = store
        self.system = system
        self.chain = chain
    }

    // MARK: Writing

    func append(_ records: [NewRecord], after position: Position) throws(JournalError) -> Position {
        if let objection = JournalLimits.objection(to: records) { throw .tooLarge(objection) }
        if records.isEmpty {
            let last = try lastPosition()
            guard last == position else { throw .conflict(last: last) }
            return position
        }
        let connections = store.current
        guard let previous = try hashBefore(position) else {
            throw .conflict(last: try lastPosition())
        }
        // Before the transaction: the hashes need no lock, and another process may be waiting for it.
        let hashes = chained(records, after: position, previous)
        let logBytes = try connections.append.perform { (session) throws(JournalError) in
            try session.transaction { () throws(JournalError) in
                for (index, record) in records.enumerated() {
                    let key = Schema.key(system, position.value + UInt64(index) + 1)
                    try insert(record, key, hashes[index], after: index == 0 ? previous : nil, session)
                }
            }
            return session.logBytes
        }
        let end = MarkFile.Mark(
            position: position.advanced(by: records.count),
            hash: hashes[hashes.count - 1]
        )
        tail.withLock { $0 = end }
        if let reason = store.displacement { throw .failed("the records were written, but \(reason)") }
        do throws(JournalError) {
            try store.mark.raise(system, end)
        } catch {
            // The records are there, but whoever answers now could lose them unnoticed.
            throw .failed("the records were written, but \(error)")
        }
        connections.checkpointer?.logGrew(to: logBytes)
        return end.position
    }

    private func chained(_ records: [NewRecord], after position: Position, _ previous: [UInt8]) -> [[UInt8]] {
        var hashes: [[UInt8]] = []
        hashes.reserveCapacity(records.count)
        var hash = previous
        for (index, record) in records.enumerated() {
            hash = chain.hash(previous: hash, position: position.advanced(by: index + 1), body: record.body)
            hashes.append(hash)
        }
        return hashes
    }

    private func hashBefore(_ position: Position) throws(JournalError) -> [UInt8]? {
        if let tail = tail.withLock({ $0 }), tail.position == position { return tail.hash }
        return try hash(at: position)
    }

    /// - Parameter before: as in `insertRow`.
    private func insert(
        _ record: NewRecord,
        _ key: Int64,
        _ hash: [UInt8],
        after before: [UInt8]?,
        _ session: Connection.Session
    ) throws(JournalError) {
        let outcome: Result<Bool, JournalError> = record.body.withUnsafeBytes { body in
            do throws(JournalError) {
                return .success(try insertRow(body, key, hash, after: before, session))
            } catch {
                return .failure(error)
            }
        }
        // Nothing before it, or something in its place: the journal ends elsewhere.
        guard try outcome.get() else {
            // Another record before it than was known to be there is no other writer, but another history.
            if let before, let there = try session.hash(system, position(key - 1)), there != before {
                throw .damaged(at: position(key - 1), "the journal holds another record than was read there")
            }
            throw .conflict(last: try session.last(system).position)
        }
        for enclosure in record.enclosures {
            try session.with(.putEnclosure) { (statement) throws(JournalError) in
                try bind(statement, enclosure.subject, enclosure.kind)
                try statement.bind(4, enclosure.sealed)
                try statement.run()
            }
        }
    }

    /// - Parameter before: the hash that the record before must have; nil when this transaction inserted that record.
    /// - Returns: false when the journal does not end right before this record.
    private func insertRow(
        _ body: UnsafeRawBufferPointer,
        _ key: Int64,
        _ hash: [UInt8],
        after before: [UInt8]?,
        _ session: Connection.Session
    ) throws(JournalError) -> Bool {
        do throws(JournalError) {
            try session.with(before == nil ? .insertNext : .insertRecord) {
                (statement) throws(JournalError) in
                try statement.bind(1, key)
                try statement.bind(2, hash)
                try statement.bind(3, lent: body)
                if let before { try statement.bind(4, before) }
                try statement.run()
            }
            return session.changes == 1
        } catch {
            guard sqlite3_extended_errcode(session.handle) & 0xFF == SQLITE_CONSTRAINT else { throw error }
            return false
        }
    }

    func replace(_ sealed: [UInt8], by enclosure: Enclosure) throws(JournalError) -> Bool {
        if let objection = JournalLimits.objection(to: enclosure) { throw .tooLarge(objection) }
        return try store.current.append.perform { (session) throws(JournalError) in
            try session.with(.replaceEnclosure) { (statement) throws(JournalError) in
                try bind(statement, enclosure.subject, enclosure.kind)
                try statement.bind(4, enclosure.sealed)
                try statement.bind(5, sealed)
                try statement.run()
            }
            return session.changes == 1
        }
    }

    func forget(subject: String) throws(JournalError) -> Int {
        let connections = store.current
        let removed = try connections.append.perform { (session) throws(JournalError) in
            try session.transaction { () throws(JournalError) in
                try session.with(.forget) { (statement) throws(JournalError) in
                    try statement.bind(1, system)
                    try statement.bind(2, subject)
                    try statement.run()
                }
                let removed = session.changes
                try session.with(.noteForgotten) { (statement) throws(JournalError) in
                    try statement.bind(1, system)
                    try statement.bind(2, subject)
                    try statement.run()
                }
                return removed
            }
        }
        // The log still holds the old pages; emptying it takes the sealed bytes off the disk. Now, not in the
        // background: whoever asked may be a command that ends right after. Where a reader is in the way, whoever asked
        // empties it once the reader is done (`SQLiteStore.checkpoint`), or a later checkpoint does.
        if removed > 0 { try? connections.checkpointer?.run(.truncate) }
        return removed
    }

    // MARK: Reading

    func lastPosition() throws(JournalError) -> Position {
        if let reason = store.displacement { throw .readOnly(reason) }
        return try store.current.poll.perform { (session) throws(JournalError) in try session.last(system).position }
    }

    func read(after position: Position, limit: Int) throws(JournalError) -> [Record] {
        var records: [Record] = []
        do throws(JournalError) {
            try store.current.read.perform { (session) throws(JournalError) in
                try session.with(.read) { (statement) throws(JournalError) in
                    try statement.bind(1, Schema.key(system, position.value))
                    try statement.bind(2, lastKey)
                    try statement.bind(3, Int64(max(0, min(limit, JournalLimits.readCount))))
                    var bytes = 0
                    while try statement.step() {
                        bytes += Int(sqlite3_column_bytes(statement.raw, 2))
                        if !records.isEmpty, bytes > JournalLimits.readBytes { break }
                        records.append(
                            Record(
                                position: self.position(statement.integer(0)),
                                hash: statement.bytes(1),
                                body: statement.bytes(2)
                            )
                        )
                    }
                }
            }
        } catch {
            throw error.met(at: (records.last?.position ?? position).advanced(by: 1))
        }
        return records
    }

    func enclosure(subject: String, kind: String) throws(JournalError) -> [UInt8]? {
        try store.current.look.perform { (session) throws(JournalError) in
            try session.with(.enclosure) { (statement) throws(JournalError) in
                try bind(statement, subject, kind)
                return try statement.step() ? statement.bytes(0) : nil
            }
        }
    }

    func enclosures(kind: String, after subject: String?, limit: Int) throws(JournalError) -> [Enclosure] {
        try store.current.look.perform { (session) throws(JournalError) in
            try session.with(.enclosures) { (statement) throws(JournalError) in
                // No subject is empty, so all stand behind the empty one.
                try bind(statement, subject ?? "", kind)
                try statement.bind(4, Int64(max(0, min(limit, JournalLimits.readCount))))
                var enclosures: [Enclosure] = []
                while try statement.step() {
                    enclosures.append(
                        Enclosure(subject: statement.text(0), kind: kind, sealed: statement.bytes(1))
                    )
                }
                return enclosures
            }
        }
    }

    func enclosures(after place: EnclosurePlace?, limit: Int) throws(JournalError) -> [Enclosure] {
        try store.current.look.perform { (session) throws(JournalError) in
            try session.with(.allEnclosures) { (statement) throws(JournalError) in
                try bind(statement, place?.subject ?? "", place?.kind ?? "")
                try statement.bind(4, Int64(max(0, min(limit, JournalLimits.readCount))))
                var enclosures: [Enclosure] = []
                while try statement.step() {
                    enclosures.append(
                        Enclosure(
                            subject: statement.text(0),
                            kind: statement.text(1),
                            sealed: statement.bytes(2)
                        )
                    )
                }
                return enclosures
            }
        }
    }

    /// The hash of the record at a position, the chain's first at the start; nil behind the end.
    func hash(at position: Position) throws(JournalError) -> [UInt8]? {
        guard position.value < UInt64(Schema.positionsOfSystem) else { return nil }
        return try store.current.look.perform { (session) throws(JournalError) in
            try session.hash(system, position)
        }
    }

    func forgotten(beyond known: Int) throws(JournalError) -> [String] {
        try store.current.poll.perform { (session) throws(JournalError) in
            let count = try session.with(.countForgotten) { (statement) throws(JournalError) in
                try statement.bind(1, system)
                return try statement.step() ? Int(statement.integer(0)) : 0
            }
            guard count > known else { return [] }
            return try session.with(.forgotten) { (statement) throws(JournalError) in
                try statement.bind(1, system)
                var subjects: [String] = []
                while try statement.step() { subjects.append(statement.text(0)) }
                return subjects
            }
        }
    }

    func proveWritable() throws(JournalError) {
        try store.current.append.perform { (session) throws(JournalError) in
            try session.transaction { () throws(JournalError) in try session.run(.touch) }
        }
    }

    func reopen() throws(JournalError) {
        tail.withLock { $0 = nil }
        try store.reopen()
    }

    // MARK: Pieces

    private var firstKey: Int64 { Schema.key(system, 0) }
    private var lastKey: Int64 { firstKey + Schema.positionsOfSystem - 1 }

    private func position(_ key: Int64) -> Position {
        Position(UInt64(clamping: key - firstKey))
    }

    private func bind(_ statement: Statement, _ subject: String, _ kind: String) throws(JournalError) {
        try statement.bind(1, system)
        try statement.bind(2, subject)
        try statement.bind(3, kind)
    }
}
