/// The statements that run on the raw handle; each is prepared once a connection, under its raw value.
enum SQL: Int, CaseIterable {
    case begin, commit, rollback
    case insertRecord, insertNext, putEnclosure, replaceEnclosure, forget, noteForgotten, touch
    case last, hash, read, enclosure, enclosures, allEnclosures, countForgotten, forgotten
    case systems, system, insertSystem

    /// The statement; the comments name its parameters.
    var text: String {
        switch self {
        case .begin: "BEGIN IMMEDIATE"
        case .commit: "COMMIT"
        case .rollback: "ROLLBACK"
        // key, hash, body, hash of the record before: inserts nothing unless that record is there.
        case .insertRecord:
            """
            INSERT INTO record (id, hash, body)
            SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM record WHERE id = ?1 - 1 AND hash = ?4)
            """
        // key, hash, body: for a journal's first row (key of position 0, the chain's first hash, the system's name), and for the rows behind one that `insertRecord` inserted in the same transaction.
        case .insertNext: "INSERT INTO record (id, hash, body) VALUES (?1, ?2, ?3)"
        // system, subject, kind, sealed
        case .putEnclosure:
            """
            INSERT INTO enclosure (system, subject, kind, sealed) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET sealed = excluded.sealed
            """
        // system, subject, kind, sealed, what must stand there
        case .replaceEnclosure:
            """
            UPDATE enclosure SET sealed = ?4 WHERE system = ?1 AND subject = ?2 AND kind = ?3 AND sealed = ?5
            """
        // system, subject
        case .forget: "DELETE FROM enclosure WHERE system = ?1 AND subject = ?2"
        // system, subject
        case .noteForgotten: "INSERT INTO forgotten (system, subject) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
        // The header's free number for applications, which nobody reads. It is written even when it stays the same, where an
        // UPDATE that changes nothing writes no page.
        case .touch: "PRAGMA user_version = 1"
        // system
        case .countForgotten: "SELECT count(*) FROM forgotten WHERE system = ?1"
        // system
        case .forgotten: "SELECT subject FROM forgotten WHERE system = ?1 ORDER BY subject"
        // first and last key of the system
        case .last: "SELECT id, hash FROM record WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT 1"
        // key
        case .hash: "SELECT hash FROM record WHERE id = ?1"
        // key to read behind, last key of the system, limit
        case .read: "SELECT id, hash, body FROM record WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3"
        // system, subject, kind
        case .enclosure: "SELECT sealed FROM enclosure WHERE system = ?1 AND subject = ?2 AND kind = ?3"
        // system, subject to list behind, kind, limit
        case .enclosures:
            """
            SELECT subject, sealed FROM enclosure WHERE system = ?1 AND subject > ?2 AND kind = ?3
            ORDER BY subject LIMIT ?4
            """
        // system, subject and kind to list behind, limit
        case .allEnclosures:
            """
            SELECT subject, kind, sealed FROM enclosure WHERE system = ?1 AND (subject, kind) > (?2, ?3)
            ORDER BY subject, kind LIMIT ?4
            """
        case .systems: "SELECT id, name FROM system ORDER BY id"
        // name
        case .system: "SELECT id FROM system WHERE name = ?1"
        // name
        case .insertSystem: "INSERT INTO system (id, name) SELECT coalesce(max(id), 0) + 1, ?1 FROM system"
        }
    }
}
