import Brokerage
import Glibc
import Synchronization

/// The machine's clock, in UTC, to the precision of a timer interrupt: an instant has whole seconds, and each request
/// reads it.
@Sendable func systemClock() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    return Instant(seconds: Int64(time.tv_sec))
}

/// Seconds since boot, those in which the machine slept included: nobody can set them.
@Sendable func systemUptime() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec)
}

/// A clock that is set by hand, for filling a demonstration with a past.
final class SetClock: Sendable {
    private let time: Mutex<Instant>

    init(_ start: Instant) { time = Mutex(start) }

    var now: Instant {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }
}
