/// Referrals: received, completed, amended, triaged, withdrawn; and who a person is.
extension Deliberation {
    mutating func refer(_ ask: Ask) throws(Rejection) -> Outcome {
        let zone = try check(ask)
        let id = state.nextID(state.referrals)
        let duplicates = liveDuplicates(but: nil)
        let completedAt = ask.isProvisional ? nil : now
        record(
            .referralReceived(
                Referral(
                    id: id,
                    person: stamp.person,
                    referrer: actor.organisation,
                    zone: zone,
                    ask: ask,
                    receivedAt: now,
                    completedAt: completedAt,
                    due: completedAt.map { policy.due(ask, completedAt: $0) },
                    duplicates: duplicates
                )
            )
        )
        if !duplicates.isEmpty { alert(id, .possibleDuplicate) }
        place(id)
        return .referral(id, created: true)
    }

    mutating func amend(
        _ id: ReferralID,
        _ ask: Ask,
        needsChanged: Bool,
        otherwiseChanged: Bool,
        _ precondition: Precondition
    ) throws(Rejection) -> Outcome {
        let referral = try ownReferral(id)
        try check(precondition, referral.version)
        let zone = try check(ask, unless: referral)
        let placing = ask.placesDifferently(from: referral.ask)
        let matters = placing || needsChanged || ask.readsDifferently(from: referral.ask)
        guard ask != referral.ask || needsChanged || otherwiseChanged else { return .referral(id, created: false) }
        switch referral.status {
        // Its visits go on until the end that was planned, and whoever goes there must know of a new address.
        case .ended where referral.packages.contains { state.packages[$0].map { !$0.isOver(at: now) } ?? false },
            .started, .paused:
            if placing { throw Rejection(.clash, "care has started: a review changes the visits") }
            record(.referralAmended(id, ask, completedAt: referral.completedAt, due: referral.due))
            // The provider reads the new words; that it has is for a person to make sure of.
            if matters || otherwiseChanged { alert(id, .changeUnconfirmed, again: true) }
        case .withdrawn, .ended, .adviceOnly:
            throw Rejection(.clash, "the referral is \(referral.status.rawValue): make a new one")
        case .accepted:
            if ask.isProvisional { throw .rule("/visits", "care was accepted for this referral: it needs visits") }
            if zone != referral.zone {
                throw Rejection(
                    .clash,
                    "home lies in another zone now, and care was accepted: end the package and refer anew",
                    faults: [Rejection.Fault("/district", "lies in zone \(zone)")]
                )
            }
            if placing, !referral.shares.isEmpty {
                throw Rejection(.clash, "two providers share this package: end their parts and refer anew")
            }
            record(.referralAmended(id, ask, completedAt: referral.completedAt, due: referral.due))
            // Also where the person lives and is called is known to the provider by now.
            if matters || otherwiseChanged { tellChange(of: referral, ask) }
        case .provisional, .waiting, .offered:
            if placing { try checkNothingAccepted(referral) }
            if zone != referral.zone {
                throw Rejection(
                    .clash,
                    "home lies in another zone now: withdraw this referral and make a new one",
                    faults: [Rejection.Fault("/district", "lies in zone \(zone)")]
                )
            }
            if matters, referral.status == .offered { withdrawOffers(of: referral) }
            let completedAt = ask.isProvisional ? referral.completedAt : referral.completedAt ?? now
            record(
                .referralAmended(
                    id,
                    ask,
                    completedAt: completedAt,
                    due: completedAt.map { policy.due(ask, completedAt: $0) }
                )
            )
            // A provider that has accepted its part must hear of the change from a person.
            if matters, !referral.packages.isEmpty { alert(id, .changeUnconfirmed, again: true) }
            if matters || referral.status == .provisional { place(id) }
        }
        if !liveDuplicates(but: id).isEmpty { alert(id, .possibleDuplicate) }
        return .referral(id, created: false)
    }

