/// The fairness account of one zone at a moment: who holds how much, and who has been given how much. What is on offer
/// counts as given, or ten referrals in a row would all go to the provider that has not answered yet.
struct FairnessAccount: Sendable {
    /// One provider's standing, weekly minutes.
    struct Standing: Sendable {
        var held = 0
        var given = 0
    }

    private(set) var standings: [ProviderID: Standing] = [:]
    private(set) var held = 0
    private(set) var given = 0
    private let objective: Objective

    /// The account of a zone: what its claims hold on a day, what was received within the policy's window, and what is on
    /// offer. Grows with the zone's claims, however many people stand on them.
    init(_ state: borrowing State, zone: ZoneID, on day: Day) {
        objective = state.policy.objective
        // What was bought on the spot for one person is no standing purchase, and makes nobody's share.
        for blockID in state.blocks(of: zone) {
            guard let block = state.blocks[blockID], block.spotFor == nil else { continue }
            for claimID in block.claims {
                guard let claim = state.claims[claimID] else { continue }
                let weekly = claim.weekly(on: day)?.minutesPerWeek ?? 0
                standings[claim.provider, default: Standing()].held += weekly
                held += weekly
            }
        }
        // Sums do not show in which order they were added up.
        for provider in standings.keys {
            let receiver = Receiver(zone: zone, provider: provider)
            let received = state.received[receiver]?.minutes(days: state.policy.fairnessDays, until: state.today) ?? 0
            give(provider, received + (state.onOffer[receiver] ?? 0))
        }
    }

    /// Weekly minutes that would be a provider's share once so many more have been given out in the zone.
    func fair(_ provider: ProviderID, more: Int) -> Int {
        held > 0 ? (given + more) * (standings[provider]?.held ?? 0) / held : 0
    }

    /// Points that giving a provider so many weekly minutes adds.
    func points(_ provider: ProviderID, more: Int) -> Int {
        let given = standings[provider]?.given ?? 0
        let fair = fair(provider, more: more)
        return objective.fairness(received: given + more, fair: fair)
            - objective.fairness(received: given, fair: fair)
    }

    /// Points of everyone together: what is uneven in the zone.
    var unevenness: Int {
        standings.reduce(0) { $0 + objective.fairness(received: $1.value.given, fair: fair($1.key, more: 0)) }
    }

    /// Notes minutes given, so that what follows is weighed after them.
    mutating func give(_ provider: ProviderID, _ minutes: Int) {
        standings[provider, default: Standing()].given += minutes
        given += minutes
    }
}

extension Ask {
    /// Minutes of all carers in a week of the package.
    var weeklyMinutes: Int { visits.reduce(0) { $0 + $1.carerMinutes * $1.days.count } }
}
