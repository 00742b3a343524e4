import GRDBSQLite
import Journal

/// A prepared statement for the length of one use: bind, step, read. `Session.with` resets it afterwards.
struct Statement {
    let raw: OpaquePointer
    let database: OpaquePointer

    /// Tells SQLite to copy what is bound (`SQLITE_TRANSIENT`, a cast that Swift cannot import).
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    func bind(_ index: Int32, _ number: Int64) throws(JournalError) {
        try check(sqlite3_bind_int64(raw, index, number))
    }

    func bind(_ index: Int32, _ text: String) throws(JournalError) {
        let count = Int32(clamping: text.utf8.count)
        try check(sqlite3_bind_text(raw, index, text, count, Self.copied))
    }

    func bind(_ index: Int32, _ bytes: [UInt8]) throws(JournalError) {
        // A null pointer would bind NULL, and an empty array may have one.
        if bytes.isEmpty { return try check(sqlite3_bind_zeroblob(raw, index, 0)) }
        try check(sqlite3_bind_blob64(raw, index, bytes, UInt64(bytes.count), Self.copied))
    }

    /// Binds bytes without a copy: they must stay where they are until the statement was reset or bound anew.
    func bind(_ index: Int32, lent bytes: UnsafeRawBufferPointer) throws(JournalError) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            return try check(sqlite3_bind_zeroblob(raw, index, 0))
        }
        try check(sqlite3_bind_blob64(raw, index, start, UInt64(bytes.count), nil))
    }

    /// Runs to the next row; false at the end.
    func step() throws(JournalError) -> Bool {
        switch sqlite3_step(raw) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw SQLiteFailure.error(code, database)
        }
    }

    /// Runs a statement that returns no rows.
    func run() throws(JournalError) {
        while try step() {}
    }

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(raw, column)
    }

    func text(_ column: Int32) -> String {
        String(decoding: bytes(column), as: UTF8.self)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        let start = sqlite3_column_blob(raw, column)
        let count = Int(sqlite3_column_bytes(raw, column))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    private func check(_ code: Int32) throws(JournalError) {
        guard code == SQLITE_OK else { throw SQLiteFailure.error(code, database) }
    }
}
