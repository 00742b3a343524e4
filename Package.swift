// swift-tools-version: 6.2
import PackageDescription

// One rule for every target of ours: Swift 6, `any` written out, and a warning is an error.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "homeward",
    products: [
        // For the package that measures this server beside its peers (Tests/Peers).
        .library(name: "HTTPServer", targets: ["HTTPServer", "HTTPWire"])
    ],
    dependencies: [],
    targets: [
        .systemLibrary(name: "CLinux"),
        .target(name: "HTTPWire", swiftSettings: strict),
        .target(name: "HTTPServer", dependencies: ["HTTPWire", "CLinux"], swiftSettings: strict),
        .testTarget(
            name: "HTTPWireTests", dependencies: ["HTTPWire"], exclude: ["Corpus"], swiftSettings: strict),
        .testTarget(name: "HTTPServerTests", dependencies: ["HTTPServer"], swiftSettings: strict),
    ]
)
