import Brokerage
import Journal
import Vault

/// What a journal says, read from a position on.
package enum Recovery {
    /// Records read at a time, 2,000: bounds the memory of a restart.
    static let chunk = 2_000

    package struct Found: Sendable {
        package var entries: [(position: Position, entry: JournalEntry)] = []
        /// Keyed digests of NHS numbers of persons the entries brought in.
        package var numbers: [(PersonID, [UInt8])] = []
    }

    /// Everything after a position, to the store's end.
    package static func entries(
        of keeper: any JournalKeeper,
        after position: Position,
        knowing state: State
    ) throws(JournalError) -> Found {
        var found = Found()
        var at = position
        while true {
            let records = try keeper.read(after: at, limit: chunk)
            guard let last = records.last else { return found }
            for record in records {
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
                if let person = PersonID(enclosure.subject) { numbers.add(person, enclosure.sealed) }
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
    package let numbers: KnownNumbers

    /// Replays a journal from its beginning, proving the hash chain on the way. Throws `damaged` at the first record
    /// that cannot be read or is not what was written.
    public init(from keeper: any JournalKeeper) throws(JournalError) {
        var state = State(today: Day(number: 0))
        var chain = ChainCheck(keeper.chain)
        var at = Position.start
        while true {
            let records = try keeper.read(after: at, limit: Recovery.chunk)
            guard let last = records.last else { break }
            for record in records {
                try chain.check(record)
                let entry = try Recovery.decode(record)
                for event in entry.events { state.apply(event, at: entry.at) }
            }
            at = last.position
        }
        published = Published(state: state, position: at.value)
        numbers = try Recovery.numbers(of: keeper)
    }
}

extension Broker {
    /// Opens one system's brokerage: replays its journal, then stands ready.
    ///
    /// - Parameters:
    ///   - system: the system's name.
    ///   - keeper: its journal.
    ///   - keyring: the vault's keys.
    ///   - clock: read once per submission.
    public static func open(
        system: String,
        keeper: any JournalKeeper,
        keyring: Keyring,
        clock: @escaping @Sendable () -> Instant
    ) throws(JournalError) -> Broker {
        Broker(
            system: system,
            keeper: keeper,
            secrets: Secrets(system: system, keyring: keyring),
            recovered: try Recovered(from: keeper),
            clock: clock
        )
    }
}
