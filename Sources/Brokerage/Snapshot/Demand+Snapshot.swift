// Asks, referrals, decisions, offers and packages, in a snapshot. Every field has its line; a field without one fails
// `SnapshotTests`.

extension Visit: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Visit?) throws(SnapshotError) {
        band = try field(old?.band)
        minutes = try field(old?.minutes)
        carers = try field(old?.carers)
        days = try field(old?.days)
        skills = try field(old?.skills)
        personalCare = try field(old?.personalCare)
        time = try field.optional(old?.time)
        hasShortVisitReason = try field(old?.hasShortVisitReason)
    }
}

extension Visit.Time: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Visit.Time?) throws(SnapshotError) {
        at = try field(old?.at)
        toleranceMinutes = try field(old?.toleranceMinutes)
    }
}

extension PostcodeSector: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: PostcodeSector?) throws(SnapshotError) {
        let district: PostcodeDistrict = try field(old?.district)
        let digit: UInt8 = try field(old?.digit)
        guard let sector = PostcodeSector("\(district) \(digit)") else {
            throw SnapshotError("a sector is spelt wrongly")
        }
        self = sector
    }
}

/// Shared by referral, offer and package: written where it is first met, later by its number.
extension Ask: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: Ask?) throws(SnapshotError) -> Ask {
        if coder.isWriting, let value {
            if let known = coder.askNumbers[ObjectIdentifier(value)] {
                coder.write(UInt64(known))
                return value
            }
            // The state keeps the ask alive while it is written, so its address is not used again.
            let number = coder.askNumbers.count
            coder.askNumbers[ObjectIdentifier(value)] = number
            coder.write(UInt64(number))
            return try AskFields.code(&coder, AskFields(value)).ask
        }
        let number = try coder.readNumber()
        if number < UInt64(coder.asks.count) { return coder.asks[Int(number)] }
        guard number == UInt64(coder.asks.count) else { throw SnapshotError("an ask refers to nothing") }
        let ask = try AskFields.code(&coder, nil).ask
        coder.asks.append(ask)
        return ask
    }
}

/// The fields of an ask.
private struct AskFields: CodedFields {
    let ask: Ask

    init(_ ask: Ask) { self.ask = ask }

    init(_ field: inout SnapshotCoder, _ old: AskFields?) throws(SnapshotError) {
        let old = old?.ask
        ask = Ask(
            district: try field(old?.district),
            sector: try field.optional(old?.sector),
            pathway: try field(old?.pathway),
            source: try field(old?.source),
            class: try field(old?.class),
            readyAt: try field.optional(old?.readyAt),
            dischargeReadyDate: try field.optional(old?.dischargeReadyDate),
            startFrom: try field(old?.startFrom),
            weeks: try field(old?.weeks),
            visits: try field(old?.visits),
            carerGender: try field.optional(old?.carerGender),
            language: try field.optional(old?.language),
            existingProvider: try field.optional(old?.existingProvider),
            maxProviders: try field(old?.maxProviders),
            funding: try field(old?.funding),
            safeUntil: try field.optional(old?.safeUntil),
            unsafeNow: try field(old?.unsafeNow),
            facts: try field(old?.facts),
            livesAlone: try field.optional(old?.livesAlone)
        )
    }
}

extension Ask.Facts: Coded {
    package static func code(_ coder: inout SnapshotCoder, _ value: Ask.Facts?) throws(SnapshotError) -> Ask.Facts {
        if coder.isWriting, let value {
            coder.write(UInt64(value.bits))
            return value
        }
        guard let bits = UInt32(exactly: try coder.readNumber()), bits >> UInt32(Ask.Fact.allCases.count) == 0 else {
            throw SnapshotError("a fact is not known")
        }
        return Ask.Facts(bits: bits)
    }
}

