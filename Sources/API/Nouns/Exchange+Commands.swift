import Broker
import Brokerage
import JSON

/// What command handlers share.
extension Exchange {
    /// The first parameter as a name that people choose.
    func slug() throws(Problem) -> Slug {
        guard let slug = Slug(parameters[0]) else {
            throw Problem(.invalidPath, "The identifier in the path must be \(Words.slug).")
        }
        return slug
    }

    /// A command by this caller; `render` gives nil only for an outcome that the command cannot have.
    func intent(
        _ command: Command,
        body: JSONValue?,
        texts: [SensitiveText] = [],
        nhsNumber: NHSNumber? = nil,
        idempotency: IdempotencyKey? = nil,
        render: @escaping @Sendable (Outcome, Resource, Snapshot) -> Reply?
    ) -> Intent {
        Intent(
            submission: Submission(
                command,
                by: actor,
                texts: texts,
                nhsNumber: nhsNumber,
                body: body.map(Canonical.bytes) ?? [],
                idempotency: idempotency
            )
        ) { outcome, resource, snapshot in
            guard let reply = render(outcome, resource, snapshot) else {
                preconditionFailure("a command came to an outcome of another kind")
            }
            return reply
        }
    }

    /// The `Idempotency-Key` of a POST (draft-ietf-httpapi-idempotency-key-header), with the path it was sent to.
    func idempotencyKey() throws(Problem) -> IdempotencyKey? {
        guard let value = request.fields[.idempotencyKey] else { return nil }
        guard (1...255).contains(value.utf8.count), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Problem(.invalidIdempotencyKey, "An Idempotency-Key has 1 to 255 visible ASCII characters.")
        }
        // However its path is spelt, `%72eferrals` among others, it is one route.
        let path = request.path.split(separator: "/").compactMap { percentDecoded($0.utf8) }
        return IdempotencyKey(route: "POST /" + path.joined(separator: "/"), value: value)
    }

    /// What must hold of a resource that is to be replaced, from `If-Match`, then `If-None-Match` (RFC 9110 section
    /// 13.2.2).
    ///
    /// - Parameter existing: its version and the tag this key would be served, or the part of it that the lane can
    ///   know without reading the vault.
    func precondition(_ existing: (version: UInt32, tag: String)?) -> Precondition {
        func names(_ tag: String, _ existing: String) -> Bool {
            tag == existing || tag.hasPrefix(existing.dropLast() + ".")
        }
        var wanted = Precondition.absent
        if let match = request.fields[.ifMatch] {
            guard let existing else { return .stale }
            let isCurrent =
                match == "*"
                || EntityTag.list(match).contains { tag, isWeak in !isWeak && names(tag, existing.tag) }
            guard isCurrent else { return .stale }
            wanted = .version(existing.version)
        }
        // `If-None-Match: *` asks for creating and nothing else; a tag, that what is there be something else.
        if let existing, let known = request.fields[.ifNoneMatch] {
            if known == "*" { return .stale }
            if EntityTag.list(known).contains(where: { tag, _ in names(tag, existing.tag) }) { return .stale }
        }
        return wanted
    }
}

extension Served {
    mutating func becomeCreated(at path: String) {
        status = 201
        location = path
    }
}
