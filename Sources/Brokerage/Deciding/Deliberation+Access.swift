/// Keys and policy.
extension Deliberation {
    mutating func addKey(_ hash: [UInt8], _ role: Role, _ organisation: OrganisationID) -> Outcome {
        let id = state.nextID(state.keys)
        record(
            .keyAdded(AccessKey(id: id, hash: hash, role: role, organisation: organisation, addedAt: now))
        )
        return .key(id)
    }

    mutating func revokeKey(_ id: KeyID) throws(Rejection) -> Outcome {
        guard let key = state.keys[id] else { throw Rejection(.notFound, "there is no key \(id)") }
        if key.revokedAt == nil { record(.keyRevoked(id)) }
        return .key(id)
    }

    mutating func adopt(_ policy: Policy) -> Outcome {
        var wanted = policy
        wanted.version = state.policy.version
        if wanted != state.policy {
            wanted.version += 1
            record(.policyAdopted(wanted))
        }
        return .policy
    }
}
