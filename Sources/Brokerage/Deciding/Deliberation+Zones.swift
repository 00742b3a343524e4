/// Zones: which districts lie where, and where care is sought when one is moved.
extension Deliberation {
    mutating func setZone(
        _ id: ZoneID,
        _ name: String,
        _ districts: [PostcodeDistrict],
        _ precondition: Precondition
    ) throws(Rejection) -> Outcome {
        let existing = state.zones[id]
        try check(precondition, existing?.version)
        for (index, district) in districts.enumerated() {
            if districts[..<index].contains(district) {
                throw .rule("/districts/\(index)", "\(district) is named twice")
            }
            if let other = state.zone(of: district), other != id {
                throw Rejection(
                    .clash,
                    "a district lies in one zone at a time: \(district) lies in \(other)",
                    faults: [Rejection.Fault("/districts/\(index)", "lies in zone \(other)")]
                )
            }
        }
        let zone = Zone(id: id, name: name, districts: districts.sorted(), version: (existing?.version ?? 0) + 1)
        if existing.map({ $0.name != zone.name || $0.districts != zone.districts }) ?? true {
            record(.zoneSet(zone))
            for referral in state.referralsSeekingCare { followDistrict(referral) }
        }
        return .zone(id, created: existing == nil)
    }

    /// Care for somebody whose district was moved to another zone is sought there, as long as nothing is on offer or accepted.
    ///
    /// - Returns: whether it is sought elsewhere now.
    @discardableResult mutating func followDistrict(_ id: ReferralID) -> Bool {
        guard let zone = zoneElsewhere(id) else { return false }
        record(.referralRezoned(id, zone))
        freed(in: zone)
        return true
    }

    private func zoneElsewhere(_ id: ReferralID) -> ZoneID? {
        let found: ZoneID?? = state.referrals.look(id) { referral in
            guard referral.value.status == .waiting || referral.value.status == .provisional,
                referral.value.package == nil, referral.value.shares.isEmpty,
                let zone = state.zone(of: referral.value.ask.district), zone != referral.value.zone
            else { return nil }
            return zone
        }
        return found ?? nil
    }
}
