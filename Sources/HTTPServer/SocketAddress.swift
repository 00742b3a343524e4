// Numeric addresses, to and from the system's form.

import Glibc

/// An IPv4 or IPv6 address with its port, in the system's form.
struct SocketAddress {
    private var storage = sockaddr_storage()

    /// The system's family, `AF_INET` or `AF_INET6`.
    var family: Int32 { Int32(storage.ss_family) }

    /// The address in `accept`'s result.
    init(_ storage: sockaddr_storage) { self.storage = storage }

    /// Reads a numeric host.
    init(_ address: ServerConfiguration.Address) throws(Server.StartError) {
        var v4 = sockaddr_in()
        var v6 = sockaddr_in6()
        if inet_pton(AF_INET, address.host, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = address.port.bigEndian
            withUnsafeMutableBytes(of: &storage) { bytes in
                withUnsafeBytes(of: &v4) { bytes.copyMemory(from: $0) }
            }
        } else if inet_pton(AF_INET6, address.host, &v6.sin6_addr) == 1 {
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = address.port.bigEndian
            withUnsafeMutableBytes(of: &storage) { bytes in
                withUnsafeBytes(of: &v6) { bytes.copyMemory(from: $0) }
            }
        } else {
            throw .notAnAddress(address.host)
        }
    }

    /// The port; settable, so that each lane binds the one the first was given.
    var port: UInt16 {
        get {
            // Both families keep it in the same place.
            withUnsafeBytes(of: storage) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
        }
        set {
            withUnsafeMutableBytes(of: &storage) {
                $0.storeBytes(of: newValue.bigEndian, toByteOffset: 2, as: UInt16.self)
            }
        }
    }

    /// Where a socket is bound.
    init?(boundTo descriptor: Int32) {
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { return nil }
    }

    /// Shows the address to a system call.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        let size = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
        return withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
        }
    }

    /// What counts as one address for limits: an IPv4 address (also one mapped into IPv6), an IPv6 network of 64
    /// bits, since one client commands at least that.
    var key: UInt64 {
        withUnsafeBytes(of: storage) { bytes in
            if family == AF_INET { return UInt64(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)) }
            return bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        }
    }

    /// Whether the address is of this machine: 127.0.0.0/8 or ::1.
    var isLoopback: Bool {
        withUnsafeBytes(of: storage) { bytes in
            if family == AF_INET { return bytes[4] == 127 }
            return bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1
        }
    }
}
