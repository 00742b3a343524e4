import Glibc
import Testing
import Vault

@Suite struct KeyFileTests {
    private let label = SealLabel(system: "s", subject: "p", kind: "k")

    @Test("a missing file is made for a new store, private, and read back the same")
    func created() throws {
        try inFolder { folder in
            let file = KeyFile("\(folder)/vault.key")
            let sealed = try file.keyring(createIfAbsent: true).seal([1, 2, 3], for: label)
            #expect(try file.keyring(createIfAbsent: false).open(sealed, for: label) == [1, 2, 3])
            #expect(try file.keyring(createIfAbsent: true).open(sealed, for: label) == [1, 2, 3])
            var status = stat()
            #expect(stat(file.path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test("a missing file of a store that is not new is refused")
    func missing() throws {
        try inFolder { folder in
            #expect(throws: VaultError.self) {
                try KeyFile("\(folder)/vault.key").keyring(createIfAbsent: false)
            }
        }
    }

    @Test(
        "a file that group or world can touch is refused with the remedy",
        arguments: [0o640, 0o604, 0o620, 0o666]
    )
    func exposed(mode: Int) throws {
        try inFolder { folder in
            let file = KeyFile("\(folder)/vault.key")
            _ = try file.keyring(createIfAbsent: true)
            chmod(file.path, mode_t(mode))
            let error = try #require(throws: VaultError.self) { try file.keyring(createIfAbsent: true) }
            #expect(error.description.contains("chmod 600"))
        }
    }

    @Test("a folder in place of the file is refused")
    func folder() throws {
        try inFolder { folder in
            #expect(throws: VaultError.self) { try KeyFile(folder).keyring(createIfAbsent: true) }
        }
    }

    @Test("a variable is read like a file, and nil when it is not set")
    func environment() throws {
        #expect(try Keyring.environment("HOMEWARD_TEST_UNSET") == nil)
        setenv("HOMEWARD_TEST_KEY", "3:" + String(repeating: "ab", count: 32), 1)
        #expect(try Keyring.environment("HOMEWARD_TEST_KEY")?.current == 3)
        setenv("HOMEWARD_TEST_KEY", "short", 1)
        #expect(throws: VaultError.self) { try Keyring.environment("HOMEWARD_TEST_KEY") }
    }

    private func inFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/homeward-vault-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            unlink("\(folder)/vault.key")
            rmdir(folder)
        }
        try body(folder)
    }
}
