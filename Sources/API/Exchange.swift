import Broker
import Brokerage
import HTTPWire
import JSON

/// The published state as one lane sees it while the generation is unchanged.
struct Snapshot: Sendable {
    private let published: Published
    let generation: UInt64

    var state: State { published.state }
    /// The journal position it stands on.
    var position: UInt64 { published.position }

    /// The key with this SHA-256, unless it was revoked.
    func key(withHash hash: [UInt8]) -> AccessKey? { published.key(withHash: hash) }

    init(_ published: Published, generation: UInt64) {
        self.published = published
        self.generation = generation
    }

    /// What a broker has published by now.
    static func latest(of broker: any Brokering) -> Snapshot {
        // The generation is read first: if another state is published in between, this snapshot is newer than it
        // says and is merely taken again.
        let generation = broker.generation
        return Snapshot(broker.published(), generation: generation)
    }
}

/// Who asks: a key of one system.
struct Caller: Sendable {
    let system: String
    let broker: any Brokering
    let actor: Actor

    var role: Role { actor.role }
    var organisation: OrganisationID { actor.organisation }
}

/// One authenticated request on its route, with the state it is answered from.
struct Exchange: Sendable {
    let request: Request
    /// The values of the pattern's parameters, percent-decoded, in order.
    let parameters: [String]
    let caller: Caller
    let snapshot: Snapshot
    let now: Instant

    var state: State { snapshot.state }
    var actor: Actor { caller.actor }
    /// Today in London, which may be a day ahead of the state's until somebody writes.
    var today: Day { London.day(at: now) }

    /// The first parameter as an identifier; what is none names nothing.
    func id<ID: DenseIdentifier>(_ type: ID.Type = ID.self, at index: Int = 0) throws(Problem) -> ID {
        guard let id = ID(parameters[index]) else { throw .notThere }
        return id
    }
}

/// What a route answers when all goes well.
struct Served: Sendable {
    var status: UInt16 = 200
    var body: [UInt8]
    var contentType = "application/json"
    /// The entity tag, quotes and all; nil for answers that have none.
    var tag: String?
    /// The path of what was created.
    var location: String?
    var link: String?
    /// Kept in no cache at all: who a person is.
    var isSecret = false

    /// JSON whose tag is a hash of it.
    init(_ json: JSONWriter, status: UInt16 = 200, location: String? = nil) {
        body = json.bytes
        self.status = status
        self.location = location
        tag = EntityTag.of(body)
    }

    /// Bytes with a tag of the caller's, or none.
    init(body: [UInt8], contentType: String = "application/json", tag: String?) {
        self.body = body
        self.contentType = contentType
        self.tag = tag
    }

    /// The response: 304 where the client has it already, 412 where it is not what the client thinks.
    func response(to request: Request, position: UInt64?) -> Response {
        var fields: [Response.Field] = []
        if request.method == .get || request.method == .head, status == 200 {
            switch Preconditions.judge(request, tag: tag) {
            case .met: break
            case .notModified:
                if let tag { fields.append(Response.Field("ETag", tag)) }
                fields.append(Response.Field("Cache-Control", isSecret ? "no-store" : "private, no-cache"))
                if let position { fields.append(Response.Field("Homeward-Position", String(position))) }
                return Response(status: 304, fields: fields)
            case .failed: return Preconditions.failure(tag: tag).response
            }
        }
        fields.append(Response.Field("Content-Type", contentType))
        fields.append(Response.Field("Cache-Control", isSecret ? "no-store" : "private, no-cache"))
        // Not where something was put: what is kept is not the very bytes that were sent (RFC 9110 section 9.3.4).
        if let tag, request.method != .put { fields.append(Response.Field("ETag", tag)) }
        if let location { fields.append(Response.Field("Location", location)) }
        if let link { fields.append(Response.Field("Link", link)) }
        if let position { fields.append(Response.Field("Homeward-Position", String(position))) }
        return Response(status: status, fields: fields, body: body)
    }
}

/// Where a text lies in the vault.
struct TextKey: Hashable, Sendable {
    /// A person's pseudonym, or a resource's identifier.
    let subject: String
    let kind: String
}

/// Texts read from the vault; what is absent was never given, or was forgotten.
struct Texts: Sendable {
    var found: [TextKey: [UInt8]] = [:]

    /// The text, parsed.
    func value(_ subject: String, _ kind: String) -> JSONValue? {
        guard let bytes = found[TextKey(subject: subject, kind: kind)] else { return nil }
        return try? JSONParser.parse(bytes)
    }
}

/// How a query is answered: at once from the state, or after reading texts off the lane.
enum Reply: Sendable {
    case ready(Served)
    case reading([TextKey], @Sendable (Texts) -> Served)
    /// What is too long for a lane (a list, a board) is worked out beside it.
    case aside(@Sendable () throws(Problem) -> Reply)
}

/// A command on its way, and how its answer is rendered from what it came to.
struct Intent: Sendable {
    var submission: Submission
    var render: @Sendable (Outcome, Resource, Snapshot) -> Reply
}

/// What a command's handler makes of a request.
enum Plan: Sendable {
    case submit(Intent)
    /// The command depends on texts in the vault.
    case reading([TextKey], @Sendable (Texts) -> Intent)
}
