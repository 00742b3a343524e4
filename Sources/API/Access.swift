import Brokerage
import HTTPWire

/// Who may use a route. What a key may not see is 404, what it may see but not do is 403.
enum Access {
    static func check(_ route: Route, _ exchange: Exchange) throws(Problem) {
        guard let roles = route.roles, !roles.contains(exchange.actor.role) else { return }
        guard isVisible(route.subject, exchange) else { throw .notThere }
        throw .forbidden("A key of the role \(exchange.actor.role.rawValue) may not do this.")
    }

    /// Whether the caller may see what the path names.
    private static func isVisible(_ subject: Route.Subject, _ exchange: Exchange) -> Bool {
        let state = exchange.state
        let name = exchange.parameters.first ?? ""
        return switch subject {
        case .none: true
        case .referral:
            ReferralID(name).flatMap { state.referrals[$0] }.map { state.isVisible($0, to: exchange.actor) }
                ?? false
        case .offer:
            OfferID(name).flatMap { state.offers[$0] }.map { state.isVisible($0, to: exchange.actor) }
                ?? false
        case .package:
            PackageID(name).flatMap { state.packages[$0] }.map { state.isVisible($0, to: exchange.actor) }
                ?? false
        case .block:
            BlockID(name).flatMap { state.blocks[$0] }.map { state.isVisible($0, to: exchange.actor) }
                ?? false
        case .provider: ProviderID(name).map { Providers.isVisible($0, to: exchange.actor) } ?? false
        }
    }

    /// Refuses when `Accept` rules the format out (RFC 9110 section 12.5.1).
    static func checkAccept(_ request: Request, _ type: String) throws(Problem) {
        guard let accept = request.fields[.accept], !accept.isEmpty else { return }
        let family = type.prefix { $0 != "/" } + "/*"
        var best: (precision: Int, isAllowed: Bool)?
        for range in accept.lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let name = parts.first else { continue }
            let precision = name == type ? 3 : name == family ? 2 : name == "*/*" ? 1 : 0
            guard precision > best?.precision ?? 0 else { continue }
            let isRuledOut = parts.dropFirst().contains { part in
                part.hasPrefix("q=0") && part.dropFirst(3).allSatisfy { $0 == "." || $0 == "0" }
            }
            best = (precision, !isRuledOut)
        }
        guard best?.isAllowed ?? false else {
            throw Problem(.notAcceptable, "This can only be had as \(type).")
        }
    }
}
