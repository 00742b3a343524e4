import Brokerage

/// A command on its way to the broker, with what must not reach the journal's rows kept beside it.
public struct Submission: Sendable {
    /// What is asked.
    public var command: Command
    /// Who asks.
    public var actor: Actor
    /// Names, references and free text: sealed into the vault in the transaction that records the command.
    public var texts: [SensitiveText]
    /// The NHS number in `texts`, to find the same person's other referrals; never recorded.
    public var nhsNumber: NHSNumber?
    /// The request's body in one canonical spelling: told apart by its HMAC only. Empty without a body.
    public var body: [UInt8]
    /// The client's `Idempotency-Key` with the route it was sent to; nil without one.
    public var idempotency: IdempotencyKey?

    /// A submission from its parts.
    public init(
        _ command: Command,
        by actor: Actor,
        texts: [SensitiveText] = [],
        nhsNumber: NHSNumber? = nil,
        body: [UInt8] = [],
        idempotency: IdempotencyKey? = nil
    ) {
        self.command = command
        self.actor = actor
        self.texts = texts
        self.nhsNumber = nhsNumber
        self.body = body
        self.idempotency = idempotency
    }
}

/// Text about a person (or in a person's words), as JSON, for the vault.
public struct SensitiveText: Sendable {
    /// What it is: "person", "needs", "triage", "acceptance-o12". At most 128 bytes, no personal data.
    public var kind: String
    /// JSON, at most 256 KiB.
    public var json: [UInt8]

    /// A text from its parts.
    public init(kind: String, json: [UInt8]) {
        self.kind = kind
        self.json = json
    }
}

/// A client's word for "this is the same request".
public struct IdempotencyKey: Sendable {
    /// The route pattern with its parameters filled in, "POST /v1/referrals".
    public var route: String
    /// The header's value, 1...255 bytes.
    public var value: String

    /// A key from its parts.
    public init(route: String, value: String) {
        self.route = route
        self.value = value
    }
}

/// The broker's answer to a submission.
public enum Ruled: Sendable {
    /// Done and durable: what it came to, the resource as it was answered the first time, and the position at which
    /// it can be read.
    case accepted(Outcome, Resource, position: UInt64)
    /// Refused; nothing was changed.
    case refused(Rejection, position: UInt64)
    /// Not taken, or not known to be durable: try again after so many seconds.
    case unavailable(String, retryAfter: Int)
}

/// What readers see: the state after a durable batch. Never changed. An object, since a copy of the state counts its four dozen
/// references one by one, on cores that share them; handing this over counts one.
public final class Published: Sendable {
    /// The state.
    public let state: State
    /// The journal position it stands on.
    public let position: UInt64

    /// A state with its position.
    public init(state: State, position: UInt64) {
        self.state = state
        self.position = position
    }

    /// The key with this SHA-256, unless it was revoked. Asked for with every request: the state is looked at where it lies,
    /// since a copy counts four dozen references.
    public func key(withHash hash: [UInt8]) -> AccessKey? { state.key(withHash: hash) }
}

extension Submission {
    /// Whether it says who a person is, and with that whether there is a number.
    var saysWho: Bool { texts.contains { $0.kind == Secrets.personKind } }
}

extension SensitiveText {
    /// Under whose name the vault keeps the texts of a command: a person's pseudonym for everything about a person,
    /// the resource's own identifier for the rest.
    static func subject(of resource: Resource, in state: State) -> String {
        switch resource {
        case .referral(let referral): referral.person.description
        case .package(let package): package.person.description
        case .offer(let offer): state.referrals[offer.referral]?.person.description ?? offer.id.description
        case .person(_, let person): person.description
        case .claim(let claim): claim.id.description
        case .shortfall(let shortfall): shortfall.id.description
        case .block(let block, _): block.id.description
        case .zone(let zone): "zone-\(zone.id)"
        case .provider(let provider): "provider-\(provider.id)"
        case .key(let key): key.id.description
        case .policy: "policy"
        case .nothing: "system"
        }
    }
}
