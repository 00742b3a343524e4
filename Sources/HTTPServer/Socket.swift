// The few system calls on sockets, each in one place, with what its failures mean to a lane.

import CLinux
import Glibc

/// What reading a socket gave.
enum ReadOutcome {
    /// So many bytes, at least one.
    case bytes(Int)
    /// Nothing for now.
    case drained
    /// The client sent its last byte.
    case ended
    /// The connection is gone.
    case failed
}

/// What writing to a socket gave.
enum WriteOutcome {
    /// So many bytes were taken, perhaps not all.
    case bytes(Int)
    /// The connection is gone.
    case failed
}

enum Socket {
    /// A broken connection is an error to return, not a signal to die of.
    private static let noSignal = Int32(MSG_NOSIGNAL)

    /// Reads what is there into `buffer`.
    static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawPointer, capacity: Int) -> ReadOutcome {
        while true {
            let count = recv(descriptor, buffer, capacity, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .ended }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .drained : .failed
        }
    }

    /// Writes as much as the socket takes.
    static func write(_ descriptor: Int32, from buffer: UnsafeRawPointer, count: Int) -> WriteOutcome {
        var sent = 0
        while sent < count {
            let result = send(descriptor, buffer + sent, count - sent, noSignal)
            if result > 0 {
                sent += result
            } else if result < 0, errno == EINTR {
                continue
            } else if result < 0, errno == EAGAIN || errno == EWOULDBLOCK {
                break
            } else {
                return .failed
            }
        }
        return .bytes(sent)
    }

    /// A socket that listens, without blocking, on an address.
    ///
    /// - Parameter shared: whether each lane binds the same port.
    static func listen(
        _ address: SocketAddress,
        shared: Bool,
        backlog: Int32
    ) throws(Server.StartError) -> Int32 {
        let descriptor = try bound(address, shared: shared)
        // Accepted sockets inherit it: a late segment must not wait for an acknowledgement (Nagle).
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
        guard Glibc.listen(descriptor, backlog) == 0 else {
            let code = errno
            close(descriptor)
            throw .system(call: "listen", code: code)
        }
        return descriptor
    }

    /// Fails when another process listens on the address; sharing a port would hide that.
    static func probe(_ address: SocketAddress) throws(Server.StartError) {
        close(try bound(address, shared: false))
    }

    private static func bound(_ address: SocketAddress, shared: Bool) throws(Server.StartError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
        set(descriptor, SOL_SOCKET, SO_REUSEADDR)
        if shared { set(descriptor, SOL_SOCKET, SO_REUSEPORT) }
        if address.family == AF_INET6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY) }
        guard address.withPointer({ bind(descriptor, $0, $1) }) == 0 else {
            let code = errno
            close(descriptor)
            throw .system(call: "bind", code: code)
        }
        return descriptor
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32) {
        var on: Int32 = 1
        setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Ends sending; the client sees the end after the last byte.
    static func endSending(_ descriptor: Int32) { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The bytes of a small file, nil when it cannot be read or is larger than 1 MiB.
    static func contents(of file: String) -> [UInt8]? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var count = 0
        while count < bytes.count {
            let result = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            guard result >= 0 else { return nil }
            if result == 0 { return Array(bytes[..<count]) }
            count += result
        }
        return nil
    }

    /// Something harmless that holds a descriptor.
    static func openNothing() -> Int32 { open("/dev/null", O_RDONLY | O_CLOEXEC) }

    /// Raises the number of descriptors to the hard limit and returns it.
    static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        return Int(min(limit.rlim_cur, 1 << 24))
    }

    /// Cores this process may use.
    static func usableCores() -> Int { max(1, Int(linux_usable_cores())) }
}
