import Broker
import Brokerage
import Synchronization

/// What one client wants, over all attempts it takes: a client that hears nothing, or 503, asks again in the same
/// words and under the same idempotency key.
struct Request {
    let number: Int
    let submission: Submission
    /// The request whose key and words (or only key) this one sends again.
    let original: Int?
    /// Whether it uses the original's key for other words, which must be refused.
    let isMisuse: Bool
    /// Whether another request was sent in its words under its key.
    var hasTwin = false
    /// The command of each attempt so far.
    var commands: [CommandID] = []
    /// The first accepted answer.
    var answered: (outcome: Outcome, resource: Resource)?
    /// When it was accepted, by the true clock.
    var answeredAt: Instant?

    var command: Command { submission.command }

    /// Whether an acceptance may stand on a record of another attempt.
    var mayBeRepeat: Bool {
        if commands.count > 1 || original != nil || hasTwin { return true }
        switch command {
        // The same words again change nothing and are not written.
        case .setZone, .setProvider, .adoptPolicy, .setPolicy, .revokeKey, .amend: return true
        case .buyBlock, .claim, .reduceClaim, .reportShortfall, .refer, .triage, .recordReadyDate, .withdraw, .override,
            .accept, .refuse, .postponeFirstVisit, .start, .end, .disclosePerson, .addKey, .improve, .advance:
            return false
        }
    }

    /// Whether asking again after it was carried out must give the same answer.
    var isRepeatable: Bool {
        switch command {
        case .buyBlock, .claim, .reportShortfall, .refer, .withdraw, .accept, .refuse, .start, .end: !isMisuse
        case .setZone, .setProvider, .reduceClaim, .amend, .triage, .recordReadyDate, .postponeFirstVisit,
            .override, .disclosePerson, .addKey, .revokeKey, .adoptPolicy, .setPolicy, .improve, .advance:
            false
        }
    }

    /// Whether a client that heard nothing asks again. Time passes by itself.
    var isInsisted: Bool {
        switch command {
        case .advance, .improve: false
        default: true
        }
    }

    /// The request in words, for a fault.
    var words: String { "request \(number) (\(String(describing: command).prefix(160)))" }
}

/// Where answers arrive. Written from inside the pipeline's answers, read by the simulation after each step.
final class Mailbox: Sendable {
    struct Letter {
        let request: Int
        let command: CommandID
        let ruled: Ruled
    }

    private let letters = Mutex<[Letter]>([])

    func put(_ letter: Letter) { letters.withLock { $0.append(letter) } }

    func takeAll() -> [Letter] {
        letters.withLock { letters in
            defer { letters = [] }
            return letters
        }
    }
}