    /// Withdraws whatever is on offer for a referral: what it held is free.
    mutating func withdrawOffers(of referral: Referral) {
        for offer in referral.offers where state.offers[offer]?.status == .open && state.offers[offer]?.replaces == nil
        {
            record(.offerWithdrawn(offer))
            freed(in: referral.zone)
        }
    }

    /// Where a provider has accepted its part of a shared package, a named person ends that part first.
    private func checkNothingAccepted(_ referral: Referral) throws(Rejection) {
        if let accepted = referral.acceptedPart {
            throw Rejection(
                .clash,
                "care was accepted in part (\(accepted)): once a clinician or broker has ended that, refer anew"
            )
        }
    }

    /// The ask changed after it was accepted: the provider is asked again, or, where two share it and only words changed, a
    /// person makes sure that both know.
    private mutating func tellChange(of referral: Referral, _ ask: Ask) {
        if referral.shares.isEmpty, let package = referral.package {
            askAgain(package, ask)
        } else {
            alert(referral.id, .changeUnconfirmed, again: true)
        }
    }

    /// Live referrals of persons with the same NHS number.
    private func liveDuplicates(but own: ReferralID?) -> [ReferralID] {
        stamp.sameNumber.compactMap { state.referral(of: $0) }.filter { id in
            id != own && state.referrals[id].map { $0.status != .ended && $0.status != .withdrawn } ?? false
        }.sorted()
    }

    /// Rules that an ask must keep, each with its place. Returns the zone home lies in.
    private func check(_ ask: Ask, unless known: Referral? = nil) throws(Rejection) -> ZoneID {
        var faults: [Rejection.Fault] = []
        func fault(_ pointer: String, _ detail: String) { faults.append(Rejection.Fault(pointer, detail)) }
        // A district that was moved to another zone since does not hinder a correction.
        let zone = ask.district == known?.ask.district ? known?.zone : state.zone(of: ask.district)
        if zone == nil { fault("/district", "it lies in no zone of this system") }
        if let sector = ask.sector, sector.district != ask.district {
            fault("/sector", "lies in another district than \(ask.district)")
        }
        if ask.startFrom != known?.ask.startFrom {
            if ask.startFrom < today { fault("/startFrom", "the day has passed: today is \(today)") }
            if ask.startFrom > today.adding(days: policy.startAheadDays) {
                fault("/startFrom", "is more than \(policy.startAheadDays) days ahead")
            }
        }
        if let provider = ask.existingProvider, state.providers[provider] == nil {
            fault("/existingProvider", "there is no such provider")
        }
        for (index, visit) in ask.visits.enumerated() { check(visit, "/visits/\(index)", fault) }
        guard faults.isEmpty, let zone else {
            throw Rejection(.againstRule, Rejection.Fault.words(faults), faults: faults)
        }
        return zone
    }

    private func check(_ visit: Visit, _ pointer: String, _ fault: (String, String) -> Void) {
        let length = policy.bands.length(of: visit.band)
        if visit.minutes < policy.shortestVisit {
            fault("\(pointer)/minutes", "a visit lasts at least \(policy.shortestVisit) minutes")
        } else if visit.minutes < policy.shortVisit, !visit.hasShortVisitReason {
            fault(
                "\(pointer)/shortVisitReason",
                "a visit under \(policy.shortVisit) minutes needs a recorded reason (NICE NG21)"
            )
        }
        if visit.minutes > length {
            fault("\(pointer)/minutes", "the \(visit.band) band lasts \(length) minutes")
        }
        if let time = visit.time {
            guard let from = policy.bands.minute(of: time.at, in: visit.band) else {
                return fault("\(pointer)/time/at", "lies outside the \(visit.band) band")
            }
            if from + visit.minutes > policy.bands.end(of: visit.band), visit.minutes <= length {
                fault("\(pointer)/time/at", "the visit would run past the end of the \(visit.band) band")
            }
        }
    }

