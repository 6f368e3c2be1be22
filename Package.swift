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
                "Causality", "Replication", "Dossiers", "ReplicaStore", "Wire",
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
            "Office/Dossiers", ["CBOR", "Causality", "Crypto", "JSON", "Text", "Replication"]),
        library("Store/SQLite", ["CSQLite"]),
        library(
            "Store/ReplicaStore",
            [
                "CBOR", "Causality", "Crypto", "Dossiers", "JSON", "Text", "Replication",
                "SQLite",
            ]),
        library(
            "Exchange/SyncEngine",
            [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "HTTP", "JSON",
                "Text", "ReplicaStore", "Replication", "Wire",
            ]),
        library(
            "Commands/Imports",
            [
                "CCSV", "Causality", "CommandLine", "Dossiers", "JSON", "Text",
                "ReplicaStore", "Replication",
            ]),
        library(
            "Commands/RecordArguments",
            [
                "Causality", "CommandLine", "Dossiers", "JSON", "Text", "Replication",
            ]),
        library("Network/HTTP", ["CCurl", "CGnuTLS", "CMicrohttpd"]),
        library("Network/Host", ["CLinux"]),
        library(
            "Exchange/Wire",
            ["CBOR", "CZstd", "Causality", "Crypto", "JSON", "Text", "Replication"]),
        library("Commands/CommandLine", ["Text"]),
        library("Base/Text"),
        library(
            "Commands/CentralCommands",
            [
                "CBOR", "Causality", "CommandLine", "Crypto", "Demonstration", "Dossiers",
                "HTTP", "Host", "Imports", "JSON", "Text", "RecordArguments", "ReplicaStore",
                "Replication", "Reports", "SQLite", "SyncEngine", "Wire",
            ]),
        library(
            "Commands/CounterCommands",
            [
                "CBOR", "Causality", "CommandLine", "Crypto", "Dossiers", "HTTP", "Host",
                "Imports", "JSON", "Text", "RecordArguments", "ReplicaStore", "Replication",
                "Reports", "SQLite", "SyncEngine", "Wire",
            ]),
        library(
            "Commands/Reports",
            [
                "Causality", "CommandLine", "Crypto", "Dossiers", "JSON", "Text",
                "ReplicaStore", "Replication", "SQLite",
            ]),
        library("Rigs/Demonstration", ["Causality", "Dossiers", "JSON", "Replication"]),
        program("Commands/central", ["CentralCommands", "CommandLine", "Host"]),
        program("Commands/counter", ["CommandLine", "CounterCommands", "Host"]),
        program(
            "Rigs/bench",
            [
                "CBOR", "CZstd", "Causality", "Columns", "Crypto", "Demonstration", "Dossiers",
                "JSON", "ReplicaStore", "Replication", "SQLite", "SyncEngine", "Wire",
            ]),
        library(
            "Rigs/Simulation",
            [
                "Causality", "Crypto", "Demonstration", "Dossiers", "JSON", "ReplicaStore",
                "Replication", "SyncEngine", "Wire",
            ]),
        program("Rigs/simulate", ["CommandLine", "Text", "Simulation"]),
        library(
            "Rigs/BadLinks",
            ["CLinux", "Demonstration", "Dossiers", "Host", "JSON", "Replication"]),
        program("Rigs/links", ["BadLinks", "CommandLine", "Text"]),
        program(
            "Rigs/fuzz",
            [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "Imports", "JSON",
                "Replication", "Wire",
            ]),
        .target(
            name: "TestSupport",
            dependencies: [
                "CSQLite", "Causality", "Crypto", "Dossiers", "Host", "ReplicaStore", "Replication",
                "SyncEngine", "Wire",
            ], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "CBORTests", dependencies: ["CBOR"], exclude: ["make_cbor2_vectors.py"],
            swiftSettings: strict),
        tests("SQLiteTests", ["SQLite"]),
        tests("JSONTests", ["JSON"]),
        tests("HTTPTests", ["HTTP", "TestSupport"]),
        tests("HostTests", ["Host"]),
        tests("FuzzTests", ["fuzz"]),
        tests("CommandLineTests", ["CommandLine", "Text"]),
        tests(
            "DossiersTests",
            ["CBOR", "Causality", "Dossiers", "JSON", "Text", "Replication"]),
        tests(
            "SyncEngineTests",
            [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "HTTP", "JSON",
                "ReplicaStore",
                "Replication", "SQLite", "SyncEngine", "Wire", "TestSupport",
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
                "Causality", "Dossiers", "JSON", "Text", "ReplicaStore", "Replication",
                "Reports", "SyncEngine",
                "TestSupport",
            ]),
        tests(
            "WireTests",
            [
                "CBOR", "Causality", "Columns", "Crypto", "Demonstration", "JSON", "Replication",
                "Wire",
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
            ["Causality", "Dossiers", "Imports", "JSON", "Text", "ReplicaStore", "Replication"]),
        tests("TextTests", ["Text"]),
        tests("LayoutTests", []),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "BadLinks", "Causality", "Crypto", "Host", "JSON", "Replication", "SQLite",
                "Wire", "TestSupport", "central", "counter",
            ],
            swiftSettings: strict),
        tests("ReplicationTests", ["CBOR", "Causality", "Crypto", "JSON", "Replication"]),
        tests(
            "DemonstrationTests",
            ["Causality", "Demonstration", "Dossiers", "JSON", "ReplicaStore", "Replication"]),
    ]
)
