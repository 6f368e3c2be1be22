import Foundation
import Testing

/// The architecture as the compiler sees it: which of our modules, and which C libraries, each target
/// imports. A change here is a change of the design, to be made on purpose.
@Suite("The import table")
struct ImportTableTests {
    private static let table: [String: [String]] = [
        "BadLinks": ["CLinux", "Demonstration", "Dossiers", "Host", "JSON", "Replication"],
        "CBOR": [],
        "Causality": [],
        "CentralCommands": [
            "CBOR", "Causality", "CommandLineTool", "Crypto", "Demonstration", "Dossiers", "HTTP",
            "Host", "Imports", "JSON", "Language", "RecordArguments", "ReplicaStore",
            "Replication", "Reports", "SQLite", "SyncEngine", "SyncProtocol",
        ],
        "Columns": ["CBOR", "Causality", "Crypto", "Replication"],
        "CommandLineTool": ["Language"],
        "CounterCommands": [
            "Causality", "CommandLineTool", "Crypto", "Dossiers", "HTTP", "Host", "Imports",
            "JSON", "Language", "RecordArguments", "ReplicaStore", "Replication", "Reports",
            "SQLite", "SyncEngine", "SyncProtocol",
        ],
        "Crypto": ["CSodium"],
        "Demonstration": ["Causality", "Dossiers", "JSON", "Replication"],
        "Dossiers": ["CBOR", "Causality", "Crypto", "JSON", "Language", "Replication"],
        "HTTP": ["CCurl", "CGnuTLS", "CMicrohttpd"],
        "Host": ["CLinux"],
        "Imports": [
            "CCSV", "Causality", "CommandLineTool", "Dossiers", "JSON", "Language", "ReplicaStore",
            "Replication",
        ],
        "JSON": [],
        "Language": [],
        "RecordArguments": [
            "Causality", "CommandLineTool", "Dossiers", "JSON", "Language", "Replication",
        ],
        "ReplicaStore": [
            "CBOR", "Causality", "Crypto", "Dossiers", "JSON", "Language", "Replication", "SQLite",
        ],
        "Replication": ["CBOR", "Causality", "Crypto"],
        "Reports": [
            "Causality", "CommandLineTool", "Crypto", "Dossiers", "JSON", "Language",
            "ReplicaStore", "Replication", "SQLite",
        ],
        "SQLite": ["CSQLite"],
        "Simulation": [
            "Causality", "Crypto", "Demonstration", "Dossiers", "JSON", "ReplicaStore",
            "Replication", "SyncEngine", "SyncProtocol",
        ],
        "SyncEngine": [
            "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "HTTP", "JSON",
            "Language", "ReplicaStore", "Replication", "SyncProtocol",
        ],
        "SyncProtocol": [
            "CBOR", "CZstd", "Causality", "Crypto", "JSON", "Language", "Replication",
        ],
        "bench": [
            "CBOR", "CZstd", "Causality", "Columns", "Crypto", "Demonstration", "Dossiers", "JSON",
            "ReplicaStore", "Replication", "SQLite", "SyncEngine", "SyncProtocol",
        ],
        "central": ["CentralCommands", "CommandLineTool", "Host"],
        "counter": ["CommandLineTool", "CounterCommands", "Host"],
        "links": ["BadLinks", "CommandLineTool", "Language"],
        "simulate": ["CommandLineTool", "Language", "Simulation"],
        "fuzz": [
            "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "Imports", "JSON",
            "Replication", "SyncProtocol",
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

    private static func sources(of target: String) throws -> [String] {
        let folder = root.appendingPathComponent("Sources/\(target)")
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".swift") }
            .map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }
    }

    @Test("every target imports exactly what the table says")
    func imports() throws {
        let libraries = try Set(Self.folders("Sources/CLibraries"))
        let targets = try Set(Self.folders("Sources")).subtracting(["CLibraries"])
        #expect(targets == Set(Self.table.keys))
        for target in targets.sorted() {
            var found = Set<String>()
            for source in try Self.sources(of: target) {
                for line in source.split(separator: "\n") {
                    let words = line.split(separator: " ")
                    guard let place = words.firstIndex(of: "import"), place <= 2,
                        !line.hasPrefix("//"), let name = words.last.map(String.init),
                        targets.contains(name) || libraries.contains(name)
                    else { continue }
                    found.insert(name)
                }
            }
            #expect(found.sorted() == Self.table[target], "\(target)")
        }
    }

    @Test("no statement of SQL stands outside SQLite, ReplicaStore, Reports and the benchmark")
    func sqlPlaces() throws {
        let statement = /"(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|PRAGMA) [A-Za-z*?(]/
        let places = try Self.table.keys.filter { target in
            try Self.sources(of: target).contains { $0.firstMatch(of: statement) != nil }
        }
        #expect(Set(places).isSubset(of: ["SQLite", "ReplicaStore", "Reports", "bench"]))
        #expect(places.contains("ReplicaStore"))
    }
}
