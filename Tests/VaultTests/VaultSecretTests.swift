import Testing
import Vault

@Suite struct VaultSecretTests {
    private let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    private let hexadecimal = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"

    @Test("secrets are read in base64 and hexadecimal, with and without id, from lines and lists")
    func forms() throws {
        let bytes = Array(UInt8(0)...31)
        let one = try VaultSecret(id: 1, bytes: bytes)
        let seven = try VaultSecret(id: 7, bytes: bytes)
        for text in [
            base64, "1:\(base64)", String(base64.dropLast()), hexadecimal, " 1 : \(hexadecimal) \r\n",
        ] {
            #expect(try VaultSecret.parse(text, from: "test") == [one])
        }
        #expect(
            try VaultSecret.parse("# new\n7:\(base64)\n\n# old\n1:\(hexadecimal)\n", from: "test") == [
                seven, one,
            ]
        )
        #expect(try VaultSecret.parse("7:\(base64),\(base64)", from: "test") == [seven, one])
    }

    @Test("what is no secret is refused with source and entry, and is not repeated")
    func refused() throws {
        let texts = [
            "", "\n# nothing\n", "hunter2", "0:\(base64)", "256:\(base64)", "x:\(base64)", "1:2:\(base64)",
            String(base64.dropLast(2)) + "9=", String(hexadecimal.dropLast()) + "g", base64 + "AAAA", "1:",
        ]
        for text in texts {
            let error = try #require(throws: VaultError.self) {
                try VaultSecret.parse(text, from: "vault.key")
            }
            #expect(error.description.contains("vault.key"))
            #expect(!error.description.contains("hunter2"))
        }
    }
}
