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

    /// Takes what a file says anew, figure by figure. A figure that it already said, or does not name, stays as it is now.
    ///
    /// - Parameter filed: the file's document, read over what was taken from one last (`State.filedPolicy`).
    mutating func adopt(_ filed: Policy) throws(Rejection) -> Outcome {
        let known = state.filedPolicy ?? Policy()
        var taken = filed
        taken.version = known.version
        guard taken != known else { return .policy }
        var wanted = state.policy.taking(changesFrom: known, to: filed)
        try checkFigures(of: wanted)
        wanted.version += 1
        taken.version = wanted.version
        record(.policyAdopted(taken))
        if wanted != taken { record(.policySet(wanted)) }
        freeAll()
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
        try checkFigures(of: policy)
        if policy != state.policy {
            var wanted = policy
            wanted.version += 1
            record(.policySet(wanted))
            freeAll()
        }
        return .policy
    }

    private func checkFigures(of policy: Policy) throws(Rejection) {
        let objections = policy.objections
        guard objections.isEmpty else {
            throw Rejection(
                .againstRule,
                "these figures of the policy do not go together",
                faults: objections.map { Rejection.Fault($0.pointer, $0.detail) }
            )
        }
    }

    /// What kept people waiting may be allowed now.
    private mutating func freeAll() {
        for zone in state.zones.keys where state.waitingCount(in: zone) > 0 { freed(in: zone) }
    }
}
