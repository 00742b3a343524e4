import Dispatch
import Journal
import Synchronization
import Testing
import Vault

@testable import Broker
@testable import Brokerage

/// Brokers on a journal in memory, with a clock the test sets.
enum TestBroker {
    static let monday = Instant("2027-01-04T09:00:00Z")!
    static let commissioner = Actor(key: nil, role: .commissioner, organisation: Slug("council")!)
    static let ward = Actor(key: nil, role: .referrer, organisation: Slug("ward")!)
    static let hub = Actor(key: nil, role: .broker, organisation: Slug("hub")!)

    static func keyring() throws -> Keyring {
        try Keyring([try VaultSecret(id: 1, bytes: Array(repeating: 7, count: 32))])
    }

    static func journal() -> MemoryJournal {
        MemoryJournal(chain: HashChain(system: "test", digest: { SHA256.digest($0, $1) }))
    }

    static func open(_ keeper: any JournalKeeper) throws -> Broker {
        try Broker.open(system: "test", keeper: keeper, keyring: keyring(), clock: { monday })
    }

    static let zone = Command.setZone(
        Slug("leam")!,
        name: "Leamington",
        districts: [PostcodeDistrict("CV32")!],
        .absent
    )

    static func provider(_ name: String) -> Command {
        .setProvider(
            Provider(
                id: Slug(name)!,
                name: name,
                kind: .agency,
                personalCare: true,
                zones: [Slug("leam")!],
                status: .open
            ),
            .absent
        )
    }

    static func pattern(_ minutes: Int32) -> WeeklyPattern {
        WeeklyPattern(
            rows: Band.allCases.map {
                WeeklyPattern.Row(days: .all, band: $0, cell: WeeklyPattern.Cell(minutes: minutes, carers: 1))
            }
        )!
    }

    static func block(_ minutes: Int32, awardedTo provider: String? = nil) -> Command {
        let today = London.day(at: monday)
        return .buyBlock(
            BlockTerms(
                zone: Slug("leam")!,
                from: today,
                until: today.adding(days: 200),
                ratePence: 2500,
                funding: .betterCareFund,
                skills: [],
                weekly: pattern(minutes)
            ),
            awardedTo: provider.map { Slug($0)! }
        )
    }

    static var ask: Ask {
        Ask(
            district: PostcodeDistrict("CV32")!,
            pathway: 1,
            source: .ward,
            class: .stepDown,
            startFrom: London.day(at: monday).adding(days: 1),
            visits: [Visit(band: .morning, minutes: 30, carers: 1, days: .all, personalCare: true)]
        )
    }
}

extension Broker {
    /// Submits and waits for the answer, which comes from a queue.
    @discardableResult
    func answer(
        _ command: Command,
        by actor: Actor = TestBroker.commissioner,
        texts: [SensitiveText] = [],
        number: NHSNumber? = nil,
        body: [UInt8] = [],
        key: String? = nil
    ) -> Ruled {
        let done = DispatchSemaphore(value: 0)
        let box = Mutex<Ruled?>(nil)
        submit(
            Submission(
                command,
                by: actor,
                texts: texts,
                nhsNumber: number,
                body: body,
                idempotency: key.map { IdempotencyKey(route: "POST /v1/referrals", value: $0) }
            )
        ) { ruled in
            box.withLock { $0 = ruled }
            done.signal()
        }
        done.wait()
        return box.withLock { $0! }
    }

    /// Waits for what other queues do, in turns of a look-up each and not in time: a turn lets every queue run, and
    /// their number is bounded.
    func turn(until holds: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) {
        for _ in 0..<500_000 {
            if holds() { return }
            turn()
        }
        Issue.record("waited in vain", sourceLocation: sourceLocation)
    }

    /// Lets every queue run so many times.
    func turn(times: Int = 1) {
        for _ in 0..<times {
            let done = DispatchSemaphore(value: 0)
            if lookUp({ _ in done.signal() }) { done.wait() }
        }
    }

    /// A county with an open block of so many minutes in each band, and one awarded to acorn.
    func setUp(open minutes: Int32 = 60, awarded: Int32 = 120) {
        answer(TestBroker.zone)
        answer(TestBroker.provider("acorn"))
        answer(TestBroker.provider("birch"))
        answer(TestBroker.block(awarded, awardedTo: "acorn"))
        answer(TestBroker.block(minutes))
    }
}

extension Ruled {
    var isAccepted: Bool { if case .accepted = self { true } else { false } }
    var rejection: Rejection? { if case .refused(let rejection, _) = self { rejection } else { nil } }
    var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
    var position: UInt64? {
        switch self {
        case .accepted(_, _, let position), .refused(_, let position): position
        case .unavailable: nil
        }
    }
    var resource: Resource? { if case .accepted(_, let resource, _) = self { resource } else { nil } }
}

/// A keeper whose appends can be made to fail, before or after they were written.
final class FailingJournal: WrappedJournal {
    enum Mode: Sendable { case sound, failBefore(JournalError), failAfter(JournalError) }

    let inner: any JournalKeeper
    let mode = Mutex<Mode>(.sound)
    /// How often somebody tried whether it can be written.
    let proofs = Atomic<Int>(0)

    init(_ inner: any JournalKeeper) { self.inner = inner }

    func append(_ records: [NewRecord], after position: Position) throws(JournalError) -> Position {
        switch mode.withLock({ $0 }) {
        case .sound: return try inner.append(records, after: position)
        case .failBefore(let error): throw error
        case .failAfter(let error):
            _ = try inner.append(records, after: position)
            throw error
        }
    }

    /// Reads go on while no write does, as on a disk that was mounted read-only under it.
    func proveWritable() throws(JournalError) {
        proofs.add(1, ordering: .relaxed)
        switch mode.withLock({ $0 }) {
        case .sound: return
        case .failBefore(let error), .failAfter(let error): throw error
        }
    }
}
