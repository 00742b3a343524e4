import Brokerage

/// One command as the journal keeps it: when it was decided, who asked, and what came of it.
public struct JournalEntry: Sendable, Equatable {
    /// The command's stamp.
    public var at: Instant
    /// Which command it was.
    public var command: CommandID
    /// Who asked.
    public var by: Actor
    /// What happened, in order.
    public var events: [Event]

    /// An entry from its parts.
    public init(at: Instant, command: CommandID, by: Actor, events: [Event]) {
        self.at = at
        self.command = command
        self.by = by
        self.events = events
    }
}
