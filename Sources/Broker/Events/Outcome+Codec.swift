// What belongs to the broker's own working: keys, remembered requests, what was set by PUT, deferred tries.

import Brokerage
import JSON

extension AccessKey: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("id", id)
            $0.put("hash", Hexadecimal(hash))
            $0.put("role", role)
            $0.put("organisation", organisation)
            $0.put("addedAt", addedAt)
            $0.put("revokedAt", revokedAt)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> AccessKey {
        try reader.object { (reader) throws(CodecError) in
            AccessKey(
                id: try reader.field("id"),
                hash: try reader.field("hash", as: Hexadecimal.self).bytes,
                role: try reader.field("role"),
                organisation: try reader.field("organisation"),
                addedAt: try reader.field("addedAt"),
                revokedAt: try reader.optional("revokedAt")
            )
        }
    }
}

extension RememberedRequest: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("scope", Hexadecimal(scope.bytes))
            $0.put("body", Hexadecimal(body))
            $0.put("outcome", outcome)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> RememberedRequest {
        try reader.object { (reader) throws(CodecError) in
            guard let scope = RequestScope(try reader.field("scope", as: Hexadecimal.self).bytes) else {
                throw CodecError("expected at most \(RequestScope.mostBytes) bytes")
            }
            return RememberedRequest(
                scope: scope,
                body: try reader.field("body", as: Hexadecimal.self).bytes,
                outcome: try reader.field("outcome")
            )
        }
    }
}

/// An outcome is an object: its `kind`, then the resource.
extension Outcome: Recorded {
    /// The outcomes by the names that records give them.
    enum Kind: String, RecordedWord {
        case zone, provider, block, claim, shortfall, referral, offer, package, person, key, policy, advanced

        static let words = Words<Kind>()
        static let meaning: StaticString = "a kind of resource"
    }

    func write(to json: inout JSONWriter) {
        json.object {
            switch self {
            case .zone(let id, let created): $0.put(.zone, id, created: created)
            case .provider(let id, let created): $0.put(.provider, id, created: created)
            case .block(let id): $0.put(.block, id)
            case .claim(let id): $0.put(.claim, id)
            case .shortfall(let id): $0.put(.shortfall, id)
            case .referral(let id, let created): $0.put(.referral, id, created: created)
            case .offer(let id): $0.put(.offer, id)
            case .package(let id): $0.put(.package, id)
            case .person(let referral, let person):
                $0.put(.person, referral)
                $0.put("person", person)
            case .key(let id): $0.put(.key, id)
            case .policy: $0.put("kind", Kind.policy)
            case .advanced: $0.put("kind", Kind.advanced)
            }
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Outcome {
        try reader.object { (reader) throws(CodecError) in
            switch try reader.field("kind", as: Kind.self) {
            case .zone: .zone(try reader.field("id"), created: try reader.field("created"))
            case .provider: .provider(try reader.field("id"), created: try reader.field("created"))
            case .block: .block(try reader.field("id"))
            case .claim: .claim(try reader.field("id"))
            case .shortfall: .shortfall(try reader.field("id"))
            case .referral: .referral(try reader.field("id"), created: try reader.field("created"))
            case .offer: .offer(try reader.field("id"))
            case .package: .package(try reader.field("id"))
            case .person: .person(try reader.field("id"), try reader.field("person"))
            case .key: .key(try reader.field("id"))
            case .policy: .policy
            case .advanced: .advanced
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func put(_ kind: Outcome.Kind, _ id: some Recorded, created: Bool? = nil) {
        put("kind", kind)
        put("id", id)
        put("created", created)
    }
}

/// A noun is an object: its `kind`, then of what it is said.
extension Noun: Recorded {
    /// The nouns by the names that records give them.
    enum Kind: String, RecordedWord {
        case reduction, withdrawal, override, acceptance, refusal, firstVisit, start, ending

        static let words = Words<Kind>()
        static let meaning: StaticString = "a noun of state"
    }

    func write(to json: inout JSONWriter) {
        json.object {
            switch self {
            case .reduction(let id): $0.put(.reduction, id)
            case .withdrawal(let id): $0.put(.withdrawal, id)
            case .override(let id): $0.put(.override, id)
            case .acceptance(let id): $0.put(.acceptance, id)
            case .refusal(let id): $0.put(.refusal, id)
            case .firstVisit(let id): $0.put(.firstVisit, id)
            case .start(let id): $0.put(.start, id)
            case .ending(let id): $0.put(.ending, id)
            }
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Noun {
        try reader.object { (reader) throws(CodecError) in
            switch try reader.field("kind", as: Kind.self) {
            case .reduction: .reduction(try reader.field("of"))
            case .withdrawal: .withdrawal(try reader.field("of"))
            case .override: .override(try reader.field("of"))
            case .acceptance: .acceptance(try reader.field("of"))
            case .refusal: .refusal(try reader.field("of"))
            case .firstVisit: .firstVisit(try reader.field("of"))
            case .start: .start(try reader.field("of"))
            case .ending: .ending(try reader.field("of"))
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func put(_ kind: Noun.Kind, _ id: some Recorded) {
        put("kind", kind)
        put("of", id)
    }
}

extension Deferral: Recorded {
    func write(to json: inout JSONWriter) {
        json.object {
            $0.put("zone", zone)
            $0.put("tried", tried)
        }
    }

    static func read(from reader: inout RecordReader) throws(CodecError) -> Deferral {
        try reader.object { (reader) throws(CodecError) in
            Deferral(zone: try reader.field("zone"), tried: try reader.field("tried"))
        }
    }
}
