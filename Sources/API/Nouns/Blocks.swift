import Broker
import Brokerage
import JSON

/// `/v1/blocks`, claims on them, reductions and shortfalls.
enum Blocks {
    /// Days of a ledger in one answer, all blocks of a page together. Blocks a page of 1,000 whole ledgers.
    private static let mostLedgerDays = 3_200

    /// Claims up to which one block is shown without leaving the lane.
    private static let mostClaimsOnLane = 4

    /// `?from=&days=`, where a ledger is asked for.
    private struct LedgerQuery {
        let from: Day
        let days: Int

        init?(_ query: inout QueryReader, _ exchange: Exchange) throws(Problem) {
            let from = try query.day("from")
            let days = try query.integer("days", in: 1...Slab.horizon)
            if from == nil, days == nil { return nil }
            self.from = from ?? exchange.today
            self.days = days ?? 14
            let window = exchange.state.window
            let last = self.from.adding(days: self.days - 1)
            guard window.contains(self.from), window.contains(last) else {
                throw .rule(
                    window.contains(self.from) ? "/query/days" : "/query/from",
                    "the ledger holds \(window.first) to \(window.last)"
                )
            }
        }
    }

    @Sendable static func list(_ exchange: Exchange) throws(Problem) -> Reply {
        let state = exchange.state
        var query = try QueryReader(exchange.request.query)
        var paging = try Paging(&query)
        let zone = try query.one("zone")
        let ledger = try LedgerQuery(&query, exchange)
        try query.finish()
        if let ledger { paging = paging.limited(to: max(1, mostLedgerDays / ledger.days)) }
        let page = try paging.dense(BlockID.self, of: state.blocks.count) { id in
            guard let block = state.blocks[id], zone == nil || block.zone.description == zone else {
                return false
            }
            return state.isVisible(block, to: exchange.actor)
        }
        var served = Served(
            JSONWriter.items(page.items.compactMap { state.blocks[$0] }) { write($1, ledger, exchange, &$0) }
        )
        served.link = Paging.link(exchange.request, after: page.next)
        return .ready(served)
    }

    @Sendable static func read(_ exchange: Exchange) throws(Problem) -> Reply {
        let id: BlockID = try exchange.id()
        guard let block = exchange.state.blocks[id], exchange.state.isVisible(block, to: exchange.actor)
        else {
            throw .notThere
        }
        var query = try QueryReader(exchange.request.query)
        let ledger = try LedgerQuery(&query, exchange)
        try query.finish()
        let render: @Sendable () -> Reply = {
            var json = JSONWriter(capacity: 4096)
            write(block, ledger, exchange, &json)
            return .ready(Served(json))
        }
        // What is left of a block is reckoned over its claims, and a ledger over its days too.
        return ledger == nil && block.claims.count <= mostClaimsOnLane ? render() : .aside(render)
    }

    private static func write(
        _ block: Block,
        _ ledger: LedgerQuery?,
        _ exchange: Exchange,
        _ json: inout JSONWriter
    ) {
        let state = exchange.state
        json.block(
            block,
            block.claims.compactMap { state.claims[$0] },
            left: state.unclaimed(of: block, from: max(exchange.today, block.from), until: block.until),
            exchange.actor,
            today: exchange.today,
            ledger: ledger.map { state.ledger(of: block, from: $0.from, days: $0.days) }
        )
    }

    @Sendable static func buy(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let (terms, provider) = try Body.block(body)
        return .submit(
            exchange.intent(
                .buyBlock(terms, awardedTo: provider),
                body: body,
                idempotency: try exchange.idempotencyKey()
            ) { _, resource, snapshot in
                guard case .block(let block, let claims) = resource else { return nil }
                var json = JSONWriter(capacity: 2048)
                let left = snapshot.state.unclaimed(
                    of: block,
                    among: claims,
                    from: max(exchange.today, block.from),
                    until: block.until
                )
                json.block(block, claims, left: left, exchange.actor, today: exchange.today)
                return .ready(Served(json, status: 201, location: "/v1/blocks/\(block.id)"))
            }
        )
    }

