/// Wall time in London, by rule rather than by time-zone file, so that a replay gives the same answer on every
/// machine. Summer time runs from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October
/// (Summer Time Order 2002).
public enum London {
    /// Seconds that London's clocks are ahead of UTC at an instant: 0 or 3,600.
    public static func offset(at instant: Instant) -> Int64 {
        let utcDay = Day(number: Int32(truncatingIfNeeded: instant.seconds.floorDivided(by: 86_400)))
        let year = utcDay.parts.year
        let begins = Int64(lastSunday(year: year, month: 3).number) * 86_400 + 3600
        let ends = Int64(lastSunday(year: year, month: 10).number) * 86_400 + 3600
        return instant.seconds >= begins && instant.seconds < ends ? 3600 : 0
    }

    /// The civil date in London at an instant.
    public static func day(at instant: Instant) -> Day {
        Day(number: Int32(truncatingIfNeeded: (instant.seconds + offset(at: instant)).floorDivided(by: 86_400)))
    }

    /// Minutes since midnight on London's clocks at an instant.
    public static func minuteOfDay(at instant: Instant) -> Int {
        let local = instant.seconds + offset(at: instant)
        return Int(local - local.floorDivided(by: 86_400) * 86_400) / 60
    }

    /// The instant at which London's clocks show this time. In the hour that is skipped in March, the moment
    /// the clocks change; in the hour that happens twice in October, its first passing.
    public static func instant(_ day: Day, minuteOfDay: Int) -> Instant {
        let local = Int64(day.number) * 86_400 + Int64(minuteOfDay) * 60
        let summer = Instant(seconds: local - 3600)
        if offset(at: summer) == 3600 { return summer }
        let winter = Instant(seconds: local)
        if offset(at: winter) == 0 { return winter }
        return Instant(seconds: Int64(lastSunday(year: day.parts.year, month: 3).number) * 86_400 + 3600)
    }

    private static func lastSunday(year: Int, month: Int) -> Day {
        guard let last = Day(year: year, month: month, day: 31) else {
            preconditionFailure("March and October have 31 days")
        }
        return last.adding(days: -((last.weekday.index + 1) % 7))
    }
}
