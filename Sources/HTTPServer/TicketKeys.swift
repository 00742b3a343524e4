// What session tickets are sealed with (RFC 5077 section 4, RFC 8446 section 4.6.1). The keys belong to the server and
// not to a context, so that reading certificates again leaves the tickets of before valid.

import COpenSSL
import Synchronization

/// The keys of session tickets: a new one is made when the newest is old, and the one before still opens.
final class TicketKeys: Sendable {
    /// One key. Tickets are encrypted with AES-256 and authenticated with HMAC-SHA-256.
    struct Key: Sendable, Equatable {
        /// Tells which key a ticket was sealed with; sent in the clear.
        let name: [UInt8]
        let cipher: [UInt8]
        let authentication: [UInt8]

        init(_ random: inout some RandomNumberGenerator) {
            func bytes(_ count: Int, _ random: inout some RandomNumberGenerator) -> [UInt8] {
                (0..<count).map { _ in random.next() }
            }
            name = bytes(16, &random)
            cipher = bytes(32, &random)
            authentication = bytes(32, &random)
        }
    }

    private struct Ring {
        var newest: Key
        var before: Key?
        var madeAt: UInt64
    }

    /// Milliseconds after which a new key is made. A ticket can be used for at least as long and at most twice as long,
    /// so this also bounds how much a stolen key opens.
    private let lifetime: UInt64
    private let ring: Mutex<Ring>

    /// - Parameters:
    ///   - lifetime: milliseconds that each key seals for.
    ///   - now: milliseconds of the monotonic clock.
    init(lifetime: UInt64, now: UInt64) {
        self.lifetime = lifetime
        var random = SystemRandomNumberGenerator()
        ring = Mutex(Ring(newest: Key(&random), before: nil, madeAt: now))
    }

    /// The key that seals now.
    func sealing(now: UInt64) -> Key {
        ring.withLock { ring in
            Self.turn(&ring, lifetime, now)
            return ring.newest
        }
    }

    /// The key of a name, and whether a ticket of it should be replaced; nil when it is too old or not ours.
    func opening(_ name: UnsafeBufferPointer<UInt8>, now: UInt64) -> (key: Key, isOld: Bool)? {
        ring.withLock { ring in
            Self.turn(&ring, lifetime, now)
            if name.elementsEqual(ring.newest.name) { return (ring.newest, false) }
            guard let before = ring.before, name.elementsEqual(before.name) else { return nil }
            return (before, true)
        }
    }

    private static func turn(_ ring: inout Ring, _ lifetime: UInt64, _ now: UInt64) {
        guard now >= ring.madeAt + lifetime else { return }
        var random = SystemRandomNumberGenerator()
        // After a long silence the key before is too old as well.
        ring.before = now < ring.madeAt + 2 * lifetime ? ring.newest : nil
        ring.newest = Key(&random)
        ring.madeAt = now
    }

    // MARK: OpenSSL

    /// Found by name once, not for each ticket.
    ///
    /// Sound to share: an algorithm that was fetched is never changed.
    private nonisolated(unsafe) static let algorithm = EVP_CIPHER_fetch(nil, "AES-256-CBC", nil)

    /// Makes a context seal and open its tickets with these keys, which must outlive every session of it.
    func attach(to context: OpaquePointer) {
        // Index 0 is the application's own.
        SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque())
        SSL_CTX_set_timeout(context, Int(lifetime / 1_000))
        SSL_CTX_set_tlsext_ticket_key_evp_cb(context) { session, name, vector, cipher, authentication, seals in
            guard let session, let name, let vector, let context = SSL_get_SSL_CTX(session),
                let keys = SSL_CTX_get_ex_data(context, 0)
            else { return -1 }
            return Unmanaged<TicketKeys>.fromOpaque(keys).takeUnretainedValue()
                .prepare(
                    name,
                    vector,
                    cipher,
                    authentication,
                    seals: seals == 1,
                    isSpent: SSL_version(session) >= TLS1_3_VERSION && SSL_get_verify_mode(session) == SSL_VERIFY_NONE
                )
        }
    }

    /// Sets up sealing or opening one ticket: 1 when all is well, 2 when the ticket should be replaced too, 0 when it
    /// cannot be opened, negative on failure (SSL_CTX_set_tlsext_ticket_key_evp_cb(3)).
    /// - Parameter isSpent: a client uses no ticket of this version twice (RFC 8446 appendix C.4), so it gets another with each
    ///   connection, or would have to go through the whole handshake every other time. Not so where clients are asked for
    ///   certificates: one ticket after the other would outlive what a certificate says.
    private func prepare(
        _ name: UnsafeMutablePointer<UInt8>,
        _ vector: UnsafeMutablePointer<UInt8>,
        _ cipher: OpaquePointer?,
        _ authentication: OpaquePointer?,
        seals: Bool,
        isSpent: Bool
    ) -> Int32 {
        let now = Clock.milliseconds()
        let key: Key
        var result: Int32 = 1
        if seals {
            key = sealing(now: now)
            for (index, byte) in key.name.enumerated() { name[index] = byte }
            guard RAND_bytes(vector, 16) == 1,
                EVP_EncryptInit_ex2(cipher, Self.algorithm, key.cipher, vector, nil) == 1
            else { return -1 }
        } else {
            guard let found = opening(UnsafeBufferPointer(start: name, count: 16), now: now) else { return 0 }
            key = found.key
            if found.isOld || isSpent { result = 2 }
            guard EVP_DecryptInit_ex2(cipher, Self.algorithm, key.cipher, vector, nil) == 1 else { return -1 }
        }
        return Self.setKey(key.authentication, of: authentication) ? result : -1
    }

    private static func setKey(_ key: [UInt8], of authentication: OpaquePointer?) -> Bool {
        var key = key
        var digest = Array("SHA256".utf8CString)
        // The parameters keep these names by address; a StaticString ends with a zero byte.
        func address(_ name: StaticString) -> UnsafePointer<CChar> {
            UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        }
        return key.withUnsafeMutableBytes { key in
            digest.withUnsafeMutableBufferPointer { digest in
                var parameters = [
                    OSSL_PARAM_construct_octet_string(address("key"), key.baseAddress, key.count),
                    OSSL_PARAM_construct_utf8_string(address("digest"), digest.baseAddress, 0),
                    OSSL_PARAM_construct_end(),
                ]
                return EVP_MAC_CTX_set_params(authentication, &parameters) == 1
            }
        }
    }
}
