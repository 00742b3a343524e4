import Allocation

/// Providers, blocks, claims, reductions and shortfalls.
extension Deliberation {
    mutating func setProvider(_ wanted: Provider, _ precondition: Precondition) throws(Rejection) -> Outcome {
        let existing = state.providers[wanted.id]
        try check(precondition, existing?.version)
        for (index, zone) in wanted.zones.enumerated() where state.zones[zone] == nil {
            throw .rule("/zones/\(index)", "there is no such zone")
        }
        var provider = wanted
        provider.version = existing?.version ?? 1
        if provider != existing {
            if let existing { provider.version = existing.version + 1 }
            record(.providerSet(provider))
            withdrawOffersItCannotTake(provider.id)
            // Opening, or new skills or zones, can make its free minutes fit people who wait.
            for claim in state.claims(of: provider.id) { freed(in: state.zone(of: claim)) }
        }
        return .provider(wanted.id, created: existing == nil)
    }

    /// Offers that a provider could no longer accept go to the next best at once.
    private mutating func withdrawOffersItCannotTake(_ provider: ProviderID) {
        for id in state.offersOpen {
            guard let offer = state.offers[id], offer.provider == provider,
                state.barrier(offer, from: offer.startFrom) != nil
            else { continue }
            record(.offerWithdrawn(id))
            closed(offer)
        }
    }

    mutating func buyBlock(_ terms: BlockTerms, awardedTo provider: ProviderID?) throws(Rejection) -> Outcome {
        guard state.zones[terms.zone] != nil else { throw .rule("/zone", "there is no such zone") }
        guard terms.until >= terms.from else { throw .rule("/until", "the last day is before the first") }
        guard terms.until >= today else { throw .rule("/until", "the last day has passed") }
        guard terms.weekly.minutesPerWeek > 0 else { throw .rule("/weekly", "a block needs minutes") }
        for (index, id) in (terms.eligibleProviders ?? []).enumerated() where state.providers[id] == nil {
            throw .rule("/eligibleProviders/\(index)", "there is no such provider")
        }
        if let provider {
            guard let awarded = state.providers[provider] else {
                throw .rule("/provider", "there is no such provider")
            }
            guard awarded.status == .open else {
                throw .rule("/provider", "\(provider) is suspended and can be awarded nothing")
            }
            if let eligible = terms.eligibleProviders, !eligible.contains(provider) {
                throw .rule("/provider", "\(provider) is not among the eligible providers")
            }
            if let share = terms.maxSharePercent, share < 100 {
                throw .rule(
                    "/maxSharePercent",
                    "the block is awarded whole to \(provider), which is more than \(share) %"
                )
            }
        }
        let block = Block(
            id: state.nextID(state.blocks),
            zone: terms.zone,
            from: terms.from,
            until: terms.until,
            ratePence: terms.ratePence,
            funding: terms.funding,
            skills: terms.skills,
            weekly: terms.weekly,
            awardedTo: provider,
            eligibleProviders: terms.eligibleProviders,
            minimumClaim: terms.minimumClaim,
            maxSharePercent: terms.maxSharePercent,
            leadFirstUntil: terms.leadFirstUntil,
            stepUpPercent: terms.stepUpPercent,
            contractReference: terms.contractReference
        )
        record(.blockBought(block))
        if let provider {
            let from = max(today, terms.from)
            record(
                .minutesClaimed(
                    Claim(
                        id: state.nextID(state.claims),
                        block: block.id,
                        provider: provider,
                        from: from,
                        until: terms.until,
                        firmFrom: from,
                        claimedAt: now,
                        weekly: terms.weekly
                    )
                )
            )
            freed(in: terms.zone)
        }
        return .block(block.id)
    }

