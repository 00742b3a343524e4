import ArgumentParser
import Broker
import Brokerage
import Glibc
import Journal
import JournalSQLite
import Vault

/// Copies a store while it is in use.
struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Copies the journal and the vault as they are at one moment, while the service runs, and proves the copy.",
        discussion: "The vault's key is not in the copy: keep it elsewhere. Note the printed hashes elsewhere too."
    )

    @Option(help: "The folder that holds the journal.")
    var data = "./data"
    @Option(help: "A folder for the copy; it must hold no store, nor what is left of one.")
    var to: String

    func run() throws {
        try orFail {
            try DataFolder.expectStore(in: data)
            let store = try SQLiteStore.open(folder: data, digest: SHA256.digest)
            if let notice = store.notice { standardError("homeward: \(notice)") }
            for end in try store.backup(to: to) { try standardOutput(words(end)) }
        }
    }
}

/// Puts a backup into a folder.
struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts a backup into an empty folder, proves it, and sets the marks to where its journals end."
    )

    @Option(help: "The backup's folder.")
    var from: String
    @Option(
        help:
            "The folder to put it into; it must hold no store, nor what is left of one. The vault's key goes beside it by hand."
    )
    var data = "./data"
    @Option(help: "The system that --position is of.")
    var system = "default"
    @Option(help: "Restore the system's journal up to this position only.")
    var position: UInt64?
    @Option(
        help:
            "A list from `homeward forgotten`, or the folder of a newer store or backup: whoever it names is forgotten."
    )
    var forgotten: [String] = []
    @Flag(
        help:
            "Write every row anew instead of copying pages: for a database whose structure is damaged, while its chain holds."
    )
    var rebuild = false

    func run() throws {
        try orFail {
            let list = try forgotten.flatMap(Forgotten.list(from:))
            let limits = position.map { [system: Position($0)] } ?? [:]
            var removed = 0
            let ends = try SQLiteStore.restore(
                from: from,
                to: data,
                upTo: limits,
                digest: SHA256.digest,
                rebuilding: rebuild,
                amend: { (store) throws(JournalError) in
                    for cut in limits.keys { try Restore.drop(what: store, lost: cut) }
                    removed = try Restore.forget(list, in: store)
                },
                notice: { standardError("homeward: \($0)") }
            )
            for end in ends { try standardOutput(words(end)) }
            if !forgotten.isEmpty {
                let there = Set(ends.map(\.system))
                let others = list.filter { !there.contains($0.system) }.count
                try standardOutput("\(removed) sealed values of \(list.count - others) persons removed again")
                if others > 0 {
                    try standardOutput("\(others) persons of the list are of systems that the backup does not have")
                }
            }
        }
    }

    /// Sealed values of what a cut journal no longer knows: its identifiers will be given to others.
    private static func drop(what store: SQLiteStore, lost system: String) throws(JournalError) {
        let keeper = try store.journal(system: system, createIfAbsent: false)
        let state = try Recovered(from: keeper).published.state
        var unknown: [String] = []
        var place: EnclosurePlace?
        while true {
            let page = try keeper.enclosures(after: place, limit: 1_000)
            guard let last = page.last else { break }
            unknown += page.map(\.subject).filter { !state.knows(subject: $0) }
            place = EnclosurePlace(subject: last.subject, kind: last.kind)
        }
        try store.drop(system: system, subjects: Set(unknown).sorted())
    }

    /// A backup made before a person was forgotten has its sealed values still.
    private static func forget(
        _ list: [(system: String, subject: String)],
        in store: SQLiteStore
    ) throws(JournalError) -> Int {
        let systems = try store.systems()
        var removed = 0
        for (system, subject) in list where systems.contains(system) {
            removed += try store.journal(system: system, createIfAbsent: false).forget(subject: subject)
        }
        return removed
    }
}

