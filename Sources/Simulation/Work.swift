import Broker
import Brokerage

/// One thing someone is about to ask, and of which node.
struct Errand {
    var command: Command
    var actor: Actor
    var number: NHSNumber?
    /// Posts carry an idempotency key.
    var isPost = false
    /// Someone asks for nearly the same at the other node at the same moment.
    var rival: Command?

    init(_ command: Command, by actor: Actor) {
        self.command = command
        self.actor = actor
    }
}

/// What people do between two moments, on what a node shows them.
struct Work {
    let county: County
    var dice: Dice
    private var serial = 0

    init(county: County, dice: Dice) {
        self.county = county
        self.dice = dice
    }

    /// Errands of some minutes that end at `now`.
    mutating func errands(of minutes: Int, until now: Instant, _ state: State) -> [Errand] {
        var errands = [Errand(.advance, by: Broker.itself)]
        if dice.chance(700) { errands.append(Errand(.advance, by: Broker.itself)) }
        let today = max(state.today, London.day(at: now))
        let hour = London.minuteOfDay(at: now) / 60
        // Urgent needs come at any hour; most of the work is done by day.
        let share = hour >= 7 && hour < 20 ? 1000 : 60
        func happens(_ perDay: Int, in thousandths: Int = 1) -> Int { perDay * minutes * share / 780 / thousandths }
        for _ in 0..<4 where dice.chance(happens(county.scale.referralsPerDay * 1000 / 4, in: 1000)) {
            errands.append(refer(today))
        }
        answerOffers(state, share, &errands)
        care(state, now, today, minutes, share, &errands)
        if dice.chance(happens(2)) { errands += amend(state, today) }
        if dice.chance(happens(8)) { errands += triage(state) }
        if dice.chance(happens(1)) { errands += withdraw(state, now) }
        if dice.chance(happens(2)) { errands += disclose(state) }
        if dice.chance(happens(1)) { errands += shortfall(state, today) }
        if dice.chance(happens(2)) { errands += supply(state, today) }
        if dice.chance(happens(2)) { errands += override(state) }
        if dice.chance(happens(1)) { errands += redistrict(state) }
        if dice.chance(happens(20)) { errands += improve(state, now) }
        return errands
    }

    private mutating func refer(_ today: Day) -> Errand {
        var errand = Errand(.refer(county.ask(today, &dice)), by: dice.one(of: County.wards) ?? County.hub)
        serial += 1
        // Some people come a second time.
        errand.number = County.nhsNumber(dice.chance(60) ? dice.number(1...serial) : serial)
        errand.isPost = true
        return errand
    }

    // MARK: Placing together, and by hand

    /// Moves of one run, 300: enough to find something in a small zone, and a year of them is soon done.
    private static let moves = 300

    /// A run of the batch on what a node shows, which may have changed by the time it is carried out.
    private mutating func improve(_ state: State, _ now: Instant) -> [Errand] {
        let zones = state.zones.keys.sorted()
        guard let zone = dice.one(of: zones), let problem = ZoneProblem(state, zone: zone, at: now) else { return [] }
        let seed = UInt64(dice.number(1...1_000_000))
        return (problem.improvement(seed: seed, moves: Work.moves)?.commands ?? []).map {
            Errand($0, by: Broker.itself)
        }
    }

    /// A commissioner moves a district to another zone, in two steps: a district lies in one at a time.
    private mutating func redistrict(_ state: State) -> [Errand] {
        let adrift = county.districts.filter { state.zone(of: $0) == nil }
        guard let id = dice.one(of: county.zones), let zone = state.zones[id] else { return [] }
        var districts = zone.districts
        if let found = dice.one(of: adrift) {
            districts.append(found)
        } else if districts.count > 1 {
            districts.remove(at: dice.number(0...districts.count - 1))
        }
        let command = Command.setZone(id, name: zone.name, districts: districts, .version(zone.version))
        return [Errand(command, by: County.commissioner)]
    }

    /// A broker chooses one of the providers that were looked at.
    private mutating func override(_ state: State) -> [Errand] {
        let sought = state.referralsSeekingCare.compactMap { state.referrals[$0] }.filter { $0.decision != nil }
        guard let referral = dice.one(of: sought),
            let provider = dice.one(of: (referral.decision?.verdicts ?? []).compactMap(\.provider))
        else { return [] }
        let terms = OverrideTerms(provider: provider, role: "broker", words: referral.version)
        return [Errand(.override(referral.id, terms), by: County.hub)]
    }

    // MARK: Offers

    private mutating func answerOffers(_ state: State, _ share: Int, _ errands: inout [Errand]) {
        for id in state.offersOpen {
            guard let offer = state.offers[id], dice.chance(share * 8 / 10) else { continue }
            let actor =
                dice.chance(500)
                ? County.hub : Actor(key: nil, role: .provider, organisation: offer.provider)
            let refusals: [Offer.Refusal] = [.noStaff, .timing, .geography, .informationMissing]
            let refusal = Command.refuse(id, dice.one(of: refusals) ?? .other)
            if dice.chance(130) {
                errands.append(Errand(refusal, by: actor))
            } else if let acceptance = acceptance(offer) {
                var errand = Errand(.accept(id, acceptance), by: actor)
                if dice.chance(60) { errand.rival = dice.chance(500) ? refusal : .accept(id, acceptance) }
                errands.append(errand)
            }
        }
    }

