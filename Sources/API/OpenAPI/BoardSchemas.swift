import Brokerage

/// What anyone may watch, as the OpenAPI document describes it.
extension SchemaText {
    static let boards: [SchemaText] = [
        SchemaText(
            "Capacity",
            """
            from! date
            bands! [band]
            zones! [ZoneCapacity]
            """
        ),
        SchemaText(
            "ZoneCapacity",
            """
            zone! slug
            free! [[int]]
            startable! Startable
            """
        ),
        SchemaText(
            "Startable",
            """
            single4! int
            double4! int
            """
        ),
        SchemaText(
            "Waiting",
            """
            suppressed! bool
            total! int?
            byClass! any
            byHoursToDue! any
            byWaitingFor! any
            zones! [ZoneWaiting]
            items! [WaitingRow]?
            """
        ),
        SchemaText(
            "ZoneWaiting",
            """
            zone! slug
            total! int?
            byClass! any
            byHoursToDue! any
            byWaitingFor! any
            """
        ),
        SchemaText(
            "WaitingRow",
            """
            referral! string
            status! string
            zone! slug
            district! district
            class! string
            source! string
            due! instant?
            hoursToDue! int?
            waitingFor! \(words(State.WaitingFor.self))
            alerts! [string]
            """
        ),
    ]
}
