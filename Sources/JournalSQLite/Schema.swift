import GRDB

// The database in words.
//
//     system     one row a system (tenant): its number and its name
//     record     one row a record. id = system * 2^40 + position, so that one key orders everything, an append goes to
//                the end of one b-tree, and no second index has to be written. Position 0 of each system is a row too:
//                its hash is the chain's first one and its body the system's name. So every record has a row before it,
//                and an insert can demand that this row exists with the right hash: that refuses a gap, the primary key
//                refuses a duplicate.
//     enclosure  one row a sealed value, by system, subject and kind
//     forgotten  one row a subject whose sealed values were removed, by its pseudonym: a backup made before still has them,
//                and a restore removes them again by this list
//     journal    a view for people: sqlite3 homeward.sqlite 'select * from journal'
//
// Rows of `record` are never updated, and never deleted but in a copy that a restore cuts short. The schema changes by migrations only, which GRDB
// keeps count of.

enum Schema {
    /// Positions of one system, 2^40 (a million million).
    static let positionsOfSystem: Int64 = 1 << 40
    /// Systems in one store, 4,096: their ids stay far below 2^63 / 2^40, and the mark file stays small.
    static let systems: Int64 = 4_096

    /// The key of a record.
    static func key(_ system: Int64, _ position: UInt64) -> Int64 {
        system * positionsOfSystem + Int64(clamping: min(position, UInt64(positionsOfSystem - 1)))
    }

    /// Brings a new or older database to this version's schema.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 records and enclosures") { database in
            try database.execute(
                sql: """
                    CREATE TABLE system (
                        id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND \(systems)),
                        name TEXT NOT NULL UNIQUE
                    ) STRICT;
                    CREATE TABLE record (
                        id INTEGER PRIMARY KEY,
                        hash BLOB NOT NULL CHECK (length(hash) = 32),
                        body BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE enclosure (
                        system INTEGER NOT NULL,
                        subject TEXT NOT NULL,
                        kind TEXT NOT NULL,
                        sealed BLOB NOT NULL,
                        PRIMARY KEY (system, subject, kind)
                    ) STRICT, WITHOUT ROWID;
                    CREATE VIEW journal AS
                        SELECT system.name AS system, record.id % \(positionsOfSystem) AS position,
                            CAST(record.body AS TEXT) AS body, lower(hex(record.hash)) AS hash
                        FROM record JOIN system ON system.id = record.id / \(positionsOfSystem)
                        WHERE record.id % \(positionsOfSystem) > 0;
                    """
            )
        }
        migrator.registerMigration("2 who was forgotten") { database in
            try database.execute(
                sql: """
                    CREATE TABLE forgotten (
                        system INTEGER NOT NULL,
                        subject TEXT NOT NULL,
                        PRIMARY KEY (system, subject)
                    ) STRICT, WITHOUT ROWID;
                    """
            )
        }
        return migrator
    }
}
