// Local policy: every figure by its name. A figure that a record does not name has its default, so that a policy
// recorded before the figure existed goes on reading.

import Brokerage
import JSON

extension Policy: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("version", version)
            $0.put("bands", bands)
            $0.put("hoursToPlace", hoursToPlace)
            $0.put("alertHours", alertHours)
            $0.put("urgentUnplacedMinutes", urgentUnplacedMinutes)
            $0.put("answerMinutes", answerMinutes)
            $0.put("answerMinutesUrgent", answerMinutesUrgent)
            $0.put("expiriesBeforeBroker", expiriesBeforeBroker)
            $0.put("startAlarmMinutes", startAlarmMinutes)
            $0.put("postponementHours", postponementHours)
            $0.put("reviewDays", reviewDays)
            $0.put("shortestVisit", shortestVisit)
            $0.put("shortVisit", shortVisit)
            $0.put("reductionNoticeDays", reductionNoticeDays)
            $0.put("startAheadDays", startAheadDays)
            $0.put("triageBeforeStart", triageBeforeStart)
            $0.put("essentialFacts", essentialFacts)
            $0.put("overstayDaysAhead", overstayDaysAhead)
            $0.put("usualTolerance", usualTolerance)
            $0.put("settlingSeconds", settlingSeconds)
            $0.put("fairnessDays", fairnessDays)
            $0.put("standardVisit", standardVisit)
            $0.put("objective", objective)
            $0.put("spot", spot)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Policy {
        try reader.object { (reader) throws(CodecError) in
            var policy = Policy()
            try reader.replace(&policy.version, "version")
            try reader.replace(&policy.bands, "bands")
            try reader.replace(&policy.hoursToPlace, "hoursToPlace")
            try reader.replace(&policy.alertHours, "alertHours")
            try reader.replace(&policy.urgentUnplacedMinutes, "urgentUnplacedMinutes")
            try reader.replace(&policy.answerMinutes, "answerMinutes")
            try reader.replace(&policy.answerMinutesUrgent, "answerMinutesUrgent")
            try reader.replace(&policy.expiriesBeforeBroker, "expiriesBeforeBroker")
            try reader.replace(&policy.startAlarmMinutes, "startAlarmMinutes")
            try reader.replace(&policy.postponementHours, "postponementHours")
            try reader.replace(&policy.reviewDays, "reviewDays")
            try reader.replace(&policy.shortestVisit, "shortestVisit")
            try reader.replace(&policy.shortVisit, "shortVisit")
            try reader.replace(&policy.reductionNoticeDays, "reductionNoticeDays")
            try reader.replace(&policy.startAheadDays, "startAheadDays")
            try reader.replace(&policy.triageBeforeStart, "triageBeforeStart")
            try reader.replace(&policy.essentialFacts, "essentialFacts")
            try reader.replace(&policy.overstayDaysAhead, "overstayDaysAhead")
            try reader.replace(&policy.usualTolerance, "usualTolerance")
            try reader.replace(&policy.settlingSeconds, "settlingSeconds")
            try reader.replace(&policy.fairnessDays, "fairnessDays")
            try reader.replace(&policy.standardVisit, "standardVisit")
            try reader.replace(&policy.objective, "objective")
            try reader.replace(&policy.spot, "spot")
            return policy
        }
    }
}

extension Policy.HoursToPlace: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("fastTrack", fastTrack)
            $0.put("urgent", urgent)
            $0.put("stepDown", stepDown)
            $0.put("stepUp", stepUp)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Policy.HoursToPlace {
        try reader.object { (reader) throws(CodecError) in
            var hours = Policy.HoursToPlace()
            try reader.replace(&hours.fastTrack, "fastTrack")
            try reader.replace(&hours.urgent, "urgent")
            try reader.replace(&hours.stepDown, "stepDown")
            try reader.replace(&hours.stepUp, "stepUp")
            return hours
        }
    }
}

extension Objective: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("unsafeWaiting", unsafeWaiting)
            $0.put("fastTrackWaiting", fastTrackWaiting)
            $0.put("waitingPerHour", waitingPerHour)
            $0.put("hoursForWaiting", hoursForWaiting)
            $0.put("hoursPerDayWaited", hoursPerDayWaited)
            $0.put("mostDaysWaited", mostDaysWaited)
            $0.put("hoursBeforeBreach", hoursBeforeBreach)
            $0.put("offerWithdrawn", offerWithdrawn)
            $0.put("restartMissed", restartMissed)
            $0.put("preferenceMissed", preferenceMissed)
            $0.put("split", split)
            $0.put("overFair", overFair)
            $0.put("farOverFair", farOverFair)
            $0.put("exchange", exchange)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Objective {
        try reader.object { (reader) throws(CodecError) in
            var objective = Objective()
            try reader.replace(&objective.unsafeWaiting, "unsafeWaiting")
            try reader.replace(&objective.fastTrackWaiting, "fastTrackWaiting")
            try reader.replace(&objective.waitingPerHour, "waitingPerHour")
            try reader.replace(&objective.hoursForWaiting, "hoursForWaiting")
            try reader.replace(&objective.hoursPerDayWaited, "hoursPerDayWaited")
            try reader.replace(&objective.mostDaysWaited, "mostDaysWaited")
            try reader.replace(&objective.hoursBeforeBreach, "hoursBeforeBreach")
            try reader.replace(&objective.offerWithdrawn, "offerWithdrawn")
            try reader.replace(&objective.restartMissed, "restartMissed")
            try reader.replace(&objective.preferenceMissed, "preferenceMissed")
            try reader.replace(&objective.split, "split")
            try reader.replace(&objective.overFair, "overFair")
            try reader.replace(&objective.farOverFair, "farOverFair")
            try reader.replace(&objective.exchange, "exchange")
            return objective
        }
    }
}

extension SpotRules: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("ceilingPence", ceilingPence)
            $0.put("budgetPence", budgetPence)
            $0.put("budgetDays", budgetDays)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> SpotRules {
        try reader.object { (reader) throws(CodecError) in
            var rules = SpotRules()
            try reader.replace(&rules.ceilingPence, "ceilingPence")
            try reader.replace(&rules.budgetPence, "budgetPence")
            try reader.replace(&rules.budgetDays, "budgetDays")
            return rules
        }
    }
}

/// When each band begins.
extension BandHours: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("morning", Clock(minutes: start(of: .morning)))
            $0.put("lunch", Clock(minutes: start(of: .lunch)))
            $0.put("tea", Clock(minutes: start(of: .tea)))
            $0.put("bed", Clock(minutes: start(of: .bed)))
            $0.put("night", Clock(minutes: start(of: .night)))
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> BandHours {
        try reader.object { (reader) throws(CodecError) in
            var starts = BandHours.standard.starts.map(Clock.init(minutes:))
            try reader.replace(&starts[Band.morning.index], "morning")
            try reader.replace(&starts[Band.lunch.index], "lunch")
            try reader.replace(&starts[Band.tea.index], "tea")
            try reader.replace(&starts[Band.bed.index], "bed")
            try reader.replace(&starts[Band.night.index], "night")
            guard let hours = BandHours(starts: starts.map(\.minutes)) else {
                throw CodecError("expected bands that begin one after the other within a day")
            }
            return hours
        }
    }
}

extension RecordReader {
    /// Takes the value of a member in place of the default, where the member comes next.
    fileprivate mutating func replace<Value: Recorded>(
        _ value: inout Value,
        _ name: StaticString
    ) throws(CodecError) {
        if let recorded: Value = try optional(name) { value = recorded }
    }
}
