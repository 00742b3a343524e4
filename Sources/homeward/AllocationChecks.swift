import Allocation

extension RawInstance {
    /// Checks every index and range and makes the instance.
    func build() throws(Failure) -> AllocationFile {
        guard format == "block-alloc/1" else { throw Failure("the format is not block-alloc/1") }
        try within(horizon, 1...Instance.longestHorizon, "horizon_days")
        try within(weekday, 0...6, "today_dow")
        for (name, count) in [
            ("districts", places.count), ("providers", providers.count), ("blocks", blocks.count),
            ("referrals", referrals.count),
        ] {
            try within(count, 0...AllocationFile.mostEntries, "the number of \(name)")
        }
        var instance = Instance(horizon: (horizon + 63) / 64 * 64, weights: try charges())
        for (index, place) in places.enumerated() {
            try within(place.x, -100_000_000...100_000_000, "districts[\(index)].x")
            try within(place.y, -100_000_000...100_000_000, "districts[\(index)].y")
        }
        instance.places = places
        for (index, provider) in providers.enumerated() {
            try within(provider.recent, 0...(1 << 40), "providers[\(index)].recent_min")
            try within(provider.fair, 0...(1 << 40), "providers[\(index)].fair_min")
            instance.providers.append(Instance.Provider(recent: provider.recent, fair: provider.fair))
        }
        instance.blocks.reserveCapacity(blocks.count)
        instance.free.reserveCapacity(blocks.count * Instance.bands * instance.horizon)
        for (index, block) in blocks.enumerated() { try add(block, "blocks[\(index)]", to: &instance) }
        instance.needs.reserveCapacity(referrals.count)
        for (index, referral) in referrals.enumerated() {
            instance.needs.append(try need(referral, "referrals[\(index)]"))
        }
        do {
            try instance.checkPoints()
        } catch {
            throw Failure(error.words)
        }
        let arrivals = referrals.indices.sorted {
            (referrals[$0].arrival, $0) < (referrals[$1].arrival, $1)
        }
        return AllocationFile(instance: instance, arrivals: arrivals)
    }

    private func charges() throws(Failure) -> Instance.Weights {
        Instance.Weights(
            travelPerKilometreVisit: try weight("travel_p_per_km_visit"),
            preferenceMissed: try weight("pref_miss_per_call"),
            split: try weight("split"),
            overFair: try weight("fair_over"),
            farOverFair: try weight("fair_over_125")
        )
    }

    private func weight(_ name: String) throws(Failure) -> Int {
        guard let weight = weights[name] else { throw Failure("weights has no \(name)") }
        try within(weight, 0...1_000_000_000, "weights.\(name)")
        return weight
    }

    private func add(_ block: Block, _ name: String, to instance: inout Instance) throws(Failure) {
        try within(block.provider, 0..<providers.count, "\(name).provider")
        try within(block.base, 0..<places.count, "\(name).base")
        for place in block.zone { try within(place, 0..<places.count, "\(name).districts") }
        try within(block.skills, 0...Int(UInt32.max), "\(name).caps")
        try within(block.genders, 0...255, "\(name).genders")
        try within(block.languages, 0...Int(UInt32.max), "\(name).languages")
        try within(block.rate, 0...1_000_000, "\(name).rate_p")
        try within(block.from, 0...1_000_000, "\(name).from")
        try within(block.to, block.from...1_000_000, "\(name).to")
        guard block.free.count == 7 * Instance.bands else { throw Failure("\(name).free has not 35 entries") }
        var minutes = [Int](repeating: 0, count: Instance.bands * instance.horizon)
        // One that begins beyond the horizon has no day.
        let end = min(block.to, horizon)
        let days = min(block.from, end)..<end
        for (position, free) in block.free.enumerated() { try within(free, 0...1_000_000, "\(name).free[\(position)]") }
        for band in 0..<Instance.bands {
            for day in days {
                minutes[band * instance.horizon + day] = block.free[(day + weekday) % 7 * Instance.bands + band]
            }
        }
        for release in block.releases {
            guard release.count == 4 else { throw Failure("\(name).releases has an entry without 4 numbers") }
            let (from, band, weekdays, freed) = (release[0], release[1], release[2], release[3])
            try within(from, 0...1_000_000, "\(name).releases: the day")
            try within(band, 0..<Instance.bands, "\(name).releases: the band")
            try within(weekdays, 0...127, "\(name).releases: the weekdays")
            try within(freed, 0...1_000_000, "\(name).releases: the minutes")
            for day in from..<max(from, horizon)
            where days.contains(day) && weekdays >> ((day + weekday) % 7) & 1 != 0 {
                minutes[band * instance.horizon + day] += freed
            }
        }
        instance.append(
            Instance.Block(
                provider: block.provider,
                spotRate: block.isSpot ? block.rate : nil,
                base: block.base,
                zone: Set(block.zone).sorted(),
                skills: UInt64(block.skills),
                genders: UInt8(block.genders),
                languages: UInt64(block.languages),
                days: block.from..<block.to
            ),
            // More than 32,767 minutes a day in one band count as that many: 136 carers for four hours.
            minutes: minutes.map { Int16(clamping: $0) }
        )
    }

