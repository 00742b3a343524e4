/// How the server proves who it is, and whom it asks for proof. TLS 1.2 and 1.3 only, with forward-secret AEAD suites
/// only; ALPN `http/1.1`.
public struct TLSConfiguration: Sendable, Equatable {
    /// A PEM file with the certificate and those that sign it, in order.
    public var certificateFile: String
    /// A PEM file with the private key.
    public var keyFile: String
    /// A PEM file with the authorities whose client certificates are accepted; nil asks clients for none. A client
    /// without a certificate is served all the same: what it may do is the responder's business.
    public var clientAuthorityFile: String?
    /// Minutes after which session tickets are sealed with a new key; those of the key before are still taken. Default
    /// 60. Blocks a stolen key from opening more than two hours of sessions.
    public var ticketKeyMinutes = 60

    /// A configuration from its files.
    public init(certificateFile: String, keyFile: String, clientAuthorityFile: String? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.clientAuthorityFile = clientAuthorityFile
    }
}
