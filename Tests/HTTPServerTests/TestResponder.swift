// What the servers of these tests answer.

import Dispatch
import HTTPServer
import HTTPWire

/// Answers by path: `/` greets, `/echo` gives back what it got, `/later` answers from another queue, `/large` sends
/// many bytes, `/prepared` bytes made before.
final class TestResponder: Responder {
    static let prepared = PreparedResponse(
        status: 200,
        fields: [Response.Field("Content-Type", "text/plain")],
        body: Array("prepared".utf8)
    )
    static let jsonType = Response.Field("Content-Type", "application/json")
    static let numbers = Array("[\((0..<2_000).map(String.init).joined(separator: ","))]".utf8)
    static let json = PreparedResponse(
        status: 200,
        fields: [jsonType, Response.Field("ETag", "\"v1\"")],
        body: numbers
    )
    static let unchanged = PreparedResponse(status: 304, fields: [Response.Field("ETag", "\"v1\"")])
    static let elsewhere = DispatchQueue(label: "test.elsewhere", attributes: .concurrent)
    static let large = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)

    func refusal(of request: borrowing RequestView) -> Response? {
        request.path.elementsEqual("/closed".utf8) ? Response(status: 403, body: Array("closed".utf8)) : nil
    }

    func respond(to request: borrowing RequestView) -> Answer {
        let path = String(decoding: request.path, as: UTF8.self)
        switch path {
        case "/":
            return .now(Response(status: 200, body: Array("hello".utf8)))
        case "/echo":
            let text =
                "\(request.method) \(String(decoding: request.target, as: UTF8.self)) "
                + String(decoding: request.body, as: UTF8.self)
            return .now(Response(status: 200, body: Array(text.utf8)))
        case "/fields":
            let accept = request.field(.accept).map { String(decoding: $0, as: UTF8.self) } ?? "-"
            return .now(Response(status: 200, body: Array(accept.utf8)))
        case "/later":
            let ticket = request.makeTicket()
            let query = request.query.map { String(decoding: $0, as: UTF8.self) } ?? ""
            Self.elsewhere.async {
                ticket.reply(Response(status: 200, body: Array("later \(query)".utf8)))
                ticket.reply(Response(status: 500))
            }
            return .later
        case "/json", "/json-prepared":
            let tag = Response.Field("ETag", "\"v1\"")
            let named = request.field(.ifNoneMatch).map { String(decoding: $0, as: UTF8.self) } ?? ""
            if named.contains("\"v1\"") {
                return path == "/json"
                    ? .now(Response(status: 304, fields: [tag])) : .prepared(Self.unchanged)
            }
            if path == "/json-prepared" { return .prepared(Self.json) }
            let cache = Response.Field("Cache-Control", request.query == nil ? "no-cache" : "no-store")
            return .now(Response(status: 200, fields: [Self.jsonType, tag, cache], body: Self.numbers))
        case "/organisation":
            return .now(Response(status: 200, body: Array((request.clientOrganisation ?? "nobody").utf8)))
        case "/held":
            let ticket = request.makeTicket()
            Self.elsewhere.asyncAfter(deadline: .now() + .milliseconds(50)) {
                ticket.reply(Response(status: 200, body: Array("held".utf8)))
            }
            return .later
        case "/never":
            return .later
        case "/large": return .now(Response(status: 200, body: Self.large))
        case "/prepared": return .prepared(Self.prepared)
        case "/empty": return .now(Response(status: 204))
        case "/unchanged": return .now(Response(status: 304, fields: [Response.Field("ETag", "\"1\"")]))
        default: return .now(Response(status: 404))
        }
    }
}

/// A running server, stopped with the test.
final class RunningServer {
    let server: Server
    let port: UInt16

    init(_ change: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var configuration = ServerConfiguration(addresses: [.init(host: "127.0.0.1", port: 0)])
        configuration.lanes = 2
        change(&configuration)
        server = Server(configuration: configuration) { _ in TestResponder() }
        port = try server.start()[0].port
    }

    deinit { server.drain(deadline: 0) {} }

    func client() throws -> RawClient { try RawClient(port: port) }

    /// Sends a text on a new connection and reads until the server ends it.
    func exchange(_ text: String) throws -> String {
        let client = try client()
        client.send(text)
        return client.readToEnd()
    }
}
