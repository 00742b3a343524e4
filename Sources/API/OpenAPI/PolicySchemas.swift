import Brokerage

/// The policy document and a named person's override, as the OpenAPI document describes them. A policy is read and
/// written in the same words; what a `PUT` does not name stays.
extension SchemaText {
    static let policy: [SchemaText] = [
        SchemaText("PolicyBody", isStrict: true, figures),
        SchemaText("Policy", figures),
        SchemaText(
            "HoursToPlace",
            """
            fastTrack int
            urgent int
            stepDown int
            stepUp int
            """
        ),
        SchemaText(
            "Objective",
            """
            unsafeWaiting int
            fastTrackWaiting int
            waitingPerHour int
            hoursForWaiting int
            hoursPerDayWaited int
            mostDaysWaited int
            hoursBeforeBreach int
            offerWithdrawn int
            restartMissed int
            preferenceMissed int
            split int
            overFair int
            farOverFair int
            exchange int
            """
        ),
        SchemaText(
            "SpotRules",
            """
            ceilingPence int
            budgetPence int
            budgetDays int
            """
        ),
        SchemaText(
            "OverrideBody",
            isStrict: true,
            """
            provider! slug
            reason! string
            by! Signature
            spot SpotTerms?
            """
        ),
        SchemaText("SpotTerms", isStrict: true, "ratePence! int"),
    ]

    private static let figures = """
        version int
        bandStarts [int]
        hoursToPlace HoursToPlace
        alertHours [int]
        urgentUnplacedMinutes int
        answerMinutes int
        answerMinutesUrgent int
        expiriesBeforeBroker int
        usualTolerance int
        startAlarmMinutes int
        postponementHours int
        reviewDays [int]
        shortestVisit int
        shortVisit int
        reductionNoticeDays int
        startAheadDays int
        triageBeforeStart bool
        essentialFacts [\(words(Ask.Fact.self))]
        overstayDaysAhead int
        settlingSeconds int
        fairnessDays int
        standardVisit int
        objective Objective
        spot SpotRules
        """
}
