/// The ask for one person's care, and how far it has come.
public struct Referral: Hashable, Sendable {
    /// How far the ask has come.
    public enum Status: String, CaseIterable, Sendable {
        case provisional, waiting, offered, accepted, started, paused, ended, withdrawn, adviceOnly

        /// Whether care for it is still being sought.
        public var isSeekingCare: Bool {
            switch self {
            case .provisional, .waiting, .offered: true
            case .accepted, .started, .paused, .ended, .withdrawn, .adviceOnly: false
            }
        }
    }

    /// What the therapists found.
    public struct Triage: Hashable, Sendable {
        /// Care alone, care with therapy, or no care from here.
        public enum Outcome: String, CaseIterable, Sendable { case careOnly, careAndTherapy, adviceOnly }

        public let outcome: Outcome
        public let at: Instant
        /// The role of whoever triaged, as a code; the name is in the vault.
        public let role: String

        /// A finding from its parts.
        public init(outcome: Outcome, at: Instant, role: String) {
            self.outcome = outcome
            self.at = at
            self.role = role
        }
    }

    /// When someone said the person was ready to leave, or no longer was.
    public struct ReadyDate: Hashable, Sendable {
        /// From when the person is ready; nil: no longer ready.
        public let at: Instant?
        public let recordedAt: Instant

        /// An entry from its parts.
        public init(at: Instant?, recordedAt: Instant) {
            self.at = at
            self.recordedAt = recordedAt
        }
    }

    /// Something a person must look at.
    public struct Alert: Hashable, Sendable {
        /// What it is about.
        public enum Kind: String, CaseIterable, Sendable {
            /// Half, most and all of the placement clock has run (12, 20, 24 h for most; policy).
            case placementEarly, placementLate, placementBreached
            /// An urgent referral has not been placed within minutes: telephone.
            case urgentUnplaced
            /// Two offers lapsed without an answer: a person takes over.
            case offersUnanswered
            /// An offer waits for the provider's opening while the placement clock runs.
            case answerAfterHours
            /// The first visit's window has passed without a start: someone may be alone at home.
            case notStarted
            /// A start was told before its visit began: confirm it.
            case startToldAhead
            /// A postponed first visit's minutes have been kept long enough: decide.
            case postponedTooLong
            /// A visit has no minutes or no carer, or the other provider's part has ended: find cover.
            case coverNeeded
            /// The last free day has passed and nobody has decided what follows.
            case overstayed
            /// The referral changed after the provider accepted, and the provider could not be asked or said no.
            case changeUnconfirmed
            /// Another live referral has the same NHS number.
            case possibleDuplicate
        }

        public let kind: Kind
        public let at: Instant

        /// An alert from its parts.
        public init(kind: Kind, at: Instant) {
            self.kind = kind
            self.at = at
        }
    }

    /// The visits that one of two providers carries, where they share a package.
    public struct Share: Hashable, Sendable {
        /// Indices into the visits asked for, ascending.
        public let visits: [Int]
        /// The offer that is open or was accepted; nil: it is being sought.
        public var offer: OfferID?
        public var package: PackageID?

        /// A share from its parts.
        public init(visits: [Int], offer: OfferID? = nil, package: PackageID? = nil) {
            self.visits = visits
            self.offer = offer
            self.package = package
        }
    }

    /// A named person's choice of the provider. The name and the reason are in the vault.
    public struct Override: Hashable, Sendable {
        public let provider: ProviderID
        /// The block bought on the spot for it; nil: on minutes bought ahead.
        public let spot: BlockID?
        /// The role of whoever decided.
        public let role: String
        public let at: Instant
        /// The version of the referral it was decided on: names the vault's text with the reason.
        public let words: UInt32

        /// A choice from its parts.
        public init(provider: ProviderID, spot: BlockID?, role: String, at: Instant, words: UInt32) {
            self.provider = provider
            self.spot = spot
            self.role = role
            self.at = at
            self.words = words
        }
    }

