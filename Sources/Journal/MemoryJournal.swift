import Synchronization

/// A keeper that keeps everything in memory: for tests, simulations and a service started to be looked at.
/// Nothing survives the process. Several writers share one instance.
public final class MemoryJournal: JournalKeeper {
    private struct Contents {
        var records: [Record] = []
        /// By subject, then by kind, as bytes: two strings that Unicode holds equal are two names in a
        /// database.
        var enclosures: [[UInt8]: [[UInt8]: [UInt8]]] = [:]
        var forgotten: Set<String> = []
    }

    /// How the records are linked.
    public let chain: HashChain
    private let contents = Mutex(Contents())

    /// An empty journal.
    public init(chain: HashChain) {
        self.chain = chain
    }

    /// See `JournalKeeper`.
    public func append(_ records: [NewRecord], after position: Position) throws(JournalError) -> Position {
        if let objection = JournalLimits.objection(to: records) { throw .tooLarge(objection) }
        return try contents.withLock { (contents) throws(JournalError) in
            let last = Position(UInt64(contents.records.count))
            guard position == last else { throw .conflict(last: last) }
            var hash = contents.records.last?.hash ?? chain.first
            for record in records {
                let next = Position(UInt64(contents.records.count) + 1)
                hash = chain.hash(previous: hash, position: next, body: record.body)
                contents.records.append(Record(position: next, hash: hash, body: record.body))
                for enclosure in record.enclosures {
                    contents.enclosures[bytes(enclosure.subject), default: [:]][bytes(enclosure.kind)] =
                        enclosure.sealed
                }
            }
            return last.advanced(by: records.count)
        }
    }

    /// See `JournalKeeper`.
    public func lastPosition() throws(JournalError) -> Position {
        contents.withLock { Position(UInt64($0.records.count)) }
    }

    /// See `JournalKeeper`.
    public func read(after position: Position, limit: Int) throws(JournalError) -> [Record] {
        contents.withLock { contents in
            guard position.value < UInt64(contents.records.count) else { return [] }
            var bytes = 0
            let page = contents.records[Int(position.value)...].prefix(min(limit, JournalLimits.readCount))
            let fitting = page.prefix { record in
                defer { bytes += record.body.count }
                return bytes == 0 || bytes + record.body.count <= JournalLimits.readBytes
            }
            return Array(fitting)
        }
    }

    /// See `JournalKeeper`.
    public func enclosure(subject: String, kind: String) throws(JournalError) -> [UInt8]? {
        contents.withLock { $0.enclosures[bytes(subject)]?[bytes(kind)] }
    }

    /// See `JournalKeeper`.
    public func enclosures(
        kind: String,
        after subject: String?,
        limit: Int
    ) throws(JournalError) -> [Enclosure] {
        contents.withLock { contents in
            let subjects = contents.enclosures.keys.filter { key in
                guard let subject else { return true }
                return subject.utf8.lexicographicallyPrecedes(key)
            }
            let all = subjects.sorted { $0.lexicographicallyPrecedes($1) }.compactMap { key in
                contents.enclosures[key]?[bytes(kind)].map {
                    Enclosure(subject: String(decoding: key, as: UTF8.self), kind: kind, sealed: $0)
                }
            }
            return Array(all.prefix(min(limit, JournalLimits.readCount)))
        }
    }

    /// See `JournalKeeper`.
    public func enclosures(after place: EnclosurePlace?, limit: Int) throws(JournalError) -> [Enclosure] {
        contents.withLock { contents in
            var all: [Enclosure] = []
            for subject in contents.enclosures.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                let kinds = contents.enclosures[subject] ?? [:]
                for kind in kinds.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                    let isBehind =
                        place.map {
                            let start = bytes($0.subject)
                            return start == subject
                                ? bytes($0.kind).lexicographicallyPrecedes(kind)
                                : start.lexicographicallyPrecedes(subject)
                        } ?? true
                    guard isBehind else { continue }
                    all.append(
                        Enclosure(
                            subject: String(decoding: subject, as: UTF8.self),
                            kind: String(decoding: kind, as: UTF8.self),
                            sealed: kinds[kind] ?? []
                        )
                    )
                }
            }
            return Array(all.prefix(min(limit, JournalLimits.readCount)))
        }
    }

    /// See `JournalKeeper`.
    public func replace(_ sealed: [UInt8], by enclosure: Enclosure) throws(JournalError) -> Bool {
        if let objection = JournalLimits.objection(to: enclosure) { throw .tooLarge(objection) }
        return contents.withLock { contents in
            let (subject, kind) = (bytes(enclosure.subject), bytes(enclosure.kind))
            guard contents.enclosures[subject]?[kind] == sealed else { return false }
            contents.enclosures[subject]?[kind] = enclosure.sealed
            return true
        }
    }

    /// See `JournalKeeper`.
    public func forget(subject: String) throws(JournalError) -> Int {
        contents.withLock { contents in
            contents.forgotten.insert(subject)
            return contents.enclosures.removeValue(forKey: bytes(subject))?.count ?? 0
        }
    }

    /// See `JournalKeeper`.
    public func forgotten(beyond known: Int) throws(JournalError) -> [String] {
        contents.withLock { $0.forgotten.count > known ? $0.forgotten.sorted() : [] }
    }

    /// Memory takes every write.
    public func proveWritable() throws(JournalError) {}

    /// Nothing is open, so nothing is done.
    public func reopen() throws(JournalError) {}

    private func bytes(_ name: String) -> [UInt8] { Array(name.utf8) }
}
