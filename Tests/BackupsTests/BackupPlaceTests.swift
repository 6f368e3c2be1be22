import Backups
import Causality
import Crypto
import Foundation
import SQLiteStore
import Testing

@Suite("BackupPlace")
struct BackupPlaceTests {
    private let root: String
    private let home: String
    private let place: BackupPlace

    init() throws {
        root = NSTemporaryDirectory() + "backups-\(UUID())"
        home = root + "/home"
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: true)
        try CentralDatabase(
            path: ReplicaDatabase.path(inHome: home, role: .central), isNew: true
        ).close()
        try Data("KEY".utf8).write(to: URL(fileURLWithPath: home + "/tls-key.pem"))
        place = BackupPlace(root + "/backups")
    }

    private func make(
        at milliseconds: Int64 = 1_800_000_000_000, series: String? = "a"
    ) throws -> BackupSet {
        let plan = BackupPlan(
            role: .central, version: "1", home: home, besides: ["tls-key.pem", "tls-cert.pem"],
            position: 7, series: series)
        return try place.make(plan, now: Timestamp(milliseconds: milliseconds)) {
            [("list.json", Array("[]".utf8))]
        }
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    private func restored(_ set: BackupSet, into home: String) throws -> [String] {
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        try place.restore(set, into: home) { path in
            let database = try CentralDatabase(path: path)
            _ = database.emptyLog()
            database.close()
        }
        return try FileManager.default.contentsOfDirectory(atPath: home).sorted()
    }

    @Test("A set is what its manifest says, for its owner alone; two of one second have two names")
    func made() throws {
        let set = try make()
        #expect(set.name == "2027-01-15T080000Z" && set.position == 7)
        #expect(set.files.map(\.name) == ["central.db", "tls-key.pem", "list.json"])
        #expect(try place.set(set.name) == set)
        try place.check(set)
        let folder = place.path + "/" + set.name
        #expect(try mode(folder) == 0o700)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            #expect(try mode(folder + "/" + name) == 0o600, "\(name)")
        }
        // The hash is what coreutils say.
        let file = try #require(set.files.first { $0.name == "tls-key.pem" })
        #expect(
            file.hash.description
                == "99c0492ef332aa06eea908ca7d66abae161f3f23a4758b8c227324622ed5fbe8"
        )
        let second = try make()
        #expect(second.name == set.name + "-2")
        #expect(try place.names() == [set.name, second.name])
    }

    @Test("What is restored is the database and the key, and nothing else")
    func restored() throws {
        let set = try make()
        let target = root + "/new"
        #expect(try restored(set, into: target) == ["central.db", "tls-key.pem"])
        #expect(try mode(target + "/central.db") == 0o600)
        #expect(throws: BackupError.self) { _ = try restored(set, into: target) }
    }

    @Test(
        "A file that lacks, or has another byte, is named, and restores nothing",
        arguments: ["central.db", "list.json", "manifest.json"])
    func damaged(name: String) throws {
        let set = try make()
        let path = place.path + "/\(set.name)/\(name)"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        let target = root + "/new"
        #expect(throws: BackupError.self) {
            let found = try place.set(set.name)
            guard found == set else { throw BackupError.noSets }
            _ = try restored(found, into: target)
        }
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: BackupError.self) {
            _ = try restored(try place.set(set.name), into: target)
        }
        let left = (try? FileManager.default.contentsOfDirectory(atPath: target)) ?? []
        #expect(left.isEmpty, "\(left)")
    }

    @Test("What a killed backup or restoration left is cleared by the next, and is no set")
    func leftovers() throws {
        let files = FileManager.default
        let (draft, aside) = (place.path + "/.new-2026-01-01T000000Z", root + "/new/.restoring")
        for folder in [draft, aside] {
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data("half".utf8).write(to: URL(fileURLWithPath: folder + "/central.db"))
        }
        #expect(try place.names().isEmpty)
        let set = try make()
        #expect(!files.fileExists(atPath: draft))
        #expect(try restored(set, into: root + "/new") == ["central.db", "tls-key.pem"])
    }

    @Test("Only sets go that are not to be kept; what is no set, or damaged, stays")
    func pruned() throws {
        let day: Int64 = 86_400_000
        let sets = try (0..<5).map { try make(at: 1_800_000_000_000 + Int64($0) * day) }
        let damaged = place.path + "/2020-01-01T000000Z"
        try FileManager.default.createDirectory(
            atPath: damaged, withIntermediateDirectories: true)
        let retention = try #require(BackupRetention("2d"))
        #expect(try place.prune(retention) == sets.prefix(3).map(\.name))
        #expect(
            try place.names() == ["2020-01-01T000000Z"] + sets.suffix(2).map(\.name))
        #expect(FileManager.default.fileExists(atPath: damaged))
    }

    @Test("A folder takes the sets of one home alone; of one that is nobody's yet too")
    func otherHome() throws {
        _ = try make(series: nil)
        let own = try make()
        #expect(throws: BackupError.self) { try make(series: "b") }
        #expect(try place.names().count == 2)
        #expect(try place.set(own.name).series == "a")
        _ = try make()
        #expect(throws: BackupError.self) { try make(series: "b") }
    }

    @Test("A set of the other program, or of a newer one, is not taken")
    func foreign() throws {
        let set = try make()
        #expect(throws: BackupError.self) { try place.usableSet(nil, of: .counter) }
        let path = place.path + "/\(set.name)/manifest.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let newer = text.replacing("\"schema\":\(set.schema)", with: "\"schema\":9999")
        #expect(newer != text)
        try newer.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: BackupError.self) { try place.usableSet(nil, of: .central) }
    }
}