/// Lists who was forgotten.
struct Forgotten: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the pseudonyms of everybody who was forgotten, one a line: for `restore --forgotten`.",
        discussion:
            "Keep the list with the backups. Its last line says how many it names. A pseudonym says nothing once its sealed "
            + "values are gone."
    )

    @Option(help: "The folder that holds the journal.")
    var data = "./data"

    func run() throws {
        try orFail {
            let list = try SQLiteStore.inspect(folder: data, digest: SHA256.digest).forgotten()
            for (system, subject) in list { try standardOutput("\(system) \(subject)") }
            try standardOutput(Forgotten.end(of: list.count))
        }
    }

    /// The last line of a list, which says how many it names: a list that was cut short, or that a full disk left empty, would
    /// bring people back in silence.
    static func end(of count: Int) -> String { "# \(count) forgotten" }

    /// What a list in a file says, or a store in a folder.
    static func list(from path: String) throws -> [(system: String, subject: String)] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Failure("\(path) cannot be read") }
        if status.st_mode & S_IFMT == S_IFDIR {
            return try SQLiteStore.inspect(folder: path, digest: SHA256.digest).forgotten()
        }
        guard let text = Files.text(path, most: 64 << 20) else { throw Failure("\(path) cannot be read") }
        // Also with the line ends of other machines.
        var lines = text.split(whereSeparator: \.isNewline)
        let last = lines.popLast()
        guard let last, last == Forgotten.end(of: lines.count) else {
            throw Failure(
                "\(path) does not end in the line \"# N forgotten\" with the number of those it names: it was cut short, or "
                    + "put together from others, or made by an older program; make it anew by homeward forgotten"
            )
        }
        return try lines.enumerated().map { number, line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 2,
                PersonID(words[1]) != nil || ClaimID(words[1]) != nil || ShortfallID(words[1]) != nil
            else {
                throw Failure("\(path), line \(number + 1): expected a system and a pseudonym, a claim or a shortfall")
            }
            return (String(words[0]), String(words[1]))
        }
    }
}

/// Removes who a person is.
struct Forget: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Removes everything that says who a referral's person is, or the reason given for a shortfall or a reduction. The "
            + "journal, which never knew, is not touched.",
        discussion: "A copy made before still holds it: restore such a one with --forgotten (see `homeward forgotten`)."
    )

    @Argument(help: "The referral, as r12; or a shortfall, as s3, or a claim, as c7, whose reason names somebody.")
    var subject: String
    @OptionGroup var options: DataOptions

    func run() throws {
        let referral = ReferralID(subject)
        guard referral != nil || ShortfallID(subject) != nil || ClaimID(subject) != nil else {
            throw ValidationError("a referral's id looks like r12, a shortfall's like s3, a claim's like c7")
        }
        try orFail {
            try DataFolder.expectStore(in: options.data)
            let folder = try DataFolder(options.data)
            let keeper = try folder.store.journal(system: options.system, createIfAbsent: false)
            // Without a look whether the vault's key fits: to forget is the way out of a value that does not open.
            let state = try Recovered(from: keeper, system: options.system, snapshots: folder.snapshots).published.state
            let lines: [String]
            if let referral {
                lines = try Forget.person(of: referral, state, keeper)
            } else {
                guard state.knows(subject: subject) else { throw Failure("there is no \(subject)") }
                lines = ["\(try keeper.forget(subject: subject)) rows of \(subject) removed"]
            }
            // The log is emptied also where nobody can be told.
            let told = Result { for line in lines { try standardOutput(line) } }
            try Forget.empty(folder.store, of: subject)
            try told.get()
        }
    }

    /// - Returns: what there is to say of it.
    private static func person(of id: ReferralID, _ state: State, _ keeper: any JournalKeeper) throws -> [String] {
        guard let person = state.referrals[id]?.person else { throw Failure("there is no referral \(id)") }
        let others = try Namesakes.persons(of: person, in: keeper).compactMap(state.referral(of:))
        let rows = try keeper.forget(subject: person.description)
        let removed = "\(rows) rows of \(id)'s person removed"
        guard !others.isEmpty else { return [removed] }
        let names = others.map(\.description).joined(separator: ", ")
        return [
            removed, "under the same NHS number there is still \(names): forget each, if the person is to be forgotten",
        ]
    }

    /// Seconds for which a reader is waited for that is in the way, 10.
    private static let patience = 10

    /// Takes the sealed bytes out of the log too.
    private static func empty(_ store: SQLiteStore, of id: String) throws {
        for attempt in 1...patience {
            do throws(JournalError) {
                return try store.checkpoint()
            } catch {
                guard case .busy = error else { throw error }
                guard attempt < patience else {
                    throw Failure(
                        "the rows are removed, but their bytes are still in the log, since \(error). "
                            + "Run homeward forget \(id) again once that is done"
                    )
                }
                sleep(1)
            }
        }
    }
}

private func words(_ end: JournalEnd) -> String {
    let hash = end.hash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    return "\(end.system): position \(end.position), hash \(hash)"
}
