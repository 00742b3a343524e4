import Brokerage
import JSON
import Journal
import Vault

// The vault's keys rotate: what an older key sealed is opened and sealed under the current one, and digests of NHS numbers
// are made anew from the numbers, which stand in the sealed texts.

extension Secrets {
    /// Proves that a sealed value opens, or that a kept digest is of the number in the person's text.
    func check(_ enclosure: Enclosure, in keeper: any JournalKeeper) throws(VaultError) {
        guard enclosure.kind == Secrets.numberKind else {
            _ = try open(enclosure.sealed, subject: enclosure.subject, kind: enclosure.kind)
            return
        }
        if enclosure.sealed == Secrets.noNumber { return }
        guard keyring.isDigest(enclosure.sealed) else { throw .altered }
        // Without a text, or without a number in it, there is nothing to hold the digest against. A text that cannot be read now
        // is met by whoever reads the texts.
        guard let sealed = try? keeper.enclosure(subject: enclosure.subject, kind: Secrets.personKind) else { return }
        let text = try open(sealed, subject: enclosure.subject, kind: Secrets.personKind)
        guard let number = number(in: text),
            !keyring.matches(enclosure.sealed, Array(number.digits.utf8), purpose: Secrets.numberPurpose)
        else { return }
        // A writer may have exchanged both between the two readings.
        let now = try? keeper.enclosure(subject: enclosure.subject, kind: Secrets.numberKind)
        if now == enclosure.sealed { throw .altered }
    }

    /// Subjects of which a start opens a value to see whether it has the vault's keys, 8 for each key's id.
    private static let sampled = 8
    /// Pages of sealed values that a start looks through for them at most, 20 of 500: an id whose values all lie behind these is
    /// left to the background check.
    private static let mostPages = 20

    /// Refuses keys that do not open what was sealed under their ids, and a keyring that lacks a key: what is sealed under a
    /// wrong key never opens again beside the rest. Each id is judged by the oldest values that name it, which the right key
    /// sealed, also where a wrong one came in later; digests are passed over, since they do not open. Where at least half of
    /// them open, the others were altered: they are for the background check, and must not keep a service from answering reads.
    func expectKeyFits(_ keeper: any JournalKeeper) throws(JournalError) {
        /// What was looked at of one id.
        struct Sample {
            var subjects: Set<String> = []
            var opened = 0
            var unopened: (enclosure: Enclosure, error: VaultError)?
        }
        var samples: [UInt8: Sample] = [:]
        var place: EnclosurePlace?
        for _ in 0..<Secrets.mostPages {
            let page = try keeper.enclosures(after: place, limit: BackgroundCheck.page)
            for enclosure in page where enclosure.kind != Secrets.numberKind {
                guard let id = Keyring.id(of: enclosure.sealed) else { continue }
                var sample = samples[id] ?? Sample()
                guard sample.subjects.count < Secrets.sampled, sample.subjects.insert(enclosure.subject).inserted else {
                    continue
                }
                do throws(VaultError) {
                    try check(enclosure, in: keeper)
                    sample.opened += 1
                } catch {
                    sample.unopened = sample.unopened ?? (enclosure, error)
                }
                samples[id] = sample
            }
            guard let last = page.last,
                !keyring.ids.allSatisfy({ samples[$0]?.subjects.count ?? 0 >= Secrets.sampled })
            else { break }
            place = EnclosurePlace(subject: last.subject, kind: last.kind)
        }
        for (id, sample) in samples.sorted(by: { $0.key < $1.key }) where 2 * sample.opened < sample.subjects.count {
            guard let (enclosure, error) = sample.unopened else { continue }
            let what = "the vault's \(enclosure.kind) of \(enclosure.subject)"
            if case .unknownKey = error { throw .refused("\(what) is \(error)") }
            throw .refused(
                "the vault's key \(id) is not the one under which \(what) was sealed: bring back the right one. What would be sealed now could never be opened with it"
            )
        }
    }

    /// Whether a value was sealed, or digested, under the current key.
    func isCurrent(_ enclosure: Enclosure) -> Bool {
        enclosure.kind == Secrets.numberKind
            ? enclosure.sealed == Secrets.noNumber || enclosure.sealed.first == keyring.current
            : keyring.isCurrent(enclosure.sealed)
    }

    /// The same value under the current key; nil where that cannot be made: a digest whose number stands in no text.
    func resealed(_ enclosure: Enclosure, in keeper: any JournalKeeper) throws -> Enclosure? {
        var anew = enclosure
        if enclosure.kind == Secrets.numberKind {
            guard let number = try number(of: enclosure.subject, in: keeper),
                keyring.matches(enclosure.sealed, Array(number.digits.utf8), purpose: Secrets.numberPurpose)
            else { return nil }
            anew.sealed = numberDigests(number)[0]
        } else {
            let label = SealLabel(system: system, subject: enclosure.subject, kind: enclosure.kind)
            anew.sealed = try keyring.seal(try keyring.open(enclosure.sealed, for: label), for: label)
        }
        return anew
    }

    /// The NHS number in a person's sealed text.
    private func number(of subject: String, in keeper: any JournalKeeper) throws -> NHSNumber? {
        guard let sealed = try keeper.enclosure(subject: subject, kind: Secrets.personKind) else { return nil }
        return number(in: try open(sealed, subject: subject, kind: Secrets.personKind))
    }

    /// The NHS number in a person's text; nil where there is none.
    private func number(in text: [UInt8]) -> NHSNumber? {
        guard case .object(let members)? = try? JSONParser.parse(text),
            case .string(let digits)? = members.first(where: { $0.name == "nhsNumber" })?.value
        else { return nil }
        return NHSNumber(digits)
    }
}

/// How the sealed values of a system stand with the vault's keys.
public struct VaultTally: Sendable {
    /// Values sealed or digested under each key, by its id.
    public var byKey: [UInt8: Int] = [:]
    /// Values that no key opens, or that were altered.
    public var unopened = 0
    /// Values that were sealed anew.
    public var resealed = 0
}

extension VaultTally {
    /// Looks at every sealed value, and seals those under older keys anew when told to. Beside running writers: what they
    /// replace or forget meanwhile stays theirs.
    ///
    /// - Parameter progress: called after each page with what was seen so far.
    public static func count(
        in keeper: any JournalKeeper,
        system: String,
        keyring: Keyring,
        resealing: Bool,
        progress: (VaultTally) -> Void = { _ in }
    ) throws(JournalError) -> VaultTally {
        let secrets = Secrets(system: system, keyring: keyring)
        var tally = VaultTally()
        var place: EnclosurePlace?
        while true {
            let page = try keeper.enclosures(after: place, limit: BackgroundCheck.page)
            for enclosure in page {
                guard (try? secrets.check(enclosure, in: keeper)) != nil else {
                    tally.unopened += 1
                    continue
                }
                if enclosure.kind == Secrets.numberKind, enclosure.sealed == Secrets.noNumber { continue }
                var key = enclosure.kind == Secrets.numberKind ? enclosure.sealed[0] : enclosure.sealed[1]
                if resealing, !secrets.isCurrent(enclosure), let anew = try? secrets.resealed(enclosure, in: keeper),
                    try keeper.replace(enclosure.sealed, by: anew)
                {
                    tally.resealed += 1
                    key = keyring.current
                }
                tally.byKey[key, default: 0] += 1
            }
            progress(tally)
            guard let last = page.last else { return tally }
            place = EnclosurePlace(subject: last.subject, kind: last.kind)
        }
    }
}
