import Broker
import Brokerage

/// Keys: `hw.<system>.<secret>`, sent as `Authorization: Bearer`.
enum Authentication {
    /// Bytes of a key that are looked at; blocks hashing a whole header of nonsense.
    static let longestKey = 256

    /// The key of an `Authorization` value (RFC 6750 section 2.1); nil for another scheme.
    static func bearer(_ value: String) -> Substring? {
        guard let space = value.firstIndex(of: " "), value[..<space].lowercased() == "bearer" else {
            return nil
        }
        let key = value[space...].drop { $0 == " " }
        return key.isEmpty || key.utf8.count > longestKey ? nil : key
    }

    /// The system a key names; nil when it is not spelt as a key.
    static func system(of key: Substring) -> String? {
        let parts = key.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "hw", !parts[1].isEmpty, !parts[2].isEmpty else { return nil }
        return String(parts[1])
    }

    /// Whose key it is in a published state, by its hash.
    static func actor(_ hash: [UInt8], in snapshot: Snapshot) -> Actor? {
        guard let key = snapshot.key(withHash: hash) else { return nil }
        return Actor(key: key.id, role: key.role, organisation: key.organisation)
    }

    /// The refusal of what was sent in `Authorization`, if anything was.
    static func refusal(_ value: String?) -> Problem {
        let isSent = value?.lowercased().hasPrefix("bearer") ?? false
        var problem = Problem(
            .unauthenticated,
            isSent ? "This is no key of this service." : "Send a key: Authorization: Bearer <key>."
        )
        // A missing key, or another scheme, is not called a bad key (RFC 6750 section 3.1).
        let fault = isSent ? ", error=\"invalid_token\"" : ""
        problem.fields = [.init("WWW-Authenticate", "Bearer realm=\"homeward\"\(fault)")]
        return problem
    }
}
