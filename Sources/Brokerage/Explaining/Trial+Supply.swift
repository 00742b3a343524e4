import Allocation

/// More to place it on: minutes found, claimed or bought, and providers that would take one more person or be asked again.
extension Trial {
    /// What providers could do.
    func moreSupply() -> [Change] {
        [fewestMinutes(), blockToClaim().map(Change.claim), fullProvider(), declinedProvider()].compactMap { $0 }
    }

    /// Divisions of the package looked at for the fewest minutes, 4,096.
    private static let mostDivisions = 4_096
    /// Providers tried for what nobody has claimed, beside claims that stand, 64.
    private static let mostClaimants = 64

    // MARK: Minutes found

    /// The claim that is short of the fewest minutes, for all of the package or for what a second claim leaves of it, and has
    /// the carers.
    private func fewestMinutes() -> Change? {
        let (need, all) = (survey.need, survey.need.allVisits)
        var best: Change?
        func consider(_ index: Int, _ visits: UInt16) {
            let (claim, candidate) = survey.candidates[index]
            guard candidate.capacity.carersObstacle(to: need, visits: visits) == nil else { return }
            let cells = candidate.capacity.shortages(of: need, visits: visits)
            guard !cells.isEmpty else { return }
            let change = Change.moreMinutes(claim.provider, claim.block, Trial.shortages(cells))
            if best.map({ change.effort < $0.effort }) ?? true { best = change }
        }
        for index in survey.candidates.indices { consider(index, all) }
        var left = Trial.mostDivisions
        for (second, other) in survey.candidates.enumerated() {
            let portions = most(other.candidate.capacity, &left)
            for (index, one) in survey.candidates.enumerated() where index != second && !portions.isEmpty {
                guard providers > 1 || one.candidate.provider == other.candidate.provider else { continue }
                for portion in portions where left > 0 {
                    left -= 1
                    consider(index, all & ~portion)
                }
            }
        }
        return best
    }

    /// The visits that a claim can carry at once, but not all: no set of them is part of another.
    private func most(_ capacity: Capacity, _ left: inout Int) -> [UInt16] {
        let all = survey.need.allVisits
        let single = survey.need.visits.indices.reduce(UInt16(0)) {
            let one = UInt16(1) << UInt16($1)
            return capacity.obstacle(to: survey.need, visits: one) == nil ? $0 | one : $0
        }
        var found: [UInt16] = []
        var subset = single
        // From the most visits down: a part of a set comes after it.
        while subset != 0, left > 0 {
            if subset != all, !found.contains(where: { $0 & subset == subset }) {
                left -= 1
                if capacity.obstacle(to: survey.need, visits: subset) == nil { found.append(subset) }
            }
            subset = (subset - 1) & single
        }
        return found
    }

    private static func shortages(_ cells: [(day: Int, band: Int, shortBy: Int)]) -> [Change.Shortage] {
        Band.allCases.compactMap { band in
            let mine = cells.filter { $0.band == band.index }
            guard let first = mine.first, let last = mine.last else { return nil }
            return Change.Shortage(
                band: band,
                minutes: mine.reduce(0) { max($0, $1.shortBy) },
                days: mine.count,
                first: Day(number: Int32(first.day)),
                last: Day(number: Int32(last.day))
            )
        }
    }

    // MARK: Minutes claimed

    /// A block with minutes that nobody has claimed, which some provider could claim and then carry the package, alone or
    /// beside what stands.
    private func blockToClaim() -> BlockID? {
        let last = start.adding(days: referral.sought.days - 1)
        var left = Trial.mostClaimants
        for block in state.blocks(of: referral.zone).compactMap({ state.blocks[$0] })
        where block.spotFor == nil && block.from <= start && block.until >= last {
            let unclaimed = state.unclaimed(of: block, from: start, until: last)
            let weekly = unclaimed.least(of: survey.need)
            guard weekly.minutesPerWeek > 0 else { continue }
            let capacity = Capacity(weekly, from: start, until: last)
            let isEnough = capacity.obstacle(to: survey.need, visits: survey.need.allVisits) == nil
            for provider in state.providers.keys.sorted() {
                guard let claim = claim(of: block, by: provider, weekly, of: unclaimed, until: last) else { continue }
                if isEnough { return block.id }
                guard left > 0 else { break }
                left -= 1
                if places(beside: [candidate(claim, capacity)]) { return block.id }
            }
        }
        return nil
    }

