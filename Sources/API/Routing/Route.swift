import Brokerage
import HTTPWire
import JSON

/// One row of the table of routes: what matching, access, metric labels and the OpenAPI document are made from.
struct Route: Sendable {
    /// How it is answered.
    enum Work: Sendable {
        /// From the state, or after reading texts.
        case query(@Sendable (Exchange) throws(Problem) -> Reply)
        /// The same for lists and boards, whose work grows with the brokerage: worked out beside the lane.
        case list(@Sendable (Exchange) throws(Problem) -> Reply)
        /// The same for what tries many things: worked out where it keeps nobody else waiting.
        case study(@Sendable (Exchange) throws(Problem) -> Reply)
        /// Through the broker; the value is the body.
        case command(@Sendable (Exchange, JSONValue) throws(Problem) -> Plan)
        /// Through the broker, because the reading itself is recorded; no body.
        case recordedQuery(@Sendable (Exchange) throws(Problem) -> Intent)
        /// The capacity poll, which each lane keeps prepared.
        case capacity
        /// Open to anyone, without a key.
        case probe(Probe)
    }

    enum Probe: Sendable { case index, health, readiness, metrics, openAPI, problem }

    /// What the first parameter names, to tell "may not see" from "may not do".
    enum Subject: Sendable { case none, referral, offer, package, block, provider }

    /// A query parameter, as the OpenAPI document shows it.
    struct QueryParameter: Sendable {
        let name: String
        let schema: String
        let summary: String
        var repeats = false
    }

    let method: Method
    /// `/v1/referrals/{id}`: also the label of its metrics.
    let pattern: String
    /// Who may use it; nil: anyone, without a key.
    let roles: [Role]?
    let subject: Subject
    let summary: String
    var query: [QueryParameter] = []
    /// Schemas of the bodies in the OpenAPI document.
    var requestSchema: String?
    let answerSchema: String
    /// Whether it may answer 201.
    var creates = false
    let work: Work
    /// Its place in the table; set by the table.
    var number = 0

    /// Whether a PUT replaces a resource that is read at the same path, rather than setting a noun of state.
    var isReplacing: Bool { method == .put && (pattern.hasSuffix("{id}") || pattern.hasSuffix("/policy")) }

    var segments: [Substring] {
        Array(pattern.split(separator: "/", omittingEmptySubsequences: false).dropFirst())
    }
}

extension Role {
    /// Every role there is.
    static let all = Role.allCases
}
