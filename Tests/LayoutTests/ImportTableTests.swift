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
            "Language": [],
        ],
        "Office": [
            "Replication": ["CBOR", "Causality", "Crypto"],
            "Dossiers": ["CBOR", "Causality", "Crypto", "JSON", "Language", "Replication"],
        ],
        "Store": [
            "ReplicaStore": [
                "CBOR", "Causality", "Crypto", "Dossiers", "JSON", "Language", "Replication",
                "SQLite",
            ],
            "SQLite": ["CSQLite"],
        ],
        "Exchange": [
            "SyncProtocol": [
                "CBOR", "CZstd", "Causality", "Crypto", "JSON", "Language", "Replication",
            ],
            "Columns": ["CBOR", "Causality", "Crypto", "Replication"],
            "SyncEngine": [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "HTTP", "JSON", "Language",
                "ReplicaStore", "Replication", "SyncProtocol",
            ],
        ],
        "Network": [
            "HTTP": ["CCurl", "CGnuTLS", "CMicrohttpd"],
            "Host": ["CLinux"],
        ],
        "Commands": [
            "CommandLineTool": ["Language"],
            "RecordArguments": [
                "Causality", "CommandLineTool", "Dossiers", "JSON", "Language", "Replication",
            ],
            "Reports": [
                "Causality", "CommandLineTool", "Crypto", "Dossiers", "JSON", "Language",
                "ReplicaStore", "Replication", "SQLite",
            ],
            "Imports": [
                "CCSV", "Causality", "CommandLineTool", "Dossiers", "JSON", "Language",
                "ReplicaStore", "Replication",
            ],
            "CounterCommands": [
                "Causality", "CommandLineTool", "Crypto", "Dossiers", "HTTP", "Host", "Imports",
                "JSON", "Language", "RecordArguments", "ReplicaStore", "Replication", "Reports",
                "SQLite", "SyncEngine", "SyncProtocol",
            ],
            "CentralCommands": [
                "CBOR", "Causality", "CommandLineTool", "Crypto", "Demonstration", "Dossiers",
                "HTTP", "Host", "Imports", "JSON", "Language", "RecordArguments", "ReplicaStore",
                "Replication", "Reports", "SQLite", "SyncEngine", "SyncProtocol",
            ],
            "central": ["CentralCommands", "CommandLineTool", "Host"],
            "counter": ["CommandLineTool", "CounterCommands", "Host"],
        ],
        "Rigs": [
            "Demonstration": ["Causality", "Dossiers", "JSON", "Replication"],
            "Simulation": [
                "Causality", "Crypto", "Demonstration", "Dossiers", "JSON", "ReplicaStore",
                "Replication", "SyncEngine", "SyncProtocol",
            ],
            "simulate": ["CommandLineTool", "Language", "Simulation"],
            "BadLinks": ["CLinux", "Demonstration", "Dossiers", "Host", "JSON", "Replication"],
            "links": ["BadLinks", "CommandLineTool", "Language"],
            "bench": [
                "CBOR", "CZstd", "Causality", "Columns", "Crypto", "Demonstration", "Dossiers",
                "JSON", "ReplicaStore", "Replication", "SQLite", "SyncEngine", "SyncProtocol",
            ],
            "fuzz": [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "Imports", "JSON",
                "Replication", "SyncProtocol",
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
