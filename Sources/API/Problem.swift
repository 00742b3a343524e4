import Brokerage
import HTTPWire
import JSON

/// A refusal as the client sees it: RFC 9457 `application/problem+json`. It never repeats a value of the request,
/// which may be somebody's name.
struct Problem: Error, Sendable {
    /// The kinds of refusal of the API; the raw value is the last part of `type`, and never changes.
    enum Code: String, CaseIterable, Sendable {
        // The request.
        case malformedJSON, invalidBody, invalidQuery, invalidPath, invalidIdempotencyKey
        case unsupportedMediaType, notAcceptable
        // Who asks, and for what.
        case unauthenticated, forbidden, notFound, methodNotAllowed
        // The rules and the state.
        case ruleBroken, clash, offerExpired, stale, preconditionRequired, keyReused
        // The service.
        case unavailable
    }

    var code: Code
    var detail: String
    /// A place each; at most `JSONFailures.limit` come from a body.
    var errors: [JSONFailure] = []
    /// What can still be claimed.
    var left: [WeeklyPattern.Row]?
    /// Fields beside those that every problem has.
    var fields: [Response.Field] = []

    init(_ code: Code, _ detail: String, errors: [JSONFailure] = []) {
        self.code = code
        self.detail = detail
        self.errors = errors
    }

    var status: UInt16 { code.status }

    var response: Response {
        var json = JSONWriter(capacity: 512)
        json.object { json in
            json.field("type", "/problems/\(code.rawValue)")
            json.field("title", code.title)
            json.field("status", code.status)
            json.field("detail", detail)
            json.array("errors") { json in
                for error in errors {
                    json.object {
                        $0.field("pointer", error.pointer)
                        $0.field("detail", error.detail)
                    }
                }
            }
            if let left {
                json.key("left")
                json.value(rows: left)
            }
        }
        return Response(
            status: status,
            fields: [
                Response.Field("Content-Type", "application/problem+json"),
                Response.Field("Cache-Control", "no-store"),
            ] + fields,
            body: json.bytes
        )
    }
}

extension Problem {
    static let notThere = Problem(.notFound, "There is nothing here that this key may see.")

    static func forbidden(_ detail: String) -> Problem { Problem(.forbidden, detail) }

    /// A rule broken at one place of the body or the query.
    static func rule(_ pointer: String, _ detail: String) -> Problem {
        Problem(.ruleBroken, detail, errors: [JSONFailure(pointer: pointer, detail: detail)])
    }

    static func query(_ name: String, _ detail: String) -> Problem {
        Problem(.invalidQuery, detail, errors: [JSONFailure(pointer: "/query/\(name)", detail: detail)])
    }

    static func unavailable(_ detail: String, retryAfter: Int) -> Problem {
        var problem = Problem(.unavailable, detail)
        problem.fields = [Response.Field("Retry-After", String(max(1, retryAfter)))]
        return problem
    }

    /// What the brokerage refused.
    init(_ rejection: Rejection, position: UInt64) {
        self.init(
            Code(rejection.kind),
            rejection.detail,
            errors: rejection.faults.map { JSONFailure(pointer: $0.pointer, detail: $0.detail) }
        )
        left = rejection.left
        fields = [Response.Field("Homeward-Position", String(position))]
    }

    /// What was wrong with a body's shape.
    init(shape failures: [JSONFailure]) {
        self.init(
            .invalidBody,
            "The body does not have the shape asked for: \(Self.words(failures)).",
            errors: failures
        )
    }

    /// Rules that a well-formed body breaks.
    init(rules failures: [JSONFailure]) {
        self.init(.ruleBroken, "A rule is broken: \(Self.words(failures)).", errors: failures)
    }

    /// The first failure in full, and how many more there are.
    private static func words(_ failures: [JSONFailure]) -> String {
        guard let first = failures.first else { return "nothing more is known" }
        let more = failures.count > 1 ? ", and \(failures.count - 1) more" : ""
        return "\(first.pointer.isEmpty ? "it" : first.pointer) \(first.detail)\(more)"
    }
}

