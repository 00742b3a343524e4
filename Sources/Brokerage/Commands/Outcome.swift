/// What an accepted command came to: the resource it made or changed. Recorded with an idempotency key, so that
/// the same request gets the same answer.
public enum Outcome: Hashable, Sendable {
    case zone(ZoneID, created: Bool)
    case provider(ProviderID, created: Bool)
    case block(BlockID)
    case claim(ClaimID)
    case shortfall(ShortfallID)
    case referral(ReferralID, created: Bool)
    case offer(OfferID)
    case package(PackageID)
    case person(ReferralID, PersonID)
    case key(KeyID)
    case policy
    /// Time passed; nobody waits for the answer.
    case advanced
}

/// A refusal: a value that a person can act on. Nothing was changed.
public struct Rejection: Error, Hashable, Sendable {
    /// What kind of refusal, and so which status on the wire.
    public enum Kind: String, CaseIterable, Sendable {
        /// Well formed, but against a rule.
        case againstRule
        /// Clashes with what is so now; says what is left.
        case clash
        /// The offer's time has run out.
        case expired
        /// Seen but not allowed.
        case forbidden
        /// Not there, or not for this key to see.
        case notFound
        /// The tag does not fit what is there now.
        case stale
        /// Replacing needs `If-Match`.
        case preconditionRequired
        /// The same idempotency key came with another body.
        case keyReused
    }

    /// A place in the request and what is wrong there.
    public struct Fault: Hashable, Sendable {
        /// A JSON pointer (RFC 6901).
        public let pointer: String
        public let detail: String

        /// A fault from its parts.
        public init(_ pointer: String, _ detail: String) {
            self.pointer = pointer
            self.detail = detail
        }

        /// Faults in one line for a person: the first in full, and how many more there are.
        static func words(_ faults: [Fault]) -> String {
            guard let first = faults.first else { return "a rule is broken" }
            let more = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
            return "\(first.pointer) \(first.detail)\(more)"
        }
    }

    public let kind: Kind
    public let detail: String
    public let faults: [Fault]
    /// What can still be claimed, where a claim clashed.
    public let left: [WeeklyPattern.Row]?

    /// A rejection from its parts.
    public init(
        _ kind: Kind,
        _ detail: String,
        faults: [Fault] = [],
        left: [WeeklyPattern.Row]? = nil
    ) {
        self.kind = kind
        self.detail = detail
        self.faults = faults
        self.left = left
    }

    /// A rule broken at one place.
    public static func rule(_ pointer: String, _ detail: String) -> Rejection {
        Rejection(.againstRule, detail, faults: [Fault(pointer, detail)])
    }
}
