import HashTreeCollections

/// Questions that only readers ask: nothing is decided on their answers.
extension State {
    /// Packages that stand on a claim now, ascending.
    public func packages(on claim: ClaimID) -> [PackageID] { holders[claim].map { Array($0.packages) } ?? [] }

    /// How many people wait in a zone.
    public func waitingCount(in zone: ZoneID) -> Int { waiting[zone]?.count ?? 0 }

    /// How many packages are not ended: tells whether walking them is worth it.
    public var packagesInCareCount: Int { livePackages.count }

    /// Referrals that were accepted and wait for their first visit, ascending.
    public var referralsAwaitingStart: [ReferralID] {
        livePackages.compactMap { id -> ReferralID? in
            guard let package = packages[id], package.status == .accepted else { return nil }
            return package.referral
        }.sorted()
    }

    /// What of a block could still be claimed throughout a period, if its claims were these: for answers rendered
    /// from a block as it was.
    public func unclaimed(of block: Block, among claims: [Claim], from: Day, until: Day) -> WeeklyPattern {
        var asItWas = self
        for claim in claims { asItWas.claims[claim.id] = claim }
        return asItWas.unclaimed(of: block, from: from, until: until)
    }

    /// Whether a provider has claimed any of a block.
    public func holds(_ provider: ProviderID, _ block: Block) -> Bool {
        block.claims.contains { claims[$0]?.provider == provider }
    }
}
