// swift-tools-version: 6.2
import PackageDescription

// One rule for every target of ours: Swift 6, `any` written out, and a warning is an error.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

// A release carries the Swift libraries within it: calls between them and us then need no table, which takes a tenth of the
// processor time of a placed referral. SwiftPM's own `--static-swift-stdlib` does the same where it is asked to; named here, so
// that every release is the same program. The libraries are those that GRDB's Foundation stands on.
let selfContained: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-static-stdlib", "-lFoundation", "-lCoreFoundation", "-l_FoundationICU", "-l_FoundationCShims",
            "-l_FoundationCollections",
        ],
        .when(platforms: [.linux], configuration: .release)
    )
]

let package = Package(
    name: "homeward",
    products: [
        // For the package that measures this server beside its peers (Tests/Peers).
        .library(name: "HTTPServer", targets: ["HTTPServer", "HTTPWire"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLinux"),

        .target(name: "HTTPWire", swiftSettings: strict),
        .target(name: "HTTPServer", dependencies: ["HTTPWire", "CLinux", "COpenSSL", "CZlib"], swiftSettings: strict),
        .target(name: "JSON", swiftSettings: strict),
        .target(name: "Allocation", swiftSettings: strict),
        .target(
            name: "Brokerage",
            dependencies: ["Allocation", .product(name: "HashTreeCollections", package: "swift-collections")],
            swiftSettings: strict
        ),
        .target(name: "Journal", swiftSettings: strict),
        .target(
            name: "JournalSQLite",
            dependencies: [
                "Journal",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .target(name: "Vault", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(name: "Broker", dependencies: ["Brokerage", "Journal", "Vault", "JSON"], swiftSettings: strict),
        .target(name: "API", dependencies: ["HTTPWire", "JSON", "Broker", "Brokerage"], swiftSettings: strict),

        .target(
            name: "Simulation",
            dependencies: ["Broker", "Brokerage", "Journal", "Vault"],
            swiftSettings: strict
        ),

        .executableTarget(
            name: "homeward",
            dependencies: [
                "API", "Allocation", "Broker", "Brokerage", "COpenSSL", "HTTPServer", "Journal", "JournalSQLite",
                "JSON",
                "Simulation", "Vault",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict,
            linkerSettings: selfContained
        ),

        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
        .target(name: "Seeded", path: "Tests/Seeded", swiftSettings: strict),
        .testTarget(name: "AllocationTests", dependencies: ["Allocation", "Seeded"], swiftSettings: strict),
        .testTarget(name: "BrokerageTests", dependencies: ["Brokerage", "Seeded"], swiftSettings: strict),
        .target(
            name: "JournalContract",
            dependencies: ["Journal"],
            path: "Tests/JournalContract",
            swiftSettings: strict
        ),
        .testTarget(
            name: "BrokerTests",
            dependencies: ["Broker", "Journal", "Vault"],
            exclude: ["Events/golden-v1.jsonl", "Events/golden-v2.jsonl", "Snapshots/history.jsonl"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "JournalTests",
            dependencies: ["Journal", "JournalContract", "Vault"],
            swiftSettings: strict
        ),
        .target(
            name: "CFaultyDisk",
            path: "Tests/CFaultyDisk",
            linkerSettings: [.linkedLibrary("sqlite3")]
        ),
        .testTarget(
            name: "JournalSQLiteTests",
            dependencies: ["JournalSQLite", "JournalContract", "Vault", "CFaultyDisk"],
            swiftSettings: strict
        ),
        .target(
            name: "HTTPCorpus",
            path: "Tests/HTTPCorpus",
            exclude: ["Documents"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HTTPWireTests",
            dependencies: ["HTTPWire", "HTTPCorpus"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: ["HTTPServer", "HTTPCorpus", "COpenSSL", "CZlib"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "APITests",
            dependencies: ["API", "Broker", "Brokerage", "HTTPWire", "Journal", "JSON", "Seeded", "Vault"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "homewardTests",
            dependencies: ["homeward", "Broker", "Brokerage", "Journal", "Vault"],
            swiftSettings: strict
        ),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation"], swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
        .testTarget(name: "VaultTests", dependencies: ["Vault"], swiftSettings: strict),

        .executableTarget(
            name: "JournalTrials",
            dependencies: ["Journal", "JournalSQLite", "Vault"],
            path: "Trials/JournalTrials",
            swiftSettings: strict
        ),
        .target(name: "PostgresWire", path: "Benchmarks/PostgresWire", swiftSettings: strict),
        .executableTarget(
            name: "JournalBench",
            dependencies: ["Journal", "JournalSQLite", "PostgresWire", "Vault"],
            path: "Benchmarks/JournalBench",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "PlacingRival",
            dependencies: ["HTTPServer", "HTTPWire", "JSON", "PostgresWire"],
            path: "Benchmarks/PlacingRival",
            exclude: ["schema.sql"],
            swiftSettings: strict
        ),
    ]
)
