/// Minutes bought by the hour for one person.
enum SpotPurchase {
    /// Days by which care may begin later than asked for, 14: nights, weekdays without a visit, a postponement. Only the
    /// package's own days are paid for.
    static let daysOfLeeway = 14

    /// The block that holds a referral's package from a day on.
    ///
    /// - Parameter ratePence: pence per hour of contact time.
    static func block(
        _ id: BlockID,
        for referral: Referral,
        _ weekly: WeeklyPattern,
        from start: Day,
        ratePence: Int64,
        awardedTo provider: ProviderID? = nil
    ) -> Block {
        let ask = referral.sought
        return Block(
            id: id,
            zone: referral.zone,
            from: start,
            until: start.adding(days: ask.days - 1 + daysOfLeeway),
            ratePence: ratePence,
            funding: ask.funding,
            skills: ask.skills,
            weekly: weekly,
            awardedTo: provider,
            spotFor: referral.id
        )
    }

    /// The pattern that holds exactly an ask's visits; nil when a cell would be too large. Visits of one band that both
    /// have a fixed time get carers of their own: they may overlap.
    static func weekly(_ ask: Ask) -> WeeklyPattern? {
        var weekly = WeeklyPattern()
        for weekday in Weekday.allCases {
            for band in Band.allCases {
                let visits = ask.visits.filter { $0.band == band && $0.days.contains(weekday) }
                guard !visits.isEmpty else { continue }
                let minutes = visits.reduce(0) { $0 + $1.carerMinutes }
                let timed = visits.filter { $0.time != nil }.reduce(0) { $0 + $1.carers }
                let carers = max(timed, visits.map(\.carers).max() ?? 1)
                guard minutes <= WeeklyPattern.mostMinutes, carers <= WeeklyPattern.mostCarers else { return nil }
                weekly[weekday, band] = WeeklyPattern.Cell(minutes: Int32(minutes), carers: UInt8(carers))
            }
        }
        return weekly
    }
}

extension Block {
    /// Pence that the package it was bought for costs, rounded up.
    var pence: Int {
        let weeks = (until.days(since: from) + 1 - SpotPurchase.daysOfLeeway) / 7
        return (weekly.minutesPerWeek * weeks * Int(ratePence) + 59) / 60
    }
}

extension State {
    /// Pence committed on the spot within the budget's window: purchases that are on offer or were accepted, but for
    /// those that never started.
    public var spotCommitted: Int {
        let first = today.adding(days: 1 - policy.spot.budgetDays)
        return spotPurchases.sorted().reduce(0) { sum, id in
            guard let block = blocks[id], let claim = block.claims.first,
                claims[claim].map({ London.day(at: $0.claimedAt) >= first }) ?? false,
                let referral = block.spotFor.flatMap({ referrals[$0] })
            else { return sum }
            let isOnOffer = referral.offers.compactMap { offers[$0] }.contains {
                $0.status == .open && $0.claims.contains(claim)
            }
            let isInCare = referral.packages.compactMap { packages[$0] }.contains {
                $0.claims.contains(claim) && $0.ending?.outcome != .neverStarted
            }
            return isOnOffer || isInCare ? sum + block.pence : sum
        }
    }
}
