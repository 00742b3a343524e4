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

    /// The digest by which a request's body is told from another; empty without a body.
    func bodyDigest(_ body: [UInt8]) -> [UInt8] {
        body.isEmpty ? [] : keyring.digest(body, purpose: "body")
    }

    /// The digest that scopes an idempotency key: who used it, on which route.
    func scope(_ key: IdempotencyKey, _ actor: Actor) -> [UInt8] {
        let holder = actor.key?.description ?? actor.organisation.description
        return keyring.digest(Array("\(holder)\n\(key.route)\n\(key.value)".utf8), purpose: "idempotency")
    }

    func numberDigest(_ number: NHSNumber) -> [UInt8] {
        keyring.digest(Array(number.digits.utf8), purpose: "nhs-number")
    }

    /// A submission's texts, sealed under a subject.
    func seal(_ submission: Submission, subject: String) throws(VaultError) -> [Enclosure] {
        var enclosures: [Enclosure] = []
        for text in submission.texts {
            let label = SealLabel(system: system, subject: subject, kind: text.kind)
            enclosures.append(
                Enclosure(subject: subject, kind: text.kind, sealed: try keyring.seal(text.json, for: label))
            )
        }
        if let number = submission.nhsNumber {
            enclosures.append(
                Enclosure(subject: subject, kind: Secrets.numberKind, sealed: numberDigest(number))
            )
        }
        return enclosures
    }

    package func open(_ sealed: [UInt8], subject: String, kind: String) throws(VaultError) -> [UInt8] {
        try keyring.open(sealed, for: SealLabel(system: system, subject: subject, kind: kind))
    }
}