    /// A claim of at least so many minutes that a provider could make now and be offered the package on.
    private func claim(
        of block: Block,
        by provider: ProviderID,
        _ weekly: WeeklyPattern,
        of unclaimed: WeeklyPattern,
        until last: Day
    ) -> Claim? {
        guard state.providers[provider]?.status == .open, block.eligibleProviders?.contains(provider) ?? true
        else { return nil }
        var most = unclaimed.minutesPerWeek
        if let share = block.maxSharePercent {
            most = min(
                most,
                block.minutes(ofShare: share) - state.mostHeld(by: provider, of: block, from: start, until: last)
            )
        }
        guard max(weekly.minutesPerWeek, block.minimumClaim ?? 0) <= most else { return nil }
        let claim = Claim(
            id: state.nextID(state.claims),
            block: block.id,
            provider: provider,
            from: start,
            until: last,
            firmFrom: start,
            claimedAt: state.now,
            weekly: weekly
        )
        let barrier = state.barrier(referral.sought, start: start, block, claim, declined: referral.declined)
        return barrier == nil ? claim : nil
    }

    // MARK: Providers

    /// A provider that could carry it but for a full caseload.
    private func fullProvider() -> Change? {
        var full: [ProviderID: [Claim]] = [:]
        forEachClaim { block, claim in
            guard
                state.barrier(referral.sought, start: start, block, claim, declined: referral.declined)
                    == .caseloadFull
            else { return }
            full[claim.provider, default: []].append(claim)
        }
        return full.keys.sorted().first { places(beside: (full[$0] ?? []).map { candidate($0) }) }
            .map(Change.oneMorePerson)
    }

    /// A provider that could carry it but for having said no before: a named person may ask it again, and no other with it.
    private func declinedProvider() -> Change? {
        guard !referral.declined.isEmpty else { return nil }
        var asked: [ProviderID: [Claim]] = [:]
        forEachClaim { block, claim in
            guard referral.declined.contains(claim.provider),
                state.barrier(referral.sought, start: start, block, claim, declined: [], asksAgain: true) == nil
            else { return }
            asked[claim.provider, default: []].append(claim)
        }
        return asked.keys.sorted().first { provider in
            if case .success = state.best(of: asked[provider] ?? [], for: referral.sought, start: start) {
                true
            } else {
                false
            }
        }.map(Change.askAgain)
    }

    private func forEachClaim(_ body: (Block, Claim) -> Void) {
        for block in state.blocks(of: referral.zone).compactMap({ state.blocks[$0] }) where block.spotFor == nil {
            for claim in block.claims.compactMap({ state.claims[$0] }) where claim.until >= state.today {
                body(block, claim)
            }
        }
    }

    // MARK: Bought on the spot

    /// What the spot rules would allow; nil where they allow nothing, where the budget would not bear it at the ceiling, or
    /// where there is no provider that a named person could buy it from.
    func spotProposal() -> Change? {
        let (ask, spot) = (referral.sought, state.policy.spot)
        guard spot.ceilingPence > 0, let weekly = SpotPurchase.weekly(ask) else { return nil }
        let block = Block(
            id: state.nextID(state.blocks),
            zone: referral.zone,
            from: start,
            until: start.adding(days: ask.days - 1 + SpotPurchase.daysOfLeeway),
            ratePence: Int64(spot.ceilingPence),
            funding: ask.funding,
            skills: ask.skills,
            weekly: weekly,
            spotFor: referral.id
        )
        let left = spot.budgetPence - state.spotCommitted
        guard block.pence <= left else { return nil }
        let canBeBought = state.providers.keys.contains { provider in
            let claim = Claim(
                id: state.nextID(state.claims),
                block: block.id,
                provider: provider,
                from: block.from,
                until: block.until,
                firmFrom: block.from,
                claimedAt: state.now,
                weekly: weekly
            )
            return state.barrier(ask, start: start, block, claim, declined: [], asksAgain: true) == nil
        }
        guard canBeBought else { return nil }
        return .spot(ceilingPence: spot.ceilingPence, mostPence: block.pence, budgetLeftPence: left)
    }
}

extension WeeklyPattern {
    /// Of each cell no more than a need takes of it at most.
    fileprivate func least(of need: Need) -> WeeklyPattern {
        var least = self
        for weekday in Weekday.allCases {
            for band in Band.allCases {
                let asked = need.visits.reduce(0) {
                    $1.band == band.index && $1.days >> UInt8(weekday.index) & 1 == 1 ? $0 + $1.carerMinutes : $0
                }
                let cell = self[weekday, band]
                least[weekday, band] =
                    asked == 0 ? .empty : Cell(minutes: min(cell.minutes, Int32(asked)), carers: cell.carers)
            }
        }
        return least
    }
}

extension Capacity {
    /// What a claim of a pattern would have free if nothing stood on it.
    fileprivate init(_ weekly: WeeklyPattern, from first: Day, until last: Day) {
        var free = [Int16](repeating: 0, count: Capacity.horizon * Band.count)
        for number in first.number...last.number {
            let day = Day(number: number)
            for band in Band.allCases {
                free[(Int(number) & (Capacity.horizon - 1)) * Band.count + band.index] =
                    Int16(clamping: weekly[day.weekday, band].minutes)
            }
        }
        self.init(free: free, carers: weekly.cells.map(\.carers))
    }
}
