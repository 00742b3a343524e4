import Brokerage

/// Bodies of answers, as the OpenAPI document describes them.
extension SchemaText {
    static let answers: [SchemaText] =
        lists + supply + care + boards + [
            SchemaText(
                "Problem",
                """
                type! string
                title! string
                status! int
                detail! string
                errors! [Fault]
                left [WeeklyRow]
                """
            ),
            SchemaText(
                "Fault",
                """
                pointer! string
                detail! string
                """
            ),
            SchemaText("Health", "status! string"),
            SchemaText("Index", "service! string\ndescription! string\nhealth! string\nreadiness! string"),
            SchemaText("OpenAPI", "openapi! string"),
        ]

    private static let lists: [SchemaText] = ["Zone", "Provider", "Block", "Referral", "Offer", "Package"].map {
        SchemaText($0 + "List", "items! [\($0)]")
    }

    private static let supply: [SchemaText] = [
        SchemaText(
            "Zone",
            """
            id! slug
            name! string
            districts! [district]
            """
        ),
        SchemaText(
            "Provider",
            """
            id! slug
            name! string
            kind! \(words(Provider.Kind.self))
            personalCare! bool
            zones! [slug]
            status! \(words(Provider.Status.self))
            skills! [code]?
            cqcLocation! string?
            registeredFrom! date?
            languages! [code]?
            genders! [string]?
            caseload! Caseload?
            answering! [AnsweringHours]?
            onCallTelephone! string?
            """
        ),
        SchemaText(
            "Block",
            """
            id! string
            status! (open|claimed|ended)
            zone! slug
            from! date
            until! date
            ratePence! int?
            funding! \(words(Funding.self))
            skills! [code]
            weekly! [WeeklyRow]
            eligibleProviders! [slug]?
            minimumClaim! int?
            maxSharePercent! int?
            leadFirstUntil! instant?
            stepUpPercent! int?
            contractReference! string?
            spotFor! string?
            bought! int
            unclaimed! int
            left! [WeeklyRow]
            claims! [Claim]
            ledger Ledger
            """
        ),
        SchemaText(
            "Claim",
            """
            id! string?
            block string
            provider! slug?
            minutes! int
            status (agreed|recruiting|firm|ended)
            from date
            until date
            firmFrom date
            weekly [WeeklyRow]
            terms [ClaimTerm]
            """
        ),
        SchemaText(
            "ClaimTerm",
            """
            from! date
            weekly! [WeeklyRow]
            """
        ),
        SchemaText(
            "Ledger",
            """
            from! date
            bought! [[int]]
            unclaimed! [[int]]
            free! [[int]]
            held! [[int]]
            committed! [[int]]
            retained! [[int]]
            unavailable! [[int]]
            """
        ),
        SchemaText(
            "Shortfall",
            """
            id! string
            claim! string
            block! string
            provider! slug
            date! date
            band! band
            minutes! int
            carers! int
            reason! string?
            taken! int
            uncovered! int
            cover! [Cover]
            at! instant
            """
        ),
        SchemaText(
            "Cover",
            """
            package! string
            rank! int
            """
        ),
        SchemaText(
            "Week",
            """
            provider! slug
            from! date
            bands! [band]
            days! [WeekDay]
            """
        ),
        SchemaText(
            "WeekDay",
            """
            date! date
            bands! [WeekBand]
            """
        ),
        SchemaText(
            "WeekBand",
            """
            band! band
            visits! [Call]
            free! int
            held! int
            committed! int
            retained! int
            unavailable! int
            """
        ),
        SchemaText(
            "Call",
            """
            package! string
            visit! int
            claim! string
            minutes! int
            carers! int
            at! time?
            status! string
            """
        ),
    ]

