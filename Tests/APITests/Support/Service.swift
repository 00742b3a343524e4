import API
import Broker
import Brokerage
import JSON
import Synchronization
import Testing

@testable import HTTPWire

/// A lane's responder over small brokers, spoken to in requests and answers. Time is what the test says.
final class Service: Sendable {
    /// Monday 4 January 2027, 09:00 in London.
    static let monday = Instant(seconds: 1_799_053_200)

    private let time: Mutex<Instant>
    private let brokers: Mutex<[String: SmallBroker]>

    let metrics: ServiceMetrics

    init(metrics: ServiceMetrics.Audience = .loopback) {
        self.metrics = ServiceMetrics(audience: metrics)
        time = Mutex(Service.monday)
        brokers = Mutex([:])
    }

    var now: Instant { time.withLock { $0 } }

    func wait(minutes: Int) { time.withLock { $0 = $0.adding(minutes: minutes) } }

    /// The broker of a system, made when first named.
    func broker(_ system: String = "default") -> SmallBroker {
        brokers.withLock { brokers in
            if let known = brokers[system] { return known }
            let broker = SmallBroker(clock: { [self] in now })
            brokers[system] = broker
            return broker
        }
    }

    func makeLane(ready: Bool = true) -> LaneResponder {
        LaneResponder(
            systems: { [self] name in brokers.withLock { $0[name] } },
            clock: { [self] in now },
            readiness: { (ready, ["journal": .string(ready ? "writable" : "read-only")]) },
            metrics: metrics
        )
    }

    func key(_ role: Role, _ organisation: String? = nil, system: String = "default") -> String {
        broker(system).addKey(role, organisation ?? "\(role.rawValue)", system: system)
    }
}

/// What came back.
struct Answered {
    let status: UInt16
    let fields: [Response.Field]
    let body: [UInt8]
    /// The body as JSON; null when it is none.
    let json: JSONValue

    init(_ status: UInt16, _ fields: [Response.Field], _ body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
        json = (try? JSONParser.parse(body)) ?? .null
    }

    subscript(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The pointers of a problem.
    var pointers: [String] { json["errors"]?.elements.compactMap { $0["pointer"]?.string } ?? [] }
}

extension JSONValue {
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    subscript(_ index: Int) -> JSONValue? { elements.indices.contains(index) ? elements[index] : nil }

    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    var names: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.name)
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var integer: Int? {
        guard case .integer(let number) = self else { return nil }
        return Int(number)
    }

    /// An object with a member replaced or added.
    func with(_ name: String, _ value: JSONValue?) -> JSONValue {
        guard case .object(var members) = self else { return self }
        members.removeAll { $0.name == name }
        if let value { members.append(JSONMember(name, value)) }
        return .object(members)
    }

    /// The value at a JSON pointer replaced (or removed).
    func replacing(_ path: [String], _ value: JSONValue?) -> JSONValue {
        guard let first = path.first else { return value ?? .null }
        if case .array(var elements) = self, let index = Int(first), elements.indices.contains(index) {
            elements[index] = elements[index].replacing(Array(path.dropFirst()), value)
            return .array(elements)
        }
        if path.count == 1 { return with(first, value) }
        return with(first, (self[first] ?? .object([])).replacing(Array(path.dropFirst()), value))
    }

    static func parse(_ text: String) -> JSONValue { (try? JSONParser.parse(Array(text.utf8))) ?? .null }

    var bytes: [UInt8] {
        var json = JSONWriter()
        json.value(self)
        return json.bytes
    }
}

/// One client with a key, on one lane.
struct Client {
    let lane: LaneResponder
    let key: String?

    func send(
        _ method: HTTPWire.Method,
        _ target: String,
        _ body: [UInt8] = [],
        fields: [KnownField: String] = [:]
    ) -> Answered {
        let parts = target.split(separator: "?", maxSplits: 1)
        var fields = fields
        if let key { fields[.authorization] = "Bearer \(key)" }
        if !body.isEmpty, fields[.contentType] == nil { fields[.contentType] = "application/json" }
        let request = Request(
            method: method,
            path: String(parts[0]),
            query: parts.count > 1 ? String(parts[1]) : nil,
            fields: fields,
            body: body
        )
        let mailbox = CollectingMailbox()
        let answer = request.withView(mailbox: mailbox) { lane.respond(to: $0) }
        switch answer {
        case .now(let response): return Answered(response.status, response.fields, response.body)
        case .prepared(let prepared): return Client.read(prepared)
        case .later:
            switch mailbox.takeAll().first?.reply {
            case .response(let response): return Answered(response.status, response.fields, response.body)
            case .prepared(let prepared): return Client.read(prepared)
            case nil:
                Issue.record("no answer came to \(method) \(target)")
                return Answered(0, [], [])
            }
        }
    }

    private static func read(_ prepared: PreparedResponse) -> Answered {
        Answered(prepared.status, prepared.fields, Array(prepared.body))
    }

    func get(_ target: String, fields: [KnownField: String] = [:]) -> Answered {
        send(.get, target, fields: fields)
    }

    func put(_ target: String, _ body: String, fields: [KnownField: String] = [:]) -> Answered {
        send(.put, target, Array(body.utf8), fields: fields)
    }

    func put(_ target: String, _ body: JSONValue, fields: [KnownField: String] = [:]) -> Answered {
        send(.put, target, body.bytes, fields: fields)
    }

    func post(_ target: String, _ body: String, fields: [KnownField: String] = [:]) -> Answered {
        send(.post, target, Array(body.utf8), fields: fields)
    }

    func post(_ target: String, _ body: JSONValue, fields: [KnownField: String] = [:]) -> Answered {
        send(.post, target, body.bytes, fields: fields)
    }
}
