// Our server with one prepared answer: what the lanes cost without the service. `bare PORT LANES [CERT KEY]`

import Dispatch
import Glibc
import HTTPServer
import HTTPWire

/// The answer all peers give: 1,400 bytes of JSON.
let body: [UInt8] = Array(
    (#"{"free":[[""# + String(repeating: "0123456789", count: 138) + #""]]}"#).utf8.prefix(1_400)
)

final class OneAnswer: Responder {
    let prepared = PreparedResponse(
        status: 200,
        fields: [
            Response.Field("Content-Type", "application/json"), Response.Field("ETag", #""a1b2c3""#),
        ],
        body: body
    )
    let unchanged = PreparedResponse(status: 304, fields: [Response.Field("ETag", #""a1b2c3""#)])

    func respond(to request: borrowing RequestView) -> Answer {
        request.field(.ifNoneMatch) == nil ? .prepared(prepared) : .prepared(unchanged)
    }
}

let arguments = CommandLine.arguments
var configuration = ServerConfiguration(
    addresses: [.init(host: "127.0.0.1", port: arguments.count > 1 ? UInt16(arguments[1]) ?? 0 : 0)])
configuration.lanes = arguments.count > 2 ? Int(arguments[2]) : 1
let server = Server(configuration: configuration) { _ in OneAnswer() }
print("listening on", try server.start())
dispatchMain()
