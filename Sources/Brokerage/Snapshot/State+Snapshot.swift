import HashTreeCollections

/// The whole state as bytes and back: what a service writes now and then in the background, so that it need not read its
/// journal from the beginning when it starts.
extension State {
    /// The format of a snapshot's body. Raise it with every change after which an old snapshot must not be read: a field
    /// that was added, removed or means something else, in `State` or below, and an event that `apply` now gives another
    /// effect. Snapshots of another format are passed over, at the cost of one long start.
    /// `SnapshotFormatTests` fails when it was forgotten.
    package static let snapshotFormat: UInt32 = 6

    /// The state as bytes; the same state gives the same bytes. Takes about as long as reading them, so it belongs on a
    /// queue in the background.
    ///
    /// - Parameter audit: for tests, told of every struct in it with the number of its fields that were written.
    package func snapshot(audit: ((Any, Int) -> Void)? = nil) -> [UInt8] {
        var coder = SnapshotCoder(capacity: 1 << 16)
        coder.audit = audit
        do throws(SnapshotError) {
            _ = try State.code(&coder, self)
        } catch {
            preconditionFailure("writing does not fail: \(error)")
        }
        return coder.bytes
    }

    /// The state that was written to these bytes.
    ///
    /// - Throws: what was expected. The bytes are trusted to be what was written (a checksum over them said so): what is
    ///   caught here is a format that changed without its number.
    package init(snapshot bytes: UnsafeRawBufferPointer) throws(SnapshotError) {
        var coder = SnapshotCoder(reading: bytes)
        self = try State.code(&coder, nil)
        try coder.finish()
    }
}

extension State: CodedFields {
    init(_ field: inout SnapshotCoder, _ old: State?) throws(SnapshotError) {
        now = try field(old?.now)
        today = try field(old?.today)
        policy = try field(old?.policy)
        filedPolicy = try field.optional(old?.filedPolicy)
        zones = try field.map(old?.zones)
        providers = try field.map(old?.providers)
        blocks = try field.map(old?.blocks)
        claims = try field.map(old?.claims)
        shortfalls = try field.map(old?.shortfalls)
        slabs = try field.map(old?.slabs)
        referrals = try field.table(old?.referrals)
        offers = try field.table(old?.offers)
        packages = try field.table(old?.packages)
        keys = try field.map(old?.keys)
        remembered = try field.requests(old?.remembered)
        requestsForgottenBefore = try field(old?.requestsForgottenBefore)
        nouns = try field.map(old?.nouns) { $0.place < $1.place }
        deferrals = try field.map(old?.deferrals)
        scarcities = try field.map(old?.scarcities)
        scarcitySetAt = try field.map(old?.scarcitySetAt)
        disclosures = try field(old?.disclosures)
        // The indexes too: reading them is no slower than making them, and a start has what was in memory.
        zoneOfDistrict = try field.map(old?.zoneOfDistrict)
        blocksOfZone = try field.map(old?.blocksOfZone)
        claimsOfProvider = try field.map(old?.claimsOfProvider)
        shortfallsOfClaim = try field.map(old?.shortfallsOfClaim)
        holders = try field.map(old?.holders)
        waiting = try field.map(old?.waiting)
        seeking = try field(old?.seeking)
        openOffers = try field(old?.openOffers)
        livePackages = try field(old?.livePackages)
        leaving = try field(old?.leaving)
        caseloads = try field.map(old?.caseloads)
        spotPurchases = try field(old?.spotPurchases)
        onOffer = try field.map(old?.onOffer)
        received = try field.map(old?.received)
        referralOfPerson = try field.runs(old?.referralOfPerson)
        keyOfHash = try field.map(old?.keyOfHash) { $0.lexicographicallyPrecedes($1) }
        supplyVersions = try field.map(old?.supplyVersions)
    }
}
