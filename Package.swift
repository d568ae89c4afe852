// swift-tools-version: 6.2
// In the order of the data. A target names only targets above it.
import PackageDescription

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

/// Everything that opens a socket: for Server alone.
let network: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdTLS", package: "hummingbird"),
    .product(name: "HummingbirdHTTP2", package: "hummingbird"),
    .product(name: "AsyncHTTPClient", package: "async-http-client"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "NIOCertificateReloading", package: "swift-nio-extras"),
    .product(name: "X509", package: "swift-certificates"),
    .product(name: "JWTKit", package: "jwt-kit"),
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
    .product(name: "UnixSignals", package: "swift-service-lifecycle"),
    .product(name: "Logging", package: "swift-log"),
    .product(name: "CoreMetrics", package: "swift-metrics"),
]

let package = Package(
    name: "cordon",
    products: [.executable(name: "cordon", targets: ["cordon"]), .executable(name: "cordond", targets: ["cordond"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // For Server alone.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    ],
    targets: [
        // C libraries of the system.
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CXlsxWriter", providers: [.apt(["libxlsxwriter-dev"])]),
        .systemLibrary(name: "CLinux"),

        // What all rooms share. Imports nothing.
        .target(name: "Model"),
        // Bytes to values: JSON, CSV, times, encodings, identifiers, addresses, agents. Pure and hot.
        .target(name: "Scan", dependencies: ["Model"]),
        // What an act of a service discloses, read from dated YAML files.
        .target(name: "Profiles", dependencies: ["Model", yams], resources: [.embedInCode("Shipped")]),
        // Files in, acts out in canonical order, every line accounted for.
        .target(name: "Trail", dependencies: ["Model", "Scan", "Profiles", "CZlib", "CZstd", "CLibXML2", crypto]),
        // Pseudonyms, entries, the Merkle log in tiles, signed notes, proofs.
        .target(name: "Ledger", dependencies: ["Model", crypto]),
        // The live log: durable batches, exactly once, checkpoints that never contradict each other.
        .target(name: "Journal", dependencies: ["Model", "Ledger", "CLinux"]),
        // Evidence, act by act. Pure: no file, no clock, no network.
        .target(name: "Detection", dependencies: ["Model"]),
        // Exact distinct persons for any scope, on disk.
        .target(name: "Exposure", dependencies: ["Model"]),
        // The incident as a value, and the folder that outside tools rely on.
        .target(name: "Incident", dependencies: ["Model", "Ledger", "Exposure", crypto]),
        // The pages and the workbook: pure functions of the incident.
        .target(name: "Report", dependencies: ["Model", "Incident", "CXlsxWriter"]),
        // The rooms in order: trails in, folder out; and the same again to verify it.
        .target(name: "Investigation", dependencies: [
            "Model", "Scan", "Profiles", "Trail", "Ledger", "Detection", "Exposure", "Incident", "Report", crypto, yams,
        ]),
        // From bytes that a source delivered to durable entries and findings, as they come. No network.
        .target(name: "Live", dependencies: ["Model", "Profiles", "Trail", "Ledger", "Journal", "Detection"]),
        // The network's way in: HTTP, syslog, followed files, one door for all. Alone knows sockets.
        .target(name: "Server", dependencies: ["Model", "Scan", "Trail", "Ledger", "Journal", "Live", "CZlib", crypto, yams] + network, resources: [.embedInCode("Resources")]),
        // A seeded generator of fictitious trails.
        .target(name: "Story", dependencies: ["Model"]),
        // The command. Links no network code.
        .executableTarget(name: "cordon", dependencies: [
            "Model", "Scan", "Profiles", "Trail", "Ledger", "Journal", "Detection", "Exposure", "Incident", "Report", "Investigation", "Story", argumentParser,
        ]),
        // The server.
        .executableTarget(name: "cordond", dependencies: ["Model", "Server", argumentParser]),

        // Tests see `package` symbols only, so that they run the code that is shipped.
        .testTarget(name: "ModelTests", dependencies: ["Model"]),
        .testTarget(name: "ScanTests", dependencies: ["Model", "Scan"]),
        .testTarget(name: "ProfilesTests", dependencies: ["Model", "Profiles"]),
        .testTarget(name: "TrailTests", dependencies: ["Model", "Scan", "Profiles", "Trail", "CZlib", "CZstd"]),
        .testTarget(name: "LedgerTests", dependencies: ["Model", "Ledger", crypto]),
        // A log's short life, for the tests to fail or kill at each system call.
        .executableTarget(name: "journal-fault", dependencies: ["Ledger", "Journal"], path: "Tests/JournalFault"),
        .testTarget(name: "JournalTests", dependencies: ["Model", "Ledger", "Journal", "journal-fault"]),
        .testTarget(name: "DetectionTests", dependencies: ["Model", "Detection"]),
        .testTarget(name: "ExposureTests", dependencies: ["Model", "Exposure"]),
        .testTarget(name: "IncidentTests", dependencies: ["Model", "Ledger", "Incident"]),
        .testTarget(name: "ReportTests", dependencies: ["Model", "Incident", "Report"], exclude: ["Golden"]),
        .testTarget(name: "LiveTests", dependencies: ["Model", "Profiles", "Trail", "Ledger", "Journal", "Detection", "Live", "Story"]),
        .testTarget(name: "ServerTests", dependencies: ["Model", "Scan", "Ledger", "Journal", "Live", "Server", crypto] + network),
        .testTarget(name: "StoryTests", dependencies: ["Model", "Scan", "Story"]),
        .testTarget(name: "EndToEndTests", dependencies: ["Model"]),
        .testTarget(name: "FuzzReplayTests", dependencies: ["Model", "Scan", "Profiles", "Trail", "Ledger", "Journal", "Exposure", "Incident"]),
    ]
)
