// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A target by its place: the wing of `Sources` that it stands in, and its name.
func library(_ place: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name(at: place), dependencies: dependencies, path: "Sources/\(place)",
        swiftSettings: strict)
}

func program(_ place: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name(at: place), dependencies: dependencies, path: "Sources/\(place)",
        swiftSettings: strict)
}

func name(at place: String) -> String {
    String(place.split(separator: "/").last ?? "")
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig,
        providers: [.apt([apt])])
}

/// The kernel's own headers, which come with the C library.
func linuxHeaders(_ name: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/CLibraries/\(name)", providers: [.apt(["linux-libc-dev"])])
}

let package = Package(
    name: "DossierSync",
    products: [
        .executable(name: "central", targets: ["central"]),
        .executable(name: "counter", targets: ["counter"]),
        .library(
            name: "DossierSync",
            targets: [
                "Causality", "Replication", "Dossiers", "ReplicaStore", "SyncProtocol",
                "SyncEngine",
                "HTTP",
            ]),
    ],
    targets: [
        systemLibrary("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        systemLibrary("CGnuTLS", pkgConfig: "gnutls", apt: "libgnutls28-dev"),
        systemLibrary("CMicrohttpd", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        systemLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        systemLibrary("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        systemLibrary("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),

        .systemLibrary(
            name: "CCSV", path: "Sources/CLibraries/CCSV", providers: [.apt(["libcsv-dev"])]),
        linuxHeaders("CLinux"),

        library("Base/Causality"),
        library("Base/Crypto", ["CSodium"]),
        library("Base/CBOR"),
        library("Base/JSON"),
        library("Office/Replication", ["CBOR", "Causality", "Crypto"]),
        library("Exchange/Columns", ["CBOR", "Causality", "Crypto", "Replication"]),
        library(
            "Office/Dossiers", ["CBOR", "Causality", "Crypto", "JSON", "Language", "Replication"]),
        library("Store/SQLite", ["CSQLite"]),
        library(
            "Store/ReplicaStore",
            [
                "CBOR", "Causality", "Crypto", "Dossiers", "JSON", "Language", "Replication",
                "SQLite",
            ]),
        library(
            "Exchange/SyncEngine",
            [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "HTTP", "JSON",
                "Language", "ReplicaStore", "Replication", "SyncProtocol",
            ]),
        library(
            "Commands/Imports",
            [
                "CCSV", "Causality", "CommandLineTool", "Dossiers", "JSON", "Language",
                "ReplicaStore", "Replication",
            ]),
        library(
            "Commands/RecordArguments",
            [
                "Causality", "CommandLineTool", "Dossiers", "JSON", "Language", "Replication",
            ]),
        library("Network/HTTP", ["CCurl", "CGnuTLS", "CMicrohttpd"]),
        library("Network/Host", ["CLinux"]),
        library(
            "Exchange/SyncProtocol",
            ["CBOR", "CZstd", "Causality", "Crypto", "JSON", "Language", "Replication"]),
        library("Commands/CommandLineTool", ["Language"]),
        library("Base/Language"),
        library(
            "Commands/CentralCommands",
            [
                "CBOR", "Causality", "CommandLineTool", "Crypto", "Demonstration", "Dossiers",
                "HTTP", "Host", "Imports", "JSON", "Language", "RecordArguments", "ReplicaStore",
                "Replication", "Reports", "SQLite", "SyncEngine", "SyncProtocol",
            ]),
        library(
            "Commands/CounterCommands",
            [
                "CBOR", "Causality", "CommandLineTool", "Crypto", "Dossiers", "HTTP", "Host",
                "Imports", "JSON", "Language", "RecordArguments", "ReplicaStore", "Replication",
                "Reports", "SQLite", "SyncEngine", "SyncProtocol",
            ]),
        library(
            "Commands/Reports",
            [
                "Causality", "CommandLineTool", "Crypto", "Dossiers", "JSON", "Language",
                "ReplicaStore", "Replication", "SQLite",
            ]),
        library("Rigs/Demonstration", ["Causality", "Dossiers", "JSON", "Replication"]),
        program("Commands/central", ["CentralCommands", "CommandLineTool", "Host"]),
        program("Commands/counter", ["CommandLineTool", "CounterCommands", "Host"]),
        program(
            "Rigs/bench",
            [
                "CBOR", "CZstd", "Causality", "Columns", "Crypto", "Demonstration", "Dossiers",
                "JSON", "ReplicaStore", "Replication", "SQLite", "SyncEngine", "SyncProtocol",
            ]),
        library(
            "Rigs/Simulation",
            [
                "Causality", "Crypto", "Demonstration", "Dossiers", "JSON", "ReplicaStore",
                "Replication", "SyncEngine", "SyncProtocol",
            ]),
        program("Rigs/simulate", ["CommandLineTool", "Language", "Simulation"]),
        library(
            "Rigs/BadLinks",
            ["CLinux", "Demonstration", "Dossiers", "Host", "JSON", "Replication"]),
        program("Rigs/links", ["BadLinks", "CommandLineTool", "Language"]),
        program(
            "Rigs/fuzz",
            [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "Imports", "JSON",
                "Replication", "SyncProtocol",
            ]),
        .target(
            name: "TestSupport",
            dependencies: [
                "CSQLite", "Causality", "Crypto", "Dossiers", "Host", "ReplicaStore", "Replication",
                "SyncEngine", "SyncProtocol",
            ], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "CBORTests", dependencies: ["CBOR"], exclude: ["make_cbor2_vectors.py"],
            swiftSettings: strict),
        tests("SQLiteTests", ["SQLite"]),
        tests("JSONTests", ["JSON"]),
        tests("HTTPTests", ["HTTP", "TestSupport"]),
        tests("HostTests", ["Host"]),
        tests("FuzzTests", ["fuzz"]),
        tests("CommandLineToolTests", ["CommandLineTool", "Language"]),
        tests(
            "DossiersTests",
            ["CBOR", "Causality", "Dossiers", "JSON", "Language", "Replication"]),
        tests(
            "SyncEngineTests",
            [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "HTTP", "JSON",
                "ReplicaStore",
                "Replication", "SQLite", "SyncEngine", "SyncProtocol", "TestSupport",
            ]),
        tests(
            "ReplicaStoreTests",
            [
                "CBOR", "Causality", "Crypto", "Dossiers", "JSON", "ReplicaStore", "Replication",
                "SQLite",
            ]),
        tests(
            "ReportsTests",
            [
                "Causality", "Dossiers", "JSON", "Language", "ReplicaStore", "Replication",
                "Reports", "SyncEngine",
                "TestSupport",
            ]),
        tests(
            "SyncProtocolTests",
            [
                "CBOR", "Causality", "Columns", "Crypto", "Demonstration", "JSON", "Replication",
                "SyncProtocol",
            ]),
        tests("CausalityTests", ["Causality", "JSON"]),
        tests("CryptoTests", ["Crypto"]),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Causality", "Crypto", "Dossiers", "ReplicaStore", "Replication", "SQLite",
                "Simulation", "TestSupport",
            ], exclude: ["Failures"], swiftSettings: strict),
        tests(
            "ImportsTests",
            ["Causality", "Dossiers", "Imports", "JSON", "Language", "ReplicaStore", "Replication"]),
        tests("LanguageTests", ["Language"]),
        tests("LayoutTests", []),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "BadLinks", "Causality", "Crypto", "Host", "JSON", "Replication", "SQLite",
                "SyncProtocol", "TestSupport", "central", "counter",
            ],
            swiftSettings: strict),
        tests("ReplicationTests", ["CBOR", "Causality", "Crypto", "JSON", "Replication"]),
        tests(
            "DemonstrationTests",
            ["Causality", "Demonstration", "Dossiers", "JSON", "ReplicaStore", "Replication"]),
    ]
)
