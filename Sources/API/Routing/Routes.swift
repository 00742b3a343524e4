import Brokerage
import HTTPWire

/// The table of routes.
enum Routes {
    static let table = RouteTable(all)

    static let all: [Route] = zones + providers + blocks + referrals + offers + packages + boards + open

    // Whoever may act for any provider or referrer (the telephone call) stands in their rows too.
    private static let commissioning: [Role] = [.commissioner, .administrator]
    private static let supplying: [Role] = [.provider, .broker, .commissioner, .administrator]
    private static let referring: [Role] = [.referrer, .broker, .commissioner, .administrator]
    private static let readingReferrals: [Role] = [
        .referrer, .clinician, .broker, .commissioner, .administrator,
    ]
    private static let readingPackages: [Role] = [
        .referrer, .provider, .clinician, .broker, .commissioner, .administrator,
    ]
    private static let caring: [Role] = [.clinician, .broker, .administrator]

    private static let limit = Route.QueryParameter(
        name: "limit",
        schema: #"{"type":"integer","minimum":1,"maximum":1000,"default":100}"#,
        summary: "Items of a page"
    )
    private static let after = Route.QueryParameter(
        name: "after",
        schema: #"{"type":"string"}"#,
        summary: "A cursor, as given in Link"
    )
    private static let zone = Route.QueryParameter(
        name: "zone",
        schema: #"{"type":"string"}"#,
        summary: "One zone only"
    )
    private static let from = Route.QueryParameter(
        name: "from",
        schema: #"{"type":"string","format":"date"}"#,
        summary: "First day; today in London unless given"
    )

    private static func days(_ most: Int) -> Route.QueryParameter {
        Route.QueryParameter(
            name: "days",
            schema: #"{"type":"integer","minimum":1,"maximum":\#(most),"default":14}"#,
            summary: "How many days"
        )
    }

    private static func status<Word: RawRepresentable & CaseIterable>(_ type: Word.Type)
        -> Route.QueryParameter
    where Word.RawValue == String {
        let words = Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        return Route.QueryParameter(
            name: "status",
            schema: #"{"type":"string","enum":[\#(words)]}"#,
            summary: "One status only"
        )
    }