    private mutating func acceptance(_ offer: Offer) -> Acceptance? {
        let later = dice.chance(850) ? 0 : dice.number(1...4)
        for number in later..<later + 7 {
            let day = offer.startFrom.adding(days: number)
            let visits = offer.ask.visits.filter { $0.days.contains(day.weekday) }
            if let visit = dice.one(of: visits) {
                return Acceptance(firstVisit: FirstVisit(day: day, band: visit.band), role: "coordinator")
            }
        }
        return nil
    }

    // MARK: Care

    private mutating func care(
        _ state: State,
        _ now: Instant,
        _ today: Day,
        _ minutes: Int,
        _ share: Int,
        _ errands: inout [Errand]
    ) {
        guard dice.chance(share * 4 / 5) else { return }
        for id in state.packagesInCare {
            guard let package = state.packages[id] else { continue }
            switch package.status {
            case .accepted: beforeStart(package, now, today, &errands)
            case .started:
                let day = package.dayCount(on: today)
                // In a thousand a day: a mean stay of four weeks; a few people stay beyond the last free day.
                let perDay = day > package.ask.days ? 400 : day == package.ask.days ? 900 : 36
                guard dice.number(1...624_000) <= perDay * minutes else { continue }
                let outcomes = Package.Outcome.allCases.filter { $0 != .neverStarted }
                let at = dice.chance(800) ? now : now.adding(minutes: -dice.number(1...3000))
                var errand = Errand(
                    .end(id, at: at, dice.one(of: outcomes) ?? .other, role: "therapist"),
                    by: County.clinician
                )
                if dice.chance(50) { errand.rival = .end(id, at: now, .hospital, role: "nurse") }
                errands.append(errand)
            case .paused, .ended: break
            }
        }
    }

    private mutating func beforeStart(_ package: Package, _ now: Instant, _ today: Day, _ errands: inout [Errand]) {
        let actor = Actor(key: nil, role: .provider, organisation: package.provider)
        if package.firstVisit.day <= today, dice.chance(300) {
            var errand = Errand(.start(package.id, at: now), by: actor)
            if dice.chance(50) { errand.rival = .end(package.id, at: now, .neverStarted, role: "nurse") }
            errands.append(errand)
        } else if dice.chance(12) {
            let day = package.firstVisit.day.adding(days: dice.number(-1...5))
            let visits = package.ask.visits.filter { $0.days.contains(day.weekday) }
            if let visit = dice.one(of: visits) {
                errands.append(
                    Errand(.postponeFirstVisit(package.id, FirstVisit(day: day, band: visit.band)), by: actor)
                )
            }
        } else if dice.chance(3) {
            errands.append(Errand(.end(package.id, at: now, .neverStarted, role: "nurse"), by: County.clinician))
        }
    }

    // MARK: Referrals

    /// One of the latest referrals, so that most of what happens to it still can.
    private mutating func recent(_ state: State, _ many: Int) -> Referral? {
        let count = state.referrals.count
        guard count > 0 else { return nil }
        return state.referrals[ReferralID(number: UInt32(dice.number(max(1, count - many)...count)))]
    }

    private mutating func amend(_ state: State, _ today: Day) -> [Errand] {
        guard let referral = recent(state, 40) else { return [] }
        let other = county.ask(today, &dice)
        let old = referral.ask
        let ask = Ask(
            district: dice.chance(950) ? old.district : other.district,
            pathway: 1,
            source: old.source,
            class: dice.chance(800) ? old.class : other.class,
            startFrom: dice.chance(500) ? old.startFrom : other.startFrom,
            weeks: old.weeks,
            visits: other.visits,
            facts: other.facts,
            livesAlone: old.livesAlone
        )
        let version = dice.chance(950) ? referral.version : max(1, referral.version - 1)
        return [Errand(.amend(referral.id, ask, otherwiseChanged: true, .version(version)), by: County.hub)]
    }

    private mutating func triage(_ state: State) -> [Errand] {
        guard let referral = recent(state, 25) else { return [] }
        if dice.chance(150) {
            return [
                Errand(.recordReadyDate(referral.id, at: dice.chance(700) ? state.now : nil), by: County.hub)
            ]
        }
        let outcome: Referral.Triage.Outcome = dice.chance(40) ? .adviceOnly : .careOnly
        return [Errand(.triage(referral.id, outcome, role: "physiotherapist"), by: County.clinician)]
    }

