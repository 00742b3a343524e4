/// The state of a system after a record, as bytes of the broker's making. A cache: whatever is wrong with it,
/// the answer is to read the journal instead.
public struct Snapshot: Sendable, Equatable {
    /// The system.
    public var system: String
    /// The version of the body's encoding; others are not read.
    public var version: UInt32
    /// The last record that went into it.
    public var position: Position
    /// That record's hash, 32 bytes: ties the snapshot to one history.
    public var hash: [UInt8]
    /// The state.
    public var body: [UInt8]

    /// A snapshot from its parts.
    public init(system: String, version: UInt32, position: Position, hash: [UInt8], body: [UInt8]) {
        self.system = system
        self.version = version
        self.position = position
        self.hash = hash
        self.body = body
    }
}

/// Keeps the last snapshots of a system, outside the journal and without its promises: any of them may be lost.
public protocol SnapshotKeeper: Sendable {
    /// Keeps a snapshot, whole or not at all. Blocks until it is kept, so it belongs on a queue in the background.
    ///
    /// - Throws: `busy` when another process is writing one, `full` when there is no room to spare.
    func write(_ snapshot: Snapshot) throws(JournalError)

    /// The newest snapshot before a position that is whole and has this version; nil when there is none. Whoever reads
    /// it decides whether its hash is the journal's, and asks again for an older one when it is not.
    ///
    /// - Parameter position: nil for the newest of all.
    func newest(of system: String, version: UInt32, before position: Position?) -> Snapshot?

    /// The position of the newest snapshot there seems to be, without reading it.
    func newestPosition(of system: String) -> Position?
}

extension SnapshotKeeper {
    /// The newest snapshot that is whole, has this version, and whose last record stands in the journal with
    /// the same hash; nil when there is none.
    ///
    /// - Parameter position: where it must stand before; nil for the newest of all.
    /// - Throws: only what reading the journal throws.
    public func newest(
        of system: String,
        version: UInt32,
        in journal: any JournalKeeper,
        before position: Position? = nil
    ) throws(JournalError) -> Snapshot? {
        var limit = position
        while let snapshot = newest(of: system, version: version, before: limit) {
            let record = try journal.read(after: Position(snapshot.position.value - 1), limit: 1).first
            if record?.position == snapshot.position, record?.hash == snapshot.hash { return snapshot }
            limit = snapshot.position
        }
        return nil
    }
}