    @Sendable static func claim(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let id: BlockID = try exchange.id()
        let terms = try Body.claim(body)
        return .submit(
            exchange.intent(.claim(id, terms), body: body, idempotency: try exchange.idempotencyKey()) {
                _,
                resource,
                _ in
                guard case .claim(let claim) = resource else { return nil }
                var json = JSONWriter()
                // As it stood on the day it was claimed: a repeated request is answered the same on another day.
                json.claim(claim, today: London.day(at: claim.claimedAt))
                return .ready(
                    Served(json, status: 201, location: "/v1/blocks/\(claim.block)/claims/\(claim.id)")
                )
            }
        )
    }

    @Sendable static func readClaim(_ exchange: Exchange) throws(Problem) -> Reply {
        try QueryReader(exchange.request.query).finish()
        let (_, claim) = try find(exchange)
        var json = JSONWriter()
        json.claim(claim, today: exchange.today)
        return .ready(Served(json))
    }

    @Sendable static func reduce(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let (block, claim) = try find(exchange)
        let reduction = try Body.reduction(body)
        return .submit(
            exchange.intent(
                .reduceClaim(block.id, claim.id, from: reduction.from, weekly: reduction.weekly),
                body: body,
                texts: [
                    SensitiveText(kind: TextKind.reduction(claim.id), [("reason", .string(reduction.reason))])
                ]
            ) { _, resource, _ in
                guard case .claim(let claim) = resource else { return nil }
                var json = JSONWriter()
                json.claim(claim, today: exchange.today)
                return .ready(Served(json))
            }
        )
    }

    @Sendable static func reportShortfall(_ exchange: Exchange, _ body: JSONValue) throws(Problem) -> Plan {
        let (block, claim) = try find(exchange)
        let report = try Body.shortfall(body)
        return .submit(
            exchange.intent(
                .reportShortfall(
                    block.id,
                    claim.id,
                    day: report.date,
                    band: report.band,
                    minutes: report.minutes,
                    carers: report.carers
                ),
                body: body,
                texts: [SensitiveText(kind: TextKind.shortfall, [("reason", .string(report.reason))])],
                idempotency: try exchange.idempotencyKey()
            ) { _, resource, _ in
                guard case .shortfall(let shortfall) = resource else { return nil }
                var json = JSONWriter()
                json.shortfall(shortfall, reason: report.reason)
                return .ready(
                    Served(
                        json,
                        status: 201,
                        location:
                            "/v1/blocks/\(shortfall.block)/claims/\(shortfall.claim)/shortfalls/\(shortfall.id)"
                    )
                )
            }
        )
    }

    @Sendable static func readShortfall(_ exchange: Exchange) throws(Problem) -> Reply {
        try QueryReader(exchange.request.query).finish()
        let (_, claim) = try find(exchange)
        guard let shortfall = exchange.state.shortfalls[try exchange.id(at: 2)], shortfall.claim == claim.id
        else {
            throw .notThere
        }
        let key = TextKey(subject: shortfall.id.description, kind: TextKind.shortfall)
        // Whose words may name a carer.
        guard exchange.actor.seesPersons else {
            var json = JSONWriter()
            json.shortfall(shortfall, reason: nil)
            return .ready(Served(json))
        }
        return .reading([key]) { texts in
            var json = JSONWriter()
            json.shortfall(shortfall, reason: texts.value(key.subject, key.kind)?["reason"]?.text)
            return Served(json)
        }
    }

    /// The claim in the path, as far as the caller may act on it: another provider's is not there.
    private static func find(_ exchange: Exchange) throws(Problem) -> (Block, Claim) {
        let state = exchange.state
        let actor = exchange.actor
        guard let block = state.blocks[try exchange.id()], state.isVisible(block, to: actor),
            let claim = state.claims[try exchange.id(at: 1)], claim.block == block.id,
            actor.actsForOthers || claim.provider == actor.organisation
        else { throw .notThere }
        return (block, claim)
    }
}
