import ArgumentParser
import Broker
import Brokerage
import Dispatch
import Synchronization
import Vault

/// Access keys. Adding and revoking are commands like any other: appended to the journal, seen by a running service
/// within its next look at the store.
struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Adds, lists and revokes access keys.",
        subcommands: [Add.self, List.self, Revoke.self]
    )

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a key and prints it: the only time it can be read."
        )

        @Option(help: "What the key may do: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
        var role: Role
        @Option(help: "Whose key it is; for a provider, the provider's id.")
        var organisation: String
        @OptionGroup var options: DataOptions

        func run() throws {
            guard let organisation = Slug(organisation) else {
                throw ValidationError("an organisation is lower-case letters, digits and -, up to 64")
            }
            try orFail {
                try DataFolder.expectName(options.system)
                let folder = try DataFolder(options.data)
                let broker = try folder.broker(options.system, createIfAbsent: true)
                let key = try broker.addKey(role, organisation)
                do {
                    try standardOutput(key)
                } catch {
                    throw Failure(
                        "\(error); the key is in force and nobody has read it: find it by keys list, revoke it"
                    )
                }
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists keys, without their secrets.")

        @OptionGroup var options: DataOptions

        func run() throws {
            try orFail {
                try DataFolder.expectStore(in: options.data)
                let state = try DataFolder(options.data).broker(options.system, createIfAbsent: false).published().state
                for key in state.keys.values.sorted(by: { $0.id < $1.id }) {
                    let revoked = key.revokedAt.map { "revoked \($0)" } ?? "in force"
                    try standardOutput(
                        "\(key.id)\t\(key.role.rawValue)\t\(key.organisation)\t\(key.addedAt)\t\(revoked)"
                    )
                }
            }
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revokes a key by its id.")

        @Argument(help: "The key's id, from `keys list`.")
        var id: String
        @OptionGroup var options: DataOptions

        func run() throws {
            guard let id = KeyID(id) else { throw ValidationError("a key's id looks like k1") }
            try orFail {
                try DataFolder.expectStore(in: options.data)
                let broker = try DataFolder(options.data).broker(options.system, createIfAbsent: false)
                _ = try broker.must(.revokeKey(id), by: Broker.itself)
            }
        }
    }
}

extension Role: ExpressibleByArgument {}

extension Broker {
    /// Submits and waits for the answer, which comes however the store fares. For the command line and for opening a system;
    /// never on a lane or on a broker's queue.
    func perform(_ submission: Submission) -> Ruled {
        let done = DispatchSemaphore(value: 0)
        let answer = Mutex<Ruled?>(nil)
        submit(submission) { ruled in
            answer.withLock { $0 = ruled }
            done.signal()
        }
        done.wait()
        guard let ruled = answer.withLock({ $0 }) else { preconditionFailure("answered without an answer") }
        return ruled
    }

    /// Submits a command that must be accepted.
    func must(_ command: Command, by actor: Actor, texts: [SensitiveText] = []) throws -> (Outcome, Resource) {
        switch perform(Submission(command, by: actor, texts: texts)) {
        case .accepted(let outcome, let resource, _): return (outcome, resource)
        case .refused(let rejection, _):
            throw Failure(
                ([rejection.detail] + rejection.faults.map { "\($0.pointer): \($0.detail)" }).joined(separator: "; ")
            )
        case .unavailable(let reason, _): throw Failure(reason)
        }
    }

    /// Makes a key: 256 random bits behind the system's name. Only its SHA-256 is kept.
    func addKey(_ role: Role, _ organisation: OrganisationID) throws -> String {
        let secret = RandomBytes.make(32).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
        let key = "hw.\(system).\(secret)"
        _ = try must(.addKey(hash: SHA256.digest(Array(key.utf8)), role, organisation), by: Broker.itself)
        return key
    }
}
