import Foundation
import Testing

/// The architecture as the compiler sees it: which of our modules, and which C libraries, each target
/// imports. A change here is a change of the design, to be made on purpose.
@Suite("The import table")
struct ImportTableTests {
    /// Imports by target, by wing.
    private static let table: [String: [String: [String]]] = [
        "Base": [
            "Causality": [],
            "CBOR": [],
            "JSON": [],
            "Crypto": ["CSodium"],
            "Text": [],
        ],
        "Office": [
            "Replication": ["CBOR", "Causality", "Crypto"],
            "Dossiers": ["CBOR", "Causality", "Crypto", "JSON", "Text", "Replication"],
        ],
        "Store": [
            "ReplicaStore": [
                "CBOR", "Causality", "Crypto", "Dossiers", "JSON", "Text", "Replication",
                "SQLite",
            ],
            "SQLite": ["CSQLite"],
        ],
        "Exchange": [
            "Wire": [
                "CBOR", "CZstd", "Causality", "Crypto", "JSON", "Text", "Replication",
            ],
            "Columns": ["CBOR", "Causality", "Crypto", "Replication"],
            "SyncEngine": [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "HTTP", "JSON", "Text",
                "ReplicaStore", "Replication", "Wire",
            ],
        ],
        "Network": [
            "HTTP": ["CCurl", "CGnuTLS", "CMicrohttpd"],
            "Host": ["CLinux"],
        ],
        "Commands": [
            "CommandLine": ["Text"],
            "RecordArguments": [
                "Causality", "CommandLine", "Dossiers", "JSON", "Text", "Replication",
            ],
            "Reports": [
                "Causality", "CommandLine", "Crypto", "Dossiers", "JSON", "Text",
                "ReplicaStore", "Replication", "SQLite",
            ],
            "Imports": [
                "CCSV", "Causality", "CommandLine", "Dossiers", "JSON", "Text",
                "ReplicaStore", "Replication",
            ],
            "CounterCommands": [
                "Causality", "CommandLine", "Crypto", "Dossiers", "HTTP", "Host", "Imports",
                "JSON", "Text", "RecordArguments", "ReplicaStore", "Replication", "Reports",
                "SQLite", "SyncEngine", "Wire",
            ],
            "CentralCommands": [
                "CBOR", "Causality", "CommandLine", "Crypto", "Demonstration", "Dossiers",
                "HTTP", "Host", "Imports", "JSON", "Text", "RecordArguments", "ReplicaStore",
                "Replication", "Reports", "SQLite", "SyncEngine", "Wire",
            ],
            "central": ["CentralCommands", "CommandLine", "Host"],
            "counter": ["CommandLine", "CounterCommands", "Host"],
        ],
        "Rigs": [
            "Demonstration": ["Causality", "Dossiers", "JSON", "Replication"],
            "Simulation": [
                "Causality", "Crypto", "Demonstration", "Dossiers", "JSON", "ReplicaStore",
                "Replication", "SyncEngine", "Wire",
            ],
            "simulate": ["CommandLine", "Text", "Simulation"],
            "BadLinks": ["CLinux", "Demonstration", "Dossiers", "Host", "JSON", "Replication"],
            "links": ["BadLinks", "CommandLine", "Text"],
            "bench": [
                "CBOR", "CZstd", "Causality", "Columns", "Crypto", "Demonstration", "Dossiers",
                "JSON", "ReplicaStore", "Replication", "SQLite", "SyncEngine", "Wire",
            ],
            "fuzz": [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "Imports", "JSON",
                "Replication", "Wire",
            ],
        ],
    ]

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func folders(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            at: root.appendingPathComponent(path), includingPropertiesForKeys: [.isDirectoryKey]
        ).filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map(\.lastPathComponent)
    }

    private static func sources(at place: String) throws -> [String] {
        let folder = root.appendingPathComponent("Sources/\(place)")
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".swift") }
            .map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }
    }

    /// The wings, and the targets of each.
    private static func wings() throws -> [String: Set<String>] {
        var wings: [String: Set<String>] = [:]
        for wing in try folders("Sources") where wing != "CLibraries" {
            wings[wing] = try Set(folders("Sources/\(wing)"))
        }
        return wings
    }

    @Test("every target stands in its wing and imports exactly what the table says")
    func imports() throws {
        let libraries = try Set(Self.folders("Sources/CLibraries"))
        let wings = try Self.wings()
        let targets = Set(wings.values.joined())
        #expect(wings == Self.table.mapValues { Set($0.keys) })
        for (wing, target) in wings.flatMap({ wing in wing.value.sorted().map { (wing.key, $0) } })
        {
            var found = Set<String>()
            for source in try Self.sources(at: "\(wing)/\(target)") {
                for line in source.split(separator: "\n") {
                    let words = line.split(separator: " ")
                    guard let place = words.firstIndex(of: "import"), place <= 2,
                        !line.hasPrefix("//"), let name = words.last.map(String.init),
                        targets.contains(name) || libraries.contains(name)
                    else { continue }
                    found.insert(name)
                }
            }
            #expect(found.sorted() == Self.table[wing]?[target]?.sorted(), "\(target)")
        }
    }

    @Test("no statement of SQL stands outside SQLite, ReplicaStore, Reports and the benchmark")
    func sqlPlaces() throws {
        let statement = /"(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|PRAGMA) [A-Za-z*?(]/
        var places = Set<String>()
        for (wing, targets) in Self.table {
            for target in targets.keys
            where try Self.sources(at: "\(wing)/\(target)").contains(where: {
                $0.firstMatch(of: statement) != nil
            }) {
                places.insert(target)
            }
        }
        #expect(places.isSubset(of: ["SQLite", "ReplicaStore", "Reports", "bench"]))
        #expect(places.contains("ReplicaStore"))
    }
}
