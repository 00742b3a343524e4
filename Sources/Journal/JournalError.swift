/// Why a journal did not do what it was asked for. After every case but `failed` it is certain that nothing
/// was written.
public enum JournalError: Error, Equatable, Sendable {
    /// Another writer got there first: read on from your position, up to `last`, and decide again.
    case conflict(last: Position)
    /// The stored bytes are not what was written; the text says what and what an operator can do.
    case damaged(at: Position, String)
    /// No space is left for what was to be written.
    case full(String)
    /// Another process kept the store locked for longer than the keeper waits.
    case busy(String)
    /// The store cannot be written to.
    case readOnly(String)
    /// What was asked for cannot be: a system that is not there, a folder that is taken. The text is a sentence of its own.
    case refused(String)
    /// The records are past `JournalLimits`.
    case tooLarge(String)
    /// Anything else. If it came from an append, the records may have been written or not: call `reopen`,
    /// read the last position and compare before appending again.
    case failed(String)

    /// Whether an append that ended with this error may have been written all the same.
    public var leavesOutcomeUnknown: Bool {
        switch self {
        case .failed: true
        case .conflict, .damaged, .full, .busy, .readOnly, .refused, .tooLarge: false
        }
    }
}

extension JournalError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .conflict(let last): "another writer was first: the journal now ends at \(last)"
        case .damaged(let position, let text): "the journal is damaged at position \(position): \(text)"
        case .full(let text): "no space is left for the journal: \(text)"
        case .busy(let text): "the journal is locked by another process: \(text)"
        case .readOnly(let text): "the journal cannot be written to: \(text)"
        case .refused(let text): text
        case .tooLarge(let text): "too large for the journal: \(text)"
        case .failed(let text): "the journal failed: \(text)"
        }
    }
}