    private static let care: [SchemaText] = [
        SchemaText(
            "Referral",
            """
            id! string
            status! \(words(Referral.Status.self))
            receivedAt! instant
            completedAt! instant?
            due! instant?
            person! PersonSummary
            externalIds [ExternalId]?
            referrer! slug
            zone! slug
            district! district
            sector! sector?
            pathway! int
            source! \(words(Ask.Source.self))
            class! \(words(Ask.Class.self))
            readyAt! instant?
            dischargeReadyDate! date?
            startFrom! date
            weeks! int
            visits! [Visit]
            requirements! Requirements
            preferences! Preferences
            needs Needs?
            home Home?
            assessment Assessment?
            whereNow string?
            existingProvider! slug?
            maxProviders! int
            funding! \(words(Funding.self))
            safeUntil! instant?
            unsafeNow! bool
            triage! Triage?
            withdrawal any?
            readyDates! [ReadyDate]
            missing! [string]
            safeToLeave! bool
            waitingFor! \(words(State.WaitingFor.self))?
            alerts! [Alert]
            offer! string?
            package! string?
            shares! [Share]
            possibleDuplicates! [string]
            reasons! [ReasonCount]?
            """
        ),
        SchemaText(
            "Share",
            """
            visits! [int]
            offer! string?
            package! string?
            """
        ),
        SchemaText(
            "PersonSummary",
            """
            id! string
            reference string?
            """
        ),
        SchemaText(
            "Triage",
            """
            outcome! \(words(Referral.Triage.Outcome.self))
            at! instant
            by! any
            note string?
            """
        ),
        SchemaText(
            "ReadyDate",
            """
            at! instant?
            recordedAt! instant
            """
        ),
        SchemaText(
            "Alert",
            """
            kind! \(words(Referral.Alert.Kind.self))
            at! instant
            """
        ),
        SchemaText(
            "ReasonCount",
            """
            code! string
            count! int
            detail! string
            """
        ),
        SchemaText(
            "Explanation",
            """
            id! string
            referral! string
            status! string
            decision! Decision?
            override! Override?
            verdicts! [Verdict]
            smallestChange! Change?
            changes! [Change]
            """
        ),
        SchemaText(
            "Decision",
            """
            at! instant
            policyVersion! int
            method! \(words(Decision.Method.self))
            outcome! (offered|waiting)
            chosen! slug?
            weighed! any
            """
        ),
        SchemaText(
            "Verdict",
            """
            provider! slug?
            block! string?
            chosen! bool
            reason! string?
            detail! string
            amounts! any
            """
        ),
        SchemaText(
            "Override",
            """
            at! instant
            provider! slug?
            spot! string?
            by! any
            reason! string?
            """
        ),
        SchemaText(
            "Change",
            """
            kind! string
            provider! slug?
            block! string?
            reason! string?
            amounts! any
            question! string
            """
        ),
        SchemaText(
            "Offer",
            """
            id! string
            status! \(words(Offer.Status.self))
            sentAt! instant
            expiresAt! instant
            answeredAt! instant?
            referral! string
            provider! slug
            block! string
            ratePence! int?
            district! district
            sector! sector?
            pathway! int
            class! \(words(Ask.Class.self))
            weeks! int
            visits! [Visit]
            requirements! Requirements
            preferences! Preferences
            needs Needs?
            home any?
            assessment any?
            whereNow string?
            startFrom! date
            firstVisitBy! date
            placements! [Placement]
            missing! [string]
            part! [int]?
            replaces! string?
            refusal! \(words(Offer.Refusal.self))?
            note string?
            package! string?
            """
        ),
        SchemaText(
            "Placement",
            """
            visit! int
            block! string
            claim! string
            """
        ),
        SchemaText(
            "Package",
            """
            id! string
            status! \(words(Package.Status.self))
            offer! string
            referral! string
            person! PersonSummary
            provider! slug
            block! string
            district! district
            sector! sector?
            weeks! int
            funding! \(words(Funding.self, and: "undetermined"))
            visits! [Visit]
            placements! [Placement]
            firstVisit! PromisedVisit
            agreedTimes! [AgreedTime]
            acceptedAt! instant
            by! any
            hasConditions! bool
            conditions string?
            firstDay! date
            lastDay! date
            dayOne! date
            lastFreeDay! date
            day! int?
            reviewsDue! [date]
            start! any?
            ending! any?
            retained! any?
            uncovered! [Uncovered]
            """
        ),
        SchemaText(
            "PromisedVisit",
            """
            date! date
            band! band
            at! time?
            reason string?
            """
        ),
        SchemaText(
            "Uncovered",
            """
            date! date
            visit! int
            """
        ),
        SchemaText(
            "Person",
            """
            id! string
            reference! string?
            name! string?
            nhsNumber! string?
            address! string?
            telephone! string?
            externalIds! [ExternalId]?
            access! any?
            """
        ),
    ]
}
