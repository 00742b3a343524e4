import Brokerage
import Journal
import Vault

/// What the broker does with what identifies people: sealed texts for the vault's rows, keyed digests for telling
/// the same from another. A bare hash would let an NHS number be guessed.
package struct Secrets: Sendable {
    package let system: String
    let keyring: Keyring

    package init(system: String, keyring: Keyring) {
        self.system = system
        self.keyring = keyring
    }

    /// The kind under which the keyed digest of a person's NHS number is kept, to find the same number again.
    static let numberKind = "number"
    /// What stands in the digest's place once a number was taken out again.
    static let noNumber: [UInt8] = [0]
    static let numberPurpose = "nhs-number"
    /// The kind of the text in which the number itself stands.
    static let personKind = "person"

    /// The digest by which a request's body is told from another; empty without a body.
    func bodyDigest(_ body: [UInt8]) -> [UInt8] {
        body.isEmpty ? [] : keyring.digest(body, purpose: "body")
    }

    /// The same under older keys: what was set before the keys rotated is told from another by these.
    func olderBodyDigests(_ body: [UInt8]) -> [[UInt8]] {
        body.isEmpty || keyring.ids.count == 1 ? [] : Array(keyring.digests(body, purpose: "body").dropFirst())
    }

    /// The digests that scope an idempotency key (who used it, on which route), the current vault key's first.
    func scopes(_ key: IdempotencyKey, _ actor: Actor) -> [RequestScope] {
        let holder = actor.key?.description ?? actor.organisation.description
        var bytes: [UInt8] = []
        bytes.reserveCapacity(holder.utf8.count + key.route.utf8.count + key.value.utf8.count + 2)
        bytes.append(contentsOf: holder.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: key.route.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: key.value.utf8)
        return keyring.digests(bytes, purpose: "idempotency").map { digest in
            guard let scope = RequestScope(digest) else { preconditionFailure("a digest has 33 bytes") }
            return scope
        }
    }

    /// The digests of an NHS number, the current vault key's first.
    func numberDigests(_ number: NHSNumber) -> [[UInt8]] {
        keyring.digests(Array(number.digits.utf8), purpose: Secrets.numberPurpose)
    }

    /// A submission's texts, sealed under a subject, and the digest of its number beside them.
    func seal(_ submission: Submission, subject: String, number: [UInt8]?) throws(VaultError) -> [Enclosure] {
        var enclosures: [Enclosure] = []
        for text in submission.texts {
            let label = SealLabel(system: system, subject: subject, kind: text.kind)
            enclosures.append(
                Enclosure(subject: subject, kind: text.kind, sealed: try keyring.seal(text.json, for: label))
            )
        }
        if let number { enclosures.append(Enclosure(subject: subject, kind: Secrets.numberKind, sealed: number)) }
        return enclosures
    }

    package func open(_ sealed: [UInt8], subject: String, kind: String) throws(VaultError) -> [UInt8] {
        try keyring.open(sealed, for: SealLabel(system: system, subject: subject, kind: kind))
    }
}
