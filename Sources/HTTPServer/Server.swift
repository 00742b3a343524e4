import Dispatch
import HTTPWire

/// An HTTP/1.1 server: one lane per core, each with its own listener, sockets and responder.
public final class Server: Sendable {
    /// Why a server could not start.
    public enum StartError: Error, Sendable, CustomStringConvertible {
        /// An address that is not numeric IPv4 or IPv6.
        case notAnAddress(String)
        /// The system refused a call; with its name and `errno`.
        case system(call: String, code: Int32)

        /// One line for an operator.
        public var description: String {
            switch self {
            case .notAnAddress(let text): "not a numeric address: \(text)"
            case .system(let call, let code): "\(call) failed with error \(code)"
            }
        }
    }

    private let configuration: ServerConfiguration
    private let makeResponder: @Sendable (_ lane: Int) -> any Responder

    /// A server that is not started yet.
    ///
    /// - Parameters:
    ///   - configuration: where to listen and every limit.
    ///   - makeResponder: makes what answers on one lane; called once per lane, on that lane's queue.
    public init(
        configuration: ServerConfiguration,
        makeResponder: @escaping @Sendable (_ lane: Int) -> any Responder
    ) {
        self.configuration = configuration
        self.makeResponder = makeResponder
    }

    /// Binds, listens and starts the lanes.
    ///
    /// - Returns: the addresses it listens on, port 0 replaced by the real one.
    public func start() throws(StartError) -> [ServerConfiguration.Address] {
        throw .system(call: "start", code: 38)
    }

    /// Stops accepting, answers every request already read, tells clients to close, then closes what is left.
    ///
    /// - Parameters:
    ///   - deadline: milliseconds after which the remaining connections are closed whatever they do.
    ///   - completion: called once, on a queue of the server's, when nothing is open any more.
    public func drain(deadline: Int, completion: @escaping @Sendable () -> Void) {
        completion()
    }
}
