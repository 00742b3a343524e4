import Brokerage
import Journal
import Vault

/// What a journal says, read from a position on.
package enum Recovery {
    /// Records read at a time, 2,000.
    static let chunk = 2_000
    /// Records that are returned at once, 100,000: bounds the memory of catching up with another node. What is left is met
    /// again by the next append or look.
    static let mostAtOnce = 100_000

    package struct Found: Sendable {
        package var entries: [(position: Position, entry: JournalEntry)] = []
        /// Keyed digests of NHS numbers of persons the entries brought in.
        package var numbers: [(PersonID, [UInt8])] = []
    }

    /// Everything after a position, to the store's end or as much as is returned at once, with the chain proved on the way:
    /// what another process wrote is no more to be trusted than what a start reads.
    ///
    /// - Throws: `damaged` at the first record that is not what was written, or when the one at `position` is gone.
    package static func entries(
        of keeper: any JournalKeeper,
        after position: Position,
        knowing state: State
    ) throws(JournalError) -> Found {
        var found = Found()
        var at = position
        var check = try chainCheck(of: keeper, at: position)
        while true {
            guard found.entries.count < mostAtOnce, case let records = try keeper.read(after: at, limit: chunk),
                let last = records.last
            else { return found }
            for record in records {
                try check.check(record)
                let entry = try decode(record)
                found.entries.append((record.position, entry))
                for event in entry.events {
                    guard let person = person(of: event, knowing: state) else { continue }
                    if let digest = try keeper.enclosure(subject: person.description, kind: Secrets.numberKind) {
                        found.numbers.append((person, digest))
                    }
                }
            }
            at = last.position
        }
    }

    private static func chainCheck(of keeper: any JournalKeeper, at position: Position) throws(JournalError)
        -> ChainCheck
    {
        guard position > .start else { return ChainCheck(keeper.chain) }
        guard let record = try keeper.read(after: Position(position.value - 1), limit: 1).first,
            record.position == position
        else { throw .damaged(at: position, "the record that was read there is gone") }
        return ChainCheck(keeper.chain, after: position, hash: record.hash)
    }

    /// The person whose number an event may have brought. One received in the same stretch is met there, with the
    /// number as it now is.
    private static func person(of event: Event, knowing state: State) -> PersonID? {
        if case .referralReceived(let referral) = event { return referral.person }
        if case .referralAmended(let id, _, _, _) = event { return state.referrals[id]?.person }
        return nil
    }

    package static func decode(_ record: Record) throws(JournalError) -> JournalEntry {
        do {
            return try RecordCodec.decode(record.body)
        } catch {
            throw .damaged(at: record.position, "\(error)")
        }
    }

    /// The keyed digests of every NHS number the vault knows.
    package static func numbers(of keeper: any JournalKeeper) throws(JournalError) -> KnownNumbers {
        var numbers = KnownNumbers()
        var last: String?
        while true {
            let page = try keeper.enclosures(kind: Secrets.numberKind, after: last, limit: chunk)
            for enclosure in page {
                if let person = PersonID(enclosure.subject) { numbers.set(person, enclosure.sealed) }
            }
            guard let end = page.last else { return numbers }
            last = end.subject
        }
    }
}

/// The state a journal's records give, and what else the pipeline needs to go on from it.
public struct Recovered: Sendable {
    /// The state, and the position of the last record.
    public let published: Published
    /// Up to where the state came from a snapshot; the start when all records were read. Older records were not
    /// looked at.
    public let snapshot: Position
    package let numbers: KnownNumbers

    /// Replays a journal, proving the hash chain on the way: from the newest snapshot that is whole and of this journal,
    /// else from the beginning.
    ///
    /// - Parameters:
    ///   - system: the system's name, by which its snapshots are found.
    ///   - snapshots: nil to read every record.
    /// - Throws: `damaged` at the first record read that cannot be understood or is not what was written.
    public init(
        from keeper: any JournalKeeper,
        system: String = "",
        snapshots: (any SnapshotKeeper)? = nil
    ) throws(JournalError) {
        let numbers = Eventually { () throws(JournalError) in try Recovery.numbers(of: keeper) }
        var state = State(today: Day(number: 0))
        var check = ChainCheck(keeper.chain)
        var begun = Position.start
        if let (known, snapshot) = try Recovery.known(of: system, in: keeper, snapshots) {
            state = known
            check = ChainCheck(keeper.chain, after: snapshot.position, hash: snapshot.hash)
            begun = snapshot.position
        }
        let last = try Replay(keeper, from: check).run { state.apply($0, at: $1) }
        published = Published(state: state, position: last.value)
        self.snapshot = begun
        self.numbers = try numbers.value()
    }
}

extension Recovery {
    /// The state of the newest snapshot that can be used, and the snapshot without its body.
    fileprivate static func known(
        of system: String,
        in keeper: any JournalKeeper,
        _ snapshots: (any SnapshotKeeper)?
    ) throws(JournalError) -> (State, Snapshot)? {
        guard let snapshots else { return nil }
        var limit: Position?
        while var snapshot = try snapshots.newest(of: system, version: State.snapshotFormat, in: keeper, before: limit)
        {
            limit = snapshot.position
            let state = try? snapshot.body.withUnsafeBytes { try State(snapshot: $0) }
            snapshot.body = []
            if let state { return (state, snapshot) }
        }
        return nil
    }
}

extension Broker {
    /// Opens one system's brokerage: brings back its state, then stands ready.
    ///
    /// - Parameters:
    ///   - system: the system's name.
    ///   - keeper: its journal.
    ///   - keyring: the vault's keys.
    ///   - snapshots: where a start may begin; nil to read every record.
    ///   - clock: read once per submission.
    ///   - uptime: seconds since boot, which nobody can set, to tell a leap of the clock by; nil: the clock is always believed.
    public static func open(
        system: String,
        keeper: any JournalKeeper,
        keyring: Keyring,
        snapshots: (any SnapshotKeeper)? = nil,
        clock: @escaping @Sendable () -> Instant,
        uptime: (@Sendable () -> Int64)? = nil
    ) throws(JournalError) -> Broker {
        let secrets = Secrets(system: system, keyring: keyring)
        try secrets.expectKeyFits(keeper)
        return Broker(
            system: system,
            keeper: keeper,
            secrets: secrets,
            recovered: try Recovered(from: keeper, system: system, snapshots: snapshots),
            clock: clock,
            uptime: uptime
        )
    }
}
