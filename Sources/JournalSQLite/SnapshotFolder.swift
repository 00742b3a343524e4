import Glibc
import Journal

// A snapshot in bytes, numbers big endian:
//
//     0..7    "HWSNAP\0" and the version of this form, 1
//     8..11   the version of the body's encoding
//     12..15  the length of the system's name
//     16..23  the position of the last record that went into it
//     24..55  that record's hash
//     56..63  the length of the body
//     64..    the system's name, then the body
//     last 32 SHA-256 of everything before

/// The snapshots beside a store, in the folder `snapshots`, which may be deleted at any time. The newest two
/// of each system are kept: the older one is there for when the newer is damaged.
public struct SnapshotFolder: SnapshotKeeper {
    /// Snapshots kept of one system.
    static let kept = 2
    /// What a snapshot leaves free on the disk beside four times its own length, 16 MiB.
    static let sparedBytes = 16 << 20
    /// The length of a file that is read, 4 GiB. Blocks a file put there by mistake from taking all memory.
    static let longest = 4 << 30

    private let path: String
    private let digest: HashChain.Digest

    /// The snapshots beside the store in `folder`.
    public init(besides folder: String, digest: @escaping HashChain.Digest) {
        self.path = "\(folder)/snapshots"
        self.digest = digest
    }

    /// See `SnapshotKeeper`. One process writes at a time; a snapshot that would leave little room on the disk is not
    /// written, since the space belongs to records. Snapshots that are no longer needed are removed.
    public func write(_ snapshot: Snapshot) throws(JournalError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw StoreFolder.failure("the folder \(path) cannot be made")
        }
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw StoreFolder.failure("the folder \(path) cannot be opened") }
        defer { close(folder) }
        guard flock(folder, LOCK_EX | LOCK_NB) == 0 else { throw .busy("another process is writing a snapshot") }
        let bytes = encode(snapshot)
        try checkRoom(for: bytes.count)
        let name = "\(path)/\(Self.name(snapshot.system, snapshot.position))"
        // One draft a system: what a process left behind that died over it is written over.
        let draft = "\(path)/\(snapshot.system).draft"
        try write(bytes, to: draft)
        guard rename(draft, name) == 0 else {
            unlink(draft)
            throw StoreFolder.failure("\(name) cannot be named")
        }
        try StoreFolder.sync(path)
        // Those beyond it are of a history that was lost to a restore, and would be in the way of its own.
        let others = positions(snapshot.system).filter { $0 != snapshot.position }
        let needed = others.filter { $0 < snapshot.position }.prefix(Self.kept - 1)
        for old in others where !needed.contains(old) { unlink("\(path)/\(Self.name(snapshot.system, old))") }
    }

    /// See `SnapshotKeeper`.
    public func newest(of system: String, version: UInt32, before limit: Position? = nil) -> Snapshot? {
        for position in positions(system) where limit.map({ position < $0 }) ?? true {
            guard let snapshot = read("\(path)/\(Self.name(system, position))"), snapshot.system == system,
                snapshot.version == version, snapshot.position == position, position > .start
            else { continue }
            return snapshot
        }
        return nil
    }

    /// See `SnapshotKeeper`.
    public func newestPosition(of system: String) -> Position? { positions(system).first }

    /// Refuses to take the last of the disk: before a snapshot four times its bytes and `sparedBytes` must be free.
    private func checkRoom(for bytes: Int) throws(JournalError) {
        var disk = statvfs()
        guard statvfs(path, &disk) == 0 else { throw StoreFolder.failure("the disk of \(path) cannot be looked at") }
        guard Int(clamping: disk.f_bavail) > (4 * bytes + Self.sparedBytes) / Int(clamping: disk.f_frsize) else {
            throw .full("the disk has too little room for a snapshot of \(bytes) bytes")
        }
    }

    // MARK: Files

    private static func name(_ system: String, _ position: Position) -> String {
        "\(system).\(position).snapshot"
    }

    /// The positions of a system's snapshots, newest first.
    private func positions(_ system: String) -> [Position] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var positions: [Position] = []
        while let entry = Glibc.readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            // A system's name has no full stop.
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == system, parts[2] == "snapshot", let number = UInt64(parts[1])
            else {
                continue
            }
            positions.append(Position(number))
        }
        return positions.sorted(by: >)
    }

    private func write(_ bytes: [UInt8], to name: String) throws(JournalError) {
        let file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw StoreFolder.failure("\(name) cannot be made") }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = StoreFolder.failure("\(name) cannot be written")
                unlink(name)
                throw error
            }
            written += count
        }
        guard fsync(file) == 0 else {
            let error = StoreFolder.failure("\(name) cannot be synced")
            unlink(name)
            throw error
        }
    }

    /// The snapshot in a file; nil when it cannot be read or is not whole.
    private func read(_ name: String) -> Snapshot? {
        let file = open(name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, (96...Self.longest).contains(status.st_size) else { return nil }
        let length = status.st_size
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            while count < length {
                let got = Glibc.read(file, buffer.baseAddress! + count, length - count)
                if got < 0, errno == EINTR { continue }
                if got <= 0 { break }
                count += got
            }
        }
        return bytes.count == length ? decode(bytes) : nil
    }

    // MARK: Bytes

    private static let magic: [UInt8] = Array("HWSNAP".utf8) + [0, 1]

    private func encode(_ snapshot: Snapshot) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(snapshot.body.count + 256)
        bytes += Self.magic
        bytes += Self.number(UInt64(snapshot.version), 4)
        bytes += Self.number(UInt64(snapshot.system.utf8.count), 4)
        bytes += Self.number(snapshot.position.value, 8)
        bytes += snapshot.hash
        bytes += Self.number(UInt64(snapshot.body.count), 8)
        bytes += Array(snapshot.system.utf8)
        bytes += snapshot.body
        return bytes + digest(bytes[...])
    }

    private func decode(_ bytes: [UInt8]) -> Snapshot? {
        let name = Int(Self.number(bytes[12..<16]))
        let body = Self.number(bytes[56..<64])
        guard Array(bytes[..<8]) == Self.magic, name <= bytes.count - 96,
            body == UInt64(bytes.count - 96 - name),
            digest(bytes[..<(bytes.count - 32)]) == Array(bytes.suffix(32))
        else { return nil }
        return Snapshot(
            system: String(decoding: bytes[64..<64 + name], as: UTF8.self),
            version: UInt32(Self.number(bytes[8..<12])),
            position: Position(Self.number(bytes[16..<24])),
            hash: Array(bytes[24..<56]),
            body: Array(bytes[(64 + name)..<(bytes.count - 32)])
        )
    }

    private func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.withUnsafeBytes { digest($0, UnsafeRawBufferPointer(start: nil, count: 0)) }
    }

    private static func number(_ value: UInt64, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (width - 1 - $0))) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
