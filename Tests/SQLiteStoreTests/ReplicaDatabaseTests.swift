import Causality
import Dossiers
import Foundation
import Replication
import SQLite
import Testing

@testable import SQLiteStore

@Suite("ReplicaDatabase: which files it opens, and which it leaves alone")
struct ReplicaDatabaseTests {
    private func bytes(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path))
    }

    private struct NotWhole: Error {}

    private func names(in folder: String) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder))
    }

    /// Expects a failure that leaves every byte of the file, and no file beside it.
    private func expectRefused(
        _ path: String, _ role: DatabaseRole, _ words: String, isNew: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let folder = (path as NSString).deletingLastPathComponent
        let before = (try? bytes(path), try names(in: folder))
        let failure = storeFailure(sourceLocation: sourceLocation) {
            switch role {
            case .central: try CentralDatabase(path: path, isNew: isNew).close()
            case .counter: try CounterDatabase(path: path, isNew: isNew).close()
            }
        }
        #expect(
            failure?.hasSuffix(words) == true, "\(failure ?? "")", sourceLocation: sourceLocation)
        #expect((try? bytes(path)) == before.0, sourceLocation: sourceLocation)
        #expect(try names(in: folder) == before.1, sourceLocation: sourceLocation)
    }

    @Test("a file of a newer version is refused, and no byte of it changes", arguments: [1, 90])
    func newerVersion(steps: Int64) throws {
        let file = try CounterFile()
        _ = try file.make()
        let connection = try Connection(path: file.path, access: .readWrite)
        let present = try connection.pragmaInteger("user_version")
        try connection.execute("PRAGMA user_version = \(present + steps)")
        connection.close()
        for isNew in [false, true] {
            try expectRefused(
                file.path, .counter, "was written by a newer version of this program",
                isNew: isNew)
        }
    }

    @Test("a database of another kind is refused, and no byte of it changes")
    func otherKinds() throws {
        let replica = try CounterFile()
        try expectRefused(replica.path, .central, "is no DossierSync central")
        let central = try CentralFile()
        try expectRefused(central.path, .counter, "is no DossierSync replica")
        let path = replica.folder + "/foreign.db"
        let foreign = try Connection(path: path, access: .create)
        try foreign.execute("CREATE TABLE t(x); INSERT INTO t VALUES (1)")
        foreign.close()
        for isNew in [false, true] {
            try expectRefused(path, .counter, "is no DossierSync replica", isNew: isNew)
        }
    }

    @Test("garbage, a directory and a missing file are refused")
    func noDatabase() throws {
        let file = try CounterFile()
        let garbage = file.folder + "/garbage.db"
        try Data(repeating: 0x61, count: 10_000).write(to: URL(fileURLWithPath: garbage))
        try expectRefused(garbage, .counter, "is no DossierSync replica")
        try expectRefused(garbage, .counter, "is no DossierSync replica", isNew: true)
        try expectRefused(
            file.folder + "/none.db", .counter, "there is no replica at \(file.folder)/none.db")
        let directory = file.folder + "/directory.db"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: false)
        #expect(
            storeFailure { try CounterDatabase(path: directory).close() }
                == "the database cannot be opened")
    }

    @Test("a truncated file is an error or says that it is not whole, and is never a crash")
    func truncated() throws {
        let file = try CounterFile()
        for _ in 0..<40 { _ = try file.make() }
        let whole = try bytes(file.path)
        let path = file.folder + "/cut.db"
        for count in stride(from: 100, to: whole.count - 1, by: 7919) {
            try whole.prefix(count).write(to: URL(fileURLWithPath: path))
            #expect(throws: (any Error).self, "\(count) bytes") {
                let database = try CounterDatabase(path: path)
                defer { database.close() }
                _ = try database.statesRead()
                let check = try database.connection.statement("PRAGMA integrity_check")
                guard try check.step(), check.text(0) == "ok" else { throw NotWhole() }
            }
        }
    }

    @Test("a folder that is not there is an error with a name")
    func noFolder() throws {
        let file = try CounterFile()
        #expect(
            storeFailure {
                try CounterDatabase(
                    path: file.folder + "/none/replica.db", isNew: true
                ).close()
            } == "the database cannot be opened")
    }

    @Test("a new file is readable by its owner only, and making it again keeps what is in it")
    func made() throws {
        let file = try CounterFile()
        let id = try file.make()
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        try CounterDatabase(path: file.path, isNew: true).close()
        #expect(try file.state(id) != nil)
    }
}

@Suite("Several connections to one file")
struct SharedFileTests {
    @Test("two programs that write at once lose nothing, and share one chain")
    func twoWriters() throws {
        let file = try CounterFile()
        let rounds = 60
        let path = file.path
        // Each thread has its own connection and clock; the file alone joins them.
        DispatchQueue.concurrentPerform(iterations: 2) { thread in
            do {
                let database = try CounterDatabase(path: path)
                defer { database.close() }
                var id: RecordID?
                for round in 0..<rounds {
                    let now = Timestamp(
                        milliseconds: 1_622_600_000_000 + Int64(round * 10 + thread * 3))
                    id = try database.write(now: now) { transaction in
                        let edit = try CounterEdit(transaction)
                        guard let id, round % 3 > 0 else {
                            return try edit.make(.dossier, writes: [], by: "clerk \(thread)").record
                        }
                        return try edit.edit(
                            .id(id), writes: [FieldWrite("fee_vnd", .integer(Int64(round)))]
                        ).record
                    }
                }
            } catch {
                Issue.record("thread \(thread): \(error)")
            }
        }
        try file.read { database in
            try expectSound(database)
            #expect(try database.identity()?.seq == UInt64(2 * rounds))
            #expect(try database.statesRead() == 2 + 2 * rounds / 3)
        }
    }

    @Test("one connection sees what the other wrote, and its data version says so")
    func dataVersion() throws {
        let file = try CounterFile()
        let (first, second) = (try file.open(), try file.open())
        defer {
            first.close()
            second.close()
        }
        let version = try second.dataVersion
        let made = try first.write(now: file.now()) {
            try CounterEdit($0).make(.dossier, writes: [], by: "Lan")
        }
        #expect(try second.dataVersion != version)
        #expect(try second.state(of: .id(made.record))?.stamps.first?.stamp.by == "Lan")
        let next = try second.write(now: file.now()) {
            try CounterEdit($0).edit(
                .id(made.record), writes: [FieldWrite("officer", .text("A"))], by: "Mai")
        }
        #expect(next.dot.seq == made.dot.seq + 1)
        #expect(try first.state(of: .id(made.record))?["officer"].count == 1)
        try expectSound(first)
    }

    @Test("a file that another holds is busy, in words, and nothing is lost")
    func locked() throws {
        let file = try CounterFile()
        let holder = try Connection(path: file.path, access: .readWrite)
        defer { holder.close() }
        try holder.execute("BEGIN IMMEDIATE")
        let database = try CounterDatabase(path: file.path, busyTimeout: .milliseconds(20))
        defer { database.close() }
        let words = storeFailure {
            try database.write(now: file.now()) {
                _ = try CounterEdit($0).make(.dossier, writes: [])
            }
        }
        #expect(words == "the database is locked by another program")
        try holder.execute("ROLLBACK")
        try database.write(now: file.now()) { _ = try CounterEdit($0).make(.dossier, writes: []) }
        #expect(try database.identity()?.seq == 1)
        try expectSound(database)
    }
}

extension ReplicaDatabase {
    /// Reads every record; how many there are.
    func statesRead() throws -> Int {
        var count = 0
        try forEachRecord { _ in
            count += 1
            return true
        }
        return count
    }
}
