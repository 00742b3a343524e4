import Allocation

/// Whether somebody who waits would be placed with something changed. Nothing is written: each trial is a look at the state
/// as it is, with the change laid over it.
struct Trial {
    let state: State
    let referral: Referral
    let start: Day
    /// How many providers may share the package while the ask stands: once a person has taken over one is chosen by name. An
    /// amendment hands it back to the engine, which may choose as many as are sought.
    let providers: Int
    /// The zone's claims as the referral stands: shared by all trials that leave its rules and its days alone.
    let survey: State.Survey

    /// Ways to part a package looked at in each trial, 256; a decision, and whether two providers could share it, looks at more.
    private static let mostMasks = 256
    /// Looks at a claim for all trials of one explanation, 120,000: about a third of a second at worst. A package of many timed visits in
    /// a zone of hundreds of claims would keep its reader waiting; what is not reached is not named.
    private static let mostLooks = 120_000

    private final class Work {
        var looks = Trial.mostLooks
    }
    private let work = Work()

    init(_ state: State, _ referral: Referral, start: Day) {
        (self.state, self.referral, self.start) = (state, referral, start)
        providers = state.providersToChoose(for: referral)
        survey = state.survey(referral, start: start, only: nil)
    }

    /// Looks that are left.
    var looksLeft: Int { work.looks }

    var candidates: [Candidate] { survey.candidates.map(\.candidate) }

    /// The option that carries the package as it stands.
    func asItStands() -> [Claim]? {
        Choice(survey.need, among: candidates, providers: providers).best.map { best in
            best.carriers.map { survey.candidates[$0].claim }
        }
    }

    /// Whether other visits would be placed, on the same days and by the same rules.
    func places(_ visits: [Visit]) -> Bool {
        let need = Need(referral.ask.with(visits: visits), from: start, bands: state.policy.bands)
        return isPossible(need, candidates, referral.providersSought)
    }

    /// Whether another ask would be placed, or this one on another day.
    func places(_ ask: Ask, from day: Day) -> Bool {
        guard work.looks > 0 else { return false }
        var changed = referral
        changed.ask = ask
        let survey = state.survey(changed, start: day, only: nil)
        work.looks -= survey.candidates.count
        return isPossible(survey.need, survey.candidates.map(\.candidate), referral.providersSought)
    }

    /// Whether two providers would carry it between them.
    var isPlacedByTwo: Bool { isPossible(survey.need, candidates, 2, masks: Choice.mostMasks) }

    /// Whether it would be placed if there were more claims, of one provider, that may carry it: without them it is not.
    func places(beside more: [Candidate]) -> Bool {
        let provider = more.first?.provider
        let others = providers > 1 ? candidates : candidates.filter { $0.provider == provider }
        return isPossible(survey.need, others + more, providers, from: others.count)
    }

    private func isPossible(
        _ need: Need,
        _ candidates: [Candidate],
        _ providers: Int,
        from: Int = 0,
        masks: Int = Trial.mostMasks
    ) -> Bool {
        Choice.isPossible(
            need,
            among: candidates,
            providers: providers,
            from: from,
            masks: masks,
            looks: &work.looks
        )
    }

    /// A candidate for what is sought, fairness left out: it decides who carries a package, never whether anybody can.
    func candidate(_ claim: Claim, _ capacity: Capacity? = nil) -> Candidate {
        state.candidate(referral.sought, claim, start: start, fairness: 0, excluding: nil, capacity: capacity)
    }
}
