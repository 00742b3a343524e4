/// Keeps the records of one system in their order, durably, together with the sealed values that belong to
/// them.
///
/// Calls block until they are done. `append` and `reopen` are called from one serial queue; everything else
/// may come from any thread at any time and does not wait for an append. Several keepers, in this process or
/// another, may be open on the same journal: the position given to `append` decides who was first, and nobody
/// needs to lead.
public protocol JournalKeeper: Sendable {
    /// How the records of this journal are linked.
    var chain: HashChain { get }

    /// Appends records behind `position`, all of them or none, and returns only when they and their
    /// enclosures would survive a loss of power. An append of no records only checks the position.
    ///
    /// - Returns: the position of the last record, `position` advanced by their number.
    /// - Throws: `conflict` when the journal does not end at `position`, whether it ends before or behind it.
    func append(_ records: [NewRecord], after position: Position) throws(JournalError) -> Position

    /// Where the journal ends, other processes' records included. Cheap enough to be asked every 20 ms.
    ///
    /// - Throws: `readOnly` also when what is open is no longer what a start would find.
    func lastPosition() throws(JournalError) -> Position

    /// The records behind `position`, in order; at most `limit` and at most what `JournalLimits` allows, so
    /// fewer than `limit` do not mean the end: none does. The caller checks the chain (`ChainCheck`).
    func read(after position: Position, limit: Int) throws(JournalError) -> [Record]

    /// The sealed value of (`subject`, `kind`), nil when there is none.
    func enclosure(subject: String, kind: String) throws(JournalError) -> [UInt8]?

    /// The enclosures of a kind in the order of their subjects' bytes, behind `subject` (nil: from the
    /// first), at most `limit`.
    func enclosures(kind: String, after subject: String?, limit: Int) throws(JournalError) -> [Enclosure]

    /// The enclosures of all kinds in the order of subject, then kind, behind a place (nil: from the first),
    /// at most `limit`: to rotate keys and to check them all.
    func enclosures(after place: EnclosurePlace?, limit: Int) throws(JournalError) -> [Enclosure]

    /// Replaces a sealed value if it still is `sealed`, to rotate keys beside writers.
    ///
    /// - Returns: whether it was replaced; false when it has been replaced or forgotten meanwhile.
    func replace(_ sealed: [UInt8], by enclosure: Enclosure) throws(JournalError) -> Bool

    /// Removes every sealed value of a subject, of all kinds. Records stay as they are.
    ///
    /// - Returns: how many were removed.
    func forget(subject: String) throws(JournalError) -> Int

    /// Every subject that was ever forgotten, ascending; empty when there are no more than `known`. Cheap enough to be asked a few
    /// times a second: only when somebody was forgotten are all of them read, 32 bytes each.
    func forgotten(beyond known: Int) throws(JournalError) -> [String]

    /// Proves that the journal can be written again: changes nothing, and returns only when a write of it would survive a loss
    /// of power. Reading is no proof: a disk that takes no write is often read without complaint.
    func proveWritable() throws(JournalError)

    /// Drops whatever is open and opens it anew, after `failed` or once the cause of an error is mended.
    /// Fails like the first opening did.
    func reopen() throws(JournalError)
}
