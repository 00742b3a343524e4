import Foundation
import JournalSQLite
import Testing

/// A folder that is gone after the test.
enum TemporaryFolder {
    static func use<Result>(_ body: (String) throws -> Result) throws -> Result {
        // In memory where there is such a place: nothing here depends on a real disk, and hundreds of syncs do take time.
        let memory = "/dev/shm"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        let root = isThere ? memory : FileManager.default.temporaryDirectory.path
        let folder = "\(root)/homeward-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }
}

extension SQLiteOptions {
    /// Without the log's room: most tests look at other things, and a thousand small logs are quicker than
    /// large ones.
    static var roomless: SQLiteOptions {
        var options = SQLiteOptions()
        options.roomBytes = 0
        return options
    }
}