extension Referral: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Referral?) throws(SnapshotError) {
        id = try field(old?.id)
        person = try field(old?.person)
        referrer = try field(old?.referrer)
        zone = try field(old?.zone)
        ask = try field(old?.ask)
        status = try field(old?.status)
        receivedAt = try field(old?.receivedAt)
        completedAt = try field.optional(old?.completedAt)
        due = try field.optional(old?.due)
        triage = try field.optional(old?.triage)
        readyDates = try field(old?.readyDates)
        offer = try field.optional(old?.offer)
        package = try field.optional(old?.package)
        declined = try field(old?.declined)
        expiries = try field(old?.expiries)
        alerts = try field(old?.alerts)
        decision = try field.optional(old?.decision)
        override = try field.optional(old?.override)
        shares = try field(old?.shares)
        duplicates = try field(old?.duplicates)
        version = try field(old?.version)
    }
}

extension Referral.Share: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Referral.Share?) throws(SnapshotError) {
        visits = try field(old?.visits)
        offer = try field.optional(old?.offer)
        package = try field.optional(old?.package)
    }
}

extension Referral.Override: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Referral.Override?) throws(SnapshotError) {
        provider = try field(old?.provider)
        spot = try field.optional(old?.spot)
        role = try field(old.map { RepeatedText($0.role) }).description
        at = try field(old?.at)
        words = try field(old?.words)
    }
}

extension Referral.Triage: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Referral.Triage?) throws(SnapshotError) {
        outcome = try field(old?.outcome)
        at = try field(old?.at)
        role = try field(old.map { RepeatedText($0.role) }).description
    }
}

extension Referral.ReadyDate: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Referral.ReadyDate?) throws(SnapshotError) {
        at = try field.optional(old?.at)
        recordedAt = try field(old?.recordedAt)
    }
}

extension Referral.Alert: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Referral.Alert?) throws(SnapshotError) {
        kind = try field(old?.kind)
        at = try field(old?.at)
    }
}

extension Decision: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Decision?) throws(SnapshotError) {
        at = try field(old?.at)
        policyVersion = try field(old?.policyVersion)
        chosen = try field.optional(old?.chosen)
        verdicts = try field(old?.verdicts)
        method = try field(old?.method)
        weighed = try field(old?.weighed)
    }
}

extension Decision.Verdict: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Decision.Verdict?) throws(SnapshotError) {
        provider = try field.optional(old?.provider)
        block = try field(old?.block)
        reason = try field.optional(old?.reason)
    }
}

/// A time that may be absent.
private struct MaybeTime: CodedFields {
    let time: TimeOfDay?

    init(_ time: TimeOfDay?) { self.time = time }

    init(_ field: inout SnapshotCoder, _ old: MaybeTime?) throws(SnapshotError) {
        time = try field.optional(old?.time)
    }
}

extension Decision.Reason: Coded {
    /// The number of a case, never given to another.
    private var tag: UInt8 {
        switch self {
        case .outOfZone: 1
        case .contractDates: 2
        case .lacksSkill: 3
        case .notRegistered: 4
        case .declined: 5
        case .gender: 6
        case .noTime: 7
        case .noCarers: 8
        case .caseloadFull: 9
        case .ringFenced: 10
        case .tooManyProviders: 11
        case .beaten: 12
        case .unclaimed: 13
        case .suspended: 14
        }
    }

