// What all TLS sessions share: certificate, suites, tickets. Replaced as a whole when certificates are read again;
// sessions keep the one they began with.

import COpenSSL
import Synchronization

/// One loaded set of certificates.
///
/// Unchecked because the compiler cannot see into OpenSSL: an `SSL_CTX` counts its references atomically and is not
/// changed after this initialiser, so any lane may make sessions from it.
final class TLSContext: @unchecked Sendable {
    /// Forward secrecy and authenticated encryption only (RFC 9325 section 4.2), for TLS 1.2. Those of TLS 1.3 are so
    /// by themselves.
    private static let suites =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
        + "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"

    private let context: OpaquePointer

    /// Reads the files.
    ///
    /// - Parameter tickets: what session tickets are sealed with; outlives every session.
    init(_ configuration: TLSConfiguration, tickets: TicketKeys) throws(Server.StartError) {
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw Self.failure("SSL_CTX_new") }
        self.context = context
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        // No buffers while idle; the lane may offer the same bytes at another address when a write is repeated.
        let modes =
            Int(SSL_MODE_RELEASE_BUFFERS) | Int(SSL_MODE_ENABLE_PARTIAL_WRITE)
            | Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER)
        SSL_CTX_ctrl(context, SSL_CTRL_MODE, modes, nil)
        // Bits of OpenSSL's ssl.h, where they are macros that Swift does not see: no renegotiation (30), no
        // compression (17), the server's order of suites (22).
        SSL_CTX_set_options(context, 1 << 30 | 1 << 17 | 1 << 22)
        guard SSL_CTX_set_cipher_list(context, Self.suites) == 1 else { throw Self.failure("cipher list") }
        guard SSL_CTX_use_certificate_chain_file(context, configuration.certificateFile) == 1 else {
            throw Self.failure(configuration.certificateFile)
        }
        guard SSL_CTX_use_PrivateKey_file(context, configuration.keyFile, SSL_FILETYPE_PEM) == 1,
            SSL_CTX_check_private_key(context) == 1
        else { throw Self.failure(configuration.keyFile) }
        tickets.attach(to: context)
        // Sessions are resumed from tickets alone: OpenSSL's own cache would keep twenty thousand of them in memory, under
        // a lock that all lanes share.
        SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        // A client uses one ticket for its next connection and is given another there.
        SSL_CTX_set_num_tickets(context, 1)
        try Self.nameSessions(of: context, configuration)
        if let authorities = configuration.clientAuthorityFile {
            guard SSL_CTX_load_verify_file(context, authorities) == 1 else { throw Self.failure(authorities) }
            SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(authorities))
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        }
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, length, offered, count, _ in
                TLSContext.selectProtocol(chosen, length, offered, count)
            },
            nil
        )
    }

    deinit { SSL_CTX_free(context) }

    /// A ticket remembers that a client was trusted. It is taken only where the same authorities are: the name of the
    /// context is a digest of their file.
    private static func nameSessions(
        of context: OpaquePointer,
        _ configuration: TLSConfiguration
    ) throws(Server.StartError) {
        var name = [UInt8](repeating: 0, count: 32)
        var trusted = Array("homeward".utf8)
        if let file = configuration.clientAuthorityFile {
            guard let content = Socket.contents(of: file) else { throw .tls(what: file, reason: "cannot be read") }
            trusted += content
        }
        SHA256(trusted, trusted.count, &name)
        SSL_CTX_set_session_id_context(context, name, UInt32(name.count))
    }

    /// Begins a session that reads and writes through the lane's wire.
    func makeSession(_ wire: TLSWire) -> TLSSession? {
        guard let session = SSL_new(context) else { return nil }
        SSL_set_accept_state(session)
        wire.attach(session)
        return TLSSession(session)
    }

    /// `http/1.1`, or a fatal alert to a client that offers only others (RFC 7301 section 3.2).
    private static func selectProtocol(
        _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
        _ length: UnsafeMutablePointer<UInt8>?,
        _ offered: UnsafePointer<UInt8>?,
        _ count: UInt32
    ) -> Int32 {
        guard let offered else { return SSL_TLSEXT_ERR_NOACK }
        let wanted = Array("http/1.1".utf8)
        var position = 0
        while position < Int(count) {
            let size = Int(offered[position])
            let name = UnsafeBufferPointer(start: offered + position + 1, count: size)
            guard position + 1 + size <= Int(count) else { break }
            if name.elementsEqual(wanted) {
                chosen?.pointee = offered + position + 1
                length?.pointee = UInt8(size)
                return SSL_TLSEXT_ERR_OK
            }
            position += 1 + size
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }

    private static func failure(_ what: String) -> Server.StartError {
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(ERR_get_error(), &text, text.count)
        let end = text.firstIndex(of: 0) ?? text.endIndex
        return .tls(what: what, reason: String(decoding: text[..<end].map(UInt8.init), as: UTF8.self))
    }
}

/// Where lanes find the context for the next connection, and what all contexts share.
final class TLSShelf: Sendable {
    let tickets: TicketKeys
    private let current: Mutex<TLSContext>

    /// Reads the files for the first time.
    init(_ configuration: TLSConfiguration, now: UInt64) throws(Server.StartError) {
        tickets = TicketKeys(lifetime: UInt64(configuration.ticketKeyMinutes) * 60_000, now: now)
        current = Mutex(try TLSContext(configuration, tickets: tickets))
    }

    var context: TLSContext { current.withLock { $0 } }

    /// Reads the files again. When they cannot be read the context in force stays.
    func reload(_ configuration: TLSConfiguration) throws(Server.StartError) {
        let fresh = try TLSContext(configuration, tickets: tickets)
        current.withLock { $0 = fresh }
    }
}
