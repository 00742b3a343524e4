import Glibc

/// Says a line on standard error. Where that cannot be written there is nobody left to tell, and a service does not wait for it.
func standardError(_ line: String) { try? Output.write(line, to: STDERR_FILENO, isAwaited: false) }

/// Prints a line at once, also into a pipe: whoever started the service waits for it. Every command prints by it: a list that
/// was cut short by a full disk must not pass for a whole one.
///
/// - Throws: `Failure` when not all of it could be written.
func standardOutput(_ line: String) throws {
    do {
        try Output.write(line, to: STDOUT_FILENO, isAwaited: true)
    } catch {
        throw Failure("standard output took not all that was to be printed: \(error)")
    }
}

enum Output {
    /// Writes a line and its end, whole.
    ///
    /// - Parameter isAwaited: whether a pipe that whoever started us set not to wait is waited for when it is full, for as long as its
    ///   reader takes, as any other pipe is.
    /// - Throws: `Failure` with the system's reason.
    static func write(_ line: String, to descriptor: Int32, isAwaited: Bool) throws {
        let bytes = Array((line + "\n").utf8)
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer
            while let base = rest.baseAddress, !rest.isEmpty {
                let count = Glibc.write(descriptor, base, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if count < 0, isAwaited, errno == EAGAIN || errno == EWOULDBLOCK {
                    var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&room, 1, -1)
                } else if count == 0 || errno != EINTR {
                    throw Failure(count == 0 ? "nothing was taken" : String(cString: strerror(errno)))
                }
            }
        }
    }
}
