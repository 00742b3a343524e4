import Brokerage
import HTTPWire

/// The table of routes.
enum Routes {
    static let table = RouteTable(all)

    static let all: [Route] = zones + providers + blocks + referrals + offers + packages + boards + policy + open

    // Whoever may act for any provider or referrer (the telephone call) stands in their rows too.
    static let commissioning: [Role] = [.commissioner, .administrator]
    static let supplying: [Role] = [.provider, .broker, .commissioner, .administrator]
    static let referring: [Role] = [.referrer, .broker, .commissioner, .administrator]
    static let amending: [Role] = referring + [.clinician]
    static let readingReferrals: [Role] = [
        .referrer, .clinician, .broker, .commissioner, .administrator,
    ]
    static let readingPackages: [Role] = [
        .referrer, .provider, .clinician, .broker, .commissioner, .administrator,
    ]
    static let caring: [Role] = [.clinician, .broker, .administrator]

    static let limit = Route.QueryParameter(
        name: "limit",
        schema: #"{"type":"integer","minimum":1,"maximum":1000,"default":100}"#,
        summary: "Items of a page"
    )
    static let after = Route.QueryParameter(
        name: "after",
        schema: #"{"type":"string"}"#,
        summary: "A cursor, as given in Link"
    )
    static let zone = Route.QueryParameter(
        name: "zone",
        schema: #"{"type":"string"}"#,
        summary: "One zone only"
    )
    static let from = Route.QueryParameter(
        name: "from",
        schema: #"{"type":"string","format":"date"}"#,
        summary: "First day; today in London unless given"
    )

    static func days(_ most: Int) -> Route.QueryParameter {
        Route.QueryParameter(
            name: "days",
            schema: #"{"type":"integer","minimum":1,"maximum":\#(most),"default":14}"#,
            summary: "How many days"
        )
    }

    static func status<Word: RawRepresentable & CaseIterable>(_ type: Word.Type)
        -> Route.QueryParameter
    where Word.RawValue == String {
        let words = Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        return Route.QueryParameter(
            name: "status",
            schema: #"{"type":"string","enum":[\#(words)]}"#,
            summary: "One status only"
        )
    }
}