    mutating func claim(_ id: BlockID, _ terms: ClaimTerms) throws(Rejection) -> Outcome {
        let block = try visibleBlock(id)
        try actFor(terms.provider, at: "/provider")
        guard let provider = state.providers[terms.provider] else {
            throw .rule("/provider", "there is no such provider")
        }
        guard provider.status == .open else { throw .rule("/provider", "\(provider.id) is suspended") }
        if let eligible = block.eligibleProviders, !eligible.contains(provider.id) {
            throw .rule("/provider", "\(provider.id) is not among the providers eligible for this block")
        }
        let (from, until, firmFrom) = try dates(of: terms, on: block)
        let met = Weekdays(met: from, until)
        guard
            terms.weekly.cells.indices.contains(where: { index in
                terms.weekly.cells[index].minutes > 0 && met.contains(Weekday.allCases[index / Band.count])
            })
        else { throw .rule("/weekly", "a claim needs minutes on a day from \(from) to \(until)") }
        if let least = block.minimumClaim, terms.weekly.minutesPerWeek < least {
            throw .rule("/weekly", "a claim on this block takes at least \(least) minutes a week")
        }
        let left = state.unclaimed(of: block, from: from, until: until)
        for (index, cell) in terms.weekly.cells.enumerated() where cell.minutes > 0 {
            // A period of less than a week does not meet every weekday it names.
            guard met.contains(Weekday.allCases[index / Band.count]) else { continue }
            if cell.minutes > left.cells[index].minutes || cell.carers > left.cells[index].carers {
                throw clash(terms.weekly, left)
            }
        }
        if let share = block.maxSharePercent {
            let held = state.mostHeld(by: provider.id, of: block, from: from, until: until)
            if held + terms.weekly.minutesPerWeek > block.minutes(ofShare: share) {
                throw .rule(
                    "/weekly",
                    "one provider may hold at most \(share) % of this block; it holds \(held) minutes"
                )
            }
        }
        let claim = Claim(
            id: state.nextID(state.claims),
            block: block.id,
            provider: provider.id,
            from: from,
            until: until,
            firmFrom: firmFrom,
            claimedAt: now,
            weekly: terms.weekly
        )
        record(.minutesClaimed(claim))
        freed(in: block.zone)
        return .claim(claim.id)
    }

    private func dates(
        of terms: ClaimTerms,
        on block: Block
    ) throws(Rejection) -> (from: Day, until: Day, firmFrom: Day) {
        let from = terms.from ?? max(today, block.from)
        let until = terms.until ?? block.until
        let firmFrom = terms.firmFrom ?? from
        if from < block.from { throw .rule("/from", "the block begins on \(block.from)") }
        if from < today { throw .rule("/from", "the day has passed") }
        if until > block.until { throw .rule("/until", "the block ends on \(block.until)") }
        if until < from { throw .rule(terms.until == nil ? "/from" : "/until", "the last day is before the first") }
        if firmFrom < from { throw .rule("/firmFrom", "a claim is firm from its first day at the earliest") }
        if firmFrom > until { throw .rule("/firmFrom", "a claim is firm by its last day at the latest") }
        return (from, until, firmFrom)
    }

    private func clash(_ wanted: WeeklyPattern, _ left: WeeklyPattern) -> Rejection {
        var rows: [WeeklyPattern.Row] = []
        for band in Band.allCases {
            for day in Weekday.allCases where wanted[day, band].minutes > 0 || left[day, band].minutes > 0 {
                let cell = left[day, band]
                if let index = rows.firstIndex(where: { $0.band == band && $0.cell == cell }) {
                    rows[index].days = Weekdays(rows[index].days.days + [day])
                } else {
                    rows.append(WeeklyPattern.Row(days: Weekdays([day]), band: band, cell: cell))
                }
            }
        }
        return Rejection(
            .clash,
            "the block has less left than the claim asks for; nothing was claimed",
            left: rows
        )
    }

    mutating func reduceClaim(
        _ blockID: BlockID,
        _ id: ClaimID,
        _ from: Day,
        _ weekly: WeeklyPattern
    ) throws(Rejection) -> Outcome {
        let claim = try ownClaim(blockID, id)
        if isSameAsLast(.reduction(id)) { return .claim(id) }
        let earliest = today.adding(days: policy.reductionNoticeDays)
        guard from >= earliest else {
            throw .rule("/from", "notice is \(policy.reductionNoticeDays) days: \(earliest) at the earliest")
        }
        guard from >= claim.from, from <= claim.until else {
            throw .rule("/from", "the claim runs from \(claim.from) to \(claim.until)")
        }
        guard claim.terms.allSatisfy({ $0.from <= from }) else {
            throw .rule("/from", "a reduction is agreed from a later day already")
        }
        let current = claim.weekly(on: from) ?? WeeklyPattern()
        // Where the carers are not said they stay as many.
        let weekly = weekly.keepingCarers(of: current)
        for day in Weekday.allCases {
            for band in Band.allCases
            where weekly[day, band].minutes > current[day, band].minutes
                || weekly[day, band].carers > max(current[day, band].carers, 1)
            {
                throw .rule("/weekly", "\(day) \(band) would grow: a reduction only reduces; claim the rest anew")
            }
        }
        try checkRoom(for: claim, from, weekly)
        try checkCarers(for: claim, from, weekly)
        record(.claimReduced(id, Claim.Term(from: from, weekly: weekly)))
        record(.nounSet(.reduction(id), body: stamp.body))
        return .claim(id)
    }

