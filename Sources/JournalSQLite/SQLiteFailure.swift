import GRDB
import GRDBSQLite
import Journal

/// What SQLite's result codes mean for a journal.
enum SQLiteFailure {
    /// The error of the last call on a connection.
    static func error(_ code: Int32, _ database: OpaquePointer) -> JournalError {
        let extended = sqlite3_extended_errcode(database)
        let code = extended & 0xFF == code & 0xFF ? extended : code
        return error(code, String(cString: sqlite3_errmsg(database)))
    }

    /// The error of a call through GRDB, or of opening.
    static func error(_ error: any Error) -> JournalError {
        if let known = error as? JournalError { return known }
        guard let sqlite = error as? DatabaseError else { return .failed("\(error)") }
        return self.error(sqlite.extendedResultCode.rawValue, sqlite.message ?? "no message")
    }

    private static func error(_ code: Int32, _ message: String) -> JournalError {
        // A backup's copy fails without a word on its connection.
        let words = message == "not an error" ? String(cString: sqlite3_errstr(code)) : message
        let text = "\(words) (SQLite \(code))"
        switch code & 0xFF {
        case SQLITE_FULL: return .full("\(text); make room on the disk")
        case SQLITE_BUSY, SQLITE_LOCKED: return .busy(text)
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN:
            return .readOnly("\(text); check that the folder is there and may be written to")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return .damaged(at: .start, "\(text); run homeward journal verify, then restore a backup")
        default: return .failed(text)
        }
    }
}

extension JournalError {
    /// The same damage with the place where it was met; other errors as they are.
    func met(at position: Position) -> JournalError {
        guard case .damaged(.start, let text) = self else { return self }
        return .damaged(at: position, text)
    }
}
