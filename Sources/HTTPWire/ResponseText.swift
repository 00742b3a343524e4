// How a response is written (RFC 9112 section 4).

/// The fixed texts of a response.
public enum ResponseText {
    /// Appends status line, fields and, where the status allows one, `Content-Length`; each line with its CRLF,
    /// without the empty line that ends a head.
    ///
    /// A field whose name is not a token or whose value holds a control byte would let a caller split the
    /// response; it is a broken invariant and stops the process.
    static func appendHead(
        status: UInt16,
        fields: [Response.Field],
        bodyCount: Int,
        to out: inout OutputBuffer
    ) {
        precondition(status >= 200 && status <= 599, "a final status is 200...599")
        out.append("HTTP/1.1 ")
        out.appendDecimal(Int(status))
        out.append(" ")
        out.append(reason(status))
        out.append("\r\n")
        for field in fields {
            precondition(
                !field.name.isEmpty && field.name.utf8.allSatisfy(Octet.isToken),
                "a field name is a token"
            )
            precondition(
                field.value.utf8.allSatisfy(Octet.isFieldValue),
                "a field value holds no control byte"
            )
            out.append(field.name)
            out.append(": ")
            out.append(field.value)
            out.append("\r\n")
        }
        // Also where this client gets it plain, and on a 304 (RFC 9110 sections 12.5.5 and 15.4.5).
        if status == 304 || bodyCount > 0 && ContentCoding.mayVary(status: status, fields: fields)
            || fields.contains(where: { $0.name == "Content-Encoding" })
        {
            out.append("Vary: Accept-Encoding\r\n")
        }
        // 204 must not have a length, 304 may only repeat that of the 200 (RFC 9110 section 8.6).
        guard status != 204, status != 304 else {
            precondition(bodyCount == 0, "204 and 304 have no body")
            return
        }
        out.append("Content-Length: ")
        out.appendDecimal(bodyCount)
        out.append("\r\n")
    }

    /// The reason phrase of a status code (RFC 9110 section 15, RFC 6585); empty for one without.
    public static func reason(_ status: UInt16) -> StaticString {
        switch status {
        case 100: "Continue"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }
}
