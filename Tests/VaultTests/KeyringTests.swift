import Testing
import Vault

@Suite struct KeyringTests {
    private let label = SealLabel(system: "warwick", subject: "p-1", kind: "identity")
    private let name = Array("Ada Lovelace, 999 000 0018".utf8)

    private func keyring(_ ids: [UInt8]) throws -> Keyring {
        try Keyring(ids.map { try VaultSecret(id: $0, bytes: Array(repeating: $0, count: 32)) })
    }

    @Test("what is sealed opens again, the empty value and the longest included")
    func roundTrip() throws {
        let keyring = try keyring([1])
        for plain in [name, [], Array(repeating: 7, count: Keyring.plainBytes)] {
            let sealed = try keyring.seal(plain, for: label)
            #expect(sealed.count == plain.count + Keyring.overhead)
            #expect(try keyring.open(sealed, for: label) == plain)
        }
        #expect(throws: VaultError.tooLarge) {
            try keyring.seal(Array(repeating: 7, count: Keyring.plainBytes + 1), for: label)
        }
    }

    @Test("a sealed value shows nothing of what it holds, and never looks the same twice")
    func hidden() throws {
        let keyring = try keyring([1])
        let sealed = try keyring.seal(name, for: label)
        #expect(!sealed.indices.dropLast(3).contains { Array(sealed[$0..<$0 + 4]) == Array("Love".utf8) })
        #expect(try keyring.seal(name, for: label) != sealed)
    }

    @Test("a value does not open for another person, kind or system")
    func label_() throws {
        let keyring = try keyring([1])
        let sealed = try keyring.seal(name, for: label)
        let others = [
            SealLabel(system: "warwick", subject: "p-2", kind: "identity"),
            SealLabel(system: "warwick", subject: "p-1", kind: "needs"),
            SealLabel(system: "coventry", subject: "p-1", kind: "identity"),
            SealLabel(system: "warwickp", subject: "-1", kind: "identity"),
        ]
        for other in others { #expect(throws: VaultError.altered) { try keyring.open(sealed, for: other) } }
    }

    @Test("every flipped bit and every cut is noticed")
    func altered() throws {
        let keyring = try keyring([1])
        let sealed = try keyring.seal(name, for: label)
        for index in sealed.indices {
            for bit in 0..<8 {
                var copy = sealed
                copy[index] ^= 1 << UInt8(bit)
                #expect(throws: VaultError.self) { try keyring.open(copy, for: label) }
            }
            #expect(throws: VaultError.self) { try keyring.open(Array(sealed[..<index]), for: label) }
        }
        #expect(throws: VaultError.self) { try keyring.open(sealed + [0], for: label) }
    }

    @Test("after a rotation old values open, new ones are sealed under the new key")
    func rotation() throws {
        let old = try keyring([1])
        let new = try keyring([2, 1])
        let sealed = try old.seal(name, for: label)
        #expect(try new.open(sealed, for: label) == name)
        #expect(!new.isCurrent(sealed))
        let again = try new.seal(new.open(sealed, for: label), for: label)
        #expect(new.isCurrent(again))
        #expect(throws: VaultError.unknownKey(2)) { try old.open(again, for: label) }
        #expect(try keyring([2]).open(again, for: label) == name)
    }

    @Test("another secret under the same id opens nothing")
    func wrongSecret() throws {
        let sealed = try keyring([1]).seal(name, for: label)
        let other = try Keyring([VaultSecret(id: 1, bytes: Array(repeating: 9, count: 32))])
        #expect(throws: VaultError.altered) { try other.open(sealed, for: label) }
    }

    @Test("a value sealed by the first release still opens")
    func golden() throws {
        let sealed = hexadecimal(
            "0101000102030405060708090a0b9d4da0d5fab53352f1b32f9d33f62fa49d3d3b"
        )
        #expect(try keyring([1]).open(sealed, for: label) == Array("Ada".utf8))
    }

    @Test("digests match what they were made of, under old keys too, and nothing else")
    func digests() throws {
        let old = try keyring([1])
        let digest = old.digest(name, purpose: "idempotency")
        #expect(digest.count == 33)
        #expect(digest == old.digest(name, purpose: "idempotency"))
        #expect(try keyring([2, 1]).matches(digest, name, purpose: "idempotency"))
        #expect(!old.matches(digest, name + [0], purpose: "idempotency"))
        #expect(!old.matches(digest, name, purpose: "lookup"))
        #expect(!old.matches([], name, purpose: "idempotency"))
        #expect(try !keyring([2]).matches(digest, name, purpose: "idempotency"))
        #expect(try keyring([2, 1]).digest(name, purpose: "idempotency") != digest)
    }

    @Test("no key, an id twice and an id of 0 are refused")
    func refusals() throws {
        #expect(throws: VaultError.self) { try Keyring([]) }
        #expect(throws: VaultError.self) { try keyring([1, 1]) }
        #expect(throws: VaultError.self) { try keyring([0]) }
        #expect(throws: VaultError.self) { try VaultSecret(id: 1, bytes: [1, 2, 3]) }
    }

    private func hexadecimal(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
