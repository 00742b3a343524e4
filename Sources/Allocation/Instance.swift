/// Everything the search may know: who needs what, who has minutes free, and what each thing weighs.
///
/// An instance is a value made once at the edge (from a file, or from the broker's state). Positions in its arrays are
/// the identifiers: need 7 is `needs[7]`. Nothing here is about the lives of referrals or claims.
public struct Instance: Sendable {
    /// What the objective charges; see each field for its unit. Points, never shown as money.
    public var weights: Weights
    /// Days the instance can see, day 0 being today: a multiple of 64 (64 or 128).
    public let horizon: Int
    /// Where homes and blocks' bases are.
    public var places: [Place]
    /// Who delivers.
    public var providers: [Provider]
    /// Minutes that can be placed on, their free minutes apart in `free`.
    public var blocks: [Block]
    /// Packages to place.
    public var needs: [Need]
    /// Free minutes of (block, band, day) at `(block * Band.count + band) * horizon + day`; never negative.
    public var free: [Int16]
    /// Carers that can be at work at once in (block, band, day), laid out as `free`; empty where minutes are all there is
    /// to know.
    public var carers: [UInt8] = []
    /// Timed visits that stand on the blocks already; they matter only where `carers` is given.
    public var standing: [Standing] = []

    /// An instance without blocks or needs.
    /// - Parameter horizon: days visible; a multiple of 64 and at most `Instance.longestHorizon`.
    public init(horizon: Int, weights: Weights) {
        precondition(horizon > 0 && horizon % 64 == 0 && horizon <= Instance.longestHorizon)
        self.weights = weights
        self.horizon = horizon
        places = []
        providers = []
        blocks = []
        needs = []
        free = []
    }

    /// Days a mask of days can hold.
    public static let longestHorizon = 128
    /// Calls a need can have: one per band, and twice that where two calls share a band.
    public static let mostCalls = 10
    /// Bands of a day: morning, lunch, tea, bed, night.
    public static let bands = 5

    /// Where in `free` the minutes of a block's band begin.
    @inline(__always)
    public func slab(_ block: Int, _ band: Int) -> Int { (block * Instance.bands + band) * horizon }

    /// Adds a block with its free minutes.
    /// - Parameter minutes: free minutes of (band, day) at `band * horizon + day`.
    public mutating func append(_ block: Block, minutes: [Int16]) {
        precondition(minutes.count == Instance.bands * horizon)
        blocks.append(block)
        free.append(contentsOf: minutes)
    }
}

extension Instance {
    /// What the objective charges.
    public struct Weights: Sendable, Equatable {
        /// Points for each kilometre between base and home, per visit and carer.
        public var travelPerKilometreVisit: Int
        /// Points for each call that misses a preference (language, gender).
        public var preferenceMissed: Int
        /// Points for a package split over two blocks.
        public var split: Int
        /// Points per weekly minute a provider receives above its fair share.
        public var overFair: Int
        /// Points more per weekly minute above five quarters of its fair share.
        public var farOverFair: Int

        /// Weights as given.
        public init(
            travelPerKilometreVisit: Int,
            preferenceMissed: Int,
            split: Int,
            overFair: Int,
            farOverFair: Int
        ) {
            self.travelPerKilometreVisit = travelPerKilometreVisit
            self.preferenceMissed = preferenceMissed
            self.split = split
            self.overFair = overFair
            self.farOverFair = farOverFair
        }
    }

    /// A point on the map, metres.
    public struct Place: Sendable, Equatable {
        /// Metres east.
        public var x: Int
        /// Metres north.
        public var y: Int

        /// A point on the map, metres.
        public init(x: Int, y: Int) {
            self.x = x
            self.y = y
        }
    }

    /// A provider's standing in the fairness account.
    public struct Provider: Sendable, Equatable {
        /// Weekly minutes received over the rolling window.
        public var recent: Int
        /// Weekly minutes that would be a fair share.
        public var fair: Int

        /// A provider's standing in the fairness account, weekly minutes.
        public init(recent: Int, fair: Int) {
            self.recent = recent
            self.fair = fair
        }
    }

    /// Who may use a block's minutes, and at what price.
    public struct Block: Sendable, Equatable {
        /// Index into `providers`.
        public var provider: Int
        /// Pence per hour where minutes are bought on the spot; nil where they are paid for already.
        public var spotRate: Int?
        /// The place travel is measured from.
        public var base: Int
        /// Places served.
        public var zone: [Int]
        /// A bit for each skill held.
        public var skills: UInt64
        /// A bit for each gender of carer available.
        public var genders: UInt8
        /// A bit for each language spoken.
        public var languages: UInt64
        /// Days on which packages can lie: from `days.lowerBound`, before `days.upperBound`.
        public var days: Range<Int>

