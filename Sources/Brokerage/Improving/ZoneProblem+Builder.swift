import Allocation

extension ZoneProblem {
    /// Maps claims, providers, skills and languages to the dense numbers and bits of an instance.
    struct Builder {
        private let state: State
        private let zone: ZoneID
        private let today: Day
        var instance: Instance
        private(set) var claims: [ClaimID] = []
        private(set) var providerIndex: [ProviderID: Int] = [:]
        private var blockIndex: [ClaimID: Int] = [:]
        /// Providers whose registration has yet to begin.
        private var registeredLater: [(provider: Int, from: Day)] = []
        private var skillBits: [Skill: UInt64] = [:]
        private var languageBits: [String: Int] = [:]

        /// Skills told apart, 60; a claim with more is left out of the batch rather than taken to hold fewer. The bits
        /// beyond are registration's.
        private static let mostSkills = 60
        private static let registered: UInt64 = 1 << 63
        /// Languages told apart, 62; bit 0 stands for no wish. A wish beyond is not weighed by the search.
        private static let mostLanguages = 62
        private static let horizon = Instance.longestHorizon

        /// Lays out the claims of a zone that packages could stand on.
        init(_ state: State, zone: ZoneID) {
            self.state = state
            self.zone = zone
            today = state.today
            let objective = state.policy.objective
            instance = Instance(
                horizon: Self.horizon,
                weights: Instance.Weights(
                    travelPerKilometreVisit: 0,
                    // The search counts a wish call by call; a package's calls together weigh no more than the wish.
                    preferenceMissed: objective.preferenceMissed / Instance.mostCalls,
                    split: objective.split,
                    overFair: objective.overFair,
                    farOverFair: objective.farOverFair
                )
            )
            instance.places = [Instance.Place(x: 0, y: 0)]
            for block in state.blocks(of: zone).compactMap({ state.blocks[$0] }) where block.spotFor == nil {
                for claim in block.claims.compactMap({ state.claims[$0] }) where claim.until >= today {
                    add(claim, block)
                }
            }
        }

        private mutating func add(_ claim: Claim, _ block: Block) {
            guard let provider = state.providers[claim.provider], provider.status == .open,
                provider.zones.contains(zone), let slab = state.slabs[claim.id]
            else { return }
            var skills: UInt64 = 0
            for skill in block.skills where provider.skills?.contains(skill) ?? true {
                guard let bit = bit(of: skill) else { return }
                skills |= bit
            }
            if provider.personalCare { skills |= Self.registered }
            let from = max(claim.firmFrom, today).days(since: today)
            let to = min(claim.until.days(since: today) + 1, Self.horizon)
            guard from < to else { return }
            let index = providerIndex[provider.id] ?? instance.providers.count
            if index == instance.providers.count {
                providerIndex[provider.id] = index
                if let from = provider.registeredFrom, from > today { registeredLater.append((index, from)) }
                instance.providers.append(Instance.Provider(recent: 0, fair: 0))
            }
            var languages: UInt64 = 1
            for language in provider.languages ?? [] {
                let bit = self.language(language)
                if bit > 0 { languages |= 1 << UInt64(bit) }
            }
            blockIndex[claim.id] = claims.count
            claims.append(claim.id)
            instance.append(
                Instance.Block(
                    provider: index,
                    base: 0,
                    zone: [0],
                    skills: skills,
                    genders: provider.genders.map { $0.reduce(0) { $0 | Builder.bit($1) } } ?? 3,
                    languages: languages,
                    days: from..<to
                ),
                minutes: Self.cells { day, band in Int16(clamping: slab[.free, today.adding(days: day), band]) }
            )
            var carers = Self.cells { day, band in claim.cell(today.adding(days: day), band).carers }
            for shortfall in state.shortfalls(of: claim.id).compactMap({ state.shortfalls[$0] })
            where shortfall.carers > 0 && shortfall.day >= today {
                let cell = shortfall.band.index * Self.horizon + shortfall.day.days(since: today)
                guard carers.indices.contains(cell) else { continue }
                carers[cell] -= min(carers[cell], UInt8(clamping: shortfall.carers))
            }
            instance.carers += carers
        }

        private static func cells<Value>(_ value: (Int, Band) -> Value) -> [Value] {
            Band.allCases.flatMap { band in (0..<horizon).map { value($0, band) } }
        }

        static func bit(_ gender: Provider.Gender) -> UInt8 {
            switch gender {
            case .female: 1
            case .male: 2
            }
        }

        private mutating func bit(of skill: Skill) -> UInt64? {
            if let known = skillBits[skill] { return known }
            guard skillBits.count < Self.mostSkills else { return nil }
            let bit = UInt64(1) << UInt64(skillBits.count)
            skillBits[skill] = bit
            return bit
        }

        /// The bit's index of a language; 0 for no wish, or one that the search does not weigh.
        mutating func language(_ language: String?) -> Int {
            guard let language else { return 0 }
            if let known = languageBits[language] { return known }
            guard languageBits.count < Self.mostLanguages else { return 0 }
            languageBits[language] = languageBits.count + 1
            return languageBits.count
        }

