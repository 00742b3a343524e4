import HashTreeCollections

/// Applying events: a fact cannot be refused. What cannot be applied is a broken invariant and stops the process,
/// since going on would answer someone from a ledger that is wrong.
extension State {
    /// The state after an event of a record decided at this moment.
    public mutating func apply(_ event: Event, at: Instant) {
        now = max(now, at)
        switch event {
        case .policyAdopted(let new):
            policy = new
            filedPolicy = new
        case .policySet(let new): policy = new
        case .dayBegan(let day): begin(day)
        case .keyAdded(let key):
            keys[key.id] = key
            keyOfHash[key.hash] = key.id
        case .keyRevoked(let id): keys[id]?.revokedAt = at
        case .zoneSet(let zone): set(zone)
        case .providerSet(let provider): set(provider)
        case .blockBought(let block):
            blocks[block.id] = block
            blocksOfZone[block.zone, default: []].append(block.id)
            if block.spotFor != nil { spotPurchases.insert(block.id) }
        case .minutesClaimed(let claim): add(claim)
        case .claimReduced(let id, let term): reduce(id, term)
        case .shortfallReported(let shortfall): report(shortfall)
        case .referralReceived(let referral): receive(referral)
        case .referralAmended(let id, let ask, let completedAt, let due):
            changeReferral(id) {
                if ask.readyAt != $0.ask.readyAt {
                    $0.add(Referral.ReadyDate(at: ask.readyAt, recordedAt: at))
                }
                // What is asked has changed, so a person is no longer needed for providers having been silent; those that were, or
                // said no, are not asked a second time.
                if ask.placesDifferently(from: $0.ask) { $0.expiries = 0 }
                $0.ask = ask
                $0.completedAt = completedAt
                $0.due = due
                if $0.status == .provisional || $0.status == .waiting {
                    $0.status = ask.isProvisional ? .provisional : .waiting
                }
            }
        case .referralRezoned(let id, let zone): rezone(id, zone)
        case .referralTriaged(let id, let triage):
            changeReferral(id) {
                $0.triage = triage
                if triage.outcome == .adviceOnly {
                    $0.status = .adviceOnly
                } else if $0.status == .adviceOnly {
                    $0.status = $0.ask.isProvisional ? .provisional : .waiting
                }
            }
        case .readyDateRecorded(let id, let entry): changeReferral(id) { $0.add(entry) }
        case .referralWithdrawn(let id): changeReferral(id) { $0.status = .withdrawn }
        case .placementDecided(let id, let decision): changeReferral(id) { $0.decision = decision }
        case .placementOverridden(let id, let override): changeReferral(id) { $0.override = override }
        case .offerSent(let offer): send(offer)
        case .offerAccepted(let id, let package, let acceptance): accept(id, package, acceptance, at)
        case .offerRefused(let id, let refusal):
            close(id, as: .refused, at) { $0.refusal = refusal }
        case .offerExpired(let id): close(id, as: .expired, at) { _ in }
        case .offerWithdrawn(let id): close(id, as: .withdrawn, at) { _ in }
        case .firstVisitPostponed(let id, let visit, let until): postpone(id, visit, until)
        case .careStarted(let id, let started, let first, let last, let uncovered):
            start(id, started, first, last, uncovered, at)
        case .packageEnded(let id, let ending, let last): end(id, ending, last, at)
        case .careOverran(let id, let last, let uncovered): overrun(id, last, uncovered)
        case .coverFound(let id, let found): cover(id, found)
        case .alertRaised(let id, let kind):
            changeReferral(id) {
                $0.alerts.append(Referral.Alert(kind: kind, at: at))
                // The history is in the journal; what stands is bounded.
                if $0.alerts.count > Referral.mostAlerts { $0.alerts.removeFirst() }
            }
        case .triesDeferred(let entries):
            deferrals = TreeDictionary(uniqueKeysWithValues: entries.map { ($0.zone, $0.tried) })
        case .scarcitySet(let zone, let all):
            for scarcity in all { scarcities[scarcity.claim] = scarcity.bands }
            scarcitySetAt[zone] = at
        case .personDisclosed: disclosures += 1
        case .requestRemembered(let request): remember(request, at)
        case .nounSet(let noun, let body): nouns[noun] = body
        case .requestsForgotten(let before):
            remembered.forget(before: before)
            requestsForgottenBefore = before
        }
    }

    private mutating func remember(_ request: RememberedRequest, _ at: Instant) {
        remembered.append(
            RememberedRequests.Remembered(
                scope: request.scope,
                at: at,
                body: request.body,
                outcome: request.outcome,
                resource: resource(request.outcome)
            )
        )
    }

    /// Changes a referral and keeps the indexes of who waits and who seeks care.
    mutating func changeReferral(_ id: ReferralID, _ change: (inout Referral) -> Void) {
        let (before, after, zone) = referrals.change(id) { referral in
            let before = referral.status
            change(&referral)
            referral.version += 1
            return (before, referral.status, referral.zone)
        }
        if before != after { index(id, in: zone, before, after) }
    }

    /// Notes that a referral waits, or seeks care, or no longer does.
    private mutating func index(
        _ id: ReferralID,
        in zone: ZoneID,
        _ before: Referral.Status?,
        _ after: Referral.Status
    ) {
        if after == .waiting {
            waiting[zone, default: IDSet()].insert(id)
        } else if before == .waiting {
            leaveQueue(id, of: zone)
        }
        if after.isSeekingCare {
            if !(before?.isSeekingCare ?? false) { seeking.insert(id) }
        } else if before?.isSeekingCare ?? false {
            seeking.remove(id)
        }
    }

    /// Whoever stood behind moves up by one, so the first who was not tried yet does too. Where the one who left stood behind that
    /// place, one person is tried twice.
    private mutating func leaveQueue(_ id: ReferralID, of zone: ZoneID) {
        waiting[zone]?.remove(id)
        if let tried = deferrals[zone], tried > 0 { deferrals[zone] = tried - 1 }
    }

    private mutating func rezone(_ id: ReferralID, _ zone: ZoneID) {
        let (before, status) = referrals.change(id) { referral in
            let before = referral.zone
            referral.zone = zone
            referral.version += 1
            return (before, referral.status)
        }
        guard status == .waiting else { return }
        leaveQueue(id, of: before)
        waiting[zone, default: IDSet()].insert(id)
    }

    private mutating func receive(_ referral: Referral) {
        referrals[referral.id] = referral
        referralOfPerson.append(referral.person, referral.id)
        index(referral.id, in: referral.zone, nil, referral.status)
    }

    mutating func supplyChanged(in zone: ZoneID) {
        supplyVersions[zone, default: 0] += 1
    }
}
