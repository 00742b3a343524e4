import Brokerage
import Journal
import Synchronization

/// What the API needs of a broker. The broker itself is a queue-owned class; tests of the API use a small one.
public protocol Brokering: AnyObject, Sendable {
    /// The latest durable state. Cheap enough for every request: a lane keeps what it got while `generation` stays.
    func published() -> Published
    /// Counts publications; what was read of a state is of the present one while the count stays.
    var publications: Publications { get }
    /// Decides a command, makes it durable, and only then answers, on a queue of the broker's. Never blocks; past
    /// the inbox's bound it answers `unavailable` at once.
    func submit(_ submission: Submission, _ answer: @escaping @Sendable (Ruled) -> Void)
    /// Runs work that reads the vault, off the lanes, on a bounded queue; false when the queue is full.
    func lookUp(_ work: @escaping @Sendable (any VaultReader) -> Void) -> Bool
    /// Works out what takes long (an explanation tries many things), off the lanes and one at a time, so that it keeps nobody
    /// waiting but others of its kind; false when too many wait.
    func workOut(_ work: @escaping @Sendable () -> Void) -> Bool
    /// SHA-256, for key secrets.
    func keyHash(_ secret: UnsafeRawBufferPointer) -> [UInt8]
}

extension Brokering {
    /// Changes with every publication; reading it takes no lock.
    public var generation: UInt64 { publications.generation }
}

/// How often a broker published a state.
public final class Publications: Sendable {
    private let count = Atomic<UInt64>(1)

    /// None yet.
    public init() {}

    /// Changes with every publication.
    public var generation: UInt64 { count.load(ordering: .acquiring) }

    /// Says that a state was published; after it can be read.
    public func add() { count.add(1, ordering: .releasing) }
}

/// Reads what the vault keeps. Blocking: only inside `lookUp`.
public protocol VaultReader {
    /// The text of a kind kept under a subject; nil when there is none or the person was forgotten.
    func text(subject: String, kind: String) throws(JournalError) -> [UInt8]?
}
