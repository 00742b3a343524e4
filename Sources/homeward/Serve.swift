import API
import ArgumentParser
import Broker
import Brokerage
import Dispatch
import Glibc
import HTTPServer
import JSON
import JournalSQLite

/// The service: opens the store, replays, listens, and stops in the opposite order.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Runs the service until SIGTERM or SIGINT.")

    @Option(help: "A configuration file (JSON; see config/homeward.json).")
    var config: String?
    @Option(help: "The folder that holds the journal, the vault and the vault's key.")
    var data: String?
    @Option(help: "An address to listen on, HOST:PORT; port 0 takes a free one. May be repeated.")
    var listen: [String] = []
    @Option(help: "A PEM file with the certificate and those that sign it; with it every address speaks TLS.")
    var tlsCertificate: String?
    @Option(help: "A PEM file with the certificate's key.")
    var tlsKey: String?
    @Option(help: "The system to begin with when the folder is empty: default.")
    var system: String?

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
    }

    func run() throws {
        // A hook that renews certificates may send it while the journal is still being read: they are read after that anyway.
        signal(SIGHUP, SIG_IGN)
        try orFail {
            var configuration = try config.map { try Configuration(file: $0) } ?? Configuration()
            if !listen.isEmpty { configuration.listen = listen }
            configuration.data = data ?? configuration.data ?? "./data"
            configuration.server.addresses = try (configuration.listen ?? ["127.0.0.1:8080"]).map(Address.parse)
            if let tlsCertificate, let tlsKey {
                // What else the file says of TLS stays: whose certificates are asked for, how long ticket keys last.
                var tls =
                    configuration.server.tls ?? TLSConfiguration(certificateFile: tlsCertificate, keyFile: tlsKey)
                (tls.certificateFile, tls.keyFile) = (tlsCertificate, tlsKey)
                configuration.server.tls = tls
            }
            // A start that cannot succeed leaves no new store behind, nor a key.
            if let system { try DataFolder.expectName(system) }
            try Server.check(configuration.server)
            if let warning = SQLiteStore.engineWarning { standardError("homeward: \(warning)") }
            let service = try Service(configuration, system: system)
            try service.run()
        }
    }
}

/// Everything that runs while the service does.
final class Service: Sendable {
    private let systems: Systems
    private let server: Server
    private let configuration: Configuration

    init(_ configuration: Configuration, system: String?) throws {
        self.configuration = configuration
        let folder = try DataFolder(configuration.data ?? "./data")
        let systems = try Systems(folder, configuration, first: system)
        self.systems = systems
        let metrics = ServiceMetrics(audience: configuration.metrics)
        let server = Server(configuration: configuration.server) { _ in
            LaneResponder(
                systems: { systems.broker($0) },
                clock: systemClock,
                readiness: { Service.readiness(systems) },
                metrics: metrics
            )
        }
        metrics.gather { Figures.gather(server, systems) }
        self.server = server
    }

    /// Serves until a signal, then drains: no request already read is lost.
    func run() throws {
        let stop = DispatchSemaphore(value: 0)
        let scheme = configuration.server.tls == nil ? "http" : "https"
        var sources = [SIGTERM, SIGINT].map { number in Service.on(number) { stop.signal() } }
        let addresses = try server.start()
        let isSecure = configuration.server.tls != nil
        sources.append(Service.on(SIGHUP) { [server] in Service.reload(server, isSecure: isSecure) })
        for address in addresses {
            let line = "listening on \(scheme)://\(address)"
            // A full disk under the service's printed lines keeps nobody from being placed.
            do { try standardOutput(line) } catch { standardError("homeward: \(error): \(line)") }
        }
        let refresh = Service.every(milliseconds: 500) { [systems] in systems.refresh() }
        stop.wait()
        refresh.cancel()
        let drained = DispatchSemaphore(value: 0)
        server.drain(deadline: configuration.drainMilliseconds) { [systems] in
            systems.close { drained.signal() }
        }
        drained.wait()
        for source in sources { source.cancel() }
    }

    /// Whether every system takes commands, and what an operator should know of each.
    static func readiness(_ systems: Systems) -> (Bool, [String: JSONValue]) {
        var ready = true
        var words: [String: JSONValue] = [:]
        for broker in systems.all {
            var members = [
                JSONMember("position", .integer(Int64(clamping: broker.published().position))),
                JSONMember("startedFrom", .integer(Int64(clamping: broker.startedFrom.value))),
            ]
            switch broker.health {
            case .ready: members.insert(JSONMember("state", .string("ready")), at: 0)
            case .readOnly(let reason):
                ready = false
                members.insert(JSONMember("state", .string("answers reads only: \(reason)")), at: 0)
            }
            if let stalled = broker.stalled { members.append(JSONMember("timeDoesNotPass", .string(stalled))) }
            if broker.secondsAheadOfClock > 0 {
                members.append(JSONMember("secondsAheadOfClock", .integer(Int64(clamping: broker.secondsAheadOfClock))))
            }
            if let verified = broker.verified {
                members += [
                    JSONMember("verified", .integer(Int64(clamping: verified.position))),
                    JSONMember("sealedVerified", .integer(Int64(verified.sealed))),
                    JSONMember("resealed", .integer(Int64(verified.resealed))),
                    JSONMember(
                        "isVerified",
                        .bool(verified.isDone && systems.isStructureProved.load(ordering: .relaxed))
                    ),
                ]
            }
            if let (position, failure) = broker.snapshots {
                members.append(JSONMember("snapshot", .integer(Int64(clamping: position))))
                if let failure { members.append(JSONMember("snapshotFailure", .string(failure))) }
            }
            if let failure = systems.checkpointFailure {
                members.append(JSONMember("checkpointFailure", .string("\(failure)")))
            }
            words[broker.system] = .object(members)
        }
        return (ready, words)
    }

    // Handlers are made in nonisolated functions: a closure made on the main actor would trap on a queue.
    private static func on(_ number: Int32, _ body: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { body() }
        source.resume()
        return source
    }

    /// New certificates for connections from now on. When they cannot be read the old ones stay in force.
    private static func reload(_ server: Server, isSecure: Bool) {
        guard isSecure else {
            return standardError("homeward: there are no certificates to read again: TLS is not spoken")
        }
        do {
            try server.reloadCertificates()
            standardError("homeward: certificates read again")
        } catch {
            standardError("homeward: the certificates in force stay: \(error)")
        }
    }

    private static func every(
        milliseconds: Int,
        _ body: @escaping @Sendable () -> Void
    ) -> any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
        timer.schedule(deadline: .now() + .milliseconds(milliseconds), repeating: .milliseconds(milliseconds))
        timer.setEventHandler { body() }
        timer.resume()
        return timer
    }
}

/// `HOST:PORT` as it is written on a command line.
enum Address {
    static func parse(_ text: String) throws -> ServerConfiguration.Address {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw ValidationError("an address is HOST:PORT, as 127.0.0.1:8080")
        }
        let host = text[..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
        guard !host.isEmpty else {
            throw ValidationError("an address is HOST:PORT; 0.0.0.0 is every address of this machine")
        }
        return ServerConfiguration.Address(host: host == "localhost" ? "127.0.0.1" : String(host), port: port)
    }
}
