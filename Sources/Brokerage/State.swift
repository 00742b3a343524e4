import HashTreeCollections

/// The whole brokerage at one position of the journal: a value. A copy costs nothing and can be changed without
/// anyone noticing, so it is what readers see, what the next decision stands on, and a laboratory for what-ifs.
///
/// Everything below the first group is an index: derived from the first by `apply`, never consulted for truth.
public struct State: Sendable {
    /// The latest moment that anything was decided.
    public internal(set) var now = Instant(seconds: 0)
    /// The London date the ledger's window stands on.
    public internal(set) var today: Day
    public internal(set) var policy = Policy()
    /// The policy as configuration files have said it so far: the same words again change nothing, so that what a person set
    /// since stays. nil: none has said anything.
    public internal(set) var filedPolicy: Policy?
    public internal(set) var zones: TreeDictionary<ZoneID, Zone> = [:]
    public internal(set) var providers: TreeDictionary<ProviderID, Provider> = [:]
    public internal(set) var blocks: TreeDictionary<BlockID, Block> = [:]
    public internal(set) var claims: TreeDictionary<ClaimID, Claim> = [:]
    public internal(set) var shortfalls: TreeDictionary<ShortfallID, Shortfall> = [:]
    /// One ledger a claim.
    public internal(set) var slabs: TreeDictionary<ClaimID, Slab> = [:]
    public internal(set) var referrals = DenseTable<ReferralID, Referral>()
    public internal(set) var offers = DenseTable<OfferID, Offer>()
    public internal(set) var packages = DenseTable<PackageID, Package>()
    public internal(set) var keys: TreeDictionary<KeyID, AccessKey> = [:]
    public internal(set) var remembered = RememberedRequests()
    /// Idempotency keys used before this were dropped.
    public internal(set) var requestsForgottenBefore = Instant(seconds: 0)
    /// The body with which each noun of state was set.
    public internal(set) var nouns: TreeDictionary<Noun, [UInt8]> = [:]
    /// Zones in which not everyone who waits was tried when minutes came free, and how many were.
    public internal(set) var deferrals: TreeDictionary<ZoneID, Int> = [:]
    /// How sought after each claim's minutes were when the batch last looked, a figure for each band.
    public internal(set) var scarcities: TreeDictionary<ClaimID, [Int]> = [:]
    /// When that was, zone by zone.
    var scarcitySetAt: TreeDictionary<ZoneID, Instant> = [:]
    /// How often a person was disclosed, ever; the events say who and to whom.
    public internal(set) var disclosures: UInt64 = 0

    // Indexes.
    var zoneOfDistrict: TreeDictionary<PostcodeDistrict, ZoneID> = [:]
    var blocksOfZone: TreeDictionary<ZoneID, [BlockID]> = [:]
    var claimsOfProvider: TreeDictionary<ProviderID, [ClaimID]> = [:]
    var shortfallsOfClaim: TreeDictionary<ClaimID, [ShortfallID]> = [:]
    var holders: TreeDictionary<ClaimID, Holders> = [:]
    var waiting: TreeDictionary<ZoneID, IDSet<ReferralID>> = [:]
    var seeking = IDSet<ReferralID>()
    var openOffers = IDSet<OfferID>()
    var livePackages = IDSet<PackageID>()
    /// Packages with an end that was planned and visits until then.
    var leaving = IDSet<PackageID>()
    /// People with an open offer, a live package or one that is leaving, by provider, for its caseload.
    var caseloads: TreeDictionary<ProviderID, Int> = [:]
    /// Blocks bought on the spot.
    var spotPurchases = IDSet<BlockID>()
    /// Weekly minutes that each provider has on offer in a zone, for fairness; what was bought on the spot apart.
    var onOffer: TreeDictionary<Receiver, Int> = [:]
    /// What each provider received of a zone's packages, for fairness.
    var received: TreeDictionary<Receiver, Receipts> = [:]
    var referralOfPerson = RunMap<PersonID, ReferralID>()
    var keyOfHash: TreeDictionary<[UInt8], KeyID> = [:]
    var supplyVersions: TreeDictionary<ZoneID, UInt64> = [:]

    /// What stands on one claim now.
    struct Holders: Sendable, Equatable {
        private(set) var offers = IDSet<OfferID>()
        private(set) var packages = IDSet<PackageID>()
        /// Of these, those with a visit at a fixed time, in the order in which they came: only they keep carers from others,
        /// and there are few, however many stand on the claim.
        private(set) var timedOffers: [OfferID] = []
        private(set) var timedPackages: [PackageID] = []

