import HTTPWire

/// `/problems/{code}`: what a refusal means and what to do about it, for a person who followed its `type`.
enum ProblemPages {
    /// The page of a code; nil when there is no such problem.
    static func page(_ code: String) -> Response? {
        if let problem = Problem.Code(rawValue: code) {
            return page(code, problem.status, problem.title, problem.explanation)
        }
        if let problem = WireProblem(rawValue: code) {
            return page(code, problem.status, problem.title, problem.explanation)
        }
        return nil
    }

    private static func page(_ code: String, _ status: UInt16, _ title: String, _ explanation: String)
        -> Response
    {
        // The texts are our own: apart from & and < nothing in them needs escaping.
        let html = """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>\(escaped(title))</title></head>
            <body>
            <h1>\(escaped(title))</h1>
            <p><code>\(code)</code>, status \(status)</p>
            <p>\(escaped(explanation))</p>
            </body>
            </html>

            """
        return Response(
            status: 200,
            fields: [
                .init("Content-Type", "text/html; charset=utf-8"),
                .init("Cache-Control", "public, max-age=3600"), .init("ETag", EntityTag.of(Array(html.utf8))),
            ],
            body: Array(html.utf8)
        )
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            default: escaped.append(character)
            }
        }
    }
}
