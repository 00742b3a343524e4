// swift-tools-version: 6.2
// Servers to measure beside ours. A package of its own, so that what they depend on stays out of ours.
import PackageDescription

let package = Package(
    name: "peers",
    dependencies: [
        .package(name: "homeward", path: "../.."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: [
        .executableTarget(name: "bare", dependencies: [.product(name: "HTTPServer", package: "homeward")]),
        .executableTarget(name: "pipeliner"),
        .executableTarget(name: "wire", dependencies: [.product(name: "HTTPServer", package: "homeward")]),
        .executableTarget(
            name: "peer-nio",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        .executableTarget(
            name: "peer-hummingbird",
            dependencies: [.product(name: "Hummingbird", package: "hummingbird")]
        ),
    ]
)
