// Policy, zones, providers, blocks, claims and their ledgers, in a snapshot. Every field has its line; a field without one
// fails `SnapshotTests`.

extension Policy: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Policy?) throws(SnapshotError) {
        version = try field(old?.version)
        bands = try field(old?.bands)
        hoursToPlace = try field(old?.hoursToPlace)
        alertHours = try field(old?.alertHours)
        urgentUnplacedMinutes = try field(old?.urgentUnplacedMinutes)
        answerMinutes = try field(old?.answerMinutes)
        answerMinutesUrgent = try field(old?.answerMinutesUrgent)
        expiriesBeforeBroker = try field(old?.expiriesBeforeBroker)
        usualTolerance = try field(old?.usualTolerance)
        startAlarmMinutes = try field(old?.startAlarmMinutes)
        postponementHours = try field(old?.postponementHours)
        reviewDays = try field(old?.reviewDays)
        shortestVisit = try field(old?.shortestVisit)
        shortVisit = try field(old?.shortVisit)
        reductionNoticeDays = try field(old?.reductionNoticeDays)
        startAheadDays = try field(old?.startAheadDays)
        triageBeforeStart = try field(old?.triageBeforeStart)
        essentialFacts = try field(old?.essentialFacts)
        overstayDaysAhead = try field(old?.overstayDaysAhead)
        settlingSeconds = try field(old?.settlingSeconds)
        fairnessDays = try field(old?.fairnessDays)
        standardVisit = try field(old?.standardVisit)
        objective = try field(old?.objective)
        spot = try field(old?.spot)
    }
}

extension BandHours: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: BandHours?) throws(SnapshotError) {
        guard let hours = BandHours(starts: try field(old?.starts)) else {
            throw SnapshotError("the bands do not ascend")
        }
        self = hours
    }
}

extension Objective: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Objective?) throws(SnapshotError) {
        unsafeWaiting = try field(old?.unsafeWaiting)
        fastTrackWaiting = try field(old?.fastTrackWaiting)
        waitingPerHour = try field(old?.waitingPerHour)
        hoursForWaiting = try field(old?.hoursForWaiting)
        hoursPerDayWaited = try field(old?.hoursPerDayWaited)
        mostDaysWaited = try field(old?.mostDaysWaited)
        hoursBeforeBreach = try field(old?.hoursBeforeBreach)
        offerWithdrawn = try field(old?.offerWithdrawn)
        restartMissed = try field(old?.restartMissed)
        preferenceMissed = try field(old?.preferenceMissed)
        split = try field(old?.split)
        overFair = try field(old?.overFair)
        farOverFair = try field(old?.farOverFair)
        exchange = try field(old?.exchange)
    }
}

extension SpotRules: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: SpotRules?) throws(SnapshotError) {
        ceilingPence = try field(old?.ceilingPence)
        budgetPence = try field(old?.budgetPence)
        budgetDays = try field(old?.budgetDays)
    }
}

extension Policy.HoursToPlace: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Policy.HoursToPlace?) throws(SnapshotError) {
        fastTrack = try field(old?.fastTrack)
        urgent = try field(old?.urgent)
        stepDown = try field(old?.stepDown)
        stepUp = try field(old?.stepUp)
    }
}

extension Zone: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Zone?) throws(SnapshotError) {
        id = try field(old?.id)
        name = try field(old?.name)
        districts = try field(old?.districts)
        version = try field(old?.version)
    }
}

extension Provider: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Provider?) throws(SnapshotError) {
        id = try field(old?.id)
        name = try field(old?.name)
        kind = try field(old?.kind)
        personalCare = try field(old?.personalCare)
        zones = try field(old?.zones)
        status = try field(old?.status)
        skills = try field.optional(old?.skills)
        cqcLocation = try field.optional(old?.cqcLocation)
        registeredFrom = try field.optional(old?.registeredFrom)
        languages = try field.optional(old?.languages)
        genders = try field.optional(old?.genders)
        caseloadMax = try field.optional(old?.caseloadMax)
        answering = try field.optional(old?.answering)
        onCallTelephone = try field.optional(old?.onCallTelephone)
        version = try field(old?.version)
    }
}

extension Provider.AnsweringHours: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Provider.AnsweringHours?) throws(SnapshotError) {
        days = try field(old?.days)
        from = try field(old?.from)
        until = try field(old?.until)
    }
}

extension Block: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Block?) throws(SnapshotError) {
        id = try field(old?.id)
        zone = try field(old?.zone)
        from = try field(old?.from)
        until = try field(old?.until)
        ratePence = try field(old?.ratePence)
        funding = try field(old?.funding)
        skills = try field(old?.skills)
        weekly = try field(old?.weekly)
        awardedTo = try field.optional(old?.awardedTo)
        eligibleProviders = try field.optional(old?.eligibleProviders)
        minimumClaim = try field.optional(old?.minimumClaim)
        maxSharePercent = try field.optional(old?.maxSharePercent)
        leadFirstUntil = try field.optional(old?.leadFirstUntil)
        stepUpPercent = try field.optional(old?.stepUpPercent)
        contractReference = try field.optional(old?.contractReference)
        spotFor = try field.optional(old?.spotFor)
        version = try field(old?.version)
        claims = try field(old?.claims)
    }
}

extension WeeklyPattern: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: WeeklyPattern?) throws(SnapshotError) {
        self.init()
        cells = try field(old?.cells)
        guard cells.count == 35 else { throw SnapshotError("a week has 35 cells") }
    }
}

extension WeeklyPattern.Cell: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: WeeklyPattern.Cell?) throws(SnapshotError) {
        minutes = try field(old?.minutes)
        carers = try field(old?.carers)
    }
}

extension Claim: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Claim?) throws(SnapshotError) {
        id = try field(old?.id)
        block = try field(old?.block)
        provider = try field(old?.provider)
        from = try field(old?.from)
        until = try field(old?.until)
        firmFrom = try field(old?.firmFrom)
        claimedAt = try field(old?.claimedAt)
        terms = try field(old?.terms)
    }
}

extension Claim.Term: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Claim.Term?) throws(SnapshotError) {
        from = try field(old?.from)
        weekly = try field(old?.weekly)
    }
}

extension Shortfall: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Shortfall?) throws(SnapshotError) {
        id = try field(old?.id)
        claim = try field(old?.claim)
        block = try field(old?.block)
        provider = try field(old?.provider)
        day = try field(old?.day)
        band = try field(old?.band)
        minutes = try field(old?.minutes)
        carers = try field(old?.carers)
        taken = try field(old?.taken)
        uncovered = try field(old?.uncovered)
        cover = try field(old?.cover)
        at = try field(old?.at)
    }
}

/// A ledger's cells as they lie in memory, two bytes each, the lower first.
extension Slab: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: Slab?) throws(SnapshotError) -> Slab {
        if coder.isWriting, let value {
            value.cells.withUnsafeBytes { coder.write(raw: $0) }
            return value
        }
        var slab = Slab()
        let raw = try coder.readRaw(slab.cells.count * MemoryLayout<Int16>.size)
        slab.cells.withUnsafeMutableBytes { $0.copyMemory(from: raw) }
        return slab
    }
}

extension AccessKey: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: AccessKey?) throws(SnapshotError) {
        id = try field(old?.id)
        hash = try field(old?.hash)
        role = try field(old?.role)
        organisation = try field(old?.organisation)
        addedAt = try field(old?.addedAt)
        revokedAt = try field.optional(old?.revokedAt)
    }
}
