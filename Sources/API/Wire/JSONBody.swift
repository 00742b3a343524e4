import HTTPWire
import JSON

/// The body of a request as JSON.
enum JSONBody {
    static func parse(_ request: Request) throws(Problem) -> JSONValue {
        try checkType(request)
        guard !request.body.isEmpty else {
            throw Problem(
                .malformedJSON,
                "The body is empty; this route needs a JSON object.",
                errors: [JSONFailure(pointer: "", detail: "must be an object")]
            )
        }
        do {
            return try JSONParser.parse(request.body)
        } catch {
            throw Problem(
                .malformedJSON,
                "The body is no JSON that is accepted: \(error.detail) (byte \(error.offset)).",
                errors: [JSONFailure(pointer: error.pointer, detail: error.detail)]
            )
        }
    }

    /// Refuses a body that says it is something else, naming what would be taken (RFC 9110 sections 12.5.1 and
    /// 15.5.16). Without a Content-Type the bytes are judged by themselves: a JSON parser cannot mistake them.
    static func checkType(_ request: Request) throws(Problem) {
        guard let type = request.fields[.contentType], !isJSON(type) else { return }
        var problem = Problem(.unsupportedMediaType, "Send the body as application/json in UTF-8.")
        problem.fields = [Response.Field("Accept", "application/json")]
        throw problem
    }

    /// `application/json`, with no charset or one that UTF-8 is, or holds. JSON has none (RFC 8259 section 11), so what says
    /// another is not what it says it is.
    private static func isJSON(_ field: String) -> Bool {
        // What nearly everyone sends.
        if field == "application/json" { return true }
        let parts = field.lowercased().split(separator: ";", omittingEmptySubsequences: false).map { part in
            String(
                part.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
            )
        }
        guard parts[0] == "application/json" else { return false }
        return parts.dropFirst().allSatisfy { part in
            guard part.hasPrefix("charset=") else { return true }
            return ["utf-8", "utf8", "us-ascii"].contains(part.dropFirst("charset=".count).filter { $0 != "\"" })
        }
    }
}
