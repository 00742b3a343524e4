import Glibc
import Journal
import Synchronization

// The mark in bytes: a slot of 64 for each system, at (id - 1) * 64, numbers big endian.
//
//     0..7    "HWMARK\0" and the version 1
//     8..15   the system's id
//     16..23  the position of the last record that was answered for
//     24..55  its hash
//     56..63  FNV-1a (64 bits) of the 56 bytes before
//
// A slot of zeros, or none, is no mark. A slot lies within one sector, so that a loss of power leaves the old
// one or the new one.

/// Remembers, outside the database, how far each journal has been answered for. A damaged write-ahead log
/// loses its rows in silence; the journal then ends below its mark, and the store refuses to open.
///
/// It is written after each commit and before any reply, without a sync: the kernel keeps it when the process
/// dies. It is synced at checkpoints. After a loss of power it may lag behind the journal, which is harmless.
final class MarkFile: Sendable {
    struct Mark: Equatable {
        var position: Position
        var hash: [UInt8]
    }

    static let slotBytes = 64
    private static let magic: [UInt8] = Array("HWMARK".utf8) + [0, 1]

    let path: String
    /// Whether there was a file when this was opened.
    let wasThere: Bool
    private let file: Int32
    private let turn = Mutex<Void>(())

    /// Opens the marks.
    ///
    /// - Parameter readOnly: makes no file where there is none; such a folder has no marks.
    init(_ path: String, readOnly: Bool = false) throws(JournalError) {
        self.path = path
        let known = open(path, (readOnly ? O_RDONLY : O_RDWR) | O_CLOEXEC)
        wasThere = known >= 0
        let isWanting = known < 0 && errno == ENOENT && !readOnly
        file = isWanting ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) : known
        guard file >= 0 || (readOnly && errno == ENOENT) else {
            throw StoreFolder.failure("the mark \(path) cannot be opened")
        }
    }

    deinit { if file >= 0 { close(file) } }

    /// The mark of a system, nil when it has none yet.
    func mark(_ system: Int64) throws(JournalError) -> Mark? {
        guard file >= 0 else { return nil }
        // The kernel may show half of a write to a reader that does not lock.
        return try locked(system, F_RDLCK) { () throws(JournalError) in try readSlot(system) }
    }

    private func readSlot(_ system: Int64) throws(JournalError) -> Mark? {
        var slot = [UInt8](repeating: 0, count: Self.slotBytes)
        let count = pread(file, &slot, slot.count, Self.offset(system))
        guard count >= 0 else { throw StoreFolder.failure("the mark \(path) cannot be read") }
        if slot.allSatisfy({ $0 == 0 }) { return nil }
        let mark = Mark(position: Position(Self.number(slot[16..<24])), hash: Array(slot[24..<56]))
        guard count == slot.count, slot == Self.slot(system, mark) else {
            throw damage
        }
        return mark
    }

    /// What is said of a mark that is not what was written, or that is missing beside records.
    var damage: JournalError {
        .failed("the mark \(path) is damaged; run homeward journal verify, and if the journal is whole remove \(path)")
    }

    /// What is said where there is no mark beside records.
    var absence: String { "\(path) is missing: whether records at the journal's end were lost cannot be told" }

    /// The marks of all systems, by id.
    func all() throws(JournalError) -> [(id: Int64, mark: Mark)] {
        guard file >= 0 else { return [] }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw StoreFolder.failure("the mark \(path) cannot be looked at") }
        var marks: [(id: Int64, mark: Mark)] = []
        // Rounded up, so that half a slot is met and refused.
        for id in stride(from: 1, through: Int64((status.st_size + Self.slotBytes - 1) / Self.slotBytes), by: 1) {
            if let mark = try mark(id) { marks.append((id, mark)) }
        }
        return marks
    }

    /// Raises the mark of a system. A mark that is further already stays: another process was quicker.
    func raise(_ system: Int64, _ mark: Mark) throws(JournalError) {
        try locked(system, F_WRLCK) { () throws(JournalError) in
            if let known = try readSlot(system), known.position >= mark.position { return }
            try write(system, Self.slot(system, mark))
        }
    }

    /// Forgets the mark of a system, for a journal that was put back on purpose.
    func remove(_ system: Int64) throws(JournalError) {
        try locked(system, F_WRLCK) { () throws(JournalError) in
            try write(system, [UInt8](repeating: 0, count: Self.slotBytes))
        }
    }

    /// Makes the marks survive a loss of power.
    func sync() throws(JournalError) {
        guard file >= 0 else { return }
        guard fdatasync(file) == 0 else { throw StoreFolder.failure("the mark \(path) cannot be synced") }
    }

    private func write(_ system: Int64, _ slot: [UInt8]) throws(JournalError) {
        guard pwrite(file, slot, slot.count, Self.offset(system)) == slot.count else {
            throw StoreFolder.failure("the mark \(path) cannot be written")
        }
    }

    /// Holds the system's slot against other processes and other handles in this one (locks of the open file,
    /// not of the process). It is held for two calls to the kernel.
    ///
    /// - Throws: `busy` when somebody else holds it for longer than `patienceMilliseconds`.
    private func locked<Result>(
        _ system: Int64,
        _ kind: Int32,
        _ body: () throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        // The lock is the handle's, not the thread's, so threads take turns before it.
        try turn.withLock { (_) throws(JournalError) in
            try lock(system, kind)
            defer { try? lock(system, F_UNLCK) }
            return try body()
        }
    }

    private func lock(_ system: Int64, _ kind: Int32) throws(JournalError) {
        var range = flock()
        range.l_type = Int16(kind)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = Self.offset(system)
        range.l_len = Self.slotBytes
        var waited = 0
        while fcntl(file, Self.lock, &range) != 0 {
            guard errno == EINTR || errno == EAGAIN || errno == EACCES else {
                throw StoreFolder.failure("the mark \(path) cannot be locked")
            }
            guard waited < Self.patienceMilliseconds else { throw .busy("another process holds the mark \(path)") }
            usleep(1_000)
            waited += 1
        }
    }

    /// How long a slot is waited for, 5,000 ms: a process that was stopped while it held one must not hang all others.
    private static let patienceMilliseconds = 5_000
    /// `F_OFD_SETLK` (fcntl(2)), which glibc declares only for GNU sources.
    private static let lock: Int32 = 37

    private static func offset(_ system: Int64) -> Int {
        Int(system - 1) * slotBytes
    }

    private static func slot(_ system: Int64, _ mark: Mark) -> [UInt8] {
        let head = magic + bytes(UInt64(system)) + bytes(mark.position.value) + mark.hash
        return head + bytes(head.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
