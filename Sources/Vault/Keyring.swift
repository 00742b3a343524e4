import COpenSSL
import Synchronization

// A sealed value in bytes:
//
//     0       the form, 1
//     1       the id of the key
//     2..13   the nonce, random
//     14..    what was sealed, encrypted with AES-256-GCM (NIST SP 800-38D)
//     last 16 the tag
//
// Authenticated with it: form, key id, system, subject and kind, each text behind its length. A value moved
// to another person's row, or to another kind or system, does not open.

/// Whom and what a sealed value belongs to.
public struct SealLabel: Sendable, Equatable {
    /// The system (tenant).
    public var system: String
    /// The pseudonym that records carry.
    public var subject: String
    /// What it holds, in a word.
    public var kind: String

    /// A label from its parts.
    public init(system: String, subject: String, kind: String) {
        self.system = system
        self.subject = subject
        self.kind = kind
    }
}

/// The vault's keys: seals under the current one, opens under any.
///
/// A random 96-bit nonce allows 2^32 values under one key before a repeat becomes likelier than 2^-32 (SP
/// 800-38D section 8.3); at a million referrals a year with four values each that is a thousand years. Keys
/// stay in memory while the process lives, unlocked and unwiped: whoever reads our memory has us anyway.
public struct Keyring: Sendable {
    /// Bytes that one value may have before it is sealed, 1 MiB less what sealing adds.
    public static let plainBytes = 1 << 20 - overhead
    /// Bytes that sealing adds.
    public static let overhead = 2 + nonceBytes + tagBytes

    static let form: UInt8 = 1
    static let nonceBytes = 12
    static let tagBytes = 16

    /// What is derived from one secret.
    private struct Keys: Sendable {
        let sealing: [UInt8]
        let digesting: HMACKey
        /// Contexts at rest that have the sealing key already, as many as threads ever sealed at once: laying out the key
        /// costs more than sealing a short text.
        let sealers: Sealers

        init(_ secret: [UInt8]) {
            sealing = HKDFSHA256.key(secret: secret, info: Array("homeward vault seal 1".utf8))
            digesting = HMACKey(HKDFSHA256.key(secret: secret, info: Array("homeward vault digest 1".utf8)))
            sealers = Sealers()
        }
    }

    private final class Sealers: Sendable {
        /// OpenSSL's working memory for sealing under one key. `@unchecked Sendable`: whoever took it from `resting` has it
        /// alone.
        final class Context: @unchecked Sendable {
            let raw = EVP_CIPHER_CTX_new()

            deinit { EVP_CIPHER_CTX_free(raw) }
        }

        private let resting = Mutex<[Context]>([])

        /// Lends a context that has the key.
        func with<Result>(_ key: [UInt8], _ body: (OpaquePointer?) -> Result) -> Result {
            let context = resting.withLock { $0.popLast() } ?? Self.make(key)
            defer { resting.withLock { $0.append(context) } }
            return body(context.raw)
        }

        private static func make(_ key: [UInt8]) -> Context {
            let context = Context()
            precondition(EVP_EncryptInit_ex2(context.raw, cipher, key, nil, nil) == 1, "OpenSSL has no AES-256-GCM")
            return context
        }
    }

