import Brokerage

/// Bodies of requests, as the OpenAPI document describes them.
extension SchemaText {
    static let requests: [SchemaText] = [
        SchemaText(
            "ZoneBody",
            isStrict: true,
            """
            name! string
            districts! [district]
            """
        ),
        SchemaText(
            "ProviderBody",
            isStrict: true,
            """
            name! string
            kind! \(words(Provider.Kind.self))
            personalCare! bool
            zones! [slug]
            status! \(words(Provider.Status.self))
            skills [code]?
            cqcLocation string?
            registeredFrom date?
            languages [code]?
            genders [\(words(Provider.Gender.self))]?
            caseload Caseload?
            answering [AnsweringHours]?
            onCallTelephone string?
            """
        ),
        SchemaText("Caseload", isStrict: true, "max! int"),
        SchemaText(
            "AnsweringHours",
            isStrict: true,
            """
            days! [weekday]
            from! time
            until! string
            """
        ),
        SchemaText(
            "WeeklyRow",
            isStrict: true,
            """
            days! [weekday]
            band! band
            minutes! int
            carers int?
            """
        ),
        SchemaText(
            "BlockBody",
            isStrict: true,
            """
            zone! slug
            from! date
            until! date
            ratePence! int
            funding! \(words(Funding.self))
            skills! [code]
            weekly! [WeeklyRow]
            provider slug?
            eligibleProviders [slug]?
            minimumClaim int?
            maxSharePercent int?
            leadFirstUntil instant?
            stepUpPercent int?
            contractReference string?
            """
        ),
        SchemaText(
            "ClaimBody",
            isStrict: true,
            """
            provider! slug
            weekly! [WeeklyRow]
            from date?
            until date?
            firmFrom date?
            """
        ),
        SchemaText(
            "ReductionBody",
            isStrict: true,
            """
            from! date
            weekly! [WeeklyRow]
            reason! string
            """
        ),
        SchemaText(
            "ShortfallBody",
            isStrict: true,
            """
            date! date
            band! band
            minutes! int
            carers int?
            reason! string
            """
        ),
        SchemaText(
            "ReferralBody",
            isStrict: true,
            """
            person! PersonBody
            externalIds [ExternalId]?
            district! district
            sector sector?
            pathway! int
            source! \(words(Ask.Source.self))
            class! \(words(Ask.Class.self))
            whereNow string?
            readyAt instant?
            dischargeReadyDate date?
            startFrom date?
            weeks int?
            visits! [Visit]
            requirements Requirements?
            preferences Preferences?
            needs Needs?
            home Home?
            assessment Assessment?
            existingProvider slug?
            triage any?
            maxProviders int?
            funding \(words(Funding.self))?
            safeUntil instant?
            unsafeNow bool?
            """
        ),
        SchemaText(
            "PersonBody",
            isStrict: true,
            """
            reference! string
            nhsNumber string?
            name string?
            address string?
            telephone string?
            """
        ),
        SchemaText(
            "ExternalId",
            isStrict: true,
            """
            system! string
            value! string
            """
        ),
        SchemaText(
            "Visit",
            isStrict: true,
            """
            band! band
            minutes! int
            carers! int
            days! [weekday]
            skills [code]?
            personalCare! bool
            time VisitTime?
            shortVisitReason string?
            """
        ),
        SchemaText(
            "VisitTime",
            isStrict: true,
            """
            at! time
            toleranceMinutes int?
            """
        ),
        SchemaText("Requirements", isStrict: true, "carerGender \(words(Provider.Gender.self))?"),
        SchemaText("Preferences", isStrict: true, "language code?"),
        SchemaText(
            "Needs",
            isStrict: true,
            """
            transfers any?
            equipment any?
            medication any?
            medicationChart any?
            daysSupplied any?
            cognition any?
            consent any?
            communication any?
            swallowing any?
            continence any?
            skin any?
            infection any?
            risks any?
            goals any?
            treatmentEscalation any?
            """
        ),
        SchemaText(
            "Home",
            isStrict: true,
            """
            livesAlone bool?
            unpaidCarer any?
            access any?
            pets any?
            smoking any?
            """
        ),
        SchemaText(
            "Assessment",
            isStrict: true,
            """
            by string?
            role string?
            at instant?
            """
        ),
        SchemaText(
            "Signature",
            isStrict: true,
            """
            name! string
            role! string
            registration string?
            telephone string?
            """
        ),
        SchemaText(
            "TriageBody",
            isStrict: true,
            """
            outcome! \(words(Referral.Triage.Outcome.self))
            by! Signature
            note string?
            """
        ),
        SchemaText("ReadyDateBody", isStrict: true, "at! instant?"),
        SchemaText("WithdrawalBody", isStrict: true, "reason! string"),
        SchemaText(
            "AcceptanceBody",
            isStrict: true,
            """
            firstVisit! FirstVisit
            by! Signature
            visits [AgreedTime]?
            conditions string?
            """
        ),
        SchemaText(
            "FirstVisit",
            isStrict: true,
            """
            date! date
            band! band
            at time?
            """
        ),
        SchemaText(
            "AgreedTime",
            isStrict: true,
            """
            band! band
            at! time
            """
        ),
        SchemaText(
            "RefusalBody",
            isStrict: true,
            """
            reason! \(words(Offer.Refusal.self))
            note string?
            """
        ),
        SchemaText(
            "FirstVisitBody",
            isStrict: true,
            """
            date! date
            band! band
            at time?
            reason! string
            """
        ),
        SchemaText("StartBody", isStrict: true, "at! instant"),
        SchemaText(
            "EndingBody",
            isStrict: true,
            """
            at! instant
            outcome! \(words(Package.Outcome.self))
            onward string?
            by! Signature
            """
        ),
    ]
}
