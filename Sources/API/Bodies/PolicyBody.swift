import Brokerage
import JSON

/// Local policy as a document: the `policy` of the configuration file and the body of `PUT /v1/policy` are the same.
extension Policy {
    /// Reads a document over this policy: what it does not name stays as it is. nil, with the faults in the reader, where
    /// a figure has the wrong shape or is out of its range.
    package mutating func read(_ fields: inout ObjectReader) -> Bool? {
        var starts = bands.starts
        fields.set(&starts, "bandStarts", 0...1_439)
        if let hours = BandHours(starts: starts) {
            bands = hours
        } else {
            fields.fail("bandStarts", "five minutes of the day, ascending")
        }
        _ = fields.optionalObject("hoursToPlace") { hours -> Bool? in
            hours.set(&hoursToPlace.fastTrack, "fastTrack", 1...336)
            hours.set(&hoursToPlace.urgent, "urgent", 1...336)
            hours.set(&hoursToPlace.stepDown, "stepDown", 1...336)
            hours.set(&hoursToPlace.stepUp, "stepUp", 1...336)
            return true
        }
        fields.set(&alertHours, "alertHours", 1...24)
        if alertHours.count != 3 || alertHours != alertHours.sorted() {
            fields.fail("alertHours", "three hours, ascending: early, late, breached")
        }
        fields.set(&urgentUnplacedMinutes, "urgentUnplacedMinutes", 1...1_440)
        fields.set(&answerMinutes, "answerMinutes", 1...10_080)
        fields.set(&answerMinutesUrgent, "answerMinutesUrgent", 1...10_080)
        fields.set(&expiriesBeforeBroker, "expiriesBeforeBroker", 1...100)
        fields.set(&usualTolerance, "usualTolerance", 0...240)
        fields.set(&startAlarmMinutes, "startAlarmMinutes", 1...1_440)
        fields.set(&postponementHours, "postponementHours", 1...336)
        fields.set(&reviewDays, "reviewDays", 1...42)
        fields.set(&shortestVisit, "shortestVisit", 1...60)
        fields.set(&shortVisit, "shortVisit", 1...120)
        fields.set(&reductionNoticeDays, "reductionNoticeDays", 0...365)
        fields.set(&startAheadDays, "startAheadDays", 0...84)
        if let before = fields.optionalBool("triageBeforeStart") { triageBeforeStart = before }
        if let facts = fields.optionalArray(
            "essentialFacts",
            max: 32,
            { ObjectReader.parsed($0, $1, $2, "a fact", { Ask.Fact(rawValue: $0) }) }
        ) {
            essentialFacts = facts
        }
        fields.set(&overstayDaysAhead, "overstayDaysAhead", 1...28)
        fields.set(&settlingSeconds, "settlingSeconds", 0...86_400)
        fields.set(&fairnessDays, "fairnessDays", 1...Int64(Policy.mostFairnessDays))
        fields.set(&standardVisit, "standardVisit", 15...120)
        _ = fields.optionalObject("objective") { objective.read(&$0) }
        _ = fields.optionalObject("spot") { rules -> Bool? in
            rules.set(&spot.ceilingPence, "ceilingPence", 0...100_000)
            rules.set(&spot.budgetPence, "budgetPence", 0...1_000_000_000_000)
            rules.set(&spot.budgetDays, "budgetDays", 1...366)
            return true
        }
        return true
    }

