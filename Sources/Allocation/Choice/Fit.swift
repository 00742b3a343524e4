/// Whether visits fit one claim: its minutes on every day, its carers at every moment.
extension Capacity {
    /// The first obstacle to placing these visits of a need; nil when they fit. Carers are looked at first: no
    /// number of minutes makes up for them, but for a band in which nobody works at all: there it is the minutes that are
    /// wanting. Of the days too short of minutes the worst is named.
    public func obstacle(to need: Need, visits mask: UInt16) -> Obstacle? {
        let carers = carersObstacle(to: need, visits: mask)
        if case .carers(let day, let band, _)? = carers, self.carers[Capacity.weekday(day) * 5 + band] > 0 {
            return carers
        }
        return minutesObstacle(need, mask) ?? carers
    }

    /// The fewest minutes left in any cell the visits touch, once they are placed; they must fit.
    public func slack(of need: Need, visits mask: UInt16) -> Int {
        var least = Int.max
        need.forEachCell(mask) { day, band, minutes in
            least = min(least, free(day, band) - minutes)
        }
        return least
    }

    /// Every cell the visits touch that is short of minutes, and by how many; none where they fit.
    public func shortages(of need: Need, visits mask: UInt16) -> [(day: Int, band: Int, shortBy: Int)] {
        var found: [(day: Int, band: Int, shortBy: Int)] = []
        need.forEachCell(mask) { day, band, minutes in
            let short = minutes - free(day, band)
            if short > 0 { found.append((day, band, short)) }
        }
        return found
    }

    private func minutesObstacle(_ need: Need, _ mask: UInt16) -> Obstacle? {
        var worst: Obstacle?
        var most = 0
        need.forEachCell(mask) { day, band, minutes in
            let short = minutes - free(day, band)
            if short > most {
                most = short
                worst = .minutes(day: day, band: band, shortBy: short)
            }
        }
        return worst
    }

    /// The first moment at which too few carers could be at work for these visits, whatever the minutes; nil when
    /// there is none.
    public func carersObstacle(to need: Need, visits mask: UInt16) -> Obstacle? {
        carersObstacle(to: need, among: need.visits(in: mask))
    }

    /// The same for visits that are at hand.
    func carersObstacle(to need: Need, among chosen: [Need.Visit]) -> Obstacle? {
        // Where no date differs from the same weekday of another week, one week says it all.
        let everyWeekAlike = absences.isEmpty && timed.isEmpty
        let lastDay = everyWeekAlike ? min(need.lastDay, need.firstDay + 6) : need.lastDay
        for day in need.firstDay...lastDay {
            let weekday = Capacity.weekday(day)
            for visit in chosen where visit.days >> UInt8(weekday) & 1 == 1 {
                let working = carersWorking(day, visit.band)
                if visit.carers > working {
                    return .carers(day: day, band: visit.band, at: visit.at)
                }
                guard let at = visit.at else { continue }
                let others = timedVisits(on: day, visit.band, among: chosen)
                if Capacity.peak(others, from: at, until: at + visit.length) > working {
                    return .carers(day: day, band: visit.band, at: at)
                }
            }
        }
        return nil
    }

    /// Carers who can work at once on a day in a band, less those reported absent.
    private func carersWorking(_ day: Int, _ band: Int) -> Int {
        let all = Int(carers[Capacity.weekday(day) * 5 + band])
        return absences.reduce(all) { $1.day == day && $1.band == band ? $0 - $1.carers : $0 }
    }

    /// Every timed visit on a day in a band: those that stand, and those about to.
    private func timedVisits(on day: Int, _ band: Int, among chosen: [Need.Visit]) -> [Span] {
        let weekday = UInt8(Capacity.weekday(day))
        var spans: [Span] = []
        for use in timed
        where use.band == band && use.firstDay <= day && day <= use.lastDay && use.days >> weekday & 1 == 1 {
            spans.append(Span(from: use.from, until: use.until, carers: use.carers))
        }
        for visit in chosen where visit.band == band && visit.days >> weekday & 1 == 1 {
            if let at = visit.at { spans.append(Span(from: at, until: at + visit.length, carers: visit.carers)) }
        }
        return spans
    }

    struct Span {
        var from: Int
        var until: Int
        var carers: Int
    }

    /// The most carers at work at any one moment of an interval. The sum can only rise where a visit begins, so
    /// the beginnings are the only moments to look at.
    static func peak(_ spans: [Span], from: Int, until: Int) -> Int {
        var most = 0
        for moment in spans.map({ max($0.from, from) }) where moment < until {
            let atWork = spans.reduce(0) { $1.from <= moment && moment < $1.until ? $0 + $1.carers : $0 }
            most = max(most, atWork)
        }
        return most
    }

    static func weekday(_ day: Int) -> Int { (day + 3) % 7 }
}