    public let id: ReferralID
    public let person: PersonID
    /// Whose referral it is: the organisation of the key that posted it.
    public let referrer: OrganisationID
    /// The zone in which care is sought: where the district lies, until an offer is accepted.
    public internal(set) var zone: ZoneID
    public var ask: Ask
    public var status: Status
    public let receivedAt: Instant
    /// When it could first be placed; starts the placement clock, which never pauses.
    public var completedAt: Instant?
    /// When a first visit is to be available; nil while provisional.
    public var due: Instant?
    public var triage: Triage?
    public var readyDates: [ReadyDate]
    /// The offer that is open or was accepted; of two that share the package the one that was sent or answered last.
    public var offer: OfferID?
    /// The package it became; of two that share it the one that was accepted last.
    public var package: PackageID?
    /// Who carries which visits, where two providers share them; empty otherwise.
    public var shares: [Share] = []
    /// Providers that refused or let an offer lapse, ascending: not asked again for this referral.
    public var declined: [ProviderID]
    /// Offers that lapsed; after two, a person.
    public var expiries: Int
    public var alerts: [Alert]
    /// The decision in force.
    public var decision: Decision?
    /// The last time a named person chose the provider; nil: never.
    public var override: Override?
    /// Live referrals with the same NHS number when this one came in.
    public let duplicates: [ReferralID]
    /// Grows with everything that happens to it; part of its ETag.
    public var version: UInt32

    /// A referral as it is received, undecided.
    public init(
        id: ReferralID,
        person: PersonID,
        referrer: OrganisationID,
        zone: ZoneID,
        ask: Ask,
        receivedAt: Instant,
        completedAt: Instant?,
        due: Instant?,
        duplicates: [ReferralID]
    ) {
        self.id = id
        self.person = person
        self.referrer = referrer
        self.zone = zone
        self.ask = ask
        status = ask.isProvisional ? .provisional : .waiting
        self.receivedAt = receivedAt
        self.completedAt = completedAt
        self.due = due
        triage = nil
        readyDates = ask.readyAt.map { [ReadyDate(at: $0, recordedAt: receivedAt)] } ?? []
        offer = nil
        package = nil
        declined = []
        expiries = 0
        alerts = []
        decision = nil
        override = nil
        self.duplicates = duplicates
        version = 1
    }

    /// Ready dates that are shown, the latest 64: the journal has them all.
    static let mostReadyDates = 64

    /// Notes that the person is ready from a moment on, or no longer is.
    mutating func add(_ date: ReadyDate) {
        readyDates = (readyDates + [date]).suffix(Referral.mostReadyDates)
    }

    /// Alerts that stand at a time, 64: a shortfall a day for two months.
    static let mostAlerts = 64

    /// Whether an alert of this kind stands.
    public func hasAlert(_ kind: Alert.Kind) -> Bool { alerts.contains { $0.kind == kind } }

    /// Takes off alerts whose matter is settled, so that they can be raised again.
    mutating func settle(_ kinds: Alert.Kind...) { alerts.removeAll { kinds.contains($0.kind) } }
}

extension Referral {
    /// Offers that are open or were accepted, and packages: two each where providers share.
    public var offers: [OfferID] { shares.isEmpty ? [offer].compactMap { $0 } : shares.compactMap(\.offer) }
    public var packages: [PackageID] { shares.isEmpty ? [package].compactMap { $0 } : shares.compactMap(\.package) }

    /// What care is still sought for: all that was asked, or what a second provider has yet to take on.
    public var sought: Ask {
        let missing = missingVisits
        return missing.isEmpty ? ask : ask.with(visits: missing.map { ask.visits[$0] })
    }

    /// The visits that nobody carries while another provider has accepted the rest, ascending; empty: all or none.
    var missingVisits: [Int] {
        guard shares.contains(where: { $0.package != nil }) else { return [] }
        return shares.filter { $0.package == nil }.flatMap(\.visits).sorted()
    }

    /// What another provider has accepted already while the rest is sought: until that has ended the ask stays as it is.
    var acceptedPart: PackageID? { status.isSeekingCare ? packages.first : nil }

    /// How many providers what is sought may be shared among: one, once another has accepted a part.
    var providersSought: Int { missingVisits.isEmpty ? ask.maxProviders : 1 }
}
