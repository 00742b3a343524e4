// Hummingbird with the same answer: `peer-hummingbird PORT BODYFILE`

import Foundation
import Hummingbird
import Logging
import NIOPosix

let body = ByteBuffer(bytes: try Data(contentsOf: URL(filePath: CommandLine.arguments[2])))
let router = Router()
router.get("/v1/capacity") { _, _ in
    Response(
        status: .ok,
        headers: [.contentType: "application/json", .eTag: #""a1b2c3""#],
        body: .init(byteBuffer: body)
    )
}
var logger = Logger(label: "peer")
logger.logLevel = .error
let application = Application(
    router: router,
    configuration: .init(address: .hostname("127.0.0.1", port: Int(CommandLine.arguments[1]) ?? 0)),
    eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
    logger: logger
)
try await application.runService()
