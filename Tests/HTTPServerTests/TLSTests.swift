import COpenSSL
import Foundation
import HTTPServer
import Testing

@Suite("TLS")
struct TLSTests {
    private let request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n"

    @Test(
        "requests are answered over TLS 1.3 and 1.2, and the connection persists",
        arguments: [TLS1_3_VERSION, TLS1_2_VERSION]
    )
    func answers(version: Int32) throws {
        let server = try SecureServer()
        let client = try SecureClient(port: server.port, maxVersion: version)
        for _ in 0..<3 {
            client.send(request)
            #expect(client.readUntil("hello").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
        #expect(client.protocolName == "http/1.1")
        #expect(["TLS_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256"].contains(client.suite))
    }

    @Test("large bodies pass both ways, pipelined requests are answered in order")
    func bodies() throws {
        let server = try SecureServer()
        let client = try SecureClient(port: server.port)
        let body = String(repeating: "0123456789abcdef", count: 50_000)
        client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        client.send("GET /later?x HTTP/1.1\r\nHost: t\r\n\r\nGET / HTTP/1.1\r\nHost: t\r\n\r\n")
        let text = client.readUntil("hello")
        #expect(text.contains("post /echo \(body)HTTP/1.1 200 OK"))
        #expect(text.contains("later x"))
        client.send("GET /large HTTP/1.1\r\nHost: t\r\n\r\n" + request)
        #expect(client.readUntil("hello").utf8.count > 1 << 20)
    }

    @Test("the end of a connection is said with close_notify")
    func closes() throws {
        let server = try SecureServer()
        let client = try SecureClient(port: server.port)
        client.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
        #expect(client.readUntil("hello").contains("Connection: close"))
        #expect(client.readsCleanEnd())
    }

    @Test("a session is resumed")
    func resumes() throws {
        let server = try SecureServer()
        let first = try SecureClient(port: server.port)
        first.send(request)
        _ = first.readUntil("hello")
        let second = try SecureClient(port: server.port, resuming: first)
        #expect(second.isResumed)
    }

    @Test("every connection of TLS 1.3 hands out a ticket for the next, a resumed one too")
    func resumesAgain() throws {
        let server = try SecureServer()
        var client = try SecureClient(port: server.port)
        for _ in 0..<4 {
            client.send(request)
            _ = client.readUntil("hello")
            client = try SecureClient(port: server.port, resuming: client)
            #expect(client.isResumed)
            #expect(client.ticketsReceived == 0)
            client.send(request)
            _ = client.readUntil("hello")
            #expect(client.ticketsReceived == 1)
        }
        #expect(server.server.statistics.fullHandshakes == 1)
    }

    @Test("where clients are asked for certificates, a ticket is not replaced by a younger one")
    func ticketsOfCertificates() throws {
        let server = try SecureServer(asksClients: true)
        let first = try SecureClient(port: server.port, certificate: server.certificate)
        first.send(request)
        _ = first.readUntil("hello")
        let second = try SecureClient(port: server.port, resuming: first)
        second.send(request)
        _ = second.readUntil("hello")
        #expect(second.isResumed)
        #expect(second.ticketsReceived == 0)
    }

    @Test(
        "a session of before certificates were read again is resumed after it",
        arguments: [TLS1_3_VERSION, TLS1_2_VERSION]
    )
    func resumesAfterReload(version: Int32) throws {
        let server = try SecureServer()
        let first = try SecureClient(port: server.port, maxVersion: version)
        first.send(request)
        _ = first.readUntil("hello")
        try server.certificate.renew()
        try server.server.reloadCertificates()
        let second = try SecureClient(port: server.port, maxVersion: version, resuming: first)
        #expect(second.isResumed)
        second.send(request)
        #expect(second.readUntil("hello").hasPrefix("HTTP/1.1 200"))
        let statistics = server.server.statistics
        #expect(statistics.fullHandshakes == 1)
        #expect(statistics.resumptions == 1)
    }

    @Test("a session is not resumed under other client authorities")
    func forgetsTrust() throws {
        let server = try SecureServer(asksClients: true)
        let first = try SecureClient(port: server.port, certificate: server.certificate)
        first.send("GET /organisation HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(first.readUntil("Ward 7").hasPrefix("HTTP/1.1 200"))
        // The certificate is its own authority: renewing it takes the trust from the one of before.
        try server.certificate.renew()
        try server.server.reloadCertificates()
        let second = try SecureClient(port: server.port, resuming: first)
        #expect(!second.isResumed)
        second.send("GET /organisation HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(second.readUntil("nobody").hasPrefix("HTTP/1.1 200"))
    }

    @Test("a resumed session still knows whose certificate it was")
    func remembersOrganisation() throws {
        let server = try SecureServer(asksClients: true)
        let first = try SecureClient(port: server.port, certificate: server.certificate)
        first.send("GET /organisation HTTP/1.1\r\nHost: t\r\n\r\n")
        _ = first.readUntil("Ward 7")
        let second = try SecureClient(port: server.port, resuming: first)
        #expect(second.isResumed)
        second.send("GET /organisation HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(second.readUntil("Ward 7").hasPrefix("HTTP/1.1 200"))
    }

    @Test("old versions, suites without forward secrecy and other protocols are refused")
    func refuses() throws {
        let server = try SecureServer()
        #expect(throws: SecureClient.Failure.self) {
            try SecureClient(port: server.port, maxVersion: TLS1_1_VERSION)
        }
        #expect(throws: SecureClient.Failure.self) {
            try SecureClient(
                port: server.port,
                maxVersion: TLS1_2_VERSION,
                suites: "ECDHE-ECDSA-AES128-SHA256"
            )
        }
        #expect(throws: SecureClient.Failure.self) { try SecureClient(port: server.port, offers: "h2") }
    }

    @Test("plain HTTP to this port is answered 400 in plain HTTP")
    func plain() throws {
        let server = try SecureServer()
        let client = try RawClient(port: server.port)
        client.send(request)
        let text = client.readToEnd()
        #expect(text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(text.contains("/problems/plainHTTPOnTLSPort"))
    }

    @Test("plain HTTP with a body that is still coming can read the 400")
    func plainBody() throws {
        let server = try SecureServer()
        let client = try RawClient(port: server.port)
        client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 4000000\r\n\r\n")
        for _ in 0..<60 { client.send([UInt8](repeating: 0x61, count: 65_536)) }
        client.endSending()
        #expect(client.readToEnd().hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
    }

    @Test("an https target is served over TLS, and only there")
    func secureTarget() throws {
        let absolute = "GET https://test/ HTTP/1.1\r\nHost: test\r\n\r\n"
        let server = try SecureServer()
        let client = try SecureClient(port: server.port)
        client.send(absolute)
        #expect(client.readUntil("hello").hasPrefix("HTTP/1.1 200"))
        let open = try RunningServer()
        let plain = try open.client()
        plain.send(absolute)
        #expect(plain.readAnswer()?.status == 421)
    }

    @Test(
        "a connection beyond the limit is told 503 in its session, and those who are inside stay",
        arguments: [TLS1_3_VERSION, TLS1_2_VERSION]
    )
    func turnedAway(version: Int32) throws {
        let server = try SecureServer { $0.maxConnectionsPerAddress = 1 }
        let inside = try SecureClient(port: server.port, maxVersion: version)
        inside.send(request)
        #expect(inside.readUntil("hello").hasPrefix("HTTP/1.1 200"))
        for _ in 0..<3 {
            let outside = try SecureClient(port: server.port, maxVersion: version)
            outside.send(request)
            let told = outside.readUntil("tooManyConnections")
            #expect(told.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            #expect(told.contains("\r\nRetry-After: "))
        }
        inside.send(request)
        #expect(inside.readUntil("hello").hasPrefix("HTTP/1.1 200"))
    }

    @Test("a stalled handshake ends by its deadline")
    func stalls() throws {
        let server = try SecureServer { $0.handshakeDeadline = 100 }
        let client = try RawClient(port: server.port)
        client.send([0x16, 0x03, 0x01])
        #expect(client.readToEnd() == "")
    }

    @Test("a certificate is replaced without touching open connections")
    func reloads() throws {
        let server = try SecureServer()
        let old = try SecureClient(port: server.port)
        let serial = old.serial
        try server.certificate.renew()
        try server.server.reloadCertificates()
        let new = try SecureClient(port: server.port)
        #expect(new.serial != serial)
        old.send(request)
        #expect(old.readUntil("hello").hasPrefix("HTTP/1.1 200"))
    }

    @Test("a certificate that cannot be read is refused at start")
    func missing() {
        #expect(throws: Server.StartError.self) {
            try RunningServer { $0.tls = TLSConfiguration(certificateFile: "/nowhere", keyFile: "/nowhere") }
        }
    }

    @Test("what a trusted client certificate names reaches the responder")
    func clientCertificate() throws {
        let server = try SecureServer(asksClients: true)
        let named = try SecureClient(port: server.port, certificate: server.certificate)
        named.send("GET /organisation HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(named.readUntil("Ward 7").hasPrefix("HTTP/1.1 200"))
        let anonymous = try SecureClient(port: server.port)
        anonymous.send("GET /organisation HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(anonymous.readUntil("nobody").hasPrefix("HTTP/1.1 200"))
    }

    @Test("a trusted client certificate that names no organisation is one of an organisation nobody is, not none")
    func unnamedCertificate() throws {
        let server = try SecureServer(asksClients: true, subject: "/CN=ward-a")
        let client = try SecureClient(port: server.port, certificate: server.certificate)
        client.send("GET /organisation HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(client.readUntil("\r\n\r\n").contains("Content-Length: 0"))
    }
}

/// A self-signed certificate in a folder of its own.
final class TestCertificate {
    let folder: URL

    private let subject: String

    init(subject: String = "/O=Ward 7/CN=localhost") throws {
        self.subject = subject
        folder = FileManager.default.temporaryDirectory.appending(path: "homeward-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try renew()
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var certificateFile: String { folder.appending(path: "certificate.pem").path() }
    var keyFile: String { folder.appending(path: "key.pem").path() }

    func renew() throws {
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/openssl")
        openssl.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-subj", subject, "-keyout", keyFile, "-out", certificateFile,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
    }
}

/// A server with a certificate.
final class SecureServer {
    let certificate: TestCertificate
    private let running: RunningServer
    var port: UInt16 { running.port }
    var server: Server { running.server }

    init(
        asksClients: Bool = false,
        subject: String = "/O=Ward 7/CN=localhost",
        _ change: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        let certificate = try TestCertificate(subject: subject)
        self.certificate = certificate
        running = try RunningServer { configuration in
            configuration.tls = TLSConfiguration(
                certificateFile: certificate.certificateFile,
                keyFile: certificate.keyFile,
                clientAuthorityFile: asksClients ? certificate.certificateFile : nil
            )
            change(&configuration)
        }
    }
}

/// A TLS client over a blocking socket.
final class SecureClient {
    struct Failure: Error {}

    private final class Tickets {
        var count = 0
    }

    private let tickets = Tickets()
    private let raw: RawClient
    private let context: OpaquePointer
    private let session: OpaquePointer

    init(
        port: UInt16,
        maxVersion: Int32 = TLS1_3_VERSION,
        suites: String? = nil,
        offers: String = "http/1.1",
        resuming earlier: SecureClient? = nil,
        certificate: TestCertificate? = nil
    ) throws {
        raw = try RawClient(port: port)
        guard let context = SSL_CTX_new(TLS_client_method()), let session = SSL_new(context) else {
            throw Failure()
        }
        self.context = context
        self.session = session
        // Tickets are handed to a callback, which counts them and leaves them to OpenSSL.
        SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_CLIENT), nil)
        SSL_set_ex_data(session, 0, Unmanaged.passUnretained(tickets).toOpaque())
        SSL_CTX_sess_set_new_cb(context) { session, _ in
            guard let session, let tickets = SSL_get_ex_data(session, 0) else { return 0 }
            Unmanaged<Tickets>.fromOpaque(tickets).takeUnretainedValue().count += 1
            return 0
        }
        SSL_ctrl(session, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(maxVersion), nil)
        if let suites { SSL_set_cipher_list(session, suites) }
        let names = [UInt8(offers.utf8.count)] + Array(offers.utf8)
        SSL_set_alpn_protos(session, names, UInt32(names.count))
        if let certificate {
            SSL_use_certificate_file(session, certificate.certificateFile, SSL_FILETYPE_PEM)
            SSL_use_PrivateKey_file(session, certificate.keyFile, SSL_FILETYPE_PEM)
        }
        if let earlier { SSL_set_session(session, SSL_get_session(earlier.session)) }
        SSL_set_fd(session, raw.descriptor)
        guard SSL_connect(session) == 1 else { throw Failure() }
    }

    deinit {
        SSL_free(session)
        SSL_CTX_free(context)
    }

    /// Session tickets that came so far.
    var ticketsReceived: Int { tickets.count }
    var isResumed: Bool { SSL_session_reused(session) == 1 }
    var suite: String { String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(session))) }
    var serial: Int {
        guard let certificate = SSL_get1_peer_certificate(session) else { return 0 }
        defer { X509_free(certificate) }
        return X509_get_serialNumber(certificate).map { ASN1_INTEGER_to_text($0) } ?? 0
    }
    var protocolName: String {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(session, &name, &count)
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    private func ASN1_INTEGER_to_text(_ number: UnsafeMutablePointer<ASN1_INTEGER>) -> Int {
        var hasher = Hasher()
        hasher.combine(
            bytes: UnsafeRawBufferPointer(
                start: ASN1_STRING_get0_data(number),
                count: Int(ASN1_STRING_length(number))
            )
        )
        return hasher.finalize()
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        SSL_write(session, bytes, Int32(bytes.count))
    }

    /// Reads until what came ends with a text.
    func readUntil(_ end: String) -> String {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let wanted = Array(end.utf8)
        while !received.suffix(wanted.count).elementsEqual(wanted) {
            let count = SSL_read(session, &buffer, Int32(buffer.count))
            guard count > 0 else { break }
            received += buffer[..<Int(count)]
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// Whether the server ended the session as it must.
    func readsCleanEnd() -> Bool {
        var byte: UInt8 = 0
        let result = SSL_read(session, &byte, 1)
        return SSL_get_error(session, result) == SSL_ERROR_ZERO_RETURN
    }
}