    private mutating func withdraw(_ state: State, _ now: Instant) -> [Errand] {
        var errands: [Errand] = []
        for id in state.referralsSeekingCare {
            // Whoever waited five days has found another way by now.
            guard let referral = state.referrals[id] else { continue }
            if now.minutes(since: referral.receivedAt) > 5 * 1440 || dice.chance(10) {
                errands.append(Errand(.withdraw(id), by: County.hub))
            }
        }
        return errands
    }

    private mutating func disclose(_ state: State) -> [Errand] {
        if dice.chance(500), let id = dice.one(of: state.packagesInCare) {
            return [Errand(.disclosePerson(.package(id)), by: County.hub)]
        }
        guard let referral = recent(state, 100) else { return [] }
        return [Errand(.disclosePerson(.referral(referral.id)), by: County.clinician)]
    }

    // MARK: Supply

    private mutating func claim(_ state: State) -> Claim? {
        guard !state.claims.isEmpty else { return nil }
        return state.claims[ClaimID(number: UInt32(dice.number(1...state.claims.count)))]
    }

    private mutating func shortfall(_ state: State, _ today: Day) -> [Errand] {
        guard let claim = claim(state) else { return [] }
        var errand = Errand(
            .reportShortfall(
                claim.block,
                claim.id,
                day: today.adding(days: dice.number(0...9)),
                band: dice.one(of: Band.allCases) ?? .tea,
                minutes: dice.number(1...60),
                carers: dice.number(0...1)
            ),
            by: Actor(key: nil, role: .provider, organisation: claim.provider)
        )
        errand.isPost = true
        return [errand]
    }

    private mutating func supply(_ state: State, _ today: Day) -> [Errand] {
        switch dice.number(0...9) {
        case 0, 1, 2, 3: return claimRest(state, today)
        case 4, 5:
            guard let claim = claim(state) else { return [] }
            let from = today.adding(days: dice.number(27...40))
            let now = claim.weekly(on: from) ?? WeeklyPattern()
            var less = WeeklyPattern()
            let kept = dice.number(30...100)
            for day in Weekday.allCases {
                for band in Band.allCases {
                    let minutes = now[day, band].minutes * Int32(kept) / 100
                    if minutes > 0 {
                        less[day, band] = WeeklyPattern.Cell(minutes: minutes, carers: now[day, band].carers)
                    }
                }
            }
            return [Errand(.reduceClaim(claim.block, claim.id, from: from, weekly: less), by: County.hub)]
        case 6, 7:
            let index = dice.number(0...county.scale.providers - 1)
            guard let known = state.providers[county.providers[index]] else { return [] }
            let status: Provider.Status = known.status == .suspended || dice.chance(600) ? .open : .suspended
            var provider = county.provider(index, status)
            provider.onCallTelephone = "01632 960\(dice.number(100...999))"
            return [Errand(.setProvider(provider, .version(known.version)), by: County.commissioner)]
        case 8:
            // New hours while old ones end; a month in ten weeks keeps the county in balance.
            let zone = dice.number(0...county.scale.zones - 1)
            var errand = Errand(
                .buyBlock(
                    county.terms(zone: zone, from: today.adding(days: dice.number(0...10)), days: 70, &dice),
                    awardedTo: nil
                ),
                by: County.commissioner
            )
            errand.isPost = true
            return [errand]
        default:
            if dice.chance(500) {
                var policy = state.policy
                policy.answerMinutes = dice.one(of: [45, 60, 90]) ?? 60
                return [Errand(.setPolicy(policy, .absent), by: County.commissioner)]
            }
            if dice.chance(500), !state.keys.isEmpty {
                return [Errand(.revokeKey(KeyID(number: UInt32(dice.number(1...state.keys.count)))), by: Broker.itself)]
            }
            let hash = (0..<32).map { _ in UInt8(dice.number(0...255)) }
            return [Errand(.addKey(hash: hash, .referrer, County.wards[0].organisation), by: Broker.itself)]
        }
    }

    /// Two providers go for all that is left of a block.
    private mutating func claimRest(_ state: State, _ today: Day) -> [Errand] {
        let open = (1...max(1, state.blocks.count)).compactMap { state.blocks[BlockID(number: UInt32($0))] }
            .filter { block in
                block.until > today
                    && state.unclaimed(of: block, from: max(today, block.from), until: block.until).minutesPerWeek > 0
            }
        guard let block = dice.one(of: open) else { return [] }
        let left = state.unclaimed(of: block, from: max(today, block.from), until: block.until)
        func terms(_ dice: inout Dice) -> ClaimTerms {
            ClaimTerms(
                provider: county.providers[dice.number(0...county.scale.providers - 1)],
                weekly: left,
                from: max(today, block.from),
                firmFrom: dice.chance(700) ? nil : max(today, block.from).adding(days: dice.number(0...7))
            )
        }
        var errand = Errand(.claim(block.id, terms(&dice)), by: County.hub)
        errand.isPost = true
        if dice.chance(600) { errand.rival = .claim(block.id, terms(&dice)) }
        return [errand]
    }
}
