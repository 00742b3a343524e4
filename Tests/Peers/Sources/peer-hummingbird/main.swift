// Hummingbird with the same answer. `peer-hummingbird PORT`

import Hummingbird
import NIOPosix

let body = ByteBuffer(
    string: String((#"{"free":[[""# + String(repeating: "0123456789", count: 138) + #""]]}"#).prefix(1_400))
)
let router = Router()
router.get("/v1/capacity") { _, _ in
    Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: body))
}
let application = Application(
    router: router,
    configuration: .init(address: .hostname("127.0.0.1", port: Int(CommandLine.arguments[1]) ?? 0)),
    eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1))
)
try await application.runService()
