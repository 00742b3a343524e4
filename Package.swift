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
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0")
    ],
    targets: [
        .target(name: "HTTPWire", swiftSettings: strict),
        .target(name: "Allocation", swiftSettings: strict),
        .target(
            name: "Brokerage",
            dependencies: ["Allocation", .product(name: "HashTreeCollections", package: "swift-collections")],
            swiftSettings: strict),
    ]
)
