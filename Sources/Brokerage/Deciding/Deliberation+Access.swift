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

    /// Takes a file's policy, once: what a person set since stays until the file says something new.
    mutating func adopt(_ policy: Policy) -> Outcome {
        var wanted = policy
        var known = state.filedPolicy ?? Policy()
        known.version = state.policy.version
        wanted.version = state.policy.version
        if wanted != known {
            wanted.version += 1
            record(.policyAdopted(wanted))
            freeAll()
        }
        return .policy
    }

    mutating func setPolicy(_ policy: Policy, _ precondition: Precondition) throws(Rejection) -> Outcome {
        switch precondition {
        case .absent: break
        case .version(let version):
            guard Int(version) == state.policy.version else {
                throw Rejection(.stale, "the policy is at version \(state.policy.version)")
            }
        case .stale: throw Rejection(.stale, "the policy is at version \(state.policy.version)")
        }
        guard policy.version == state.policy.version else {
            throw Rejection(
                .clash,
                "the policy is at version \(state.policy.version): read it again",
                faults: [Rejection.Fault("/version", "was \(policy.version)")]
            )
        }
        let objections = policy.objective.objections
        guard objections.isEmpty else {
            throw Rejection(
                .againstRule,
                "the tiers of the objective do not dominate one another",
                faults: objections.map { Rejection.Fault("/objective/\($0.field)", $0.detail) }
            )
        }
        if policy != state.policy {
            var wanted = policy
            wanted.version += 1
            record(.policySet(wanted))
            freeAll()
        }
        return .policy
    }

    /// What kept people waiting may be allowed now.
    private mutating func freeAll() {
        for zone in state.zones.keys where state.waitingCount(in: zone) > 0 { freed(in: zone) }
    }
}
