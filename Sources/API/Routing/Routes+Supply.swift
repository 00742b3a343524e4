import Brokerage

/// Zones, providers, blocks and claims.
extension Routes {
    static let zones: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/zones",
            roles: Role.all,
            subject: .none,
            summary: "Zones",
            query: [limit, after],
            answerSchema: "ZoneList",
            work: .list(Zones.list)
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

    static let providers: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/providers",
            roles: supplying,
            subject: .none,
            summary: "Providers; a provider sees itself",
            query: [limit, after, zone],
            answerSchema: "ProviderList",
            work: .list(Providers.list)
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
            work: .list(Providers.week)
        ),
    ]

    static let blocks: [Route] = [
        Route(
            method: .get,
            pattern: "/v1/blocks",
            roles: supplying,
            subject: .none,
            summary: "Blocks; with from or days also their ledgers",
            query: [limit, after, zone, from, days(128)],
            answerSchema: "BlockList",
            work: .list(Blocks.list)
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
}