    package static func code(
        _ coder: inout SnapshotCoder,
        _ value: Decision.Reason?
    ) throws(SnapshotError) -> Decision.Reason {
        if coder.isWriting, let value {
            coder.byte(value.tag)
            switch value {
            case .lacksSkill(let skill): _ = try coder.part(skill)
            case .noTime(let day, let band, let shortBy):
                _ = (try coder.part(day), try coder.part(band), try coder.part(shortBy))
            case .noCarers(let day, let band, let at):
                _ = (try coder.part(day), try coder.part(band), try coder.part(MaybeTime(at)))
            case .ringFenced(let shortBy): _ = try coder.part(shortBy)
            case .beaten(let criterion, let difference): _ = (try coder.part(criterion), try coder.part(difference))
            case .outOfZone, .contractDates, .notRegistered, .declined, .gender, .caseloadFull, .tooManyProviders,
                .unclaimed, .suspended:
                break
            }
            return value
        }
        switch try coder.readByte() {
        case 1: return .outOfZone
        case 2: return .contractDates
        case 3: return .lacksSkill(try coder.part())
        case 4: return .notRegistered
        case 5: return .declined
        case 6: return .gender
        case 7: return .noTime(day: try coder.part(), band: try coder.part(), shortBy: try coder.part())
        case 8:
            return .noCarers(day: try coder.part(), band: try coder.part(), at: try coder.part(nil as MaybeTime?).time)
        case 9: return .caseloadFull
        case 10: return .ringFenced(shortBy: try coder.part())
        case 11: return .tooManyProviders
        case 12: return .beaten(by: try coder.part(), difference: try coder.part())
        case 13: return .unclaimed
        case 14: return .suspended
        default: throw SnapshotError("a reason is not known")
        }
    }
}

extension Offer: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Offer?) throws(SnapshotError) {
        id = try field(old?.id)
        referral = try field(old?.referral)
        provider = try field(old?.provider)
        claims = try field(old?.claims)
        block = try field(old?.block)
        ask = try field(old?.ask)
        startFrom = try field(old?.startFrom)
        sentAt = try field(old?.sentAt)
        expiresAt = try field(old?.expiresAt)
        firstVisitBy = try field(old?.firstVisitBy)
        replaces = try field.optional(old?.replaces)
        origin = try field(old?.origin)
        settlesAt = try field(old?.settlesAt)
        part = try field.optional(old?.part)
        status = try field(old?.status)
        answeredAt = try field.optional(old?.answeredAt)
        refusal = try field.optional(old?.refusal)
        package = try field.optional(old?.package)
        acceptance = try field.optional(old?.acceptance)
        version = try field(old?.version)
    }
}

extension FirstVisit: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: FirstVisit?) throws(SnapshotError) {
        day = try field(old?.day)
        band = try field(old?.band)
        at = try field.optional(old?.at)
    }
}

extension Acceptance: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Acceptance?) throws(SnapshotError) {
        firstVisit = try field(old?.firstVisit)
        role = try field(old.map { RepeatedText($0.role) }).description
        times = try field(old?.times)
        hasConditions = try field(old?.hasConditions)
    }
}

extension Acceptance.AgreedTime: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Acceptance.AgreedTime?) throws(SnapshotError) {
        band = try field(old?.band)
        at = try field(old?.at)
    }
}

extension Package: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Package?) throws(SnapshotError) {
        id = try field(old?.id)
        offer = try field(old?.offer)
        referral = try field(old?.referral)
        person = try field(old?.person)
        provider = try field(old?.provider)
        referrer = try field(old?.referrer)
        ask = try field(old?.ask)
        claims = try field(old?.claims)
        acceptedAt = try field(old?.acceptedAt)
        acceptance = try field(old?.acceptance)
        status = try field(old?.status)
        firstVisit = try field(old?.firstVisit)
        promisedDay = try field(old?.promisedDay)
        retainedUntil = try field.optional(old?.retainedUntil)
        startedAt = try field.optional(old?.startedAt)
        startRecordedAt = try field.optional(old?.startRecordedAt)
        firstDay = try field(old?.firstDay)
        lastDay = try field(old?.lastDay)
        uncovered = try field(old?.uncovered)
        ending = try field.optional(old?.ending)
        version = try field(old?.version)
    }
}

extension Package.Uncovered: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Package.Uncovered?) throws(SnapshotError) {
        day = try field(old?.day)
        visit = try field(old?.visit)
    }
}

extension Package.Ending: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: Package.Ending?) throws(SnapshotError) {
        at = try field(old?.at)
        outcome = try field(old?.outcome)
        role = try field(old.map { RepeatedText($0.role) }).description
    }
}
