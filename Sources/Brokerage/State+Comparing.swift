/// Two states held side by side, index by index: for simulations and tests that recover a state and want to know
/// whether it is the one that was lost.
extension State {
    /// The names of what differs from another state; nothing when the two are the same.
    package func differences(from other: State) -> [String] {
        compared(with: other).filter { !$0.same }.map(\.name)
    }

    /// How many fields are compared.
    package static var comparedFields: Int {
        State(today: Day(number: 0)).compared(with: State(today: Day(number: 0))).count
    }

    private func compared(with other: State) -> [(name: String, same: Bool)] {
        [
            ("now", now == other.now), ("today", today == other.today), ("policy", policy == other.policy),
            ("zones", zones == other.zones), ("providers", providers == other.providers),
            ("blocks", blocks == other.blocks), ("claims", claims == other.claims),
            ("shortfalls", shortfalls == other.shortfalls), ("slabs", slabs == other.slabs),
            ("referrals", referrals == other.referrals), ("offers", offers == other.offers),
            ("packages", packages == other.packages), ("keys", keys == other.keys),
            ("remembered", remembered == other.remembered),
            ("requestsForgottenBefore", requestsForgottenBefore == other.requestsForgottenBefore),
            ("nouns", nouns == other.nouns),
            ("deferrals", deferrals == other.deferrals), ("disclosures", disclosures == other.disclosures),
            ("zoneOfDistrict", zoneOfDistrict == other.zoneOfDistrict),
            ("blocksOfZone", blocksOfZone == other.blocksOfZone),
            ("claimsOfProvider", claimsOfProvider == other.claimsOfProvider),
            ("shortfallsOfClaim", shortfallsOfClaim == other.shortfallsOfClaim),
            ("holders", holders == other.holders), ("waiting", waiting == other.waiting),
            ("seeking", seeking == other.seeking), ("openOffers", openOffers == other.openOffers),
            ("livePackages", livePackages == other.livePackages), ("leaving", leaving == other.leaving),
            ("caseloads", caseloads == other.caseloads),
            ("received", received == other.received), ("onOffer", onOffer == other.onOffer),
            ("spotPurchases", spotPurchases == other.spotPurchases),
            ("scarcities", scarcities == other.scarcities), ("scarcitySetAt", scarcitySetAt == other.scarcitySetAt),
            ("filedPolicy", filedPolicy == other.filedPolicy),
            ("referralOfPerson", referralOfPerson == other.referralOfPerson),
            ("keyOfHash", keyOfHash == other.keyOfHash),
            ("supplyVersions", supplyVersions == other.supplyVersions),
        ]
    }
}
