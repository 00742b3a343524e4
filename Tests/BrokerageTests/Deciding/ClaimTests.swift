import Testing

@testable import Brokerage

@Suite("Claims on a block")
struct ClaimTests {
    func openBlock(_ minutes: Int = 60) throws -> (County, BlockID) {
        var county = try County.withProviders(["acorn", "birch"], minutes: 60)
        let block = try county.award(nil, minutes: minutes)
        return (county, block)
    }

    func claim(_ provider: String, _ minutes: Int, carers: UInt8 = 1, firmFrom: Day? = nil) -> ClaimTerms {
        ClaimTerms(provider: Slug(provider)!, weekly: .daily(minutes, carers), firmFrom: firmFrom)
    }

    @Test("the last minutes are sold once; whoever comes next is told what is left")
    func lastHour() throws {
        var (county, block) = try openBlock()
        try county.must(.claim(block, claim("acorn", 60)), by: County.provider("acorn"))
        let refused = county.submit(.claim(block, claim("birch", 60)), by: County.provider("birch"))
        guard case .failure(let rejection) = refused else { return #expect(Bool(false), "sold twice") }
        #expect(rejection.kind == .clash)
        #expect(rejection.left?.allSatisfy { $0.cell.minutes == 0 } == true)
        #expect(county.events.isEmpty)
    }

    @Test("a claim is all or nothing: what fits in four bands is not taken when the fifth is short")
    func allOrNothing() throws {
        var (county, block) = try openBlock()
        try county.must(
            .claim(block, ClaimTerms(provider: Slug("acorn")!, weekly: .daily(50, bands: [.tea]))),
            by: County.provider("acorn")
        )
        let refused = county.submit(.claim(block, claim("birch", 20)), by: County.provider("birch"))
        #expect(throws: Rejection.self) { try refused.get() }
        let left = county.state.unclaimed(of: try #require(county.state.blocks[block]), county.today, .tea)
        #expect(left == 10)
    }

    @Test("a claim for less than a week is held to the days that it meets")
    func shortPeriod() throws {
        var (county, block) = try openBlock()
        func terms(_ weekly: WeeklyPattern) -> ClaimTerms {
            ClaimTerms(
                provider: Slug("acorn")!,
                weekly: weekly,
                from: county.today,
                until: county.today.adding(days: 2)
            )
        }
        let weekend = WeeklyPattern(
            rows: [
                WeeklyPattern.Row(
                    days: Weekdays([.sat, .sun]),
                    band: .tea,
                    cell: WeeklyPattern.Cell(minutes: 30, carers: 1)
                )
            ]
        )!
        let acorn = County.provider("acorn")
        let none = county.submit(.claim(block, terms(weekend)), by: acorn)
        #expect(throws: Rejection.self) { try none.get() }
        try county.must(.claim(block, terms(.daily(60))), by: acorn)
        let more = county.submit(.claim(block, terms(.daily(1))), by: acorn)
        #expect(throws: Rejection.self) { try more.get() }
    }

    @Test("minutes are not placeable before the claim is firm, and are from that day on")
    func firmFrom() throws {
        var (county, block) = try openBlock()
        let firm = county.today.adding(days: 10)
        try county.must(.claim(block, claim("acorn", 60, firmFrom: firm)), by: County.provider("acorn"))
        let ledger = county.state.ledger(
            of: try #require(county.state.blocks[block]),
            from: county.today,
            days: 12
        )
        #expect(ledger.accounts[Slab.Account.free.rawValue][9][0] == 0)
        #expect(ledger.accounts[Slab.Account.unavailable.rawValue][9][0] == 60)
        #expect(ledger.accounts[Slab.Account.free.rawValue][10][0] == 60)
    }

    @Test("unclaimed minutes never show as free")
    func unclaimedIsNotFree() throws {
        var county = try County.withProviders([], minutes: 60)
        try county.award(nil, minutes: 500)
        #expect(county.free() == 0)
    }

    @Test("a provider's key names no other provider, a broker's may")
    func tenancy() throws {
        var (county, block) = try openBlock()
        let refused = county.submit(.claim(block, claim("birch", 10)), by: County.provider("acorn"))
        guard case .failure(let rejection) = refused else { return #expect(Bool(false)) }
        #expect(rejection.kind == .forbidden)
        #expect(rejection.faults.first?.pointer == "/provider")
        try county.must(.claim(block, claim("birch", 10)), by: County.broker)
    }

    @Test("a claim for more carers at once than the block has is refused with what is left")
    func carers() throws {
        var (county, block) = try openBlock()
        let refused = county.submit(.claim(block, claim("acorn", 10, carers: 3)), by: County.provider("acorn"))
        guard case .failure(let rejection) = refused else { return #expect(Bool(false)) }
        #expect(rejection.kind == .clash)
        #expect(rejection.left?.first?.cell.carers == 2)
    }

    @Test("a reduction needs 28 days of notice and never goes below what packages stand on")
    func reduction() throws {
        var county = try County.withProviders(minutes: 60)
        let package = try county.accepted(county.ask([.daily(.morning, 45)]))
        let claim = try #require(county.state.claims[package.claims[0]])
        let acorn = County.provider("acorn")
        func reduce(_ days: Int, _ minutes: Int) -> Result<Outcome, Rejection> {
            county.submit(
                .reduceClaim(claim.block, claim.id, from: county.today.adding(days: days), weekly: .daily(minutes, 2)),
                by: acorn,
                body: [UInt8(days), UInt8(minutes)]
            )
        }
        guard case .failure(let early) = reduce(27, 45) else { return #expect(Bool(false)) }
        #expect(early.kind == .againstRule && early.faults.first?.pointer == "/from")
        guard case .failure(let deep) = reduce(28, 30) else { return #expect(Bool(false)) }
        #expect(deep.kind == .clash)
        #expect(throws: Never.self) { try reduce(28, 45).get() }
        let block = try #require(county.state.blocks[claim.block])
        #expect(county.state.unclaimed(of: block, county.today.adding(days: 28), .morning) == 15)
        #expect(county.state.unclaimed(of: block, county.today.adding(days: 27), .morning) == 0)
        #expect(county.state.recount().isEmpty)
    }

    @Test("a shortfall takes free minutes at once, cancels no visit, and names who needs cover, fixed times first")
    func shortfall() throws {
        var county = try County.withProviders(minutes: 100)
        let plain = try county.accepted(county.ask([.daily(.morning, 30)]))
        let timed = try county.accepted(county.ask([.daily(.morning, 30, at: "08:00")]))
        let claim = try #require(county.state.claims[plain.claims[0]])
        let day = county.today.adding(days: 2)
        let outcome = try county.must(
            .reportShortfall(claim.block, claim.id, day: day, band: .morning, minutes: 60, carers: 0),
            by: County.provider("acorn")
        )
        guard case .shortfall(let id) = outcome else { return #expect(Bool(false)) }
        let shortfall = try #require(county.state.shortfalls[id])
        #expect(shortfall.taken == 40 && shortfall.uncovered == 20)
        #expect(shortfall.cover == [timed.id, plain.id])
        #expect(county.state.packages[plain.id]?.status == .accepted)
        #expect(county.free(inDays: 2) == 0)
        #expect(county.free(inDays: 3) == 40)
        #expect(county.state.recount().isEmpty)
    }

    /// An open block of which nobody may hold more than half.
    private static func shared(_ county: County) -> BlockTerms {
        BlockTerms(
            zone: Slug("leam")!,
            from: county.today,
            until: county.today.adding(days: 90),
            ratePence: 1,
            funding: .council,
            skills: [],
            weekly: .daily(100),
            maxSharePercent: 50
        )
    }

    @Test("a share of the block is not exceeded by many small claims")
    func share() throws {
        var county = try County.withProviders(["acorn"], minutes: 10)
        let terms = Self.shared(county)
        guard case .block(let block) = try county.must(.buyBlock(terms, awardedTo: nil), by: County.commissioner)
        else { return #expect(Bool(false)) }
        try county.must(.claim(block, claim("acorn", 40)), by: County.broker)
        let refused = county.submit(.claim(block, claim("acorn", 20)), by: County.broker)
        #expect(throws: Rejection.self) { try refused.get() }
        try county.must(.claim(block, claim("acorn", 10)), by: County.broker)
    }

    @Test("what counts for a provider's share is what it holds on the same day; what it is awarded whole has no share")
    func shareByDay() throws {
        var county = try County.withProviders(["acorn"])
        var terms = Self.shared(county)
        guard case .block(let block) = try county.must(.buyBlock(terms, awardedTo: nil), by: County.commissioner)
        else { throw County.Unexpected() }
        func claim(_ minutes: Int, from: Int, until: Int) -> Command {
            .claim(
                block,
                ClaimTerms(
                    provider: Slug("acorn")!,
                    weekly: .daily(minutes),
                    from: county.today.adding(days: from),
                    until: county.today.adding(days: until)
                )
            )
        }
        try county.must(claim(50, from: 0, until: 10), by: County.broker)
        try county.must(claim(50, from: 11, until: 60), by: County.broker)
        for (from, until) in [(5, 12), (10, 10), (60, 90), (0, 90)] {
            let refused = county.submit(claim(10, from: from, until: until), by: County.broker)
            #expect(throws: Rejection.self, "\(from) to \(until)") { try refused.get() }
        }
        try county.must(claim(50, from: 61, until: 90), by: County.broker)
        terms.maxSharePercent = 99
        let awarded = county.submit(.buyBlock(terms, awardedTo: Slug("acorn")!), by: County.commissioner)
        #expect(throws: Rejection.self) { try awarded.get() }
    }

    @Test("minutes that come free after a shortfall they could not leave for are missing too")
    func absorbed() throws {
        var county = try County.withProviders(minutes: 60)
        let held = try county.refer(county.ask([.daily(.morning, 60)]))
        let claim = try #require(county.state.claims.values.first)
        let day = county.today.adding(days: 1)
        try county.must(
            .reportShortfall(claim.block, claim.id, day: day, band: .morning, minutes: 60, carers: 0),
            by: County.provider("acorn")
        )
        #expect(county.state.shortfalls[ShortfallID(number: 1)]?.uncovered == 60)
        try county.must(.withdraw(held.id), by: County.ward, body: [1])
        #expect(county.free(inDays: 1) == 0)
        #expect(county.free(inDays: 2) == 60)
        #expect(county.state.recount().isEmpty)
    }

    @Test("a reduction leaves the carers that packages need at once, and those it does not name")
    func reducedCarers() throws {
        var county = try County.withProviders(minutes: 200, carers: 2)
        let package = try county.accepted(county.ask([.daily(.morning, 30, carers: 2)], startIn: 20))
        let claim = try #require(county.state.claims[package.claims[0]])
        func reduce(_ carers: UInt8, _ body: UInt8) -> Result<Outcome, Rejection> {
            county.submit(
                .reduceClaim(
                    claim.block,
                    claim.id,
                    from: county.today.adding(days: 28),
                    weekly: .daily(150, carers)
                ),
                by: County.provider("acorn"),
                body: [body]
            )
        }
        guard case .failure(let rejection) = reduce(1, 1) else { return #expect(Bool(false)) }
        #expect(rejection.kind == .clash)
        #expect(throws: Never.self) { try reduce(0, 2).get() }
        #expect(county.state.claims[claim.id]?.cell(county.today.adding(days: 30), .morning).carers == 2)
    }

    @Test("a package that was ended before its first day stands in the way of no reduction")
    func reducedAfterNeverStarted() throws {
        var county = try County.withProviders(minutes: 200, carers: 2)
        let package = try county.accepted(county.ask([.daily(.morning, 30, carers: 2)], startIn: 40))
        try county.must(.end(package.id, at: county.now, .neverStarted, role: "ot"), by: County.broker, body: [1])
        let claim = try #require(county.state.claims[package.claims[0]])
        #expect(county.state.holders[claim.id]?.packages.isEmpty == true)
        try county.must(
            .reduceClaim(claim.block, claim.id, from: county.today.adding(days: 28), weekly: .daily(150, 1)),
            by: County.provider("acorn"),
            body: [2]
        )
        #expect(county.state.recount().isEmpty)
    }
}
