import Dispatch
import Glibc
import HTTPWire
import Synchronization

/// An HTTP/1.1 server: one lane per core, each with its own listener, sockets and responder.
public final class Server: Sendable {
    /// Why a server could not start.
    public enum StartError: Error, Sendable, CustomStringConvertible {
        /// An address that is not numeric IPv4 or IPv6.
        case notAnAddress(String)
        /// A certificate, key or suite that OpenSSL does not take; with its reason.
        case tls(what: String, reason: String)
        /// An address that cannot be listened on; with `errno`.
        case address(ServerConfiguration.Address, code: Int32)
        /// The system refused a call; with its name and `errno`.
        case system(call: String, code: Int32)

        /// One line for an operator.
        public var description: String {
            switch self {
            case .notAnAddress(let text): "not a numeric address: \(text)"
            case .tls(let what, let reason): "TLS cannot use \(what): \(reason)"
            case .address(let address, EADDRINUSE):
                "\(address): address already in use; end the program that listens there, or take another address"
            case .address(let address, EADDRNOTAVAIL):
                "\(address): no interface of this machine has this address; take another"
            case .address(let address, EACCES):
                "\(address): permission denied; take a port from 1024 on, or give the program the right to this one"
            case .address(let address, let code): "\(address): \(String(cString: strerror(code)))"
            case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
            }
        }
    }

    private struct State {
        var lanes: [Lane] = []
        var mailboxes: [LaneMailbox] = []
        var shelf: TLSShelf?
        var isDraining = false
    }

    private let configuration: ServerConfiguration
    private let makeResponder: @Sendable (_ lane: Int) -> any Responder
    private let state = Mutex(State())

    /// A server that is not started yet.
    ///
    /// - Parameters:
    ///   - configuration: where to listen and every limit.
    ///   - makeResponder: makes what answers on one lane; called once per lane, before the lane serves.
    public init(
        configuration: ServerConfiguration,
        makeResponder: @escaping @Sendable (_ lane: Int) -> any Responder
    ) {
        self.configuration = configuration
        self.makeResponder = makeResponder
    }

    /// Proves that a server could start: its addresses are numeric and free, and its certificates can be read. Nothing is left
    /// open. For whoever must make something before it starts, and would rather not have made it.
    public static func check(_ configuration: ServerConfiguration) throws(StartError) {
        for wanted in configuration.addresses {
            let address = try SocketAddress(wanted)
            if wanted.port != 0 { try at(wanted) { () throws(StartError) in try Socket.probe(address) } }
        }
        if let tls = configuration.tls { _ = try TLSShelf(tls, now: Clock.milliseconds()) }
    }

    /// Runs what binds an address, and names the address when that fails.
    private static func at<Result>(
        _ address: ServerConfiguration.Address,
        _ body: () throws(StartError) -> Result
    ) throws(StartError) -> Result {
        do throws(StartError) {
            return try body()
        } catch {
            guard case .system(let call, let code) = error, call == "bind" || call == "listen" else { throw error }
            throw .address(address, code: code)
        }
    }

    /// Binds, listens and starts the lanes. Raises the descriptor limit to the hard limit and ignores `SIGPIPE`.
    ///
    /// - Returns: the addresses it listens on, port 0 replaced by the real one.
    public func start() throws(StartError) -> [ServerConfiguration.Address] {
        signal(SIGPIPE, SIG_IGN)
        let descriptors = Socket.raiseDescriptorLimit()
        let count = max(1, configuration.lanes ?? Socket.usableCores())
        // Some descriptors are kept back for the journal, the epoll sets and the ones turned away.
        let kept = 128 + Lane.maxRefused / 8
        let total = max(16, min(configuration.maxConnections, descriptors - kept))
        let doorkeeper = Doorkeeper(maxTotal: total, maxPerAddress: configuration.maxConnectionsPerAddress)
        let (listeners, addresses) = try listen(lanes: count)
        var shelf: TLSShelf?
        if let tls = configuration.tls { shelf = try TLSShelf(tls, now: Clock.milliseconds()) }
        var lanes: [Lane] = []
        for number in 0..<count {
            lanes.append(
                try Lane(
                    number: number,
                    configuration: configuration,
                    listeners: listeners[number],
                    capacity: total,
                    doorkeeper: doorkeeper,
                    shelf: shelf,
                    makeResponder: makeResponder
                )
            )
        }
        for lane in lanes { try lane.start() }
        state.withLock { state in
            state.mailboxes = lanes.map(\.mailbox)
            state.lanes = lanes
            state.shelf = shelf
        }
        return addresses
    }

    /// A listener per lane and address.
    private func listen(
        lanes: Int
    ) throws(StartError) -> (listeners: [[Int32]], addresses: [ServerConfiguration.Address]) {
        var listeners = Array(repeating: [Int32](), count: lanes)
        var addresses: [ServerConfiguration.Address] = []
        for wanted in configuration.addresses {
            var address = try SocketAddress(wanted)
            if wanted.port != 0 { try Self.at(wanted) { () throws(StartError) in try Socket.probe(address) } }
            for lane in 0..<lanes {
                let listener = try Self.at(wanted) { () throws(StartError) in
                    try Socket.listen(address, shared: lanes > 1, backlog: configuration.backlog)
                }
                listeners[lane].append(listener)
                if lane == 0, let bound = SocketAddress(boundTo: listener) { address.port = bound.port }
            }
            addresses.append(ServerConfiguration.Address(host: wanted.host, port: address.port))
        }
        return (listeners, addresses)
    }

    /// Reads the certificate files again, for connections from now on; those that are open are not touched.
    public func reloadCertificates() throws(StartError) {
        guard let tls = configuration.tls else { return }
        try state.withLock { $0.shelf }?.reload(tls)
    }

    /// Makes every lane look at its deadlines now, for tests that move the clock.
    func lookAtDeadlines() {
        for mailbox in state.withLock({ $0.mailboxes }) { mailbox.order(.tick) }
    }

    /// What was counted since the start.
    public var statistics: ServerStatistics {
        state.withLock { state in
            var sum = ServerStatistics()
            for lane in state.lanes { lane.counters.add(to: &sum) }
            return sum
        }
    }

    /// Stops accepting, answers every request already read, tells clients to close, then closes what is left.
    ///
    /// - Parameters:
    ///   - deadline: milliseconds after which the remaining connections are closed whatever they do.
    ///   - completion: called once, on a queue of the server's, when nothing is open any more.
    public func drain(deadline: Int, completion: @escaping @Sendable () -> Void) {
        let lanes = state.withLock { state in
            defer { state.isDraining = true }
            return state.isDraining ? [] : state.lanes
        }
        let group = DispatchGroup()
        for lane in lanes {
            group.enter()
            lane.mailbox.order(.drain(completion: { group.leave() }))
        }
        let queue = DispatchQueue(label: "homeward.server.drain")
        queue.asyncAfter(deadline: .now() + .milliseconds(deadline)) {
            for lane in lanes { lane.mailbox.order(.stop) }
        }
        group.notify(queue: queue) { completion() }
    }
}
