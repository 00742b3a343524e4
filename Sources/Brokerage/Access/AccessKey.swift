/// What a key may do.
public enum Role: String, CaseIterable, Sendable {
    case referrer, provider, clinician, broker, commissioner, dashboard, administrator
}

/// An access key of an organisation. The secret itself is never kept: only its SHA-256, which is enough since the
/// secret is 256 random bits.
public struct AccessKey: Hashable, Sendable {
    public let id: KeyID
    /// SHA-256 of the secret, 32 bytes.
    public let hash: [UInt8]
    public let role: Role
    /// Whose key it is; for a provider, the provider's id.
    public let organisation: OrganisationID
    public let addedAt: Instant
    public var revokedAt: Instant?

    /// A key from its parts.
    public init(
        id: KeyID,
        hash: [UInt8],
        role: Role,
        organisation: OrganisationID,
        addedAt: Instant,
        revokedAt: Instant? = nil
    ) {
        self.id = id
        self.hash = hash
        self.role = role
        self.organisation = organisation
        self.addedAt = addedAt
        self.revokedAt = revokedAt
    }
}

/// Who submits a command: recorded with every change.
public struct Actor: Hashable, Sendable {
    /// The key used; nil for the service itself (the ticker) and the command line.
    public let key: KeyID?
    public let role: Role
    public let organisation: OrganisationID

    /// An actor from its parts.
    public init(key: KeyID?, role: Role, organisation: OrganisationID) {
        self.key = key
        self.role = role
        self.organisation = organisation
    }

    /// Whether it may act for any provider or referrer of its system: the telephone call.
    public var actsForOthers: Bool {
        switch role {
        case .broker, .commissioner, .administrator: true
        case .referrer, .provider, .clinician, .dashboard: false
        }
    }
}
