import Broker
import Brokerage
import Journal

/// An auditor's reading of the journal, apart from every node: which command stands where, and which facts. Every
/// record is checked when it appears, every answer when it is given.
struct Chronicle {
    /// A fact that an answer can rest on.
    enum Fact: Hashable {
        case zone(ZoneID), provider(ProviderID), block(BlockID), claim(ClaimID), reduced(ClaimID)
        case shortfall(ShortfallID), referral(ReferralID), triaged(ReferralID), readyDate(ReferralID)
        case withdrawn(ReferralID), overridden(ReferralID), accepted(OfferID), package(PackageID), refused(OfferID),
            postponed(PackageID)
        case started(PackageID), ended(PackageID), disclosed(ReferralID), key(KeyID), revoked(KeyID), policy
    }

    private(set) var position: UInt64 = 0
    private var chain: ChainCheck
    private var commands: [CommandID: UInt64] = [:]
    private var refused: Set<CommandID> = []
    /// Where each fact stands first.
    private var facts: [Fact: UInt64] = [:]
    private var factsOf: [UInt64: [Fact]] = [:]
    /// When an idempotency key was last used.
    private var scopes: [RequestScope: Instant] = [:]
    private var latest = Instant(seconds: 0)
    private var referrals = 0
    private var offers = 0
    private var packages = 0

    init(_ journal: MemoryJournal) { chain = ChainCheck(journal.chain) }

    /// Reads what is new.
    mutating func read(_ journal: MemoryJournal) throws(Fault) {
        let records: [Record]
        do {
            records = try journal.read(after: Position(position), limit: 10_000)
            for record in records { try chain.check(record) }
        } catch {
            throw Fault("the journal's chain breaks: \(error)")
        }
        for record in records {
            let entry: JournalEntry
            do {
                entry = try RecordCodec.decode(record.body)
            } catch {
                throw Fault("record \(record.position) cannot be read: \(error)")
            }
            try note(entry, at: record.position.value)
        }
    }

    private mutating func note(_ entry: JournalEntry, at place: UInt64) throws(Fault) {
        guard place == position + 1 else { throw Fault("record \(place) follows \(position)") }
        position = place
        if let before = commands.updateValue(place, forKey: entry.command) {
            throw Fault("command \(entry.command) stands at \(before) and at \(place)")
        }
        if refused.contains(entry.command) { throw Fault("\(entry.command) was refused and stands at \(place)") }
        if entry.at < latest { throw Fault("time runs backwards at \(place): \(entry.at) after \(latest)") }
        if entry.events.isEmpty { throw Fault("record \(place) is empty") }
        latest = entry.at
        var here: [Fact] = []
        for event in entry.events {
            if let fact = Chronicle.fact(of: event) {
                here.append(fact)
                if facts[fact] == nil { facts[fact] = place }
            }
            try count(event, entry.at, at: place)
        }
        factsOf[place] = here
    }

    /// Identifiers are dense, an offer is accepted once, a key is used once.
    private mutating func count(_ event: Event, _ at: Instant, at place: UInt64) throws(Fault) {
        switch event {
        case .referralReceived(let referral):
            referrals += 1
            if referral.id.number != UInt32(referrals) { throw Fault("\(referral.id) is not the next at \(place)") }
        case .offerSent(let offer):
            offers += 1
            if offer.id.number != UInt32(offers) { throw Fault("\(offer.id) is not the next at \(place)") }
        case .offerAccepted(let offer, let package, _):
            packages += 1
            if package.number != UInt32(packages) { throw Fault("\(package) is not the next at \(place)") }
            if let first = facts[.accepted(offer)], first != place {
                throw Fault("\(offer) is accepted twice, at \(place)")
            }
            facts[.accepted(offer)] = place
        case .requestRemembered(let request):
            if let before = scopes[request.scope], before > at.adding(hours: -24 * 6) {
                throw Fault("an idempotency key was carried out twice, at \(place)")
            }
            scopes[request.scope] = at
        default: break
        }
    }

