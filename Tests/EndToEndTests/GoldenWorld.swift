// Homes as the programs of earlier commits left them, with what those programs said of them:
// `Tests/Golden/make.py` made them. A set stays as it is for good; each end of a larger piece of work adds
// one.

import Foundation
import JSON
import SQLite
import Testing
import Wire

/// A central of a golden set with its devices.
struct GoldenWorld: CustomTestStringConvertible {
    /// The commit, or the piece of work, at whose end the set was made.
    let set: String
    let name: String

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Golden")

    /// The names of all sets.
    static let sets: [String] = {
        let found = try? FileManager.default.contentsOfDirectory(atPath: root.path)
        return (found ?? []).filter { !$0.contains(".") && !$0.hasPrefix("__") }.sorted()
    }()

    /// The worlds of this name in every set.
    static func all(_ name: String) -> [Self] { sets.map { Self(set: $0, name: name) } }

    var testDescription: String { "\(set)/\(name)" }

    private var folder: URL {
        Self.root.appendingPathComponent(set).appendingPathComponent(name)
    }

    /// The names of its homes: `central`, and one for each device.
    var homes: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { $0.hasSuffix(".db.zst") }.map { String($0.dropLast(7)) }.sorted()
        }
    }

    /// Texts that wait in the outboxes of its devices.
    var marks: [String] {
        get throws {
            let file = Self.root.appendingPathComponent(set).appendingPathComponent("marks.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            return try JSONValue(parsing: text).at(name).arrayValue?.compactMap(\.stringValue) ?? []
        }
    }

    /// The program of a home.
    func program(_ home: String) -> String { home == "central" ? "central" : "counter" }

    /// What the programs of then said of a home: the command, and the documents it printed.
    func said(_ home: String) throws -> [(command: String, documents: [JSONValue])] {
        let text = String(decoding: try content(home + ".json.zst"), as: UTF8.self)
        return try JSONValue(parsing: text).objectValue?.map {
            ($0.name, $0.value.arrayValue ?? [])
        } ?? []
    }

    /// Lays a home out in a directory; its path.
    func unpack(_ home: String, into directory: TemporaryDirectory) throws -> String {
        let path = "\(directory.path)/\(home)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let file = home == "central" ? "central.db" : "replica.db"
        try Data(try content(home + ".db.zst")).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
        return path
    }

    /// Lays a device's home out, with central at an address of today.
    func desk(_ name: String, _ url: String, in directory: TemporaryDirectory) throws -> Desk {
        let home = try unpack(name, into: directory)
        let connection = try Connection(path: home + "/replica.db", access: .readWrite)
        defer { connection.close() }
        let statement = try connection.statement("UPDATE identity SET central_url = ?1")
        try statement.bind(1, url)
        try statement.run()
        return Desk(home: home, directory: directory)
    }

    private func content(_ file: String) throws -> [UInt8] {
        let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(file)))
        return try Compression.decompressed(bytes)
    }
}
