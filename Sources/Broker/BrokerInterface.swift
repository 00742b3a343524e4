import Brokerage
import Journal

/// What the API needs of a broker. The broker itself is a queue-owned class; tests of the API use a small one.
public protocol Brokering: AnyObject, Sendable {
    /// The latest durable state. Cheap enough for every request: a lane keeps what it got while `generation` stays.
    func published() -> Published
    /// Changes with every publication; reading it takes no lock.
    var generation: UInt64 { get }
    /// Decides a command, makes it durable, and only then answers, on a queue of the broker's. Never blocks; past
    /// the inbox's bound it answers `unavailable` at once.
    func submit(_ submission: Submission, _ answer: @escaping @Sendable (Ruled) -> Void)
    /// Runs work that reads the vault, off the lanes, on a bounded queue; false when the queue is full.
    func lookUp(_ work: @escaping @Sendable (any VaultReader) -> Void) -> Bool
    /// SHA-256, for key secrets.
    func keyHash(_ secret: UnsafeRawBufferPointer) -> [UInt8]
}

/// Reads what the vault keeps. Blocking: only inside `lookUp`.
public protocol VaultReader {
    /// The text of a kind kept under a subject; nil when there is none or the person was forgotten.
    func text(subject: String, kind: String) throws(JournalError) -> [UInt8]?
}