    /// A reduction never goes below what packages stand on.
    private func checkRoom(for claim: Claim, _ from: Day, _ weekly: WeeklyPattern) throws(Rejection) {
        guard let slab = state.slabs[claim.id] else { return }
        for number in state.window.clamp(from, claim.until) {
            let day = Day(number: number)
            for band in Band.allCases {
                let used = Int(claim.cell(day, band).minutes) - slab[.free, day, band]
                let parts = [
                    (slab[.committed, day, band] + slab[.retained, day, band], "packages stand on"),
                    (slab[.held, day, band], "offers without an answer hold"),
                    (slab[.unavailable, day, band], "a shortfall was reported of"),
                ]
                if day >= claim.firmFrom, Int(weekly[day.weekday, band].minutes) < used {
                    throw Rejection(
                        .clash,
                        parts.filter { $0.0 > 0 }.map { "\($0.1) \($0.0) minutes" }.joined(separator: ", ")
                            + " on \(day) in the \(band) band",
                        faults: [Rejection.Fault("/weekly", "\(day.weekday) \(band): at least \(used) minutes")],
                        left: [
                            WeeklyPattern.Row(
                                days: Weekdays([day.weekday]),
                                band: band,
                                cell: WeeklyPattern.Cell(
                                    minutes: Int32(slab[.free, day, band]),
                                    carers: claim.cell(day, band).carers
                                )
                            )
                        ]
                    )
                }
            }
        }
    }

    /// Nor does it take away carers that visits standing on the claim need at once.
    private func checkCarers(for claim: Claim, _ from: Day, _ weekly: WeeklyPattern) throws(Rejection) {
        var reduced = claim
        reduced.terms = claim.terms.filter { $0.from < from } + [Claim.Term(from: from, weekly: weekly)]
        let held = state.holders[claim.id] ?? State.Holders()
        for id in held.packages {
            guard let package = state.packages[id], package.lastDay >= from else { continue }
            let first = max(package.lastRetainedDay == nil ? package.firstDay : package.promisedDay, from)
            let capacity = state.capacity(of: reduced, from: first, until: package.lastDay, excludingPackage: package)
            try check(capacity, package.ask, package.claims, claim.id, first, package.lastDay, "\(id)")
        }
        for id in held.offers {
            guard let offer = state.offers[id] else { continue }
            let last = offer.startFrom.adding(days: offer.ask.days - 1)
            guard last >= from else { continue }
            let first = max(offer.startFrom, from)
            let capacity = state.capacity(of: reduced, from: first, until: last, excludingOffer: offer)
            try check(capacity, offer.ask, offer.claims, claim.id, first, last, "\(id)")
        }
    }

    private func check(
        _ capacity: Capacity,
        _ ask: Ask,
        _ claims: [ClaimID],
        _ claim: ClaimID,
        _ first: Day,
        _ last: Day,
        _ owner: String
    ) throws(Rejection) {
        // Who is absent is absent whatever is agreed.
        var capacity = capacity
        capacity.absences = []
        var need = Need(ask, from: first, bands: policy.bands)
        need.firstDay = Int(max(first, state.window.first).number)
        need.lastDay = Int(last.number)
        let mask = claims.mask(of: claim)
        if let obstacle = capacity.carersObstacle(to: need, visits: mask) {
            throw Rejection(
                .clash,
                "\(owner) stands on the claim and would have \(obstacle.words)",
                faults: [Rejection.Fault("/weekly", obstacle.words)],
                left: []
            )
        }
    }

    mutating func reportShortfall(
        _ blockID: BlockID,
        _ id: ClaimID,
        _ day: Day,
        _ band: Band,
        _ minutes: Int,
        _ carers: Int
    ) throws(Rejection) -> Outcome {
        let claim = try ownClaim(blockID, id)
        guard day >= today else { throw .rule("/date", "the day has passed") }
        guard day >= claim.from, day <= claim.until else {
            throw .rule("/date", "the claim runs from \(claim.from) to \(claim.until)")
        }
        guard state.window.contains(day) else {
            throw .rule("/date", "shortfalls are taken up to \(state.window.last); reduce the claim instead")
        }
        guard let slab = state.slabs[id] else { preconditionFailure("claim \(id) has no ledger") }
        let cell = claim.cell(day, band)
        let staffed = Int(cell.minutes) - slab[.unavailable, day, band]
        guard minutes <= staffed else {
            throw .rule("/minutes", "\(staffed) staffed minutes are claimed on \(day) in the \(band) band")
        }
        guard carers <= Int(cell.carers) else {
            throw .rule("/carers", "\(cell.carers) carers work at once in the \(band) band")
        }
        let taken = min(minutes, slab[.free, day, band])
        let uncovered = minutes - taken
        let affected = coverList(id, day, band)
        let shortfall = state.nextID(state.shortfalls)
        record(
            .shortfallReported(
                Shortfall(
                    id: shortfall,
                    claim: id,
                    block: claim.block,
                    provider: claim.provider,
                    day: day,
                    band: band,
                    minutes: minutes,
                    carers: carers,
                    taken: taken,
                    uncovered: uncovered,
                    cover: uncovered > 0 || carers > 0 ? affected : [],
                    at: now
                )
            )
        )
        for package in affected {
            guard let package = state.packages[package] else { continue }
            if uncovered > 0 || lacksCarers(package, id, day, band) {
                alert(package.referral, .coverNeeded, again: true)
            }
        }
        return .shortfall(shortfall)
    }

