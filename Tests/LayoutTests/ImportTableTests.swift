import Foundation
import Testing

/// The architecture as the compiler sees it: which of our modules, and which C libraries, each target
/// imports. A change here is a change of the design, to be made on purpose.
@Suite("The import table")
struct ImportTableTests {
    /// Imports by target, by wing.
    private static let table: [String: [String: [String]]] = [
        "Base": [
            "Addresses": [],
            "CBOR": [],
            "Causality": [],
            "Crypto": ["CSodium"],
            "Files": [],
            "JSON": [],
            "Text": [],
            "Time": ["Text"],
        ],
        "Central": [
            "AdminDocuments": [
                "Administration", "Backups", "Causality", "Crypto", "Dossiers", "JSON",
                "Replication", "SQLiteStore", "Store", "Text", "Time", "Wire",
            ],
            "Administration": [
                "Backups", "Causality", "Crypto", "Dossiers", "Replication", "SQLiteStore", "Store",
                "Wire",
            ],
            "CentralEngine": [
                "Addresses", "Bundles", "CBOR", "Causality", "Columns", "Crypto", "Dossiers",
                "Editing", "Replication", "Store", "Wire",
            ],
            "CentralServer": [
                "Addresses", "AdminDocuments", "Administration", "Backups", "CBOR", "Causality",
                "CentralEngine", "Crypto", "Files", "HTTP", "HTTPServer", "Host", "JSON",
                "SQLiteStore", "Store", "Text", "Wire",
            ],
        ],
        "Commands": [
            "CentralCommands": [
                "Addresses", "AdminDocuments", "Administration", "Backups", "Bundles", "Causality",
                "CentralEngine", "CentralServer", "CommandLine", "CounterLink", "Crypto",
                "Dossiers", "Files", "HTTP", "HTTPClient", "HTTPServer", "Host", "Imports", "JSON",
                "RecordArguments", "Replication", "Reports", "SQLiteStore", "SharedCommands",
                "Store", "Text", "Time", "Wire",
            ],
            "CommandLine": ["Text"],
            "CounterCommands": [
                "Backups", "Bundles", "Causality", "CommandLine", "CounterEngine", "CounterFiles",
                "CounterLink", "Crypto", "Dossiers", "Editing", "Files", "HTTP", "HTTPClient",
                "Host", "JSON", "Papers", "RecordArguments", "Replication", "SQLite", "SQLiteStore",
                "SharedCommands", "Store", "Text", "Time", "Wire",
            ],
            "Imports": [
                "CCSV", "Causality", "Dossiers", "Files", "JSON", "Replication", "SQLiteStore",
                "Text", "Time",
            ],
            "RecordArguments": [
                "Causality", "Dossiers", "JSON", "Replication", "Text", "Time",
            ],
            "Reports": [
                "Causality", "Crypto", "Dossiers", "JSON", "Replication", "SQLite", "SQLiteStore",
                "Store", "Text", "Time",
            ],
            "SharedCommands": [
                "Backups", "Bundles", "Causality", "CommandLine", "CounterLink", "Dossiers",
                "Files", "HTTP", "HTTPClient", "Imports", "JSON", "RecordArguments", "Replication",
                "Reports", "SQLite", "SQLiteStore", "Store", "Text", "Time", "Wire",
            ],
            "central": ["CentralCommands", "CommandLine", "Demo", "Host"],
            "counter": ["CommandLine", "CounterCommands", "Host"],
            "dossiersync-papers": [
                "CPango", "CZint", "CommandLine", "JSON", "Papers", "Text",
            ],
        ],
        "Counter": [
            "CounterEngine": [
                "Bundles", "Causality", "Columns", "Crypto", "Dossiers", "Editing",
                "Replication", "Store", "Text", "Wire",
            ],
            "CounterFiles": ["Causality", "CounterEngine", "Crypto", "SQLiteStore"],
            "CounterLink": [
                "Causality", "CounterEngine", "Crypto", "HTTP", "HTTPClient", "JSON", "Text",
                "Wire",
            ],
        ],
        "Exchange": [
            "Bundles": ["Causality", "Crypto", "Files", "Text", "Wire"],
            "Columns": ["CBOR", "Causality", "Crypto", "Replication", "Wire"],
            "Wire": ["CBOR", "CZstd", "Causality", "Crypto", "JSON", "Replication", "Text"],
        ],
        "Network": [
            "HTTP": ["CGnuTLS", "Text"],
            "HTTPClient": ["CCurl", "HTTP", "Text"],
            "HTTPServer": ["Addresses", "CGnuTLS", "CMicrohttpd", "HTTP"],
            "Host": ["CLinux"],
        ],
        "Office": [
            "Dossiers": ["CBOR", "Causality", "Crypto", "JSON", "Replication", "Text", "Time"],
            "Editing": ["Causality", "Crypto", "Dossiers", "Replication", "Text", "Time"],
            "Papers": ["Causality", "Dossiers", "JSON", "Replication", "Text", "Time"],
            "Replication": ["CBOR", "Causality", "Crypto"],
        ],
        "Rigs": [
            "BadLinks": [
                "CLinux", "Demonstration", "Dossiers", "Host", "JSON", "Replication",
                "SeededRandom",
            ],
            "Demo": [
                "Administration", "Causality", "CentralEngine", "CentralServer", "CommandLine",
                "CounterEngine", "CounterFiles", "CounterLink", "Crypto", "Demonstration",
                "Dossiers", "HTTPServer", "Imports", "JSON", "Replication", "Reports",
                "SQLiteStore", "Text", "Wire",
            ],
            "Demonstration": ["Causality", "Dossiers", "Replication", "SeededRandom", "Time"],
            "SeededRandom": ["Crypto"],
            "Simulation": [
                "Causality", "CentralEngine", "CounterEngine", "CounterFiles", "Crypto",
                "Demonstration", "Dossiers", "Editing", "MemoryStore", "Replication", "SQLiteStore",
                "SeededRandom", "Store", "Time", "Wire",
            ],
            "bench": [
                "CBOR", "CZstd", "Causality", "Columns", "CounterLink", "Crypto", "Demonstration",
                "Dossiers", "JSON", "Replication", "SQLite", "SQLiteStore", "SeededRandom", "Store",
                "Wire",
            ],
            "fuzz": [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "Files", "Imports", "JSON",
                "Replication", "Text", "Time", "Wire",
            ],
            "links": ["BadLinks", "CommandLine", "Text"],
            "simulate": ["CommandLine", "Simulation", "Text"],
        ],
        "Store": [
            "Backups": [
                "Causality", "Crypto", "Files", "JSON", "SQLite", "SQLiteStore", "Time",
            ],
            "MemoryStore": [
                "Causality", "Crypto", "Dossiers", "Editing", "Replication", "Store", "Text",
                "Time",
            ],
            "SQLiteStore": [
                "CBOR", "Causality", "Columns", "Crypto", "Dossiers", "Editing", "JSON",
                "Replication", "SQLite", "Store", "Text", "Time", "Wire",
            ],
            "SQLite": ["CSQLite", "Files"],
            "Store": [
                "CBOR", "Causality", "Crypto", "Dossiers", "Editing", "Replication", "Text",
                "Time",
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

    @Test(
        "a folder of code holds 25 files at most, and a file 400 lines",
        arguments: ["Sources", "Tests"])
    func sizes(of top: String) throws {
        let folder = Self.root.appendingPathComponent(top)
        var counts: [String: Int] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        where path.hasSuffix(".swift") {
            let file = folder.appendingPathComponent(path)
            counts[file.deletingLastPathComponent().path, default: 0] += 1
            let lines = try String(contentsOf: file, encoding: .utf8).utf8.count { $0 == 10 }
            #expect(lines <= 400, "\(path)")
        }
        #expect(counts.count > 20)
        for (folder, count) in counts { #expect(count <= 25, "\(folder)") }
    }

    /// What a target imports, and what that imports in turn.
    private static func reach(of target: String) -> Set<String> {
        let imports = table.values.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        var found = Set<String>()
        var open = imports[target] ?? []
        while let next = open.popLast() {
            if found.insert(next).inserted { open += imports[next] ?? [] }
        }
        return found
    }

    @Test(
        "what may never be known, is not, by whatever way",
        arguments: [
            (
                ["CentralEngine", "CounterEngine", "Bundles", "SQLiteStore", "Simulation"],
                ["HTTP", "HTTPServer", "HTTPClient", "CCurl", "CGnuTLS", "CMicrohttpd"]
            ),
            (["Reports", "Imports", "RecordArguments", "CentralServer"], ["CommandLine"]),
            (
                [
                    "Dossiers", "Editing", "Replication", "Causality", "Wire", "Store",
                    "MemoryStore", "CentralEngine", "CounterEngine", "CounterLink",
                ],
                ["CSQLite", "SQLite", "SQLiteStore"]
            ),
            // The rules know no form of the wire.
            (["Editing"], ["Wire", "Columns", "Bundles"]),
            // A paper is a value: no database, no socket, no page.
            (
                ["Papers"],
                ["SQLite", "SQLiteStore", "Store", "HTTP", "CommandLine", "CPango", "CZint"]
            ),
            (["Administration", "CentralServer"], ["CentralCommands", "SharedCommands"]),
            // A program knows no rig, but that central's own file brings the demonstration in.
            (
                ["counter", "CentralCommands", "CounterCommands", "CentralServer", "CounterLink"],
                Array(Self.table["Rigs", default: [:]].keys)
            ),
        ])
    func forbidden(targets: [String], others: [String]) {
        let known = Set(Self.table.values.flatMap(\.keys))
        for target in targets {
            #expect(known.contains(target), "\(target) is no target any more")
            let found = Self.reach(of: target).intersection(others)
            #expect(found.isEmpty, "\(target) knows \(found.sorted())")
        }
    }

    @Test("a program brings in the demonstration alone of the rigs, and central alone does")
    func rigsOfPrograms() {
        let rigs = Set(Self.table["Rigs", default: [:]].keys)
        let found = Self.table.filter { $0.key != "Rigs" }.flatMap(\.value)
            .filter { !rigs.isDisjoint(with: $0.value) }
        #expect(found.map(\.key) == ["central"])
        #expect(found.first.map { rigs.intersection($0.value) } == ["Demo"])
    }

    @Test("counter's store and central's are two types: a role is asked about at opening alone")
    func roles() throws {
        let branch = /switch [A-Za-z.]*role {|[ .(]role [=!]=/
        let found = try Self.sources(at: "Store/SQLiteStore").filter {
            $0.firstMatch(of: branch) != nil
        }
        #expect(found.count == 1)
        #expect(found.first?.contains("public class ReplicaDatabase") == true)
    }

    @Test("Administration has values, and neither words, JSON nor a command line")
    func administration() throws {
        let imports = try #require(Self.table["Central"]?["Administration"])
        let others = ["Text", "CommandLine", "HTTP", "HTTPServer", "JSON", "AdminDocuments"]
        #expect(Set(imports).isDisjoint(with: others))
    }

    @Test("the README draws which wing knows which")
    func drawing() throws {
        let readme = try String(
            contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
        var drawn: [String: Set<String>] = [:]
        for match in readme.matches(of: /(?m)^    ([A-Z][a-z]+) --> ([A-Za-z& ]+)$/) {
            let others = match.output.2.split(separator: "&").map {
                $0.trimmingPrefix(" ").prefix { $0 != " " }
            }
            drawn[String(match.output.1), default: []].formUnion(others.map(String.init))
        }
        var found: [String: Set<String>] = [:]
        for (wing, targets) in Self.table {
            let others = Self.table.filter { other in
                other.key != wing
                    && targets.values.contains { !Set(other.value.keys).isDisjoint(with: $0) }
            }
            if !others.isEmpty { found[wing] = Set(others.keys) }
        }
        #expect(drawn == found)
    }

    @Test("nothing writes the paths of a build, or their lengths, into the programs")
    func reproducible() throws {
        // The compiler has these say where in the source they stand, whatever -file-prefix-map maps.
        let places = ["withoutActually" + "Escaping(", "#filePath"]
        for (wing, targets) in Self.table {
            for target in targets.keys {
                for source in try Self.sources(at: "\(wing)/\(target)") {
                    #expect(!places.contains { source.contains($0) }, "\(target)")
                }
            }
        }
    }

    @Test("no statement of SQL stands outside SQLite, SQLiteStore, Reports and the benchmark")
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
        #expect(places.isSubset(of: ["Reports", "SQLite", "SQLiteStore", "bench"]))
        #expect(places.contains("SQLiteStore"))
    }
}