    private func need(_ referral: Referral, _ name: String) throws(Failure) -> Instance.Need {
        try within(referral.place, 0..<places.count, "\(name).district")
        try within(referral.start, 0..<horizon, "\(name).start")
        try within(referral.length, 1...(horizon - referral.start), "\(name).length")
        try within(referral.calls.count, 1...Instance.mostCalls, "the number of \(name).calls")
        try within(referral.skills, 0...Int(UInt32.max), "\(name).needs")
        try within(referral.genderRequired, 0...255, "\(name).gender_required")
        try within(referral.genderPreferred, 0...255, "\(name).gender_preferred")
        try within(referral.languagePreferred, 0...31, "\(name).language_preferred")
        try within(referral.waited, 0...1_000_000, "\(name).waited_days")
        try within(referral.maxProviders, 1...2, "\(name).max_providers")
        let span = referral.start..<(referral.start + referral.length)
        var calls: [Instance.Call] = []
        for call in referral.calls {
            try within(call.band, 0..<Instance.bands, "\(name).calls: the band")
            try within(call.minutes, 1...1_440, "\(name).calls: the minutes")
            try within(call.carers, 1...16, "\(name).calls: the carers")
            try within(call.days, 1...127, "\(name).calls: the days")
            var days: UInt128 = 0
            for day in span where call.days >> ((day + weekday) % 7) & 1 != 0 { days |= 1 << UInt128(day) }
            calls.append(
                Instance.Call(
                    band: call.band,
                    minutes: call.minutes,
                    carers: call.carers,
                    days: days,
                    visitsPerWeek: call.days.nonzeroBitCount
                )
            )
        }
        return Instance.Need(
            place: referral.place,
            days: span,
            calls: calls,
            skills: UInt64(referral.skills),
            genderRequired: UInt8(referral.genderRequired),
            genderPreferred: UInt8(referral.genderPreferred),
            languagePreferred: referral.languagePreferred,
            waiting: referral.endOfLife
                ? try weight("unplaced_eol")
                : try weight("unplaced") + weight("unplaced_per_day_waited")
                    * min(referral.waited, weight("waited_cap_days")),
            twoProviders: referral.maxProviders == 2,
            declined: referral.declined
        )
    }

    private func within<Range: RangeExpression<Int>>(_ number: Int, _ range: Range, _ name: String) throws(Failure) {
        guard range.contains(number) else { throw Failure("\(name) is \(number), which is out of range") }
    }
}

extension Instance.Excess {
    /// In the file's words.
    fileprivate var words: String {
        switch self {
        case .need(let index, let points, let part):
            "referrals[\(index)] could cost \(points) points on one block, more than \(Instance.mostPointsOfNeed): "
                + part.weight
        case .plan(let part): "a plan could cost more than \(Instance.mostPointsOfPlan) points: \(part.weight)"
        }
    }
}

extension Instance.Excess.Part {
    /// The weights that make it so.
    fileprivate var weight: String {
        switch self {
        case .travel: "weights.travel_p_per_km_visit is too high for such distances"
        case .spot: "a rate_p is too high for such visits"
        case .preferences: "weights.pref_miss_per_call is too high"
        case .waiting: "weights.unplaced, unplaced_eol or unplaced_per_day_waited are too high for so many"
        case .placing: "weights.split or what is charged for each call is too high for so many"
        case .fairness: "weights.fair_over or fair_over_125 are too high for so many minutes"
        }
    }
}
