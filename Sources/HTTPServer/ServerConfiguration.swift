import HTTPWire

/// Everything a server can be told. Each limit says its unit, its default and the attack it blocks; the defaults
/// never refuse 10,000 connections from one address nor 5,000 requests a second.
public struct ServerConfiguration: Sendable {
    /// An address to listen on.
    public struct Address: Sendable, Equatable, CustomStringConvertible {
        /// A numeric IPv4 or IPv6 address.
        public var host: String
        /// A TCP port; 0 lets the system choose.
        public var port: UInt16

        /// An address from its parts.
        public init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }

        /// `host:port`, with brackets around an IPv6 address.
        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// Where to listen.
    public var addresses: [Address]
    /// Lanes: serial queues with sockets of their own. Default: one per core that the process may use.
    public var lanes: Int?
    /// Certificates; nil serves plain HTTP. With them every address speaks TLS.
    public var tls: TLSConfiguration?
    /// What one request may take.
    public var limits = WireLimits()

    /// Connections that may wait to be accepted. Default 4,096 (the kernel may allow fewer). A burst of clients
    /// waits instead of being dropped.
    public var backlog: Int32 = 4_096
    /// Connections in all. Default 65,536, and never more than the descriptor limit allows. Blocks the hoarding
    /// of descriptors and memory; beyond it 503 at once.
    public var maxConnections = 65_536
    /// Connections from one address (an IPv6 /64 counts as one). Default 16,384. Blocks one client taking every
    /// connection there is.
    public var maxConnectionsPerAddress = 16_384
    /// Bytes held for partial requests and unsent answers by one lane. Default 256 MiB. Blocks filling the memory
    /// by many clients that each stay below their own limit; beyond it 503 and close.
    public var maxBufferedBytesPerLane = 256 << 20
    /// Unsent answer bytes of one connection after which its further requests wait. Default 256 KiB. Blocks the
    /// client that asks without end and reads nothing.
    public var maxUnsentBytes = 256 << 10

    /// Milliseconds from the accept to the end of a TLS handshake. Default 10,000. Blocks stalled handshakes, which
    /// hold a session.
    public var handshakeDeadline: Int = 10_000
    /// Milliseconds from the first byte (or the accept) to the end of a head. Default 10,000. Blocks slow heads.
    public var headDeadline: Int = 10_000
    /// Milliseconds from the end of the head to the end of the body. Default 30,000. Blocks slow bodies.
    public var bodyDeadline: Int = 30_000
    /// Milliseconds for each 64 KiB of an answer the client is slow to read. Default 30,000. Blocks readers
    /// that do not read.
    public var writeDeadline: Int = 30_000
    /// Milliseconds an open connection may stay without a request. Default 75,000. Blocks hoarding of idle
    /// connections.
    public var idleDeadline: Int = 75_000
    /// Milliseconds a responder may take over a late answer. Default 30,000. Blocks a lost ticket from holding a
    /// connection for ever; answered 503.
    public var answerDeadline: Int = 30_000
    /// Milliseconds to read and drop what a client still sends after its connection was refused, so that it can
    /// read why. Default 2,000.
    public var lingerDeadline: Int = 2_000

    /// Nanoseconds of the clock that deadlines run by; another in tests.
    var clock: @Sendable () -> UInt64 = { Clock.nanoseconds() }

    /// A configuration with the default limits.
    public init(addresses: [Address]) {
        self.addresses = addresses
    }
}