    /// Packages with a visit on the claim that day in that band: fixed times first, then people who live alone,
    /// then double-handed visits, then the older package.
    private func coverList(_ claim: ClaimID, _ day: Day, _ band: Band) -> [PackageID] {
        let packages = (state.holders[claim]?.packages ?? IDSet()).compactMap { state.packages[$0] }
        let affected = packages.filter { package in
            package.footprint.entries.contains { $0.claim == claim && $0.day == day && $0.band == band }
        }
        func rank(_ package: Package) -> (Int, Int, Int, UInt32) {
            let visits = package.ask.visits.filter { $0.band == band && $0.days.contains(day.weekday) }
            return (
                visits.contains { $0.time != nil } ? 0 : 1, package.ask.livesAlone == false ? 1 : 0,
                visits.contains { $0.carers > 1 } ? 0 : 1, package.id.number
            )
        }
        return affected.sorted { rank($0) < rank($1) }.map(\.id)
    }

    /// Whether a package's visits on a claim need more carers at once on a day than are at work.
    private func lacksCarers(_ package: Package, _ id: ClaimID, _ day: Day, _ band: Band) -> Bool {
        guard let claim = state.claims[id] else { preconditionFailure("no claim \(id)") }
        let visits = package.ask.visits.indices.filter {
            package.claims[$0] == id && package.ask.visits[$0].band == band
        }
        var need = Need(package.ask.with(visits: visits.map { package.ask.visits[$0] }), from: day, bands: policy.bands)
        need.lastDay = need.firstDay
        return state.capacity(of: claim, from: day, until: day, excludingPackage: package)
            .carersObstacle(to: need, visits: .max >> UInt16(16 - visits.count)) != nil
    }

    /// Tells a person where visits that a package has come to stand on were reported to be without staff before that: it is
    /// nobody's to find out on the day.
    mutating func alertUnstaffed(_ id: PackageID) {
        guard let package = state.packages[id] else { preconditionFailure("no package \(id)") }
        for claim in State.each(package.claims) {
            let missing = state.shortfalls(of: claim).compactMap { state.shortfalls[$0] }.filter { $0.day >= today }
            guard !missing.isEmpty else { continue }
            let footprint = package.footprint
            for shortfall in missing {
                let (day, band) = (shortfall.day, shortfall.band)
                guard footprint.entries.contains(where: { $0.claim == claim && $0.day == day && $0.band == band }),
                    state.outstandingShortfall(of: claim, day, band) > 0 || lacksCarers(package, claim, day, band)
                else { continue }
                return alert(package.referral, .coverNeeded, again: true)
            }
        }
    }

    // MARK: What a key may see and do

    /// The block, as far as the actor may see it: a provider sees open blocks it may claim and those it has a claim on.
    func visibleBlock(_ id: BlockID) throws(Rejection) -> Block {
        guard let block = state.blocks[id], state.isVisible(block, to: actor) else {
            throw Rejection(.notFound, "there is no such block")
        }
        return block
    }

    func ownClaim(_ blockID: BlockID, _ id: ClaimID) throws(Rejection) -> Claim {
        let block = try visibleBlock(blockID)
        guard let claim = state.claims[id], claim.block == block.id,
            actor.actsForOthers || claim.provider == actor.organisation
        else { throw Rejection(.notFound, "there is no such claim on this block") }
        return claim
    }

    /// A provider key acts for its own organisation only; a broker or commissioner for any.
    func actFor(_ provider: ProviderID, at pointer: String) throws(Rejection) {
        guard actor.actsForOthers || provider == actor.organisation else {
            throw Rejection(
                .forbidden,
                "this key acts for \(actor.organisation) only",
                faults: [Rejection.Fault(pointer, "names another provider")]
            )
        }
    }

    func check(_ precondition: Precondition, _ version: UInt32?) throws(Rejection) {
        switch (precondition, version) {
        case (.absent, nil): return
        case (.absent, _?):
            throw Rejection(.preconditionRequired, "it exists: send its ETag in If-Match to replace it")
        case (.version(let wanted), let version?) where wanted == version: return
        case (.version, nil), (.stale, nil):
            throw Rejection(.stale, "there is none, so If-Match names nothing: leave it out to make one")
        case (.version, _?), (.stale, _?):
            throw Rejection(.stale, "it is not what the precondition asks for; it may have changed: read it again")
        }
    }
}
