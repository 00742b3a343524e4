import HTTPWire

/// The preconditions of a request that reads (RFC 9110 section 13.2.2), decided once it is known that it would be
/// answered 200, and with what tag. Those about dates are ignored: nothing here has a date of modification
/// (sections 13.1.3 and 13.1.4).
enum Preconditions {
    /// What they come to.
    enum Verdict {
        case met
        /// The client has it already: 304.
        case notModified
        /// It is not what the client thinks it is: 412.
        case failed
    }

    /// - Parameters:
    ///   - request: a GET or HEAD.
    ///   - tag: the entity tag of what would be served; nil when it has none, which only `*` can match.
    static func judge(_ request: Request, tag: String?) -> Verdict {
        if let wanted = request.fields[.ifMatch], !holds(wanted, tag, strong: true) { return .failed }
        if let known = request.fields[.ifNoneMatch], holds(known, tag, strong: false) { return .notModified }
        return .met
    }

    private static func holds(_ field: String, _ tag: String?, strong: Bool) -> Bool {
        tag.map { EntityTag.isMatch(field, $0, strong: strong) } ?? (field == "*")
    }

    /// Holds a command whose handler looks at no tags to its preconditions. What it acts on is served nowhere under
    /// its own path, or is a collection: no tag that a client can have is the present one, and what cannot be compared
    /// must not be done (RFC 9110 section 13.1.1). A collection that is posted to is always there.
    static func checkCommand(_ request: Request, on route: Route) throws(Problem) {
        guard !route.isReplacing else { return }
        if let wanted = request.fields[.ifMatch], wanted != "*" { throw failure(tag: nil) }
        if request.method == .post, request.fields[.ifNoneMatch] == "*" { throw failure(tag: nil) }
    }

    /// The answer where `If-Match` fails.
    static func failure(tag: String?) -> Problem {
        var problem = Problem(.stale, "What is here now is not what If-Match or If-None-Match asks for.")
        if let tag { problem.fields = [Response.Field("ETag", tag)] }
        return problem
    }

    /// An answer without a tag, held to the preconditions.
    static func apply(_ request: Request, to response: Response) -> Response {
        guard response.status == 200 else { return response }
        let tag = response.fields.first { $0.name == "ETag" }?.value
        switch judge(request, tag: tag) {
        case .met: return response
        case .notModified:
            let kept = ["Cache-Control", "ETag"]
            return Response(status: 304, fields: response.fields.filter { kept.contains($0.name) })
        case .failed: return failure(tag: tag).response
        }
    }
}
