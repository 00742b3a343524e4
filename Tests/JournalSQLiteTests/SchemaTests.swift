import GRDB
import Journal
import JournalSQLite
import Testing
import Vault

/// A database as the first release made it; later releases must open it and prove it. Never edit it: add another.
@Suite struct SchemaTests {
    private static let firstRelease = """
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES ('1 records and enclosures');
        CREATE TABLE system (
            id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4096),
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
            SELECT system.name AS system, record.id % 1099511627776 AS position,
                CAST(record.body AS TEXT) AS body, lower(hex(record.hash)) AS hash
            FROM record JOIN system ON system.id = record.id / 1099511627776
            WHERE record.id % 1099511627776 > 0;
        INSERT INTO system VALUES (1, 'warwick');
        INSERT INTO record VALUES (1099511627776,
            x'0df1c40c4626292fa0e6f535a3c041502f8db081800d405ed611f1ec571df559', CAST('warwick' AS BLOB));
        INSERT INTO record VALUES (1099511627777,
            x'a0325244d2d821f043e89a18a0e8155fef8c7455e553b018f01019420887a2cd', CAST('{}' AS BLOB));
        INSERT INTO enclosure VALUES (1, 'p-1', 'identity', x'0102');
        """

    /// What the second release added.
    private static let secondRelease =
        firstRelease + """

            INSERT INTO grdb_migrations VALUES ('2 who was forgotten');
            CREATE TABLE forgotten (
                system INTEGER NOT NULL,
                subject TEXT NOT NULL,
                PRIMARY KEY (system, subject)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO forgotten VALUES (1, 'p-2');
            """

    @Test(
        "a database of each release is opened, proved and gone on with",
        arguments: [firstRelease, secondRelease]
    )
    func olderReleaseOpens(release: String) throws {
        try TemporaryFolder.use { folder in
            let golden = try DatabaseQueue(path: folder + "/homeward.sqlite")
            try golden.write { try $0.execute(sql: release) }
            try golden.close()
            let store = try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless)
            let journal = try store.journal(system: "warwick")
            #expect(try journal.verify().position == Position(1))
            #expect(try journal.enclosure(subject: "p-1", kind: "identity") == [1, 2])
            #expect(try journal.append([NewRecord(body: [1])], after: Position(1)) == Position(2))
            #expect(try journal.forget(subject: "p-1") == 1)
            let forgotten = try store.forgotten().map(\.subject)
            #expect(forgotten == (release == Self.firstRelease ? ["p-1"] : ["p-1", "p-2"]))
        }
    }

    @Test("a new database has the schema of the newest golden one")
    func newDatabase() throws {
        try TemporaryFolder.use { folder in
            let golden = try DatabaseQueue(path: folder + "/golden.sqlite")
            try golden.write { try $0.execute(sql: Self.secondRelease) }
            try SQLiteStore.open(folder: folder, digest: SHA256.digest, options: .roomless).close()
            let fresh = try DatabaseQueue(path: folder + "/homeward.sqlite")
            let schema =
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'grdb_migrations' ORDER BY name"
            func statements(_ queue: DatabaseQueue) throws -> [String] {
                try queue.read { try String.fetchAll($0, sql: schema) }.map {
                    $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                }
            }
            #expect(try statements(fresh) == statements(golden))
        }
    }
}