    private static func fact(of event: Event) -> Fact? {
        switch event {
        case .zoneSet(let zone): .zone(zone.id)
        case .providerSet(let provider): .provider(provider.id)
        case .blockBought(let block): .block(block.id)
        case .minutesClaimed(let claim): .claim(claim.id)
        case .claimReduced(let id, _): .reduced(id)
        case .shortfallReported(let shortfall): .shortfall(shortfall.id)
        case .referralReceived(let referral): .referral(referral.id)
        case .referralTriaged(let id, _): .triaged(id)
        case .readyDateRecorded(let id, _): .readyDate(id)
        case .referralWithdrawn(let id): .withdrawn(id)
        case .offerAccepted(_, let package, _): .package(package)
        case .offerRefused(let id, _): .refused(id)
        case .firstVisitPostponed(let id, _, _): .postponed(id)
        case .careStarted(let id, _, _, _, _): .started(id)
        case .packageEnded(let id, _, _): .ended(id)
        case .personDisclosed(_, let id): .disclosed(id)
        case .keyAdded(let key): .key(key.id)
        case .keyRevoked(let id): .revoked(id)
        case .policyAdopted, .policySet: .policy
        case .placementOverridden(let id, _): .overridden(id)
        case .dayBegan, .referralAmended, .referralRezoned, .placementDecided, .offerSent, .offerExpired,
            .offerWithdrawn, .careOverran,
            .coverFound, .alertRaised, .triesDeferred, .scarcitySet, .requestRemembered, .nounSet, .requestsForgotten:
            nil
        }
    }

    // MARK: Answers

    /// What the journal must hold for an accepted command; nil where nothing is certain.
    static func ground(of command: Command, _ outcome: Outcome) -> Fact? {
        switch (command, outcome) {
        case (.setZone, .zone(let id, _)): .zone(id)
        case (.setProvider, .provider(let id, _)): .provider(id)
        case (.buyBlock, .block(let id)): .block(id)
        case (.claim, .claim(let id)): .claim(id)
        case (.reduceClaim, .claim(let id)): .reduced(id)
        case (.reportShortfall, .shortfall(let id)): .shortfall(id)
        case (.refer, .referral(let id, _)), (.amend, .referral(let id, _)): .referral(id)
        case (.triage, .referral(let id, _)): .triaged(id)
        case (.recordReadyDate, .referral(let id, _)): .readyDate(id)
        case (.withdraw, .referral(let id, _)): .withdrawn(id)
        case (.accept, .package(let id)): .package(id)
        case (.refuse, .offer(let id)): .refused(id)
        case (.postponeFirstVisit, .package(let id)): .postponed(id)
        case (.start, .package(let id)): .started(id)
        case (.end, .package(let id)): .ended(id)
        case (.disclosePerson, .person(let id, _)): .disclosed(id)
        case (.addKey, .key(let id)): .key(id)
        case (.revokeKey, .key(let id)): .revoked(id)
        case (.adoptPolicy, .policy), (.setPolicy, .policy): .policy
        case (.override, .referral(let id, _)): .overridden(id)
        default: nil
        }
    }

    /// An accepted answer must rest on what the journal holds at the position it names.
    func check(_ request: Request, _ command: CommandID, _ outcome: Outcome, at answered: UInt64) throws(Fault) {
        guard answered <= position else {
            throw Fault("\(request.words) was answered at \(answered) when the journal ended at \(position)")
        }
        switch request.command {
        // Time passing, and the policy that is in force anyway, need no record.
        case .advance, .improve, .adoptPolicy, .setPolicy: return
        default: break
        }
        guard let ground = Chronicle.ground(of: request.command, outcome) else {
            throw Fault("\(request.words) came to \(outcome)")
        }
        guard let place = facts[ground], place <= answered else {
            throw Fault("\(request.words) was accepted at \(answered), and the journal does not hold \(ground)")
        }
        guard let own = commands[command] else {
            // Said again, by key or in the same words: then the record is an earlier attempt's.
            if request.mayBeRepeat { return }
            throw Fault("\(request.words) was accepted at \(answered) and left no record")
        }
        guard own <= answered else { throw Fault("\(request.words) stands at \(own), behind its answer \(answered)") }
        if case .amend = request.command { return }
        // What is said again can be a day's first command, and stand for the day that began.
        guard factsOf[own]?.contains(ground) == true || request.mayBeRepeat else {
            throw Fault("\(request.words) stands at \(own), which does not say \(ground)")
        }
    }

    /// A refused command must leave no trace, now or later.
    mutating func refuse(_ request: Request, _ command: CommandID) throws(Fault) {
        if let place = commands[command] { throw Fault("\(request.words) was refused and stands at \(place)") }
        for earlier in request.commands where request.isRepeatable {
            if let place = commands[earlier] {
                throw Fault("\(request.words) was carried out at \(place); asked for again, it was refused")
            }
        }
        refused.insert(command)
    }
}
