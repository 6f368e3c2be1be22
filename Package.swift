// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig,
        providers: [.apt([apt])])
}

let package = Package(
    name: "DossierSync",
    products: [
        .library(
            name: "DossierSync",
            targets: [
                "Causality", "Replication", "Dossiers", "SyncProtocol",
                "HTTP",
            ]),
    ],
    targets: [
        systemLibrary("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        systemLibrary("CMicrohttpd", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        systemLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        systemLibrary("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        systemLibrary("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),

        library("Causality"),
        library("Crypto", ["CSodium"]),
        library("CBOR"),
        library("JSON"),
        library("Replication", ["CBOR", "Causality", "Crypto"]),
        library("Dossiers", ["CBOR", "Causality", "Crypto", "JSON", "Replication"]),
        library("SQLite", ["CSQLite"]),
        library(
            "ReplicaStore",
            ["CBOR", "Causality", "Crypto", "Dossiers", "JSON", "Replication", "SQLite"]),
        library("HTTP", ["CCurl", "CMicrohttpd"]),
        library(
            "SyncProtocol", ["CBOR", "CZstd", "Causality", "Crypto", "JSON", "Replication"]),
        library("CommandLineTool"),
    ]
)