    mutating func triage(
        _ id: ReferralID,
        _ outcome: Referral.Triage.Outcome,
        _ role: String
    ) throws(Rejection) -> Outcome {
        let referral = try ownReferral(id)
        switch referral.status {
        case .withdrawn, .ended:
            throw Rejection(.clash, "the referral is \(referral.status.rawValue)")
        case .accepted, .started, .paused:
            if outcome == .adviceOnly { throw Rejection(.clash, "care was accepted: a named person ends the package") }
        case .provisional, .waiting, .offered, .adviceOnly: break
        }
        if outcome == .adviceOnly {
            try checkNothingAccepted(referral)
            withdrawOffers(of: referral)
        }
        record(.referralTriaged(id, Referral.Triage(outcome: outcome, at: now, role: role)))
        if policy.triageBeforeStart || referral.status == .adviceOnly { place(id) }
        return .referral(id, created: false)
    }

    mutating func recordReadyDate(_ id: ReferralID, _ at: Instant?) throws(Rejection) -> Outcome {
        let referral = try ownReferral(id)
        guard referral.status != .withdrawn, referral.status != .ended else {
            throw Rejection(.clash, "the referral is \(referral.status.rawValue)")
        }
        record(.readyDateRecorded(id, Referral.ReadyDate(at: at, recordedAt: now)))
        return .referral(id, created: false)
    }

    mutating func withdraw(_ id: ReferralID) throws(Rejection) -> Outcome {
        let referral = try ownReferral(id)
        if try isRepeated(.withdrawal(id)) { return .referral(id, created: false) }
        guard referral.status.isSeekingCare else {
            throw Rejection(
                .clash,
                referral.package == nil
                    ? "the referral is \(referral.status.rawValue)"
                    : "care was accepted: a clinician or broker ends the package"
            )
        }
        try checkNothingAccepted(referral)
        withdrawOffers(of: referral)
        record(.referralWithdrawn(id))
        record(.nounSet(.withdrawal(id), body: stamp.body))
        return .referral(id, created: false)
    }

    /// Appends the disclosure before anyone is shown who the person is.
    mutating func disclose(_ via: DisclosedVia) throws(Rejection) -> Outcome {
        let referral: Referral
        switch via {
        case .referral(let id): referral = try ownReferral(id)
        case .package(let id):
            let package = try ownPackage(id)
            guard let found = state.referrals[package.referral] else {
                preconditionFailure("package \(id) has no referral")
            }
            // Its care is over: what is written of the person since is not for it.
            if actor.role == .provider, package.isOver(at: now) {
                throw Rejection(.forbidden, "\(id) has ended: who the person is is no longer shown to its provider")
            }
            referral = found
        }
        guard actor.role != .commissioner, actor.role != .dashboard else {
            throw Rejection(.forbidden, "this key sees no names")
        }
        record(.personDisclosed(referral.person, referral.id))
        return .person(referral.id, referral.person)
    }

    /// Whether the noun was set with this very body before; set with another, it clashes.
    func isRepeated(_ noun: Noun) throws(Rejection) -> Bool {
        guard let body = state.nouns[noun] else { return false }
        guard stamp.isSameBody(body) else { throw Rejection(.clash, "it was recorded before, with another body") }
        return true
    }

    /// Whether the noun was last set with this very body. Where other words may be said later, and those before them once more,
    /// another body is no clash: it is what is asked for now.
    func isSameAsLast(_ noun: Noun) -> Bool {
        state.nouns[noun].map { !$0.isEmpty && stamp.isSameBody($0) } ?? false
    }

    func ownReferral(_ id: ReferralID) throws(Rejection) -> Referral {
        guard let referral = state.referrals[id], state.isVisible(referral, to: actor) else {
            throw Rejection(.notFound, "there is no such referral")
        }
        return referral
    }

    /// Raises an alert: once for as long as it stands, or each time when every cause is its own (`again`). An event that
    /// settles the matter takes it off (`State.apply`), so that it rings again the next time.
    mutating func alert(_ id: ReferralID, _ kind: Referral.Alert.Kind, again: Bool = false) {
        if let stands = state.referrals.look(id, { $0.value.alerts.contains { $0.kind == kind } }), again || !stands {
            record(.alertRaised(id, kind))
        }
    }
}