    /// Writes the document.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("version", version)
            json.integers("bandStarts", bands.starts)
            json.object("hoursToPlace") {
                $0.field("fastTrack", hoursToPlace.fastTrack)
                $0.field("urgent", hoursToPlace.urgent)
                $0.field("stepDown", hoursToPlace.stepDown)
                $0.field("stepUp", hoursToPlace.stepUp)
            }
            json.integers("alertHours", alertHours)
            json.field("urgentUnplacedMinutes", urgentUnplacedMinutes)
            json.field("answerMinutes", answerMinutes)
            json.field("answerMinutesUrgent", answerMinutesUrgent)
            json.field("expiriesBeforeBroker", expiriesBeforeBroker)
            json.field("usualTolerance", usualTolerance)
            json.field("startAlarmMinutes", startAlarmMinutes)
            json.field("postponementHours", postponementHours)
            json.integers("reviewDays", reviewDays)
            json.field("shortestVisit", shortestVisit)
            json.field("shortVisit", shortVisit)
            json.field("reductionNoticeDays", reductionNoticeDays)
            json.field("startAheadDays", startAheadDays)
            json.field("triageBeforeStart", triageBeforeStart)
            json.strings("essentialFacts", essentialFacts.map(\.rawValue))
            json.field("overstayDaysAhead", overstayDaysAhead)
            json.field("settlingSeconds", settlingSeconds)
            json.field("fairnessDays", fairnessDays)
            json.field("standardVisit", standardVisit)
            json.object("objective") { objective.write(to: &$0) }
            json.object("spot") {
                $0.field("ceilingPence", spot.ceilingPence)
                $0.field("budgetPence", spot.budgetPence)
                $0.field("budgetDays", spot.budgetDays)
            }
        }
    }
}

extension Objective {
    /// Points are whole numbers that every JSON reader holds exactly (RFC 8259 section 6).
    private static let points: ClosedRange<Int64> = 0...9_007_199_254_740_991

    fileprivate mutating func read(_ fields: inout ObjectReader) -> Bool? {
        fields.set(&unsafeWaiting, "unsafeWaiting", Self.points)
        fields.set(&fastTrackWaiting, "fastTrackWaiting", Self.points)
        fields.set(&waitingPerHour, "waitingPerHour", Self.points)
        fields.set(&hoursForWaiting, "hoursForWaiting", 1...1_000)
        fields.set(&hoursPerDayWaited, "hoursPerDayWaited", 0...1_000)
        fields.set(&mostDaysWaited, "mostDaysWaited", 0...100)
        fields.set(&hoursBeforeBreach, "hoursBeforeBreach", 0...336)
        fields.set(&offerWithdrawn, "offerWithdrawn", Self.points)
        // The search keeps the points of one package in 32 bits.
        fields.set(&restartMissed, "restartMissed", 0...100_000_000)
        fields.set(&preferenceMissed, "preferenceMissed", 0...100_000_000)
        fields.set(&split, "split", 0...100_000_000)
        fields.set(&overFair, "overFair", 0...1_000)
        fields.set(&farOverFair, "farOverFair", 0...1_000)
        fields.set(&exchange, "exchange", 1...Int64(Objective.mostPeople))
        return true
    }

    fileprivate func write(to json: inout JSONWriter) {
        json.field("unsafeWaiting", unsafeWaiting)
        json.field("fastTrackWaiting", fastTrackWaiting)
        json.field("waitingPerHour", waitingPerHour)
        json.field("hoursForWaiting", hoursForWaiting)
        json.field("hoursPerDayWaited", hoursPerDayWaited)
        json.field("mostDaysWaited", mostDaysWaited)
        json.field("hoursBeforeBreach", hoursBeforeBreach)
        json.field("offerWithdrawn", offerWithdrawn)
        json.field("restartMissed", restartMissed)
        json.field("preferenceMissed", preferenceMissed)
        json.field("split", split)
        json.field("overFair", overFair)
        json.field("farOverFair", farOverFair)
        json.field("exchange", exchange)
    }
}

extension Body {
    /// A policy made from the one in force: what the document does not name stays. Its version, where given, is the one
    /// it was made from.
    static func policy(_ value: JSONValue, from known: Policy) throws(Problem) -> Policy {
        try read(value) { fields, _ in
            var policy = known
            fields.set(&policy.version, "version", 1...Int64(Int32.max))
            return policy.read(&fields).map { _ in policy }
        }
    }
}

extension ObjectReader {
    /// Reads a whole number over its default, where it is given.
    package mutating func set(_ value: inout Int, _ name: String, _ range: ClosedRange<Int64>) {
        if let given = optionalInteger(name, in: range) { value = Int(given) }
    }

    /// Reads whole numbers over their defaults, at most 16.
    package mutating func set(_ values: inout [Int], _ name: String, _ range: ClosedRange<Int64>) {
        if let given = optionalArray(name, max: 16, { ObjectReader.integer($0, $1, $2, range) }) {
            values = given.map(Int.init)
        }
    }
}
