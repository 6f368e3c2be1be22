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
        .executable(name: "dossiersync-papers", targets: ["dossiersync-papers"]),
        .library(
            name: "DossierSync",
            targets: [
                "Causality", "Replication", "Dossiers", "Editing", "SQLiteStore", "Wire",
                "CentralEngine", "CounterEngine", "CounterFiles", "CounterLink", "Bundles",
                "HTTP", "HTTPClient", "HTTPServer",
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
        systemLibrary("CPango", pkgConfig: "pangocairo", apt: "libpango1.0-dev"),
        .systemLibrary(
            name: "CZint", path: "Sources/CLibraries/CZint", providers: [.apt(["libzint-dev"])]),

        library("Base/Causality"),
        library("Base/Crypto", ["CSodium"]),
        library("Base/Files"),
        library("Base/Time", ["Text"]),
        library(
            "Store/Backups",
            ["Causality", "Crypto", "Files", "JSON", "SQLite", "SQLiteStore", "Time"]),
        library(
            "Commands/SharedCommands",
            [
                "Backups", "Bundles", "Causality", "CommandLine", "CounterLink", "Dossiers",
                "Files", "HTTP", "HTTPClient", "Imports", "JSON", "RecordArguments", "Replication",
                "Reports", "SQLite", "SQLiteStore", "Store", "Text", "Time", "Wire",
            ]),
        library(
            "Central/Administration",
            [
                "Backups", "Causality", "Crypto", "Dossiers", "Replication", "SQLiteStore", "Store",
                "Wire",
            ]),
        library(
            "Central/AdminDocuments",
            [
                "Administration", "Backups", "Causality", "Crypto", "Dossiers", "JSON",
                "Replication", "SQLiteStore", "Store", "Text", "Time", "Wire",
            ]),
        library(
            "Central/CentralServer",
            [
                "Addresses", "AdminDocuments", "Administration", "Backups", "CBOR", "Causality",
                "CentralEngine", "Crypto", "Files", "HTTP", "HTTPServer", "Host", "JSON",
                "SQLiteStore", "Store", "Text", "Wire",
            ]),
        library("Base/CBOR"),
        library("Base/JSON"),
        library("Office/Replication", ["CBOR", "Causality", "Crypto"]),
        library("Exchange/Columns", ["CBOR", "Causality", "Crypto", "Replication", "Wire"]),
        library(
            "Office/Dossiers",
            ["CBOR", "Causality", "Crypto", "JSON", "Replication", "Text", "Time"]),
        library(
            "Office/Editing",
            ["Causality", "Crypto", "Dossiers", "Replication", "Text", "Time"]),
        library(
            "Office/Papers", ["Causality", "Dossiers", "JSON", "Replication", "Text", "Time"]),
        library(
            "Store/Store",
            ["CBOR", "Causality", "Crypto", "Dossiers", "Editing", "Replication", "Text", "Time"]),
        library(
            "Store/MemoryStore",
            [
                "Causality", "Crypto", "Dossiers", "Editing", "Replication", "Store", "Text",
                "Time",
            ]),
        library("Store/SQLite", ["CSQLite", "Files"]),
        library(
            "Store/SQLiteStore",
            [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "Editing", "JSON",
                "Replication", "SQLite", "Store", "Text", "Time", "Wire",
            ]),
        library("Exchange/Bundles", ["Causality", "Crypto", "Files", "Text", "Wire"]),
        library(
            "Central/CentralEngine",
            [
                "Addresses", "Bundles", "CBOR", "Causality", "Columns", "Crypto", "Dossiers",
                "Editing", "Replication", "Store", "Wire",
            ]),
        library(
            "Counter/CounterEngine",
            [
                "Bundles", "Causality", "Columns", "Crypto", "Dossiers", "Editing",
                "Replication", "Store", "Text", "Wire",
            ]),
        library("Counter/CounterFiles", ["Causality", "CounterEngine", "Crypto", "SQLiteStore"]),
        library(
            "Counter/CounterLink",
            [
                "Causality", "CounterEngine", "Crypto", "HTTP", "HTTPClient", "JSON", "Text",
                "Wire",
            ]),
        library(
            "Commands/Imports",
            [
                "CCSV", "Causality", "Dossiers", "Files", "JSON", "Replication", "SQLiteStore",
                "Text", "Time",
            ]),
        library(
            "Commands/RecordArguments",
            ["Causality", "Dossiers", "JSON", "Replication", "Text", "Time"]),
        library("Base/Addresses"),
        library("Network/HTTP", ["CGnuTLS", "Text"]),
        library("Network/HTTPServer", ["Addresses", "CGnuTLS", "CMicrohttpd", "HTTP"]),
        library("Network/HTTPClient", ["CCurl", "HTTP", "Text"]),
        library("Network/Host", ["CLinux"]),
        library(
            "Exchange/Wire",
            ["CBOR", "CZstd", "Causality", "Crypto", "JSON", "Replication", "Text"]),
        library("Commands/CommandLine", ["Text"]),
        library("Base/Text"),
        library(
            "Commands/CentralCommands",
            [
                "Addresses", "AdminDocuments", "Administration", "Backups", "Bundles", "Causality",
                "CentralEngine", "CentralServer", "CommandLine", "CounterLink", "Crypto",
                "Dossiers", "Files", "HTTP", "HTTPClient", "HTTPServer", "Host", "Imports", "JSON",
                "RecordArguments", "Replication", "Reports", "SQLiteStore", "SharedCommands",
                "Store", "Text", "Time", "Wire",
            ]),
        library(
            "Commands/CounterCommands",
            [
                "Backups", "Bundles", "Causality", "CommandLine", "CounterEngine", "CounterFiles",
                "CounterLink", "Crypto", "Dossiers", "Editing", "Files", "HTTP", "HTTPClient",
                "Host", "JSON", "Papers", "RecordArguments", "Replication", "SQLite", "SQLiteStore",
                "SharedCommands", "Store", "Text", "Time", "Wire",
            ]),
        library(
            "Commands/Reports",
            [
                "Causality", "Crypto", "Dossiers", "JSON", "Replication", "SQLite", "SQLiteStore",
                "Store", "Text", "Time",
            ]),
        library(
            "Rigs/Demo",
            [
                "Administration", "Causality", "CentralEngine", "CentralServer", "CommandLine",
                "CounterEngine", "CounterFiles", "CounterLink", "Crypto", "Demonstration",
                "Dossiers", "HTTPServer", "Imports", "JSON", "Replication", "Reports",
                "SQLiteStore", "Text", "Wire",
            ]),
        library(
            "Rigs/Demonstration", ["Causality", "Dossiers", "Replication", "SeededRandom", "Time"]),
        program("Commands/central", ["CentralCommands", "CommandLine", "Demo", "Host"]),
        program("Commands/counter", ["CommandLine", "CounterCommands", "Host"]),
        program(
            "Commands/dossiersync-papers",
            ["CPango", "CZint", "CommandLine", "JSON", "Papers", "Text"]),
        program(
            "Rigs/bench",
            [
                "CBOR", "CZstd", "Causality", "Columns", "CounterLink", "Crypto", "Demonstration",
                "Dossiers", "JSON", "Replication", "SQLite", "SQLiteStore", "SeededRandom", "Store",
                "Wire",
            ]),
        library(
            "Rigs/Simulation",
            [
                "Causality", "CentralEngine", "CounterEngine", "CounterFiles", "Crypto",
                "Demonstration", "Dossiers", "Editing", "MemoryStore", "Replication", "SQLiteStore",
                "SeededRandom", "Store", "Time", "Wire",
            ]),
        library("Rigs/SeededRandom", ["Crypto"]),
        program("Rigs/simulate", ["CommandLine", "Simulation", "Text"]),
        library(
            "Rigs/BadLinks",
            ["CLinux", "Demonstration", "Dossiers", "Host", "JSON", "Replication", "SeededRandom"]),
        program("Rigs/links", ["BadLinks", "CommandLine", "Text"]),
        program(
            "Rigs/fuzz",
            [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "Files", "Imports", "JSON",
                "Replication", "Text", "Time", "Wire",
            ]),
        .target(
            name: "TestSupport",
            dependencies: [
                "Bundles", "CSQLite", "Causality", "CentralEngine", "CounterEngine", "CounterFiles",
                "Crypto", "Dossiers", "Host", "Replication", "SQLiteStore", "Store", "Wire",
            ], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "CBORTests", dependencies: ["CBOR", "SeededRandom"],
            exclude: ["make_cbor2_vectors.py"],
            swiftSettings: strict),
        tests("SQLiteTests", ["SQLite"]),
        tests("JSONTests", ["JSON", "SeededRandom"]),
        tests(
            "HTTPTests",
            ["Addresses", "HTTP", "HTTPClient", "HTTPServer", "TestSupport", "Text"]),
        tests("HostTests", ["Host"]),
        tests("FuzzTests", ["fuzz"]),
        tests("CommandLineTests", ["CommandLine", "Text"]),
        tests(
            "EditingTests",
            ["Causality", "Crypto", "Dossiers", "Editing", "Replication", "Text"]),
        tests(
            "DossiersTests",
            [
                "CBOR", "Causality", "Dossiers", "JSON", "Replication", "SeededRandom", "Text",
                "Time",
            ]),
        tests(
            "PapersTests",
            [
                "Causality", "Crypto", "Dossiers", "JSON", "Papers", "Replication",
                "SeededRandom", "Text", "Time",
            ]),
        tests(
            "SyncEngineTests",
            [
                "Addresses", "Bundles", "CBOR", "Causality", "CentralEngine", "Columns",
                "CounterEngine", "CounterFiles", "Crypto", "Dossiers", "Editing", "HTTP",
                "HTTPClient", "HTTPServer", "JSON", "Replication", "SQLite", "SQLiteStore",
                "SeededRandom", "Store", "TestSupport", "Text", "Time", "Wire",
            ]),
        tests(
            "SQLiteStoreTests",
            [
                "CBOR", "Causality", "Crypto", "Dossiers", "Editing", "JSON", "Replication",
                "SQLite", "SQLiteStore", "SeededRandom", "Store", "Text", "Time",
            ]),
        tests(
            "StoreContractTests",
            [
                "Causality", "Crypto", "Dossiers", "Editing", "MemoryStore", "Replication",
                "SQLiteStore", "SeededRandom", "Store", "Time",
            ]),
        tests(
            "ReportsTests",
            [
                "Causality", "CentralEngine", "CounterEngine", "Crypto", "Dossiers", "JSON",
                "Replication", "Reports", "SQLiteStore", "SeededRandom", "TestSupport", "Text",
                "Time",
            ]),
        tests(
            "WireTests",
            [
                "CBOR", "Causality", "Columns", "Crypto", "Demonstration", "JSON", "Replication",
                "SeededRandom", "Text", "Wire",
            ]),
        tests("CausalityTests", ["Causality", "SeededRandom"]),
        tests("CryptoTests", ["Crypto"]),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Causality", "Crypto", "Dossiers", "Editing", "Replication", "SQLite",
                "SQLiteStore", "Simulation", "Store", "TestSupport",
            ], exclude: ["Failures"], swiftSettings: strict),
        tests(
            "ImportsTests",
            ["Dossiers", "Files", "Imports", "JSON", "Replication", "Text", "Time"]),
        tests("TextTests", ["Text"]),
        tests(
            "CentralServerTests",
            [
                "Administration", "Causality", "CentralEngine", "CentralServer", "CounterEngine",
                "CounterFiles", "Crypto", "HTTP", "HTTPClient", "HTTPServer", "JSON", "SQLiteStore",
                "Store", "TestSupport", "Wire",
            ]),
        tests("FilesTests", ["Files"]),
        tests(
            "BackupsTests",
            ["Backups", "Causality", "Crypto", "SQLiteStore", "Time"]),
        tests(
            "SharedCommandsTests",
            [
                "CommandLine", "RecordArguments", "Replication", "SQLiteStore", "SharedCommands",
                "Text",
            ]),
        tests("TimeTests", ["Demonstration", "SeededRandom", "Text", "Time"]),
        tests("LayoutTests", []),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "BadLinks", "Causality", "Crypto", "Host", "JSON", "Papers", "Replication",
                "SQLite", "SeededRandom", "TestSupport", "Text", "Time", "Wire", "central",
                "counter", "dossiersync-papers",
            ],
            swiftSettings: strict),
        tests("ReplicationTests", ["CBOR", "Causality", "Crypto", "Replication", "SeededRandom"]),
        tests(
            "DemonstrationTests",
            ["Causality", "Demonstration", "Dossiers", "Replication", "SeededRandom", "Time"]),
    ]
)
