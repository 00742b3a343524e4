/// Links each record to the one before it, so that a record altered, dropped or put in later shows:
///
///     hash(0) = SHA-256(32 zero bytes | 0 as 8 bytes, big endian | the system's name in UTF-8)
///     hash(n) = SHA-256(hash(n-1)     | n as 8 bytes, big endian | body(n))
///
/// It shows damage and careless edits. Somebody who may write the database can compute a new chain; against
/// that stands a hash that was noted elsewhere (the mark, a backup's receipt).
public struct HashChain: Sendable {
    /// SHA-256 of two parts, one behind the other. It comes from outside, since this target links no
    /// cryptography.
    public typealias Digest = @Sendable (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> [UInt8]

    /// The bytes of a hash.
    public static let hashBytes = 32

    /// The hash before the first record.
    public let first: [UInt8]
    private let digest: Digest

    /// The chain of a system.
    public init(system: String, digest: @escaping Digest) {
        self.digest = digest
        let zeros = [UInt8](repeating: 0, count: Self.hashBytes)
        self.first = Self.link(zeros, .start, Array(system.utf8), digest)
    }

    /// The hash of the record at `position` whose predecessor's hash is `previous`.
    public func hash(previous: [UInt8], position: Position, body: [UInt8]) -> [UInt8] {
        Self.link(previous, position, body, digest)
    }

    private static func link(
        _ previous: [UInt8],
        _ position: Position,
        _ body: [UInt8],
        _ digest: Digest
    ) -> [UInt8] {
        precondition(previous.count == hashBytes, "a hash has 32 bytes")
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: hashBytes + 8) { head in
            _ = head.update(fromContentsOf: previous)
            for index in 0..<8 {
                head[hashBytes + index] = UInt8(truncatingIfNeeded: position.value >> UInt64(56 - 8 * index))
            }
            return body.withUnsafeBytes { digest(UnsafeRawBufferPointer(head), $0) }
        }
    }
}

/// Proves the chain record by record while somebody reads them anyway.
public struct ChainCheck: Sendable {
    private let chain: HashChain
    /// The last position proved.
    public private(set) var position: Position
    /// The hash there.
    public private(set) var hash: [UInt8]

    /// Begins at the start of a journal.
    public init(_ chain: HashChain) {
        self.init(chain, after: .start, hash: chain.first)
    }

    /// Begins behind a record whose hash is known from elsewhere (a snapshot, the mark).
    public init(_ chain: HashChain, after position: Position, hash: [UInt8]) {
        self.chain = chain
        self.position = position
        self.hash = hash
    }

    /// Proves that `record` is the next one.
    ///
    /// - Throws: `damaged` with the place of the first record that is not what was written.
    public mutating func check(_ record: Record) throws(JournalError) {
        let expected = position.advanced(by: 1)
        guard record.position == expected else {
            throw .damaged(at: expected, "the record is missing; position \(record.position) follows")
        }
        let computed = chain.hash(previous: hash, position: expected, body: record.body)
        guard computed == record.hash else {
            throw .damaged(at: expected, "the record or its hash was altered, or the one before it was")
        }
        position = expected
        hash = computed
    }
}

extension JournalKeeper {
    /// Reads the journal from a place to its end and proves the chain, a page at a time.
    ///
    /// - Parameters:
    ///   - check: where to begin; from the start unless given.
    ///   - progress: called after each page with the position reached; false ends the reading there.
    /// - Returns: the last position proved and its hash.
    /// - Throws: `damaged` with the first place that is wrong; `damaged` too when fewer records than `lastPosition` are
    ///   there.
    public func verify(
        from check: ChainCheck? = nil,
        progress: (Position) -> Bool = { _ in true }
    ) throws(JournalError) -> ChainCheck {
        var check = check ?? ChainCheck(chain)
        let last = try lastPosition()
        while true {
            let page = try read(after: check.position, limit: 1_000)
            if page.isEmpty { break }
            for record in page { try check.check(record) }
            if !progress(check.position) { return check }
        }
        guard check.position >= last else {
            throw .damaged(
                at: check.position.advanced(by: 1),
                "the journal says it ends at \(last), but ends here"
            )
        }
        return check
    }
}