    private static let zones: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/zones",
            roles: Role.all,
            subject: .none,
            summary: "Zones",
            query: [limit, after],
            answerSchema: "ZoneList",
            work: .query(Zones.list)
        ),
        Route(
            method: .get,
            pattern: "/v1/zones/{id}",
            roles: Role.all,
            subject: .none,
            summary: "A zone",
            answerSchema: "Zone",
            work: .query(Zones.read)
        ),
        Route(
            method: .put,
            pattern: "/v1/zones/{id}",
            roles: commissioning,
            subject: .none,
            summary: "Set a zone; a district lies in one zone at a time",
            requestSchema: "ZoneBody",
            answerSchema: "Zone",
            creates: true,
            work: .command(Zones.set)
        ),
    ]

    private static let providers: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/providers",
            roles: supplying,
            subject: .none,
            summary: "Providers; a provider sees itself",
            query: [limit, after, zone],
            answerSchema: "ProviderList",
            work: .query(Providers.list)
        ),
        Route(
            method: .get,
            pattern: "/v1/providers/{id}",
            roles: supplying,
            subject: .provider,
            summary: "A provider",
            answerSchema: "Provider",
            work: .query(Providers.read)
        ),
        Route(
            method: .put,
            pattern: "/v1/providers/{id}",
            roles: commissioning,
            subject: .none,
            summary: "Set a provider",
            requestSchema: "ProviderBody",
            answerSchema: "Provider",
            creates: true,
            work: .command(Providers.set)
        ),
        Route(
            method: .get,
            pattern: "/v1/providers/{id}/week",
            roles: supplying,
            subject: .provider,
            summary: "A provider's week: visits, free and unavailable minutes by day and band",
            query: [from],
            answerSchema: "Week",
            work: .query(Providers.week)
        ),
    ]

    private static let blocks: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/blocks",
            roles: supplying,
            subject: .none,
            summary: "Blocks; with from or days also their ledgers",
            query: [limit, after, zone, from, days(128)],
            answerSchema: "BlockList",
            work: .query(Blocks.list)
        ),
        Route(
            method: .post,
            pattern: "/v1/blocks",
            roles: commissioning,
            subject: .none,
            summary: "Buy hours ahead of time, awarded to a provider or open to claims",
            requestSchema: "BlockBody",
            answerSchema: "Block",
            creates: true,
            work: .command(Blocks.buy)
        ),
        Route(
            method: .get,
            pattern: "/v1/blocks/{id}",
            roles: supplying,
            subject: .block,
            summary: "A block; with from or days also its ledger",
            query: [from, days(128)],
            answerSchema: "Block",
            work: .query(Blocks.read)
        ),
        Route(
            method: .post,
            pattern: "/v1/blocks/{id}/claims",
            roles: supplying,
            subject: .block,
            summary: "Claim minutes of a block, all or nothing",
            requestSchema: "ClaimBody",
            answerSchema: "Claim",
            creates: true,
            work: .command(Blocks.claim)
        ),
        Route(
            method: .get,
            pattern: "/v1/blocks/{id}/claims/{claim}",
            roles: supplying,
            subject: .block,
            summary: "A claim",
            answerSchema: "Claim",
            work: .query(Blocks.readClaim)
        ),
        Route(
            method: .put,
            pattern: "/v1/blocks/{id}/claims/{claim}/reduction",
            roles: supplying,
            subject: .block,
            summary: "Reduce a claim, with notice",
            requestSchema: "ReductionBody",
            answerSchema: "Claim",
            work: .command(Blocks.reduce)
        ),
        Route(
            method: .post,
            pattern: "/v1/blocks/{id}/claims/{claim}/shortfalls",
            roles: supplying,
            subject: .block,
            summary: "Report minutes that cannot be staffed",
            requestSchema: "ShortfallBody",
            answerSchema: "Shortfall",
            creates: true,
            work: .command(Blocks.reportShortfall)
        ),
        Route(
            method: .get,
            pattern: "/v1/blocks/{id}/claims/{claim}/shortfalls/{shortfall}",
            roles: supplying,
            subject: .block,
            summary: "A shortfall",
            answerSchema: "Shortfall",
            work: .query(Blocks.readShortfall)
        ),
    ]

    private static let referrals: [Route] = [
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
            work: .query(Referrals.list)
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
            roles: referring,
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
            work: .query(Explanations.read)
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

    private static let offers: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/offers",
            roles: supplying,
            subject: .none,
            summary: "Offers",
            query: [limit, after, status(Offer.Status.self)],
            answerSchema: "OfferList",
            work: .query(Offers.list)
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

    private static let packages: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/packages",
            roles: readingPackages,
            subject: .none,
            summary: "Packages",
            query: [limit, after, status(Package.Status.self)],
            answerSchema: "PackageList",
            work: .query(Packages.list)
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

    private static let boards: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/capacity",
            roles: Role.all,
            subject: .none,
            summary: "Free minutes by zone, day and band",
            query: [
                zone,
                Route.QueryParameter(
                    name: "skill",
                    schema: #"{"type":"string"}"#,
                    summary: "May repeat; all must be there",
                    repeats: true
                ),
                from, days(64),
            ],
            answerSchema: "Capacity",
            work: .capacity
        ),
        Route(
            method: .get,
            pattern: "/v1/waiting",
            roles: Role.all,
            subject: .none,
            summary: "Who waits, where, how urgently and for what",
            query: [zone],
            answerSchema: "Waiting",
            work: .query(WaitingBoard.read)
        ),
    ]

    private static let open: [Route] = [
        Route(
            method: .get,
            pattern: "/healthz",
            roles: nil,
            subject: .none,
            summary: "Whether the process lives",
            answerSchema: "Health",
            work: .probe(.health)
        ),
        Route(
            method: .get,
            pattern: "/readyz",
            roles: nil,
            subject: .none,
            summary: "Whether it can take requests",
            answerSchema: "Health",
            work: .probe(.readiness)
        ),
        Route(
            method: .get,
            pattern: "/openapi.json",
            roles: nil,
            subject: .none,
            summary: "This document",
            answerSchema: "OpenAPI",
            work: .probe(.openAPI)
        ),
        Route(
            method: .get,
            pattern: "/problems/{code}",
            roles: nil,
            subject: .none,
            summary: "What a refusal means",
            answerSchema: "Page",
            work: .probe(.problem)
        ),
    ]
}
