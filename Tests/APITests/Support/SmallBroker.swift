import Broker
import Brokerage
import Journal
import Synchronization
import Vault

/// A broker in one process and one lock: decides on the state, keeps texts in a dictionary, answers at once. What
/// the real one does about disks, queues and other nodes is its own tests' business.
final class SmallBroker: Brokering {
    struct Inner {
        var state: State
        var position: UInt64 = 0
        var texts: [String: [UInt8]] = [:]
        var numbers: [String: [PersonID]] = [:]
        var next: UInt64 = 1
        var lookUps = 0
    }

    let inner: Mutex<Inner>
    let publications = Publications()
    private let isClosed = Atomic<Bool>(false)
    private let clock: @Sendable () -> Instant

    init(clock: @escaping @Sendable () -> Instant) {
        self.clock = clock
        inner = Mutex(Inner(state: State(today: London.day(at: clock()))))
    }

    /// From now on no command is taken and no text is read.
    func close() { isClosed.store(true, ordering: .sequentiallyConsistent) }

    func published() -> Published { inner.withLock { Published(state: $0.state, position: $0.position) } }

    func keyHash(_ secret: UnsafeRawBufferPointer) -> [UInt8] { Array(secret) }

    func submit(_ submission: Submission, _ answer: @escaping @Sendable (Ruled) -> Void) {
        if isClosed.load(ordering: .sequentiallyConsistent) {
            return answer(.unavailable("closed: the disk of ward 7 is full", retryAfter: 3))
        }
        let now = clock()
        let ruled = inner.withLock { inner in SmallBroker.decide(submission, now, &inner) }
        if case .accepted = ruled { publications.add() }
        answer(ruled)
    }

    private static func decide(_ submission: Submission, _ now: Instant, _ inner: inout Inner) -> Ruled {
        let scope = submission.idempotency.flatMap {
            RequestScope(
                SHA256.digest(Array("\(submission.actor.key?.description ?? "") \($0.route) \($0.value)".utf8))
            )
        }
        if let scope, let known = inner.state.remembered[scope] {
            guard known.body == submission.body else {
                return .refused(Rejection(.keyReused, "used with another body"), position: inner.position)
            }
            return .accepted(known.outcome, known.resource, position: inner.position)
        }
        inner.next += 1
        let stamp = Stamp(
            at: max(now, inner.state.now),
            person: PersonID(high: 7, low: inner.next),
            sameNumber: submission.nhsNumber.flatMap { inner.numbers[$0.digits] } ?? [],
            body: submission.body
        )
        let ruling = inner.state.decide(submission.command, by: submission.actor, stamp: stamp)
        switch ruling.result {
        case .failure(let rejection): return .refused(rejection, position: inner.position)
        case .success(let outcome):
            inner.state = ruling.state
            let resource = inner.state.resource(outcome)
            guard !ruling.events.isEmpty else {
                return .accepted(outcome, resource, position: inner.position)
            }
            inner.position += 1
            if let scope {
                inner.state.apply(
                    .requestRemembered(
                        RememberedRequest(scope: scope, body: submission.body, outcome: outcome)
                    ),
                    at: stamp.at
                )
            }
            let subject = subject(of: resource, inner.state)
            for text in submission.texts { inner.texts["\(subject) \(text.kind)"] = text.json }
            if let number = submission.nhsNumber, case .referral(let referral) = resource {
                inner.numbers[number.digits, default: []].append(referral.person)
            }
            return .accepted(outcome, resource, position: inner.position)
        }
    }

    private static func subject(of resource: Resource, _ state: State) -> String {
        switch resource {
        case .referral(let referral): referral.person.description
        case .package(let package): package.person.description
        case .offer(let offer): state.referrals[offer.referral]?.person.description ?? ""
        case .person(_, let person): person.description
        case .claim(let claim): claim.id.description
        case .shortfall(let shortfall): shortfall.id.description
        case .block, .zone, .provider, .key, .policy, .nothing: "other"
        }
    }

    func lookUp(_ work: @escaping @Sendable (any VaultReader) -> Void) -> Bool {
        if isClosed.load(ordering: .sequentiallyConsistent) { return false }
        let texts = inner.withLock { inner in
            inner.lookUps += 1
            return inner.texts
        }
        work(Reader(texts: texts))
        return true
    }

    func workOut(_ work: @escaping @Sendable () -> Void) -> Bool {
        if isClosed.load(ordering: .sequentiallyConsistent) { return false }
        work()
        return true
    }

    private struct Reader: VaultReader {
        let texts: [String: [UInt8]]
        func text(subject: String, kind: String) throws(JournalError) -> [UInt8]? {
            texts["\(subject) \(kind)"]
        }
    }

    /// Adds a key whose secret is `hw.<system>.<role>-<organisation>`.
    func addKey(_ role: Role, _ organisation: String, system: String) -> String {
        let key = "hw.\(system).\(role.rawValue)-\(organisation)"
        guard let slug = Slug(organisation) else { preconditionFailure("a slug") }
        let me = Actor(key: nil, role: .administrator, organisation: slug)
        submit(Submission(.addKey(hash: Array(key.utf8), role, slug), by: me)) { _ in }
        return key
    }
}
