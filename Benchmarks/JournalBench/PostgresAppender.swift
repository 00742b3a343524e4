import Journal
import PostgresWire

/// PostgreSQL's best: all rows of a batch in one statement, one commit, one sync.
final class PostgresAppender: Appender {
    private let connection: PostgresConnection
    private var last: Int64 = 0

    /// - Parameter place: `FOLDER:PORT:USER` of its socket.
    init(place: String) throws {
        let parts = place.split(separator: ":").map(String.init)
        guard parts.count == 3, let port = Int(parts[1]) else {
            throw JournalError.failed("--postgres FOLDER:PORT:USER")
        }
        connection = try PostgresConnection(folder: parts[0], port: port, user: parts[2])
        try connection.prepare("drop", "DROP TABLE IF EXISTS record")
        try connection.run(PostgresCall("drop"))
        try connection.prepare("make", "CREATE TABLE record (id bigint PRIMARY KEY, body bytea NOT NULL)")
        try connection.run(PostgresCall("make"))
        try connection.prepare(
            "append",
            "INSERT INTO record (id, body) SELECT * FROM unnest($1::bigint[], $2::bytea[])"
        )
    }

    func append(_ bodies: [[UInt8]]) throws {
        let ids = bodies.indices.map { PostgresConnection.bytes(last + Int64($0) + 1) }
        try connection.run(
            PostgresCall(
                "append",
                [
                    PostgresConnection.array(of: PostgresConnection.int8, ids),
                    PostgresConnection.array(of: PostgresConnection.bytea, bodies),
                ],
                isBinary: true
            )
        )
        last += Int64(bodies.count)
    }
}
