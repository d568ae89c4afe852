// swift-tools-version: 6.2
// The rooms again, built for libFuzzer: with its coverage, AddressSanitizer and the checks of debug builds. A package of its own,
// because the program must never be built so. `Rooms` is a link to the sources.
import PackageDescription

let watched: [SwiftSetting] = [.unsafeFlags(["-sanitize=fuzzer,address", "-assert-config", "Debug"])]
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

func room(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: "Rooms/" + name, resources: resources, swiftSettings: watched)
}

let package = Package(
    name: "cordon",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", path: "Rooms/CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", path: "Rooms/CZstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLibXML2", path: "Rooms/CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        room("Model"),
        room("Scan", ["Model"]),
        room("Profiles", ["Model", yams], resources: [.embedInCode("Shipped")]),
        room("Trail", ["Model", "Scan", "Profiles", "CZlib", "CZstd", "CLibXML2", crypto]),
        room("Ledger", ["Model", crypto]),
        .systemLibrary(name: "CLinux", path: "Rooms/CLinux"),
        room("Journal", ["Model", "Ledger", "CLinux"]),
        room("Exposure", ["Model"]),
        room("Incident", ["Model", "Ledger", "Exposure", crypto]),
        .executableTarget(
            name: "Fuzz", dependencies: ["Model", "Scan", "Profiles", "Trail", "Ledger", "Journal", "Exposure", "Incident"],
            swiftSettings: watched,
            // gold stumbles over the debug information of sanitised code.
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ]
)
