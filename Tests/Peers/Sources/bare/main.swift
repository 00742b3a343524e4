// Our server with one prepared answer: what the lanes cost without the service.
// `bare PORT LANES BODYFILE [CERTIFICATE KEY]`

import Dispatch
import Foundation
import HTTPServer
import HTTPWire

final class OneAnswer: Responder {
    private let prepared: PreparedResponse
    private let unchanged = PreparedResponse(status: 304, fields: [Response.Field("ETag", #""a1b2c3""#)])

    init(body: [UInt8]) {
        prepared = PreparedResponse(
            status: 200,
            fields: [Response.Field("Content-Type", "application/json"), Response.Field("ETag", #""a1b2c3""#)],
            body: body
        )
    }

    func respond(to request: borrowing RequestView) -> Answer {
        request.field(.ifNoneMatch) == nil ? .prepared(prepared) : .prepared(unchanged)
    }
}

let arguments = CommandLine.arguments
let body = [UInt8](try Data(contentsOf: URL(filePath: arguments[3])))
var configuration = ServerConfiguration(addresses: [.init(host: "127.0.0.1", port: UInt16(arguments[1]) ?? 0)])
configuration.lanes = Int(arguments[2])
if arguments.count > 5 {
    configuration.tls = TLSConfiguration(certificateFile: arguments[4], keyFile: arguments[5])
}
let server = Server(configuration: configuration) { _ in OneAnswer(body: body) }
print("listening on", try server.start())
dispatchMain()