        mutating func add(_ offer: Offer) {
            offers.insert(offer.id)
            if offer.ask.hasTimedVisit { timedOffers.append(offer.id) }
        }

        mutating func add(_ package: Package) {
            packages.insert(package.id)
            if package.ask.hasTimedVisit { timedPackages.append(package.id) }
        }

        mutating func remove(_ offer: OfferID) {
            offers.remove(offer)
            timedOffers.removeAll { $0 == offer }
        }

        mutating func remove(_ package: PackageID) {
            packages.remove(package)
            timedPackages.removeAll { $0 == package }
        }
    }

    /// A brokerage in which nothing has happened, on a London date.
    public init(today: Day) {
        self.today = today
    }

    /// The days the ledger holds.
    public var window: Window { Window(today: today) }

    func nextID<ID: DenseIdentifier, Value>(_ map: TreeDictionary<ID, Value>) -> ID {
        ID(number: UInt32(map.count) + 1)
    }

    func nextID<ID: DenseIdentifier, Value>(_ table: DenseTable<ID, Value>) -> ID {
        ID(number: UInt32(table.count) + 1)
    }

    /// The zone a district lies in.
    public func zone(of district: PostcodeDistrict) -> ZoneID? { zoneOfDistrict[district] }

    /// Grows whenever the free minutes of a zone may have changed; what is derived from them can be kept while it
    /// stays.
    public func supplyVersion(of zone: ZoneID) -> UInt64 { supplyVersions[zone] ?? 0 }

    /// The key with this SHA-256, unless it was revoked.
    public func key(withHash hash: [UInt8]) -> AccessKey? {
        guard let id = keyOfHash[hash], let key = keys[id], key.revokedAt == nil else { return nil }
        return key
    }

    /// The referral that brought a person in.
    public func referral(of person: PersonID) -> ReferralID? { referralOfPerson.last(person) }

    /// Blocks of a zone, ascending.
    public func blocks(of zone: ZoneID) -> [BlockID] { blocksOfZone[zone] ?? [] }

    /// Claims of a provider, ascending.
    public func claims(of provider: ProviderID) -> [ClaimID] { claimsOfProvider[provider] ?? [] }

    /// Shortfalls of a claim, ascending.
    public func shortfalls(of claim: ClaimID) -> [ShortfallID] { shortfallsOfClaim[claim] ?? [] }

    /// Packages that are not ended, ascending.
    public var packagesInCare: [PackageID] { Array(livePackages) }

    /// Referrals for which care is sought, ascending.
    public var referralsSeekingCare: [ReferralID] { Array(seeking) }

    /// Offers without an answer, ascending.
    public var offersOpen: [OfferID] { Array(openOffers) }
}

/// A resource as a value, with all that an answer about it is rendered from.
public enum Resource: Sendable, Equatable {
    case zone(Zone)
    case provider(Provider)
    case block(Block, [Claim])
    case claim(Claim)
    case shortfall(Shortfall)
    case referral(Referral)
    case offer(Offer)
    case package(Package)
    case person(ReferralID, PersonID)
    case key(AccessKey)
    case policy(Policy)
    case nothing
}

extension State {
    /// The resource an outcome names, as it is now.
    public func resource(_ outcome: Outcome) -> Resource {
        switch outcome {
        case .zone(let id, _): zones[id].map(Resource.zone) ?? .nothing
        case .provider(let id, _): providers[id].map(Resource.provider) ?? .nothing
        case .block(let id): blocks[id].map { Resource.block($0, $0.claims.compactMap { claims[$0] }) } ?? .nothing
        case .claim(let id): claims[id].map(Resource.claim) ?? .nothing
        case .shortfall(let id): shortfalls[id].map(Resource.shortfall) ?? .nothing
        case .referral(let id, _): referrals[id].map(Resource.referral) ?? .nothing
        case .offer(let id): offers[id].map(Resource.offer) ?? .nothing
        case .package(let id): packages[id].map(Resource.package) ?? .nothing
        case .person(let referral, let person): .person(referral, person)
        case .key(let id): keys[id].map(Resource.key) ?? .nothing
        case .policy: .policy(policy)
        case .advanced: .nothing
        }
    }
}

/// Here, since only this file may set the fields.
extension State.Holders: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: State.Holders?) throws(SnapshotError) {
        offers = try field(old?.offers)
        packages = try field(old?.packages)
        timedOffers = try field(old?.timedOffers)
        timedPackages = try field(old?.timedPackages)
    }
}
