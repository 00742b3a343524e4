import Testing
import Vault

/// The digests against the vectors of their standards.
@Suite struct DigestsTests {
    @Test("SHA-256 gives the hashes of FIPS 180-4")
    func sha256() {
        #expect(
            hexadecimal(SHA256.digest(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        #expect(
            hexadecimal(SHA256.digest([]))
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
    }

    @Test("two parts hash like the whole")
    func parts() {
        let message = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
        for split in [0, 1, 40, 64, 999, 1_000] {
            let hash = message.withUnsafeBytes {
                SHA256.digest(
                    UnsafeRawBufferPointer(rebasing: $0[..<split]),
                    UnsafeRawBufferPointer(rebasing: $0[split...])
                )
            }
            #expect(hash == SHA256.digest(message))
        }
    }

    @Test("HMAC-SHA-256 gives the codes of RFC 4231")
    func hmac() {
        #expect(
            hexadecimal(HMACSHA256.code(Array("Hi There".utf8), key: Array(repeating: 0x0B, count: 20)))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        )
        #expect(
            hexadecimal(HMACSHA256.code(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
    }

    @Test("HKDF gives the first 32 bytes of RFC 5869, cases 1 and 3")
    func hkdf() {
        let secret = [UInt8](repeating: 0x0B, count: 22)
        #expect(
            hexadecimal(HKDFSHA256.key(secret: secret, salt: Array(0...12), info: Array(0xF0...0xF9)))
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
        )
        #expect(
            hexadecimal(HKDFSHA256.key(secret: secret, info: []))
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
        )
    }

    @Test("bytes are equal in constant time when they are equal")
    func constantTime() {
        #expect(equalInConstantTime([], []))
        #expect(equalInConstantTime([1, 2], [1, 2]))
        #expect(!equalInConstantTime([1, 2], [1, 3]))
        #expect(!equalInConstantTime([1, 2], [1]))
    }

    @Test("random bytes come in the number asked for and differ")
    func random() {
        #expect(RandomBytes.make(0).isEmpty)
        #expect(RandomBytes.make(32).count == 32)
        #expect(RandomBytes.make(32) != RandomBytes.make(32))
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    @Test("bytes drawn ahead are as many as asked for and never come twice")
    func fresh() {
        var seen: Set<[UInt8]> = []
        for _ in 0..<2_000 { seen.insert(RandomBytes.fresh(12)) }
        #expect(seen.count == 2_000 && seen.allSatisfy { $0.count == 12 })
        #expect(RandomBytes.fresh(0).isEmpty && RandomBytes.fresh(4_096).count == 4_096)
    }

    @Test("a key longer than a block is hashed first (RFC 4231, case 6)")
    func longKey() {
        let text = "Test Using Larger Than Block-Size Key - Hash Key First"
        #expect(
            hexadecimal(HMACSHA256.code(Array(text.utf8), key: Array(repeating: 0xAA, count: 131)))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
    }
}