extension Problem.Code {
    /// The code for a kind of rejection.
    init(_ kind: Rejection.Kind) {
        self =
            switch kind {
            case .againstRule: .ruleBroken
            case .clash: .clash
            case .expired: .offerExpired
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .stale: .stale
            case .preconditionRequired: .preconditionRequired
            case .keyReused: .keyReused
            }
    }

    var status: UInt16 {
        switch self {
        case .malformedJSON, .invalidBody, .invalidQuery, .invalidPath, .invalidIdempotencyKey: 400
        case .unauthenticated: 401
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .clash: 409
        case .offerExpired: 410
        case .stale: 412
        case .unsupportedMediaType: 415
        case .ruleBroken, .keyReused: 422
        case .preconditionRequired: 428
        case .unavailable: 503
        }
    }

    var title: String {
        switch self {
        case .malformedJSON: "The body is no JSON"
        case .invalidBody: "The body has the wrong shape"
        case .invalidQuery: "A query parameter is not valid"
        case .invalidPath: "The path names nothing that can exist"
        case .invalidIdempotencyKey: "The Idempotency-Key is not valid"
        case .unsupportedMediaType: "The body must be JSON"
        case .notAcceptable: "The answer cannot have the format asked for"
        case .unauthenticated: "A key is needed"
        case .forbidden: "This key may not do that"
        case .notFound: "Not found"
        case .methodNotAllowed: "The method does not fit the resource"
        case .ruleBroken: "A rule is broken"
        case .clash: "The request clashes with what is so now"
        case .offerExpired: "The offer has lapsed"
        case .stale: "It has changed since it was read"
        case .preconditionRequired: "Replacing needs If-Match"
        case .keyReused: "The Idempotency-Key was used for another request"
        case .unavailable: "Not possible just now"
        }
    }

    /// What it means and what to do, for the page at `/problems/{code}`.
    var explanation: String {
        switch self {
        case .malformedJSON:
            "The body must be one JSON value in UTF-8 (RFC 8259), without duplicate names and at most 32 levels deep. The pointer says where reading stopped."
        case .invalidBody:
            "A field is unknown, missing, of the wrong type, or cannot be what it should be: a date that does not exist, an NHS number whose check digit is wrong, a word that is not on the list. Every place is listed; nothing was written."
        case .invalidQuery:
            "A query parameter is unknown, repeated where it may come once, or not spelt as it should be."
        case .invalidPath:
            "Identifiers that people choose have lower-case letters, digits and hyphens, at most 64, and do not begin with a hyphen."
        case .invalidIdempotencyKey: "An Idempotency-Key has 1 to 255 visible ASCII characters."
        case .unsupportedMediaType: "Send the body as application/json in UTF-8."
        case .notAcceptable: "This service answers in application/json; let Accept allow it."
        case .unauthenticated:
            "Send Authorization: Bearer with a key of this service. A key that was revoked is no key."
        case .forbidden: "The key is known, and its role may see this but not do it."
        case .notFound: "There is no such thing, or this key may not see it; which of the two is not said."
        case .methodNotAllowed: "The methods that this resource knows are in the field Allow."
        case .ruleBroken:
            "The request is well formed and breaks a rule of the service: a visit too short, an unknown zone, a date too far ahead. Every place is listed; nothing was written."
        case .clash:
            "What was asked for was possible, but is not now: somebody else was first, or the thing has moved on. Where minutes were asked for, left says what can still be had. Nothing was written."
        case .offerExpired: "The time to answer the offer has run out, and it was offered to the next."
        case .stale:
            "The ETag in If-Match is not the present one. Read the resource again, look at what changed, and send again."
        case .preconditionRequired:
            "It exists already. To replace it, read it and send its ETag in If-Match, so that nobody's change is lost."
        case .keyReused:
            "The same Idempotency-Key came with a different body before. Use a new key for a new request."
        case .unavailable:
            "The service cannot do this at the moment. Try again after the time in Retry-After. If the request had an Idempotency-Key it can be sent again without harm."
        }
    }
}
