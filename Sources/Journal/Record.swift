/// A record about to be appended: what happened, and what of it must not stand in the journal.
public struct NewRecord: Sendable, Equatable {
    /// What happened, in the broker's encoding; the journal never looks inside. At most
    /// `JournalLimits.bodyBytes`.
    public var body: [UInt8]
    /// Sealed values written in the same transaction; at most `JournalLimits.enclosures`.
    public var enclosures: [Enclosure]

    /// A record from its parts.
    public init(body: [UInt8], enclosures: [Enclosure] = []) {
        self.body = body
        self.enclosures = enclosures
    }
}

/// A sealed value kept beside the journal, one for each (subject, kind): who a person is, and free text. It
/// can be replaced and forgotten, which a record never is.
public struct Enclosure: Sendable, Equatable {
    /// Whom or what it belongs to: the pseudonym that records carry. At most `JournalLimits.nameBytes`.
    public var subject: String
    /// What it holds, in a word ("identity", "needs"). At most `JournalLimits.nameBytes`.
    public var kind: String
    /// The sealed bytes; at most `JournalLimits.sealedBytes`.
    public var sealed: [UInt8]

    /// An enclosure from its parts.
    public init(subject: String, kind: String, sealed: [UInt8]) {
        self.subject = subject
        self.kind = kind
        self.sealed = sealed
    }
}

/// Where an enclosure stands among all of a journal.
public struct EnclosurePlace: Sendable, Equatable {
    /// Whom or what it belongs to.
    public var subject: String
    /// What it holds.
    public var kind: String

    /// A place from its parts.
    public init(subject: String, kind: String) {
        self.subject = subject
        self.kind = kind
    }
}

/// A record as it stands in the journal.
public struct Record: Sendable, Equatable {
    /// Where it stands.
    public let position: Position
    /// What links it to the record before it (`HashChain`), 32 bytes.
    public let hash: [UInt8]
    /// What happened, as it was appended.
    public let body: [UInt8]

    /// A record from its parts; keepers make them.
    public init(position: Position, hash: [UInt8], body: [UInt8]) {
        self.position = position
        self.hash = hash
        self.body = body
    }
}

/// What one append may hold and one read may return. Past them an append is refused as a whole.
public enum JournalLimits {
    /// The body of a record, 16 MiB. Blocks a command that would stall every other one behind its write.
    public static let bodyBytes = 16 << 20
    /// Records in one append, 4,096. Bounds the memory of a transaction and the time a second writer waits.
    public static let recordsInAppend = 4_096
    /// Enclosures of one record, 1,024.
    public static let enclosures = 1_024
    /// A sealed value, 1 MiB. Bodies of requests are smaller.
    public static let sealedBytes = 1 << 20
    /// A subject or a kind, 128 bytes of UTF-8.
    public static let nameBytes = 128
    /// Bodies returned by one read, 32 MiB, though always at least one record. Bounds what a reader holds at
    /// a time.
    public static let readBytes = 32 << 20
    /// Records or enclosures returned by one read, 10,000.
    public static let readCount = 10_000

    /// Says what is too large about these records, nil when nothing is.
    public static func objection(to records: [NewRecord]) -> String? {
        if records.count > recordsInAppend { return "an append holds more than \(recordsInAppend) records" }
        for record in records {
            if let objection = objection(to: record) { return objection }
        }
        return nil
    }

    /// Says what is too large about a record, nil when nothing is.
    public static func objection(to record: NewRecord) -> String? {
        if record.body.count > bodyBytes { return "a record is longer than \(bodyBytes) bytes" }
        if record.enclosures.count > enclosures { return "a record has more than \(enclosures) enclosures" }
        for enclosure in record.enclosures {
            if let objection = objection(to: enclosure) { return objection }
        }
        return nil
    }

    /// Says what is too large about an enclosure, nil when nothing is.
    public static func objection(to enclosure: Enclosure) -> String? {
        if enclosure.sealed.count > sealedBytes { return "an enclosure is longer than \(sealedBytes) bytes" }
        let counts = (enclosure.subject.utf8.count, enclosure.kind.utf8.count)
        if !(1...nameBytes).contains(counts.0) || !(1...nameBytes).contains(counts.1) {
            return "the subject and the kind of an enclosure have 1 to \(nameBytes) bytes"
        }
        return nil
    }
}
