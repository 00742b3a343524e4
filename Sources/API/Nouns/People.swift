import Broker
import Brokerage
import JSON

/// Who a person is: recorded before it is answered, and kept in no cache.
enum People {
    @Sendable static func ofReferral(_ exchange: Exchange) throws(Problem) -> Intent {
        try QueryReader(exchange.request.query).finish()
        return try disclose(.referral(try exchange.id()), exchange)
    }

    @Sendable static func ofPackage(_ exchange: Exchange) throws(Problem) -> Intent {
        try QueryReader(exchange.request.query).finish()
        return try disclose(.package(try exchange.id()), exchange)
    }

    private static func disclose(_ via: DisclosedVia, _ exchange: Exchange) throws(Problem) -> Intent {
        exchange.intent(.disclosePerson(via), body: nil) { _, resource, _ in
            guard case .person(_, let person) = resource else { return nil }
            let subject = person.description
            let keys = [TextKind.person, TextKind.needs].map { TextKey(subject: subject, kind: $0) }
            return .reading(keys) { texts in
                let who = texts.value(subject, TextKind.person)
                let home = texts.value(subject, TextKind.needs)?["home"]
                var json = JSONWriter()
                json.object { json in
                    json.field("id", subject)
                    json.field("reference", orNull: who?["reference"])
                    json.field("name", orNull: who?["name"])
                    json.field("nhsNumber", orNull: who?["nhsNumber"])
                    json.field("address", orNull: who?["address"])
                    json.field("telephone", orNull: who?["telephone"])
                    json.field("externalIds", orNull: who?["externalIds"])
                    // How to get in (a key safe's code) is told with the address, not before.
                    json.field("access", orNull: home?["access"])
                }
                var served = Served(json)
                served.isSecret = true
                return served
            }
        }
    }
}
