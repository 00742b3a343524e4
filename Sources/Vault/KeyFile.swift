import Glibc

/// The file that holds the vault's secrets, readable by its owner only. Keep a copy of it apart from the
/// backups: either without the other discloses nobody.
public struct KeyFile: Sendable {
    /// Bytes that the file may have, 64 KiB. Blocks a path that names a device or a log by mistake.
    static let longest = 65_536

    /// Where it is.
    public let path: String

    /// The file at a path; nothing is opened yet.
    public init(_ path: String) {
        self.path = path
    }

    /// The keyring in the file.
    ///
    /// - Parameter createIfAbsent: makes a new secret when there is no file. Only for a store that is new too: a new
    ///   secret opens nothing that an older one sealed.
    /// - Throws: `key` with what to do about it.
    public func keyring(createIfAbsent: Bool) throws(VaultError) -> Keyring {
        if let text = try read() { return try Keyring(VaultSecret.parse(text, from: path)) }
        guard createIfAbsent else {
            throw .key(
                "\(path) is missing; bring back the vault's key file, without it nobody's name can be read"
            )
        }
        try create()
        guard let text = try read() else { throw .key("\(path) vanished while it was made") }
        return try Keyring(VaultSecret.parse(text, from: path))
    }

    /// The text of the file; nil when there is none.
    private func read() throws(VaultError) -> String? {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("cannot be opened")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure("cannot be looked at") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.longest else {
            throw .key("\(path) is no key file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw .key("\(path) can be read by others; run: chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: Self.longest)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress! + count, $0.count - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw failure("cannot be read") }
            if got == 0 { break }
            count += got
        }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// Makes the file whole and then gives it its name, so that nobody ever reads half of it; whoever links
    /// first wins.
    private func create() throws(VaultError) {
        let secret = try VaultSecret(id: 1, bytes: RandomBytes.make(VaultSecret.length))
        let text =
            "# Homeward vault keys, the current one first. Keep a copy apart from the backups.\n\(secret.line)\n"
        let suffix = RandomBytes.make(6).map { String($0, radix: 16) }.joined()
        let draft = "\(path).\(suffix)"
        let file = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("cannot be made") }
        defer { unlink(draft) }
        let bytes = Array(text.utf8)
        let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        let code = errno
        guard close(file) == 0, isWritten else {
            errno = code
            throw failure("cannot be written")
        }
        guard link(draft, path) == 0 || errno == EEXIST else { throw failure("cannot be made") }
        try syncFolder()
    }

    /// Makes the new name survive a loss of power.
    private func syncFolder() throws(VaultError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("its folder cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("its folder cannot be synced") }
    }

    private func failure(_ what: String) -> VaultError {
        .key("\(path) \(what): \(String(cString: strerror(errno)))")
    }
}

extension Keyring {
    /// The keyring in an environment variable, in the form that `VaultSecret` describes; nil when it is not
    /// set.
    ///
    /// - Throws: `key`.
    public static func environment(_ variable: String) throws(VaultError) -> Keyring? {
        guard let value = getenv(variable) else { return nil }
        return try Keyring(VaultSecret.parse(String(cString: value), from: "the variable \(variable)"))
    }
}
