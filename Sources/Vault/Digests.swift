import COpenSSL
import Synchronization

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// The bytes of a hash.
    public static let bytes = 32

    // Fetched once, since looking it up costs more than hashing a short record. OpenSSL documents a fetched
    // EVP_MD as immutable and safe to share between threads (EVP_MD_fetch(3), ossl-guide-threads(7)).
    nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(nil, "SHA2-256", nil)

    /// OpenSSL's working memory for one hash. `@unchecked Sendable`: whoever took it from `contexts` has it
    /// alone.
    private final class Context: @unchecked Sendable {
        let raw = EVP_MD_CTX_new()
    }

    /// Contexts at rest, as many as threads ever hashed at once: making one costs as much as hashing a short
    /// record.
    private static let contexts = Mutex<[Context]>([])

    /// The hash of two parts, one behind the other: what `HashChain` wants.
    @Sendable public static func digest(
        _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer
    ) -> [UInt8] {
        digest(first, second, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    private static func digest(
        _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer,
        _ third: UnsafeRawBufferPointer
    ) -> [UInt8] {
        let context = contexts.withLock { $0.popLast() } ?? Context()
        defer { contexts.withLock { $0.append(context) } }
        return [UInt8](unsafeUninitializedCapacity: bytes) { result, count in
            // Fails only without memory or without the algorithm; either way no hash can be had, and a wrong
            // one must not.
            precondition(EVP_DigestInit_ex2(context.raw, algorithm, nil) == 1, "OpenSSL has no SHA-256")
            precondition(EVP_DigestUpdate(context.raw, first.baseAddress, first.count) == 1)
            if second.count > 0 {
                precondition(EVP_DigestUpdate(context.raw, second.baseAddress, second.count) == 1)
            }
            if third.count > 0 { precondition(EVP_DigestUpdate(context.raw, third.baseAddress, third.count) == 1) }
            precondition(EVP_DigestFinal_ex(context.raw, result.baseAddress, nil) == 1)
            count = bytes
        }
    }

    /// The hash of three parts, one behind the other.
    fileprivate static func digest(_ first: [UInt8], _ second: [UInt8], _ third: [UInt8]) -> [UInt8] {
        first.withUnsafeBytes { first in
            second.withUnsafeBytes { second in third.withUnsafeBytes { digest(first, second, $0) } }
        }
    }

    /// The hash of a message.
    public static func digest(_ message: [UInt8]) -> [UInt8] {
        message.withUnsafeBytes { digest($0, UnsafeRawBufferPointer(start: nil, count: 0)) }
    }
}

/// HMAC with SHA-256 (RFC 2104).
public enum HMACSHA256 {
    /// The code of a message under a key of any length.
    public static func code(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        HMACKey(key).code(message)
    }
}

/// A key for HMAC with SHA-256, laid out once: OpenSSL's `HMAC` looks its algorithms up anew for each code, which takes longer
/// than hashing a body.
public struct HMACKey: Sendable {
    /// The key, padded to a block of the hash, exclusive-or 0x36 (RFC 2104 section 2).
    private let inner: [UInt8]
    /// The same, exclusive-or 0x5C.
    private let outer: [UInt8]

    private static let blockBytes = 64

    /// A key of any length.
    public init(_ key: [UInt8]) {
        let short = key.count > Self.blockBytes ? SHA256.digest(key) : key
        let block = short + [UInt8](repeating: 0, count: Self.blockBytes - short.count)
        inner = block.map { $0 ^ 0x36 }
        outer = block.map { $0 ^ 0x5C }
    }

    /// The code of a message.
    public func code(_ message: [UInt8]) -> [UInt8] { code([], message) }

    /// The code of a message in two parts.
    func code(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
        SHA256.digest(outer, SHA256.digest(inner, first, second), [])
    }
}

/// Key derivation (RFC 5869) with SHA-256, for one block of output, which is all that a 256-bit key needs.
public enum HKDFSHA256 {
    /// A key of 32 bytes for one purpose.
    ///
    /// - Parameters:
    ///   - secret: the input keying material.
    ///   - salt: may be empty (RFC 5869 section 2.2).
    ///   - info: names the purpose; different purposes give keys that say nothing of each other.
    public static func key(secret: [UInt8], salt: [UInt8] = [], info: [UInt8]) -> [UInt8] {
        let salt = salt.isEmpty ? [UInt8](repeating: 0, count: SHA256.bytes) : salt
        let extracted = HMACSHA256.code(secret, key: salt)
        return HMACSHA256.code(info + [1], key: extracted)
    }
}

/// Random bytes from OpenSSL's generator, which the kernel seeds.
public enum RandomBytes {
    /// `count` bytes nobody can guess.
    public static func make(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, made in
            // Without randomness nothing may be sealed and no key be made: stop rather than go on with zeros.
            precondition(RAND_bytes(buffer.baseAddress, Int32(count)) == 1, "OpenSSL has no random bytes")
            made = count
        }
    }

    /// Random bytes drawn ahead, 4,096 at a time: one draw costs about as much as sealing a short text.
    private static let ahead = Mutex<ArraySlice<UInt8>>([])
    private static let drawnAhead = 4_096

    /// `count` bytes that never come twice and nobody can guess, at most 4,096: for what is not secret once it was used, such
    /// as nonces and pseudonyms. Keys are made with `make`, since what is drawn ahead stays in memory for a while.
    public static func fresh(_ count: Int) -> [UInt8] {
        ahead.withLock { ahead in
            if ahead.count < count { ahead = make(drawnAhead)[...] }
            defer { ahead.removeFirst(count) }
            return Array(ahead.prefix(count))
        }
    }
}

/// Whether two byte strings are equal, in a time that does not tell where they differ. Their lengths are no
/// secret.
public func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