    // Shared between threads: see SHA256.algorithm, the same holds for a fetched EVP_CIPHER.
    nonisolated(unsafe) private static let cipher = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)

    /// The id of the key that new values are sealed under.
    public var current: UInt8 { ids[0] }
    /// The ids of all keys, the current one first; never empty.
    public let ids: [UInt8]
    private let keys: [UInt8: Keys]

    /// A keyring from secrets; the first is the current one.
    ///
    /// - Throws: `key` when there is none, or two have one id.
    public init(_ secrets: [VaultSecret]) throws(VaultError) {
        guard !secrets.isEmpty else { throw .key("no vault key was given") }
        var keys: [UInt8: Keys] = [:]
        for secret in secrets {
            guard keys.updateValue(Keys(secret.bytes), forKey: secret.id) == nil else {
                throw .key("two vault keys have the id \(secret.id); give each its own")
            }
        }
        self.keys = keys
        self.ids = secrets.map(\.id)
    }

    // MARK: Sealing

    /// Encrypts a value so that it opens only under the same label.
    ///
    /// - Throws: `tooLarge`.
    public func seal(_ plain: [UInt8], for label: SealLabel) throws(VaultError) -> [UInt8] {
        guard plain.count <= Self.plainBytes else { throw .tooLarge }
        guard let keys = keys[current] else { throw .unknownKey(current) }
        let nonce = RandomBytes.fresh(Self.nonceBytes)
        let bound = Self.bound(current, label)
        return keys.sealers.with(keys.sealing) { seal(plain, nonce, bound, $0) }
    }

    /// - Parameter context: has the key.
    private func seal(_ plain: [UInt8], _ nonce: [UInt8], _ bound: [UInt8], _ context: OpaquePointer?) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: plain.count + Self.overhead) { sealed, count in
            sealed[0] = Self.form
            sealed[1] = current
            for index in 0..<Self.nonceBytes { sealed[2 + index] = nonce[index] }
            let body = sealed.baseAddress! + 2 + Self.nonceBytes
            var written: Int32 = 0
            // Sealing has no input that could make it fail but want of memory; a value half sealed must not
            // be kept.
            precondition(EVP_EncryptInit_ex2(context, nil, nil, nonce, nil) == 1)
            precondition(EVP_EncryptUpdate(context, nil, &written, bound, Int32(bound.count)) == 1)
            precondition(EVP_EncryptUpdate(context, body, &written, plain, Int32(plain.count)) == 1)
            precondition(EVP_EncryptFinal_ex(context, body + plain.count, &written) == 1)
            let tag = EVP_CIPHER_CTX_ctrl(
                context,
                EVP_CTRL_AEAD_GET_TAG,
                Int32(Self.tagBytes),
                body + plain.count
            )
            precondition(tag == 1)
            count = plain.count + Self.overhead
        }
    }

    /// Decrypts a value that was sealed for this label.
    ///
    /// - Throws: `unknownKey`, or `altered` when it was sealed for another label or changed since.
    public func open(_ sealed: [UInt8], for label: SealLabel) throws(VaultError) -> [UInt8] {
        guard sealed.count >= Self.overhead, sealed[0] == Self.form else { throw .altered }
        guard let key = keys[sealed[1]]?.sealing else { throw .unknownKey(sealed[1]) }
        let length = sealed.count - Self.overhead
        guard length <= Self.plainBytes else { throw .altered }
        let bound = Self.bound(sealed[1], label)
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        var isGenuine = false
        let plain = [UInt8](unsafeUninitializedCapacity: length) { plain, count in
            sealed.withUnsafeBufferPointer { sealed in
                let nonce = sealed.baseAddress! + 2
                let body = nonce + Self.nonceBytes
                let tag = UnsafeMutableRawPointer(mutating: body + length)  // OpenSSL only reads it.
                var written: Int32 = 0
                // OpenSSL checks the tag at the end; until then what it wrote is not to be trusted, and is
                // dropped.
                isGenuine =
                    EVP_DecryptInit_ex2(context, Self.cipher, key, nonce, nil) == 1
                    && EVP_DecryptUpdate(context, nil, &written, bound, Int32(bound.count)) == 1
                    && EVP_DecryptUpdate(context, plain.baseAddress, &written, body, Int32(length)) == 1
                    && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagBytes), tag) == 1
                    && EVP_DecryptFinal_ex(context, plain.baseAddress.map { $0 + length }, &written) == 1
            }
            count = isGenuine ? length : 0
        }
        guard isGenuine else { throw .altered }
        return plain
    }

    /// Whether a value was sealed under the current key; the others are sealed anew when keys rotate.
    public func isCurrent(_ sealed: [UInt8]) -> Bool {
        Self.id(of: sealed) == current
    }

    /// The id of the key that a value says it was sealed under; nil where it has not the form of a sealed value.
    public static func id(of sealed: [UInt8]) -> UInt8? {
        sealed.count >= overhead && sealed[0] == form ? sealed[1] : nil
    }

    // MARK: Digests

    /// A code for comparing values without keeping them: 33 bytes, the key's id and HMAC-SHA-256. A bare hash
    /// of an NHS number could be found by trying all of them; this one only with the key.
    ///
    /// - Parameter purpose: codes made for different purposes cannot be compared with each other.
    public func digest(_ bytes: [UInt8], purpose: String) -> [UInt8] {
        // The initialiser saw to it that the current key is there.
        [current] + (keys[current].map { Self.code(bytes, purpose, $0.digesting) } ?? [])
    }

    /// The codes of bytes under each key, the current one's first: what was digested before keys rotated is found under
    /// an older one.
    public func digests(_ bytes: [UInt8], purpose: String) -> [[UInt8]] {
        ids.map { id in [id] + (keys[id].map { Self.code(bytes, purpose, $0.digesting) } ?? []) }
    }

    /// Whether `digest` was made of these bytes, under whichever of the keys; false when its key is gone.
    public func matches(_ digest: [UInt8], _ bytes: [UInt8], purpose: String) -> Bool {
        guard let id = digest.first, let key = keys[id]?.digesting else { return false }
        return equalInConstantTime(digest, [id] + Self.code(bytes, purpose, key))
    }

    /// Whether bytes have the form of a digest under one of the keys.
    public func isDigest(_ digest: [UInt8]) -> Bool {
        digest.count == 1 + SHA256.bytes && keys[digest[0]] != nil
    }

    private static func code(_ bytes: [UInt8], _ purpose: String, _ key: HMACKey) -> [UInt8] {
        var head: [UInt8] = []
        append(purpose, to: &head)
        return key.code(head, bytes)
    }

    // MARK: Pieces

    private static func bound(_ key: UInt8, _ label: SealLabel) -> [UInt8] {
        var bound: [UInt8] = []
        bound.reserveCapacity(14 + label.system.utf8.count + label.subject.utf8.count + label.kind.utf8.count)
        bound.append(form)
        bound.append(key)
        append(label.system, to: &bound)
        append(label.subject, to: &bound)
        append(label.kind, to: &bound)
        return bound
    }

    /// A text behind its length in four bytes, so that ("ab", "c") and ("a", "bc") differ.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let count = UInt32(text.utf8.count)
        var shift: UInt32 = 32
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: count >> shift))
        }
        bytes.append(contentsOf: text.utf8)
    }
}
