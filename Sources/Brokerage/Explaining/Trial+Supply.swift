import Allocation

/// More to place it on: minutes found, claimed or bought, and providers that would take one more person or be asked again.
extension Trial {
    /// What providers could do.
    func moreSupply() -> [Change] {
        [fewestMinutes(), blockToClaim().map(Change.claim), fullProvider(), declinedProvider()].compactMap { $0 }
    }

    /// Divisions of the package looked at for the fewest minutes, and for claims, 4,096 each: sixteen visits have 65,536.
    private static let mostDivisions = 4_096
    /// Sets of visits kept of one claim, 256.
    private static let mostSets = 256
    /// Claims tried of what nobody has claimed, 256.
    private static let mostClaimants = 256

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
        while subset != 0, left > 0, found.count < Trial.mostSets {
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
        let (need, last) = (survey.need, start.adding(days: referral.sought.days - 1))
        var (left, divisions) = (Trial.mostClaimants, Trial.mostDivisions)
        for block in state.blocks(of: referral.zone).compactMap({ state.blocks[$0] })
        where block.spotFor == nil && block.from <= start && block.until >= last {
            let unclaimed = state.unclaimed(of: block, from: start, until: last)
            let all = Capacity(unclaimed, from: start, until: last)
            // Visits by what a claim of just their minutes would hold, the most first.
            let held = most(all, &divisions)
            let whole = all.obstacle(to: need, visits: need.allVisits) == nil
            guard whole || !held.isEmpty else { continue }
            for provider in state.providers.keys.sorted() {
                guard let room = room(for: provider, on: block, unclaimed, until: last),
                    block.minimumClaim ?? 0 <= room
                else { continue }
                for visits in claimable(whole ? [need.allVisits] : held, unclaimed, room, &divisions)
                where left > 0 {
                    let weekly = unclaimed.least(of: need, visits)
                    let claim = claim(of: block, by: provider, weekly, from: start, until: last)
                    left -= 1
                    if places(beside: [candidate(claim, Capacity(weekly, from: start, until: last))]) {
                        return block.id
                    }
                }
            }
        }
        return nil
    }

    /// Of sets of visits those that a claim of so many weekly minutes holds; of one that takes more its parts.
    private func claimable(
        _ held: [UInt16],
        _ unclaimed: WeeklyPattern,
        _ room: Int,
        _ left: inout Int
    ) -> [UInt16] {
        var found: [UInt16] = []
        for visits in held {
            var subset = visits
            while subset != 0, left > 0, found.count < Trial.mostSets {
                left -= 1
                if !found.contains(where: { $0 & subset == subset }),
                    unclaimed.least(of: survey.need, subset).minutesPerWeek <= room
                {
                    found.append(subset)
                    // What is left is part of it.
                    if subset == visits { break }
                }
                subset = (subset - 1) & visits
            }
        }
        return found
    }

    /// The most weekly minutes of a block that a provider could claim now and be offered the package on; nil: none.
    private func room(
        for provider: ProviderID,
        on block: Block,
        _ unclaimed: WeeklyPattern,
        until last: Day
    ) -> Int? {
        guard state.providers[provider]?.status == .open, block.eligibleProviders?.contains(provider) ?? true
        else { return nil }
        let claim = claim(of: block, by: provider, unclaimed, from: start, until: last)
        let barrier = state.barrier(referral.sought, start: start, block, claim, declined: referral.declined)
        guard barrier == nil else { return nil }
        let share = block.maxSharePercent.map {
            block.minutes(ofShare: $0) - state.mostHeld(by: provider, of: block, from: start, until: last)
        }
        return min(unclaimed.minutesPerWeek, share ?? .max)
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
        let spot = state.policy.spot
        guard spot.ceilingPence > 0, let weekly = SpotPurchase.weekly(referral.sought) else { return nil }
        let most = block(weekly).pence
        let left = spot.budgetPence - state.spotCommitted
        guard most <= left, isCarriedBySomebody(weekly, byName: true) else { return nil }
        return .spot(ceilingPence: spot.ceilingPence, mostPence: most, budgetLeftPence: left)
    }

    /// Whether some provider may carry it on minutes bought for it.
    ///
    /// - Parameter byName: where a named person asks: also one that said no, or is full.
    func isCarriedBySomebody(_ weekly: WeeklyPattern, byName: Bool) -> Bool {
        let block = block(weekly)
        let declined = byName ? [] : referral.declined
        return state.providers.keys.contains { provider in
            let claim = claim(of: block, by: provider, weekly, from: block.from, until: block.until)
            return state.barrier(referral.sought, start: start, block, claim, declined: declined, asksAgain: byName)
                == nil
        }
    }

    /// A block that holds the package, at the ceiling.
    private func block(_ weekly: WeeklyPattern) -> Block {
        SpotPurchase.block(
            state.nextID(state.blocks),
            for: referral,
            weekly,
            from: start,
            ratePence: Int64(state.policy.spot.ceilingPence)
        )
    }

    private func claim(
        of block: Block,
        by provider: ProviderID,
        _ weekly: WeeklyPattern,
        from: Day,
        until: Day
    ) -> Claim {
        Claim(
            id: state.nextID(state.claims),
            block: block.id,
            provider: provider,
            from: from,
            until: until,
            firmFrom: from,
            claimedAt: state.now,
            weekly: weekly
        )
    }
}

extension WeeklyPattern {
    /// Of each cell no more than some visits of a need take of it.
    fileprivate func least(of need: Need, _ visits: UInt16) -> WeeklyPattern {
        var least = self
        for weekday in Weekday.allCases {
            for band in Band.allCases {
                let asked = need.visits.enumerated().reduce(0) { sum, entry in
                    visits >> UInt16(entry.offset) & 1 == 1 && entry.element.band == band.index
                        && entry.element.days >> UInt8(weekday.index) & 1 == 1 ? sum + entry.element.carerMinutes : sum
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
