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

/// The state of a system after a record, as bytes of the broker's making. A cache: whatever is wrong with it,
/// the answer is to read the journal instead.
public struct Snapshot: Sendable, Equatable {
    /// The system.
    public var system: String
    /// The version of the body's encoding; others are not read.
    public var version: UInt32
    /// The last record that went into it.
    public var position: Position
    /// That record's hash, 32 bytes: ties the snapshot to one history.
    public var hash: [UInt8]
    /// The state.
    public var body: [UInt8]

    /// A snapshot from its parts.
    public init(system: String, version: UInt32, position: Position, hash: [UInt8], body: [UInt8]) {
        self.system = system
        self.version = version
        self.position = position
        self.hash = hash
        self.body = body
    }
}

/// The snapshots beside a store, in the folder `snapshots`, which may be deleted at any time. The newest two
/// of each system are kept: the older one is there for when the newer is damaged.
public struct SnapshotFolder: Sendable {
    /// Snapshots kept of one system.
    static let kept = 2
    /// The length of a file that is read, 4 GiB. Blocks a file put there by mistake from taking all memory.
    static let longest = 4 << 30

    private let path: String
    private let digest: HashChain.Digest

    /// The snapshots beside the store in `folder`.
    public init(besides folder: String, digest: @escaping HashChain.Digest) {
        self.path = "\(folder)/snapshots"
        self.digest = digest
    }

    /// Writes a snapshot, whole or not at all, and removes those that are no longer needed. Blocks until it
    /// is on the disk, so it belongs on a queue in the background.
    public func write(_ snapshot: Snapshot) throws(JournalError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw StoreFolder.failure("the folder \(path) cannot be made")
        }
        let name = "\(path)/\(Self.name(snapshot.system, snapshot.position))"
        try write(encode(snapshot), to: name + ".draft")
        guard rename(name + ".draft", name) == 0 else {
            unlink(name + ".draft")
            throw StoreFolder.failure("\(name) cannot be named")
        }
        try StoreFolder.sync(path)
        for old in positions(snapshot.system).dropFirst(Self.kept) {
            unlink("\(path)/\(Self.name(snapshot.system, old))")
        }
    }

    /// The newest snapshot that is whole, has this version, and whose last record stands in the journal with
    /// the same hash; nil when there is none.
    ///
    /// - Throws: only what reading the journal throws.
    public func newest(
        of system: String,
        version: UInt32,
        in journal: any JournalKeeper
    ) throws(JournalError) -> Snapshot? {
        for position in positions(system) {
            guard let snapshot = read("\(path)/\(Self.name(system, position))"), snapshot.system == system,
                snapshot.version == version, snapshot.position == position, position > .start
            else { continue }
            let record = try journal.read(after: Position(position.value - 1), limit: 1).first
            if record?.position == position, record?.hash == snapshot.hash { return snapshot }
        }
        return nil
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
        guard fsync(file) == 0 else { throw StoreFolder.failure("\(name) cannot be synced") }
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
