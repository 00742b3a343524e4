extension Policy {
    /// Figures that do not go together, by place, in words; nothing when the policy can be used.
    public var objections: [(pointer: String, detail: String)] {
        var found = objective.objections.map { (pointer: "/objective/\($0.field)", detail: $0.detail) }
        if shortestVisit > shortVisit { found.append(("/shortestVisit", "must be at most shortVisit")) }
        return found
    }

    /// This policy with what another document says anew. Figures that the two documents say alike stay as they are here.
    ///
    /// - Parameters:
    ///   - old: what was taken before.
    ///   - new: what is to be taken.
    func taking(changesFrom old: Policy, to new: Policy) -> Policy {
        Policy.figures.reduce(self) { $1($0, old, new) }
    }

    /// Every figure, each by itself: its value in a policy is the new document's where that differs from the old one's.
    static let figures: [@Sendable (Policy, _ old: Policy, _ new: Policy) -> Policy] = [
        figure(\.bands), figure(\.hoursToPlace.fastTrack), figure(\.hoursToPlace.urgent),
        figure(\.hoursToPlace.stepDown),
        figure(\.hoursToPlace.stepUp), figure(\.alertHours), figure(\.urgentUnplacedMinutes), figure(\.answerMinutes),
        figure(\.answerMinutesUrgent), figure(\.expiriesBeforeBroker), figure(\.usualTolerance),
        figure(\.startAlarmMinutes),
        figure(\.postponementHours), figure(\.reviewDays), figure(\.shortestVisit), figure(\.shortVisit),
        figure(\.reductionNoticeDays), figure(\.startAheadDays), figure(\.triageBeforeStart), figure(\.essentialFacts),
        figure(\.overstayDaysAhead), figure(\.settlingSeconds), figure(\.fairnessDays), figure(\.standardVisit),
        figure(\.objective.unsafeWaiting), figure(\.objective.fastTrackWaiting), figure(\.objective.waitingPerHour),
        figure(\.objective.hoursForWaiting), figure(\.objective.hoursPerDayWaited), figure(\.objective.mostDaysWaited),
        figure(\.objective.hoursBeforeBreach), figure(\.objective.offerWithdrawn), figure(\.objective.restartMissed),
        figure(\.objective.preferenceMissed), figure(\.objective.split), figure(\.objective.overFair),
        figure(\.objective.farOverFair), figure(\.objective.exchange),
        figure(\.spot.ceilingPence), figure(\.spot.budgetPence), figure(\.spot.budgetDays),
    ]

    private static func figure<Value: Equatable & SendableMetatype>(
        _ path: any WritableKeyPath<Policy, Value> & Sendable
    ) -> @Sendable (Policy, Policy, Policy) -> Policy {
        { policy, old, new in
            guard old[keyPath: path] != new[keyPath: path] else { return policy }
            var policy = policy
            policy[keyPath: path] = new[keyPath: path]
            return policy
        }
    }
}
