// One custom BIO per lane. Sessions do not own sockets: the lane receives a block, hands it to the session through
// this, and sends in one call what the session wrote. That is one recv and one send for a batch of requests, where
// `SSL_set_fd` costs two reads for each record.

import COpenSSL
import HTTPWire

/// The bytes between a lane's sockets and its TLS sessions. Belongs to one lane, and to one connection at a time.
final class TLSWire {
    private var bio: OpaquePointer?
    private let method: OpaquePointer?
    private var input: UnsafePointer<UInt8>?
    private var available = 0
    /// What the session wants to send.
    var output = OutputBuffer(capacity: 64 << 10)

    init() {
        method = BIO_meth_new(Int32(BIO_TYPE_SOURCE_SINK), "lane")
        BIO_meth_set_read(method) { bio, buffer, count in
            guard let wire = TLSWire.of(bio), let buffer else { return -1 }
            let taken = wire.take(into: buffer, capacity: Int(count))
            if taken > 0 { return Int32(taken) }
            BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
            return -1
        }
        BIO_meth_set_write(method) { bio, buffer, count in
            guard let wire = TLSWire.of(bio), let buffer else { return -1 }
            wire.output.append(UnsafeRawBufferPointer(start: buffer, count: Int(count)))
            return count
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        bio = BIO_new(method)
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
    }

    deinit {
        // Sessions hold references to the BIO; they must not find this object any more.
        BIO_set_data(bio, nil)
        BIO_free(bio)
        BIO_meth_free(method)
    }

    /// Gives a session its place to read and write. `SSL_set0_*` each take over one reference.
    func attach(_ session: OpaquePointer) {
        BIO_up_ref(bio)
        BIO_up_ref(bio)
        SSL_set0_rbio(session, bio)
        SSL_set0_wbio(session, bio)
    }

    /// Offers received bytes; the session takes all of them before it wants more.
    func offer(_ bytes: UnsafePointer<UInt8>, count: Int) {
        input = bytes
        available = count
    }

    private func take(into buffer: UnsafeMutablePointer<CChar>, capacity: Int) -> Int {
        guard let input, available > 0 else { return 0 }
        let count = min(capacity, available)
        UnsafeMutableRawPointer(buffer).copyMemory(from: input, byteCount: count)
        self.input = input + count
        available -= count
        return count
    }

    /// Whether the session took all that was offered.
    var isTaken: Bool { available == 0 }

    private static func of(_ bio: OpaquePointer?) -> TLSWire? {
        BIO_get_data(bio).map { Unmanaged<TLSWire>.fromOpaque($0).takeUnretainedValue() }
    }
}

/// One TLS session. Every call is made while the lane's wire is about this connection.
final class TLSSession {
    /// What a session made of the bytes it was offered.
    enum Outcome {
        /// So many bytes of plain text; more input is needed to go on.
        case plain(Int)
        /// So many bytes, then the client said that it ends.
        case ended(Int)
        /// The client does not speak TLS as it must; the wire holds an alert for it.
        case failed
    }

    private let session: OpaquePointer
    private(set) var isEstablished = false
    /// Whether the handshake resumed an earlier session.
    private(set) var isResumed = false
    /// The `O` of the client's certificate, if it showed one that is trusted.
    private(set) var organisation: String?
    private var hasFailed = false

    init(_ session: OpaquePointer) { self.session = session }

    deinit { SSL_free(session) }

    /// Decrypts all that was offered on a wire, the handshake first.
    func read(from wire: TLSWire, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int) -> Outcome {
        var count = 0
        while count < capacity {
            Self.forgetErrors()
            let result = SSL_read(session, buffer + count, Int32(capacity - count))
            if result > 0 {
                count += Int(result)
                // To be told that nothing is left costs as much as a small record.
                if isEstablished, wire.isTaken, SSL_has_pending(session) == 0 { return .plain(count) }
                continue
            }
            if !isEstablished, SSL_is_init_finished(session) == 1 {
                isEstablished = true
                isResumed = SSL_session_reused(session) == 1
                organisation = Self.organisation(session)
            }
            switch SSL_get_error(session, result) {
            case SSL_ERROR_WANT_READ: return .plain(count)
            case SSL_ERROR_ZERO_RETURN: return .ended(count)
            default:
                hasFailed = true
                return .failed
            }
        }
        return .plain(count)
    }

    /// Encrypts onto the wire; false when the session is broken.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while rest.count > 0 {
            Self.forgetErrors()
            let result = SSL_write(session, rest.baseAddress, Int32(min(rest.count, 1 << 30)))
            guard result > 0 else {
                hasFailed = true
                return false
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[Int(result)...])
        }
        return true
    }

    /// Puts `close_notify` on the wire, so that the client can tell the end from a cut (RFC 9112 section 9.8).
    func end() {
        guard isEstablished, !hasFailed else { return }
        Self.forgetErrors()
        SSL_shutdown(session)
        isEstablished = false
    }

    /// Empties the thread's queue of errors, which tells of a failure only when it was empty before. It hardly ever holds
    /// any, and to see that takes less than to empty it.
    @inline(__always)
    private static func forgetErrors() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }

    private static func organisation(_ session: OpaquePointer) -> String? {
        guard let certificate = SSL_get1_peer_certificate(session) else { return nil }
        defer { X509_free(certificate) }
        guard SSL_get_verify_result(session) == Int(X509_V_OK) else { return nil }
        var text = [CChar](repeating: 0, count: 256)
        let count = X509_NAME_get_text_by_NID(
            X509_get_subject_name(certificate),
            NID_organizationName,
            &text,
            Int32(text.count)
        )
        // Of a certificate that names none: no key is of no organisation.
        guard count > 0 else { return "" }
        return String(decoding: text.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
