import GRDB
import Glibc
import Journal

/// Holds the journals against their marks before anything is opened to write.
///
/// It looks through a connection that may only read: the last writing connection to close would copy what
/// SQLite believes of a damaged log into the database and remove the log, and with it what a person could
/// still save by hand.
struct Marks {
    let folder: StoreFolder
    let file: MarkFile
    let options: SQLiteOptions

    /// Refuses a journal that ends before what was answered for, ends in something else, or is gone; and a mark that says nothing
    /// of a journal with records, since a journal is marked when it is made.
    func check() throws(JournalError) {
        let marks = try file.all()
        guard access(folder.database, F_OK) == 0 else {
            if marks.isEmpty { return }
            throw .damaged(at: .start, "\(folder.database) is gone, but records in it were answered for. \(wayOut)")
        }
        let connection = try Connection(folder.database, .look, options, readOnly: true)
        defer { try? connection.close() }
        // A first start that was cut short leaves a database without tables.
        let isMade = try connection.administer { queue in try queue.read { try $0.tableExists("system") } }
        let systems = isMade ? try connection.perform { (session) throws(JournalError) in try session.systems() } : []
        for (id, mark) in marks {
            guard let system = systems.first(where: { $0.id == id }) else {
                throw .damaged(at: .start, "the journal of system \(id) is gone, but was answered for. \(wayOut)")
            }
            try connection.perform { (session) throws(JournalError) in
                try check(mark, id, system.name, session)
            }
        }
        guard file.wasThere else { return }
        for system in systems where !marks.contains(where: { $0.id == system.id }) {
            let last = try connection.perform { (session) throws(JournalError) in try session.last(system.id) }
            guard last.position == .start else { throw file.damage }
        }
    }

    private func check(
        _ mark: MarkFile.Mark,
        _ id: Int64,
        _ name: String,
        _ session: Connection.Session
    ) throws(JournalError) {
        let last = try session.last(id)
        guard last.position >= mark.position else {
            throw .damaged(
                at: last.position.advanced(by: 1),
                "the journal of \(name) ends at \(last.position), but records up to \(mark.position) were answered for: "
                    + "they are lost. \(wayOut)"
            )
        }
        guard try session.hash(id, mark.position) == mark.hash else {
            throw .damaged(
                at: mark.position,
                "the journal of \(name) holds another record than the one that was answered for. \(wayOut)"
            )
        }
    }

    private var wayOut: String {
        "Keep a copy of \(folder.path), then bring back a backup (homeward restore). To go on without the lost records, "
            + "remove \(file.path)"
    }
}
