// swift-tools-version: 6.2
import PackageDescription

// The house: libraries that know no gateway, pure cores, shells that touch sockets, disks and C, the gateway, and one
// executable. Who may import whom stands once, in `house` below; `Tests/ArchitectureTests` holds every file to it.

let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    // Where it is decided whether a change lands, a warning of our own targets is an error.
    + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

// Why each package is here:
let nio = "swift-nio"  // event loops, channels, HTTP/1.1 parsing (llhttp)
let http2 = "swift-nio-http2"  // HTTP/2 framing, HPACK, flow control and its denial-of-service limits
let arguments = "swift-argument-parser"  // the command line: verbs, --help, completion
let yams = "Yams"  // YAML with line numbers, for the configuration and policy data files
let logging = "swift-log"  // structured logs with levels
let numerics = "swift-numerics"  // exp, log, erfc and log-gamma without Foundation, for the statistics
let grdb = "GRDB.swift"  // SQLite (apt: libsqlite3-dev): the ledger's index, and what is spent under the limits

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "sallyport",
    products: [.executable(name: "sallyport", targets: ["sallyport"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // C behind a fence: shims for macros and variadic functions of system libraries (apt: libssl-dev,
        // libcurl4-openssl-dev, libhyperscan-dev, libhiredis-dev).
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        // The weights of the name tagger, embedded; `scripts/names/train.py` makes them.
        .target(name: "CNameModel", exclude: ["names.model"]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CHyperscan", pkgConfig: "libhs", providers: [.apt(["libhyperscan-dev"])]),

        // Libraries that know no gateway.
        library("Cryptography", ["COpenSSL"]),
        library("JSONText"),
        library("Suggestions"),
        library("Cedar", ["JSONText", "Suggestions"]),
        library("TransparencyLog", ["Cryptography"]),
        library("PlainText"),
        library("HyperText", ["PlainText"]),
        library("Statistics", [.product(name: "RealModule", package: numerics)]),

        // Cores: pure, synchronous, sans-IO.
        library("Inference", ["JSONText"]),
        library("Identity", ["Inference", "Cryptography", "JSONText"]),
        library("Access", ["Inference", "Cedar", "Suggestions", "Cryptography"]),
        library("Privacy", ["Inference", "JSONText", "Cryptography"]),
        library("Limits", ["Inference"]),
        library("Routing", ["Inference"]),
        library(
            "Rollout", ["Inference", "Statistics", "Cryptography", .product(name: "RealModule", package: numerics)]),
        library("Dialects", ["Inference", "JSONText"]),
        library("AnswerCache", ["Inference", "Cryptography"]),
        library("Ledger", ["Inference", "JSONText", "TransparencyLog", "Cryptography", "PlainText"]),
        library("Drift", ["Statistics"]),
        library("Evaluation", ["Inference", "JSONText", "Suggestions", "Cryptography"]),
        library("DataSets", ["JSONText", "Cryptography"]),
        // What a finished run says, as figures, tables and a page.
        library(
            "EvaluationReport",
            ["Evaluation", "Statistics", "Suggestions", "Inference", "JSONText", "HyperText", "PlainText"]),

        // Shells: sockets, disks, C.
        library("NameModel", ["CNameModel"]),
        library("PatternScanner", ["CHyperscan", "Privacy"]),
        // What every detector is run through: a library for tests that knows no test framework.
        library("PrivacyTesting", ["Privacy", "Inference", "JSONText"]),
        // `make fuzz`; no product.
        .executableTarget(
            name: "privacy-fuzz",
            dependencies: ["PrivacyTesting", "NameModel", "Privacy", "PatternScanner", "Cryptography"],
            path: "Sources/PrivacyFuzz", swiftSettings: strict),
        .executableTarget(
            name: "cedar-fuzz", dependencies: ["Cedar"], path: "Sources/CedarFuzz", swiftSettings: strict),
        // Ledgers to measure and test with; no product.
        .executableTarget(
            name: "ledger-sample",
            dependencies: [
                "LedgerIndex", "LedgerReport", "LedgerStore", "Ledger", "TransparencyLog", "Inference", "JSONText",
                "Cryptography",
            ], path: "Sources/LedgerSample", swiftSettings: strict),
        // Drives a ledger under `strace` in the client tests, and measures it in `make bench`; no product.
        .executableTarget(
            name: "ledger-drill",
            dependencies: ["LedgerStore", "Ledger", "TransparencyLog", "Inference", "Cryptography"],
            path: "Sources/LedgerDrill", swiftSettings: strict),
        // Measures routing, limits and translation in `make bench`; no product.
        .executableTarget(
            name: "core-bench", dependencies: ["Dialects", "Inference", "JSONText", "Limits", "Routing"],
            path: "Sources/CoreBench", swiftSettings: strict),
        library(
            "SecureTransport", ["COpenSSL", .product(name: "NIOCore", package: nio)]),
        library("Upstream", ["CCurl", "Inference", "Access", "Privacy", "Ledger"]),
        library("RemoteAnalyzer", ["Upstream", "Inference", "JSONText"]),
        library("KeyDiscovery", ["Upstream", "Identity", "JSONText"]),
        library("LedgerStore", ["Inference", "Ledger", "TransparencyLog", "JSONText", "Cryptography"]),
        library("LedgerVault", ["Inference", "Ledger", "LedgerStore", "Cryptography"]),
        library(
            "LedgerRelay",
            ["CCurl", "Upstream", "Inference", "Ledger", "LedgerStore", "TransparencyLog", "JSONText", "Cryptography"]),
        // Figures and pages that say what the ledger says, and the index that they come from.
        library("LedgerReport", ["Ledger", "JSONText", "HyperText", "PlainText"]),
        library(
            "LedgerIndex",
            [
                "Inference", "Ledger", "LedgerReport", "LedgerStore", "JSONText", "Cryptography",
                .product(name: "GRDB", package: grdb), .product(name: "GRDBSQLite", package: grdb),
            ]),

        // Runs of suites on disk, and what runs them.
        library(
            "EvaluationStore",
            [
                "Inference", "Evaluation", "EvaluationReport", "LedgerStore", "JSONText", "Cryptography",
                .product(name: "GRDB", package: grdb), .product(name: "GRDBSQLite", package: grdb),
            ]),
        library(
            "EvaluationRunner",
            [
                "Upstream", "Inference", "Evaluation", "EvaluationStore", "LedgerStore", "Statistics", "JSONText",
                "Cryptography",
                .product(name: "Yams", package: "Yams"),
            ]),

        // What is spent under the limits, on disk.
        library(
            "LimitStore",
            [
                "Inference", "Limits", "LedgerStore", .product(name: "GRDB", package: grdb),
                .product(name: "GRDBSQLite", package: grdb),
            ]),

        // Redis or Valkey, for several gateways that share limits.
        library("RedisClient", ["CHiredis", "LedgerStore"]),

        // The gateway and its command line.
        library(
            "Gateway",
            [
                "SecureTransport", "Upstream", "PatternScanner", "NameModel", "RemoteAnalyzer", "KeyDiscovery",
                "LedgerIndex", "LedgerReport", "HyperText", "PlainText",
                "LedgerStore", "LedgerRelay", "LedgerVault", "LimitStore", "RedisClient",
                "Identity", "Statistics", "Rollout",
                "Access", "AnswerCache", "Drift", "Evaluation", "Privacy", "Limits", "Routing", "Dialects", "Ledger",
                "Inference", "JSONText",
                "Cryptography", "TransparencyLog", "Suggestions", "DataSets",
                .product(name: "NIOCore", package: nio), .product(name: "NIOPosix", package: nio),
                .product(name: "NIOConcurrencyHelpers", package: nio),
                .product(name: "NIOHTTP1", package: nio), .product(name: "NIOHTTP2", package: http2),
                .product(name: "Yams", package: "Yams"), .product(name: "Logging", package: logging),
            ]),
        .executableTarget(
            name: "sallyport",
            dependencies: [
                "Gateway", "Access", "Cedar", "DataSets", "Identity", "Inference", "JSONText", "Ledger", "LedgerRelay",
                "LedgerIndex", "LedgerReport", "EvaluationReport", "HyperText", "PlainText",
                "LedgerStore", "LedgerVault", "Privacy", "Rollout", "Routing", "SecureTransport", "Cryptography",
                "TransparencyLog", "Evaluation", "EvaluationRunner", "EvaluationStore",
                .product(name: "ArgumentParser", package: arguments), .product(name: "Logging", package: logging),
            ], swiftSettings: strict),

        // The corpora beside the repository, which tests of several modules read.
        .target(name: "SharedMaterial", path: "Tests/SharedMaterial", swiftSettings: strict),
        tests("ArchitectureTests", []),
        tests("CryptographyTests", ["Cryptography"]),
        tests("JSONTextTests", ["JSONText", "SharedMaterial"]),
        tests("SuggestionsTests", ["Suggestions"]),
        tests("CedarTests", ["Cedar", "JSONText", "SharedMaterial"]),
        tests("TransparencyLogTests", ["TransparencyLog", "Cryptography", "SharedMaterial"]),
        tests("StatisticsTests", ["Statistics"]),
        tests("IdentityTests", ["Identity", "Inference", "Cryptography", "JSONText", "COpenSSL"]),
        tests("AccessTests", ["Access", "Inference"]),
        tests(
            "PrivacyTests",
            [
                "NameModel", "Privacy", "PrivacyTesting", "PatternScanner", "Inference", "JSONText", "Cryptography",
                "SharedMaterial",
            ]),
        tests("PatternScannerTests", ["PatternScanner", "Privacy"]),
        tests("LimitsTests", ["Limits", "Inference"]),
        tests("AnswerCacheTests", ["AnswerCache", "Inference", "Cryptography"]),
        tests("RedisClientTests", ["RedisClient"]),
        tests("LimitStoreTests", ["LimitStore", "Limits", "Inference", .product(name: "GRDB", package: grdb)]),
        tests("RolloutTests", ["Rollout", "Statistics", "Inference", "Cryptography"]),
        tests("RoutingTests", ["Routing", "Inference"]),
        tests("DialectsTests", ["Dialects", "Inference", "JSONText"]),
        tests("DriftTests", ["Drift", "Statistics"]),
        tests(
            "EvaluationReportTests",
            ["EvaluationReport", "Evaluation", "Statistics", "Inference", "JSONText", "HyperText", "PlainText"]),
        tests("EvaluationTests", ["Evaluation", "Inference", "JSONText", "Cryptography"]),
        tests("DataSetsTests", ["DataSets", "JSONText"]),
        tests(
            "EvaluationRunnerTests",
            [
                "EvaluationRunner", "EvaluationStore", "EvaluationReport", "Evaluation", "Inference", "Cryptography",
                .product(name: "GRDB", package: grdb),
            ]),
        tests("LedgerTests", ["Ledger", "Inference", "JSONText", "Cryptography"]),
        tests("LedgerVaultTests", ["LedgerVault", "Ledger", "Inference", "Cryptography"]),
        tests("LedgerStoreTests", ["LedgerStore", "Ledger", "Inference", "Cryptography", "TransparencyLog"]),
        tests("LedgerReadingTests", ["LedgerStore", "Ledger", "TransparencyLog", "JSONText", "Cryptography"]),
        tests("LedgerReportTests", ["LedgerReport", "Ledger", "HyperText", "PlainText"]),
        tests(
            "LedgerIndexTests",
            [
                "LedgerIndex", "LedgerReport", "LedgerStore", "Ledger", "TransparencyLog", "Inference", "Cryptography",
                .product(name: "GRDB", package: grdb),
            ]),
        tests(
            "SecureTransportTests",
            [
                "SecureTransport", "COpenSSL", .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio), .product(name: "NIOEmbedded", package: nio),
                .product(name: "NIOConcurrencyHelpers", package: nio),
            ]),
        tests(
            "LedgerRelayTests",
            ["LedgerRelay", "LedgerStore", "TransparencyLog", "JSONText", "Cryptography"]),
        tests("UpstreamTests", ["Upstream", "Inference"]),
        tests("RemoteAnalyzerTests", ["RemoteAnalyzer", "Upstream", "Privacy", "Inference", "JSONText"]),
        tests(
            "GatewayTests",
            [
                "Gateway", "SecureTransport", "Upstream", "RemoteAnalyzer", "Privacy", "PatternScanner", "Routing",
                "Limits", "Dialects", "Access", "Ledger", "LedgerRelay", "TransparencyLog",
                "Identity", "Inference", "JSONText", "Cryptography", .product(name: "NIOCore", package: nio),
                .product(name: "NIOEmbedded", package: nio), .product(name: "NIOHTTP1", package: nio),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
