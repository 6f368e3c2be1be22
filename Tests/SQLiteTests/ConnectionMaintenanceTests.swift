import Foundation
import SQLite
import Synchronization
import Testing

@Suite("Connection+Settings and Connection+Maintenance")
struct ConnectionMaintenanceTests {
    let folder: TemporaryFolder
    let path: String
    let connection: Connection

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("a.db")
        connection = try Connection(path: path, access: .create)
        try connection.configureForDurability()
        try connection.execute("CREATE TABLE t (value); INSERT INTO t VALUES (1)")
    }

    @Test(
        "The durable configuration is in force",
        arguments: [
            ("synchronous", 2), ("foreign_keys", 1), ("trusted_schema", 0), ("temp_store", 2),
            ("mmap_size", 0), ("wal_autocheckpoint", 1000), ("cache_size", -8000),
            ("journal_size_limit", 16_777_216),
        ])
    func configuration(pragma: String, expected: Int64) throws {
        #expect(try connection.pragmaInteger(pragma) == expected)
        let mode = try connection.statement("PRAGMA journal_mode")
        #expect(try mode.step() && mode.text(0) == "wal")
    }

    @Test("A schema cannot be rewritten by hand")
    func defensive() throws {
        try connection.execute("PRAGMA writable_schema = ON")
        #expect(throws: SQLiteError.self) { try connection.execute("DELETE FROM sqlite_schema") }
    }

    @Test("Many connections may open and configure a new file at once")
    func configuredAtOnce() {
        let failures = Mutex<[String]>([])
        // The connections collide on about one file in five.
        for number in 0..<15 {
            let path = folder.file("new\(number).db")
            DispatchQueue.concurrentPerform(iterations: 8) { _ in
                do {
                    let connection = try Connection(path: path, access: .create)
                    try connection.configureForDurability()
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
        }
        #expect(failures.withLock { $0 } == [])
    }

    @Test("A pragma that is unknown, or a name that is none, is refused")
    func unknownPragma() {
        for name in ["no_such_pragma", "", "user_version = 3", "user_version; DROP TABLE t"] {
            #expect(throws: SQLiteError.self) { try connection.pragmaInteger(name) }
        }
        #expect(throws: Never.self) { try connection.integers("SELECT value FROM t") }
    }

    @Test("The data version changes with the commits of others only")
    func dataVersion() throws {
        let before = try connection.dataVersion
        try connection.insert(2)
        #expect(try connection.dataVersion == before)
        try Connection(path: path, access: .readWrite).insert(3)
        #expect(try connection.dataVersion != before)
    }

    @Test("A backup holds everything committed, and only its owner may read it")
    func backup() throws {
        let copy = folder.file("copy.db")
        try connection.backup(to: copy)
        #expect(try folder.mode(of: "copy.db") == 0o600)
        #expect(!FileManager.default.fileExists(atPath: copy + "-wal"))
        try connection.insert(2)
        let restored = try Connection(path: copy, access: .readOnly)
        #expect(try restored.integers("SELECT value FROM t") == [1])
        #expect(try restored.quickCheck().isEmpty)
    }

    @Test("A backup does not overwrite a file")
    func backupOverAFile() throws {
        let error = try sqliteError { try connection.backup(to: path) }
        #expect(error.cannotOpen)
        #expect(try connection.integers("SELECT value FROM t") == [1])
    }

    @Test("A backup inside a transaction is refused and leaves no file")
    func backupInTransaction() throws {
        let copy = folder.file("copy.db")
        try connection.transaction {
            let error = try sqliteError { try connection.backup(to: copy) }
            #expect(error.message == "a backup inside a transaction")
        }
        #expect(!FileManager.default.fileExists(atPath: copy))
    }

    @Test("A truncating checkpoint empties the log")
    func checkpoint() throws {
        let log = path + "-wal"
        func logBytes() throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: log)[.size] as? Int)
        }
        #expect(try logBytes() > 0)
        try connection.checkpoint(truncating: false)
        #expect(try logBytes() > 0)
        try connection.checkpoint(truncating: true)
        #expect(try logBytes() == 0)
    }

    @Test("A truncating checkpoint that a reader blocks reports busy")
    func checkpointIsBusy() throws {
        let reader = try Connection(path: path, access: .readOnly)
        let query = try reader.statement("SELECT value FROM t UNION ALL SELECT 2")
        try #require(try query.step())
        let writer = try Connection(path: path, access: .readWrite, busyTimeout: .zero)
        try writer.insert(3)
        let error = try sqliteError { try writer.checkpoint(truncating: true) }
        #expect(error.isBusy)
        try writer.checkpoint(truncating: false)
        query.reset()
        try writer.checkpoint(truncating: true)
    }

    @Test("A damaged page is found, whether it stops the check or not", arguments: [1, 4])
    func damage(page: Int) throws {
        try connection.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            INSERT INTO t SELECT i FROM n;
            """)
        #expect(try connection.quickCheck().isEmpty)
        connection.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        // Page 0 is the schema's, page 1 the root of the table, the others its leaves.
        let pageBytes = 4096
        try #require(bytes.count > 6 * pageBytes)
        bytes.replaceSubrange(
            page * pageBytes..<(page + 1) * pageBytes, with: Data(repeating: 0xA5, count: pageBytes)
        )
        try bytes.write(to: URL(fileURLWithPath: path))
        let damaged = try Connection(path: path, access: .readOnly)
        #expect(try !damaged.quickCheck().isEmpty)
        let error = try sqliteError { _ = try damaged.integers("SELECT value FROM t") }
        #expect(error.isCorrupt)
    }
}
