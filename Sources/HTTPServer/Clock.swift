import Glibc

/// The clocks a lane reads, once a batch of events; everything below it is told the time.
enum Clock {
    /// Milliseconds of a deadline tick.
    static let tickMilliseconds = 64

    /// Nanoseconds of the monotonic clock. No system call, about 25 ns.
    static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Milliseconds of the monotonic clock.
    static func milliseconds() -> UInt64 { nanoseconds() / 1_000_000 }

    /// Seconds since 1970 in UTC.
    static func wallSeconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return time.tv_sec
    }

    /// The tick that a time lies in.
    static func tick(_ milliseconds: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: milliseconds >> 6) }
}