        /// A block as given.
        public init(
            provider: Int,
            spotRate: Int? = nil,
            base: Int,
            zone: [Int],
            skills: UInt64 = 0,
            genders: UInt8 = 3,
            languages: UInt64 = 1,
            days: Range<Int>
        ) {
            self.provider = provider
            self.spotRate = spotRate
            self.base = base
            self.zone = zone
            self.skills = skills
            self.genders = genders
            self.languages = languages
            self.days = days
        }
    }

    /// One call of a package.
    public struct Call: Sendable, Equatable {
        /// Index of the band, 0 morning to 4 night.
        public var band: Int
        /// Minutes with each carer.
        public var minutes: Int
        /// Carers at once.
        public var carers: Int
        /// The days of the package on which the call happens, bit d for day d.
        public var days: UInt128
        /// Weekdays on which it happens, for the weekly account of fairness.
        public var visitsPerWeek: Int
        /// The minutes of the day, counted from the midnight its band counts from, during which it must take place; nil where any time in its
        /// band will do. Calls at fixed times that overlap need a carer each.
        public var clock: Range<Int>?

        /// A call as given.
        public init(
            band: Int,
            minutes: Int,
            carers: Int,
            days: UInt128,
            visitsPerWeek: Int,
            clock: Range<Int>? = nil
        ) {
            precondition(clock.map { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= Int16.max } ?? true)
            self.band = band
            self.minutes = minutes
            self.carers = carers
            self.days = days
            self.visitsPerWeek = visitsPerWeek
            self.clock = clock
        }

        /// Minutes taken on each of its days.
        @inline(__always)
        public var load: Int { minutes * carers }
        /// Minutes taken in a week.
        public var weekly: Int { minutes * carers * visitsPerWeek }
    }

    /// A timed visit that stands on a block and does not move.
    public struct Standing: Sendable, Equatable {
        /// The block's index.
        public var block: Int
        /// Index of the band.
        public var band: Int
        /// The days on which it happens.
        public var days: UInt128
        /// Minutes of the day, as in `Call.clock`.
        public var clock: Range<Int>
        /// Carers at once.
        public var carers: Int

        /// A standing visit as given.
        public init(block: Int, band: Int, days: UInt128, clock: Range<Int>, carers: Int) {
            precondition(!clock.isEmpty && clock.lowerBound >= 0 && clock.upperBound <= Int16.max)
            self.block = block
            self.band = band
            self.days = days
            self.clock = clock
            self.carers = carers
        }
    }

    /// A package to place.
    public struct Need: Sendable, Equatable {
        /// The home's place.
        public var place: Int
        /// First day to the day after the last.
        public var days: Range<Int>
        /// Its calls, at most `Instance.mostCalls`.
        public var calls: [Call]
        /// Skills a block must have, all of them.
        public var skills: UInt64
        /// Genders of which a block must have one; 0 for no demand.
        public var genderRequired: UInt8
        /// Genders of which a block should have one; 0 for no wish.
        public var genderPreferred: UInt8
        /// The language's bit index; 0 for no wish.
        public var languagePreferred: Int
        /// Points as long as nobody is found; above anything a placement can cost.
        public var waiting: Int
        /// True when two providers may share the package.
        public var twoProviders: Bool
        /// Providers that said no.
        public var declined: [Int]
        /// Points lost when the placement that the search starts from is changed or given up: an offer that settled. It
        /// says nothing of a need that waits at the start. A package that must not move at all is no need: take its
        /// minutes off.
        public var stayCost: Int

        /// A need as given.
        public init(
            place: Int,
            days: Range<Int>,
            calls: [Call],
            skills: UInt64 = 0,
            genderRequired: UInt8 = 0,
            genderPreferred: UInt8 = 0,
            languagePreferred: Int = 0,
            waiting: Int,
            twoProviders: Bool = false,
            declined: [Int] = [],
            stayCost: Int = 0
        ) {
            precondition(calls.count <= Instance.mostCalls)
            self.place = place
            self.days = days
            self.calls = calls
            self.skills = skills
            self.genderRequired = genderRequired
            self.genderPreferred = genderPreferred
            self.languagePreferred = languagePreferred
            self.waiting = waiting
            self.twoProviders = twoProviders
            self.declined = declined
            self.stayCost = stayCost
        }
    }
}
