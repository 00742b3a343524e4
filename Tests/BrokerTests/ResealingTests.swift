import Journal
import Testing
import Vault

@testable import Broker
@testable import Brokerage

@Suite("The vault's keys rotate")
struct ResealingTests {
    private static func keyring(_ ids: UInt8...) throws -> Keyring {
        try Keyring(ids.map { try VaultSecret(id: $0, bytes: Array(repeating: $0, count: 32)) })
    }

    private static func open(_ journal: any JournalKeeper, _ keyring: Keyring) throws -> Broker {
        try Broker.open(system: "test", keeper: journal, keyring: keyring, clock: { TestBroker.monday })
    }

    private static let number = NHSNumber("9990000018")!
    private static let person = SensitiveText(
        kind: "person",
        json: Array(#"{"nhsNumber":"9990000018","name":"M"}"#.utf8)
    )
    private static let needs = SensitiveText(kind: "needs", json: Array("{}".utf8))

    /// A journal in which one person was referred under key 1, and withdrawn.
    private func referred() throws -> MemoryJournal {
        let journal = TestBroker.journal()
        let broker = try Self.open(journal, Self.keyring(1))
        broker.setUp()
        broker.answer(
            .refer(TestBroker.ask),
            by: TestBroker.ward,
            texts: [Self.person, Self.needs],
            number: Self.number,
            body: [1],
            key: "once"
        )
        broker.answer(.withdraw(ReferralID(number: 1)), by: TestBroker.ward, body: [9])
        return journal
    }

    @Test("what was asked under the old key is the same request under the new one")
    func idempotency() throws {
        let broker = try Self.open(referred(), Self.keyring(2, 1))
        let again = broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, body: [1], key: "once")
        #expect(again.isAccepted && broker.published().state.referrals.count == 1)
        #expect(
            broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, body: [2], key: "once").rejection?.kind
                == .keyReused
        )
        // A noun that was set says the same to the same words, and clashes with others.
        #expect(broker.answer(.withdraw(ReferralID(number: 1)), by: TestBroker.ward, body: [9]).isAccepted)
        #expect(
            broker.answer(.withdraw(ReferralID(number: 1)), by: TestBroker.ward, body: [8]).rejection?.kind == .clash
        )
    }

    @Test("everything is sealed anew in the background; then the old key can go, and the same person is still noticed")
    func background() throws {
        let journal = try referred()
        let broker = try Self.open(journal, Self.keyring(2, 1))
        // Already before it is sealed anew.
        broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, number: Self.number)
        #expect(broker.published().state.referrals[ReferralID(number: 2)]?.duplicates == [])
        broker.checkInBackground()
        broker.turn(until: { broker.verified?.isDone == true })
        #expect(broker.verified?.resealed == 3 && broker.health == .ready)
        let tally = try VaultTally.count(in: journal, system: "test", keyring: Self.keyring(2), resealing: false)
        #expect(tally.byKey == [2: 4] && tally.unopened == 0)
        let later = try Self.open(journal, Self.keyring(2))
        later.answer(.refer(TestBroker.ask), by: TestBroker.ward, number: Self.number)
        #expect(later.published().state.referrals[ReferralID(number: 3)]?.duplicates == [ReferralID(number: 2)])
    }

    @Test("a live referral under the old key is noticed under the new one")
    func duplicates() throws {
        let journal = TestBroker.journal()
        let broker = try Self.open(journal, Self.keyring(1))
        broker.setUp()
        broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, number: Self.number)
        let again = try Self.open(journal, Self.keyring(2, 1))
        again.answer(.refer(TestBroker.ask), by: TestBroker.ward, number: Self.number)
        #expect(again.published().state.referrals[ReferralID(number: 2)]?.duplicates == [ReferralID(number: 1)])
    }

    @Test("a wrong key under the id of the right one is refused, and so is a key that is missing")
    func wrongKey() throws {
        let journal = try referred()
        let wrong = try Keyring([VaultSecret(id: 1, bytes: Array(repeating: 9, count: 32))])
        let error = try #require(throws: JournalError.self) { try Self.open(journal, wrong) }
        #expect(error.description.contains("the vault's key 1 is not the one"))
        let missing = try #require(throws: JournalError.self) { try Self.open(journal, Self.keyring(2)) }
        #expect(missing.description.contains("sealed under key 1, which is not among the vault's keys"))
        // The wrong one beside a new one, too: nothing could be sealed anew.
        let beside = try Keyring([
            VaultSecret(id: 2, bytes: Array(repeating: 2, count: 32)),
            VaultSecret(id: 1, bytes: Array(repeating: 9, count: 32)),
        ])
        #expect(throws: JournalError.self) { try Self.open(journal, beside) }
        for keyring in [try Self.keyring(1), try Self.keyring(2, 1)] { _ = try Self.open(journal, keyring) }
    }

    @Test("the tally opens every value, and what it opens nothing of it counts as not opening: digests of numbers too")
    func tallyOfWrongKey() throws {
        let journal = try referred()
        let wrong = try Keyring([VaultSecret(id: 1, bytes: Array(repeating: 9, count: 32))])
        let tally = try VaultTally.count(in: journal, system: "test", keyring: wrong, resealing: false)
        #expect(tally.unopened == 3 && tally.byKey.isEmpty)
    }

    @Test("a vault that is empty, or in which everybody was forgotten, opens with any key")
    func nobody() throws {
        let journal = TestBroker.journal()
        _ = try Self.open(journal, Self.keyring(3))
        let left = try referred()
        for subject in Set(try left.enclosures(after: nil, limit: 10).map(\.subject)) {
            #expect(try left.forget(subject: subject) > 0)
        }
        _ = try Self.open(left, Self.keyring(3))
    }

    @Test(
        "where a wrong key sealed what came later, the right one still opens the service for reading, and the wrong one does not"
    )
    func mixed() throws {
        let journal = try referred()
        let broker = try Self.open(journal, Self.keyring(1))
        for _ in 0..<3 { broker.answer(.refer(TestBroker.ask), by: TestBroker.ward, texts: [Self.person, Self.needs]) }
        let wrong = try Keyring([VaultSecret(id: 1, bytes: Array(repeating: 9, count: 32))])
        let last = try #require(try journal.enclosures(kind: "person", after: nil, limit: 10).last)
        let label = SealLabel(system: "test", subject: last.subject, kind: "person")
        let other = Enclosure(
            subject: last.subject,
            kind: "person",
            sealed: try wrong.seal(Self.person.json, for: label)
        )
        #expect(try journal.replace(last.sealed, by: other))
        let right = try Self.open(journal, Self.keyring(1))
        right.checkInBackground()
        right.turn(until: { right.isCondemned })
        #expect(throws: JournalError.self) { try Self.open(journal, wrong) }
    }

    @Test("sealing anew can be cut short and begun again, and leaves alone what was forgotten or replaced meanwhile")
    func interrupted() throws {
        let journal = try referred()
        let both = try Self.keyring(2, 1)
        let secrets = Secrets(system: "test", keyring: both)
        let all = try journal.enclosures(after: nil, limit: 10)
        let first = try #require(all.first)
        let anew = try #require(try secrets.resealed(first, in: journal))
        #expect(try journal.replace(first.sealed, by: anew))
        // The same again finds another value there.
        #expect(try journal.replace(first.sealed, by: anew) == false)
        let rest = try VaultTally.count(in: journal, system: "test", keyring: both, resealing: true)
        #expect(rest.resealed == all.count - 1 && rest.byKey == [2: all.count])
        #expect(try VaultTally.count(in: journal, system: "test", keyring: both, resealing: true).resealed == 0)
        let missing = try VaultTally.count(in: journal, system: "test", keyring: Self.keyring(3), resealing: true)
        #expect(missing.unopened == all.count && missing.resealed == 0)
    }
}
