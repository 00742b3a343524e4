import Glibc

/// Whole files that a person wrote: configurations and lists.
enum Files {
    /// The bytes of a file; nil when it cannot be read or is longer than `most`.
    static func bytes(_ path: String, most: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= most {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
        }
        return nil
    }

    /// The text of a file; nil as above.
    static func text(_ path: String, most: Int) -> String? {
        bytes(path, most: most).map { String(decoding: $0, as: UTF8.self) }
    }
}
