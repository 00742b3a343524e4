import Brokerage
import Journal
import Vault

/// A submission with its stamp: what is kept of it until it is answered, so that it can be decided again, the same,
/// when another node was first.
package struct Pending: Sendable {
    package let submission: Submission
    /// Names the command in its record: a command whose append had an unknown outcome is found again by it.
    package let command: CommandID
    /// When it was taken.
    package let takenAt: Instant
    /// The pseudonym for whoever it brings in.
    package let person: PersonID
    package let answer: @Sendable (Ruled) -> Void

    package init(
        submission: Submission,
        command: CommandID,
        takenAt: Instant,
        person: PersonID,
        answer: @escaping @Sendable (Ruled) -> Void
    ) {
        self.submission = submission
        self.command = command
        self.takenAt = takenAt
        self.person = person
        self.answer = answer
    }
}

/// A pending submission after it was decided on the speculative state.
struct Decided: Sendable {
    let pending: Pending
    /// What is answered once the batch is durable.
    let verdict: Verdict
    /// What is appended; nil when nothing happened.
    let record: NewRecord?
    /// Whose number it changed, and what it was before: taken back when this does not come to be.
    var numberBefore: (person: PersonID, digest: [UInt8]?)?

    enum Verdict: Sendable {
        case accepted(Outcome, Resource)
        case refused(Rejection)
    }

    /// Whether the store's end must be read before this can be answered. A refusal may be out of date when another
    /// node has written: minutes may have come free, and what is refused may have been done there already, for a
    /// client that lost the answer and asks again here. What was accepted before stays so, and needs no look.
    var needsTheEnd: Bool {
        switch verdict {
        case .accepted: false
        case .refused: true
        }
    }
}

/// An answer that is due now.
package struct DueAnswer: Sendable {
    let ruled: Ruled
    let answer: @Sendable (Ruled) -> Void

    package init(ruled: Ruled, answer: @escaping @Sendable (Ruled) -> Void) {
        self.ruled = ruled
        self.answer = answer
    }

    package func give() { answer(ruled) }
}
