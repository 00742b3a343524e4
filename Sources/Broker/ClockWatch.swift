import Brokerage

/// Tells a clock that was set from time that has passed.
///
/// A clock that goes back does no harm: time in the journal stands until it has caught up. One that leaps ahead lapses offers and
/// raises alarms, and the journal's time never comes back. By hours or days that heals as they pass. By a year it would not: care
/// could not be asked for again from any day before, and what the ledger holds would have run out of its window. So such a leap,
/// which the time since boot does not bear out, is not believed while the process runs. Whoever knows that the clock is right now
/// starts the service again.
struct ClockWatch: Sendable {
    /// Seconds by which the clock may leap: half the days that the ledger holds, 64.
    static let mostAhead = Int64(Slab.horizon / 2) * 86_400

    /// When the clock was last believed, by itself and in seconds since boot.
    private var believed: (at: Instant, uptime: Int64)

    init(_ now: Instant, uptime: Int64) { believed = (now, uptime) }

    /// Looks at the clock.
    ///
    /// - Returns: nil when it is believed; otherwise the seconds by which it is ahead of the time that has passed.
    mutating func leap(_ now: Instant, uptime: Int64) -> Int64? {
        let passed = max(0, uptime - believed.uptime)
        let ahead = now.seconds - believed.at.seconds - passed
        guard ahead <= ClockWatch.mostAhead else { return ahead }
        // One that went far back is not what the next look is held against: it will be set right again.
        if ahead >= -ClockWatch.mostAhead { believed = (now, uptime) }
        return nil
    }

    /// What an operator is told.
    static func words(_ leap: Int64) -> String {
        "the clock leapt \(leap) s ahead: set it right; if it is right now, restart the service"
    }
}
