import Brokerage

/// Referrals, offers and packages.
extension Routes {
    static let referrals: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/referrals",
            roles: readingReferrals,
            subject: .none,
            summary: "Referrals",
            query: [
                limit, after, status(Referral.Status.self), zone,
                Route.QueryParameter(
                    name: "overdue",
                    schema: #"{"type":"boolean"}"#,
                    summary: "Whether the time to be placed has run out"
                ),
            ],
            answerSchema: "ReferralList",
            work: .list(Referrals.list)
        ),
        Route(
            method: .post,
            pattern: "/v1/referrals",
            roles: referring,
            subject: .none,
            summary: "Refer a person: decided, held and offered at once, or waiting with the reasons",
            requestSchema: "ReferralBody",
            answerSchema: "Referral",
            creates: true,
            work: .command(Referrals.refer)
        ),
        Route(
            method: .get,
            pattern: "/v1/referrals/{id}",
            roles: readingReferrals,
            subject: .referral,
            summary: "A referral",
            answerSchema: "Referral",
            work: .query(Referrals.read)
        ),
        Route(
            method: .put,
            pattern: "/v1/referrals/{id}",
            roles: amending,
            subject: .referral,
            summary: "Change a referral; needs If-Match",
            requestSchema: "ReferralBody",
            answerSchema: "Referral",
            work: .command(Referrals.amend)
        ),
        Route(
            method: .get,
            pattern: "/v1/referrals/{id}/explanation",
            roles: readingReferrals,
            subject: .referral,
            summary: "Why it went where it went, and the smallest change that would place it",
            answerSchema: "Explanation",
            work: .study(Explanations.read)
        ),
        Route(
            method: .post,
            pattern: "/v1/referrals/{id}/triage",
            roles: [.clinician, .administrator],
            subject: .referral,
            summary: "Record what the therapists found",
            requestSchema: "TriageBody",
            answerSchema: "Referral",
            work: .command(Referrals.triage)
        ),
        Route(
            method: .post,
            pattern: "/v1/referrals/{id}/ready-dates",
            roles: referring,
            subject: .referral,
            summary: "Record when the person is ready to leave, or no longer is",
            requestSchema: "ReadyDateBody",
            answerSchema: "Referral",
            work: .command(Referrals.recordReadyDate)
        ),
        Route(
            method: .put,
            pattern: "/v1/referrals/{id}/override",
            roles: [.broker, .commissioner, .administrator],
            subject: .referral,
            summary: "A named person chooses the provider, on claimed minutes or bought on the spot",
            requestSchema: "OverrideBody",
            answerSchema: "Referral",
            work: .command(Referrals.override)
        ),
        Route(
            method: .put,
            pattern: "/v1/referrals/{id}/withdrawal",
            roles: referring,
            subject: .referral,
            summary: "Withdraw a referral; frees what was held",
            requestSchema: "WithdrawalBody",
            answerSchema: "Referral",
            work: .command(Referrals.withdraw)
        ),
        Route(
            method: .get,
            pattern: "/v1/referrals/{id}/person",
            roles: [.referrer, .clinician, .broker, .administrator],
            subject: .referral,
            summary: "Who the person is; recorded before it is answered",
            answerSchema: "Person",
            work: .recordedQuery(People.ofReferral)
        ),
    ]

    static let offers: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/offers",
            roles: supplying,
            subject: .none,
            summary: "Offers",
            query: [limit, after, status(Offer.Status.self)],
            answerSchema: "OfferList",
            work: .list(Offers.list)
        ),
        Route(
            method: .get,
            pattern: "/v1/offers/{id}",
            roles: supplying,
            subject: .offer,
            summary: "An offer",
            answerSchema: "Offer",
            work: .query(Offers.read)
        ),
        Route(
            method: .put,
            pattern: "/v1/offers/{id}/acceptance",
            roles: supplying,
            subject: .offer,
            summary: "Accept an offer, in somebody's name; answers the package",
            requestSchema: "AcceptanceBody",
            answerSchema: "Package",
            work: .command(Offers.accept)
        ),
        Route(
            method: .put,
            pattern: "/v1/offers/{id}/refusal",
            roles: supplying,
            subject: .offer,
            summary: "Refuse an offer; the next best is asked at once",
            requestSchema: "RefusalBody",
            answerSchema: "Offer",
            work: .command(Offers.refuse)
        ),
    ]

    static let packages: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/packages",
            roles: readingPackages,
            subject: .none,
            summary: "Packages",
            query: [limit, after, status(Package.Status.self)],
            answerSchema: "PackageList",
            work: .list(Packages.list)
        ),
        Route(
            method: .get,
            pattern: "/v1/packages/{id}",
            roles: readingPackages,
            subject: .package,
            summary: "A package: visits, first visit, day count, reviews due",
            answerSchema: "Package",
            work: .query(Packages.read)
        ),
        Route(
            method: .get,
            pattern: "/v1/packages/{id}/person",
            roles: [.referrer, .provider, .clinician, .broker, .administrator],
            subject: .package,
            summary: "Who the person is; recorded before it is answered",
            answerSchema: "Person",
            work: .recordedQuery(People.ofPackage)
        ),
        Route(
            method: .put,
            pattern: "/v1/packages/{id}/first-visit",
            roles: supplying,
            subject: .package,
            summary: "Postpone the first visit",
            requestSchema: "FirstVisitBody",
            answerSchema: "Package",
            work: .command(Packages.postpone)
        ),
        Route(
            method: .put,
            pattern: "/v1/packages/{id}/start",
            roles: supplying,
            subject: .package,
            summary: "Care has started",
            requestSchema: "StartBody",
            answerSchema: "Package",
            work: .command(Packages.start)
        ),
        Route(
            method: .put,
            pattern: "/v1/packages/{id}/ending",
            roles: caring,
            subject: .package,
            summary: "Care has ended, or never started",
            requestSchema: "EndingBody",
            answerSchema: "Package",
            work: .command(Packages.end)
        ),
    ]
}