        /// Skills and registration that every claim of a package must have. A skill that no claim holds is a bit that no
        /// block has.
        mutating func skills(_ ask: Ask) -> UInt64 {
            var skills: UInt64 = ask.needsPersonalCare ? Self.registered : 0
            for skill in ask.skills { skills |= skillBits[skill] ?? 1 << UInt64(Self.mostSkills) }
            return skills
        }

        /// Providers a package cannot go to: those that said no, and those not yet registered for personal care when it begins.
        func closed(to referral: Referral, from day: Day) -> [Int] {
            let declined = referral.declined.compactMap { providerIndex[$0] }
            let later = referral.ask.needsPersonalCare ? registeredLater.filter { $0.from > day }.map(\.provider) : []
            return Set(declined + later).sorted()
        }

        /// A package's visits on the days of the horizon.
        func calls(_ ask: Ask, first: Int) -> [Instance.Call] {
            ask.visits.map { visit in
                Instance.Call(
                    band: visit.band.index,
                    minutes: visit.minutes,
                    carers: visit.carers,
                    days: days(visit, first..<first + ask.days),
                    visitsPerWeek: visit.days.count,
                    clock: clock(visit)
                )
            }
        }

        private func days(_ visit: Visit, _ span: Range<Int>) -> UInt128 {
            span.clamped(to: 0..<Self.horizon).reduce(0) { mask, day in
                visit.days.contains(today.adding(days: day).weekday) ? mask | 1 << UInt128(day) : mask
            }
        }

        private func clock(_ visit: Visit) -> Range<Int>? {
            visit.time.flatMap { state.policy.bands.minute(of: $0.at, in: visit.band) }.map { $0..<$0 + visit.minutes }
        }

        /// Where an open offer stands; nil when the search cannot say it: a claim it leaves out, two visits of one band
        /// on different claims, or days beyond the horizon.
        func placement(of offer: Offer) -> Plan.Placement? {
            var blockOfBand: [Int: Int] = [:]
            for (visit, claim) in zip(offer.ask.visits, offer.claims) {
                guard let block = blockIndex[claim] else { return nil }
                if let known = blockOfBand[visit.band.index], known != block { return nil }
                blockOfBand[visit.band.index] = block
            }
            let blocks = Set(blockOfBand.values).sorted()
            func bands(_ block: Int) -> UInt8 {
                blockOfBand.reduce(0) { $1.value == block ? $0 | 1 << UInt8($1.key) : $0 }
            }
            switch blocks.count {
            case 1: return Plan.Placement(block: blocks[0], bands: bands(blocks[0]))
            case 2:
                return Plan.Placement(
                    block: blocks[0],
                    bands: bands(blocks[0]),
                    other: blocks[1],
                    otherBands: bands(blocks[1])
                )
            default: return nil
            }
        }

        /// Counts what an offer holds as free: the search places it anew.
        mutating func giveBack(_ offer: Offer) {
            for entry in state.heldFootprint(of: offer).entries {
                let day = entry.day.days(since: today)
                guard let block = blockIndex[entry.claim], (0..<Self.horizon).contains(day) else { continue }
                instance.free[instance.slab(block, entry.band.index) + day] += Int16(clamping: entry.minutes)
            }
        }

        /// Notes timed visits that stay where they are: those of packages, and of offers that the search does not move.
        mutating func stand(apartFrom moving: Set<OfferID>) {
            for (index, claim) in claims.enumerated() {
                let held = state.holders[claim] ?? State.Holders()
                for id in held.timedOffers where !moving.contains(id) {
                    guard let offer = state.offers[id] else { continue }
                    stand(
                        offer.ask,
                        offer.claims,
                        on: claim,
                        index,
                        offer.startFrom,
                        offer.startFrom.adding(days: offer.ask.days - 1)
                    )
                }
                for id in held.timedPackages {
                    guard let package = state.packages[id] else { continue }
                    stand(package.ask, package.claims, on: claim, index, package.firstDay, package.lastDay)
                }
            }
        }

        private mutating func stand(
            _ ask: Ask,
            _ carriers: [ClaimID],
            on claim: ClaimID,
            _ block: Int,
            _ first: Day,
            _ last: Day
        ) {
            let span = max(0, first.days(since: today))..<max(0, last.days(since: today) + 1, first.days(since: today))
            for (visit, carrier) in zip(ask.visits, carriers) where carrier == claim {
                guard let clock = clock(visit) else { continue }
                let days = days(visit, span)
                guard days != 0 else { continue }
                instance.standing.append(
                    Instance.Standing(
                        block: block,
                        band: visit.band.index,
                        days: days,
                        clock: clock,
                        carers: visit.carers
                    )
                )
            }
        }

        /// Sets what each provider has and what its share would be once everyone in the problem is placed.
        mutating func share(among people: [ReferralID]) {
            var account = FairnessAccount(state, zone: zone, on: today)
            var more = 0
            for id in people {
                guard let referral = state.referrals[id] else { continue }
                if let offer = referral.offer.flatMap({ state.offers[$0] }), referral.status == .offered {
                    account.give(offer.provider, -offer.ask.weeklyMinutes)
                }
                more += referral.ask.weeklyMinutes
            }
            for (provider, index) in providerIndex {
                instance.providers[index] = Instance.Provider(
                    recent: account.standings[provider]?.given ?? 0,
                    fair: account.fair(provider, more: more)
                )
            }
        }
    }
}
