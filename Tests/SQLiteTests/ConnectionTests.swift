import Foundation
import Glibc
import SQLite
import Testing

@Suite("Connection")
struct ConnectionTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("A new file and its log are readable by their owner only, whatever the umask")
    func privateFiles() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            for (index, mask) in [mode_t(0), 0o022, 0o777].enumerated() {
                umask(mask)
                let connection = try Connection(
                    path: folder.file("\(index).db"), access: .create)
                try connection.configureForDurability()
                try connection.execute("CREATE TABLE t (value)")
                for name in ["\(index).db", "\(index).db-wal", "\(index).db-shm"] {
                    #expect(try folder.mode(of: name) == 0o600, "\(name) under \(mask)")
                }
            }
        }
    }

    @Test("Opening with create leaves the mode and content of a file that exists")
    func existingFile() throws {
        let path = folder.file("a.db")
        try Connection(path: path, access: .create).execute("CREATE TABLE t (value)")
        #expect(chmod(path, 0o640) == 0)
        let again = try Connection(path: path, access: .create)
        #expect(try again.integers("SELECT count(*) FROM t") == [0])
        #expect(try folder.mode(of: "a.db") == 0o640)
    }

    @Test("An absent file is not created unless asked for")
    func absentFile() throws {
        let path = folder.file("absent.db")
        for access in [Connection.Access.readOnly, .readWrite] {
            let error = try sqliteError { _ = try Connection(path: path, access: access) }
            #expect(error.cannotOpen)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("An absent folder, an empty path and a path with NUL cannot be opened")
    func impossiblePaths() throws {
        for path in [folder.file("absent/a.db"), "", folder.file("a.db\0b")] {
            let error = try sqliteError { _ = try Connection(path: path, access: .create) }
            #expect(error.cannotOpen, "\(path)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("a.db")))
    }

    @Test("A file that is not a database is refused when opened")
    func garbage() throws {
        let path = folder.file("garbage.db")
        let content = Data(String(repeating: "not a database. ", count: 512).utf8)
        try content.write(to: URL(fileURLWithPath: path))
        for access in [Connection.Access.readOnly, .readWrite, .create] {
            let error = try sqliteError { _ = try Connection(path: path, access: access) }
            #expect(error.isNotADatabase)
            #expect(!error.isCorrupt)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content)
    }

    @Test("A read-only connection reads and refuses to write")
    func readOnly() throws {
        let path = folder.file("a.db")
        let writer = try Connection(path: path, access: .create)
        try writer.configureForDurability()
        try writer.execute("CREATE TABLE t (value); INSERT INTO t VALUES (1)")
        #expect(!writer.isReadOnly)
        let reader = try Connection(path: path, access: .readOnly)
        try reader.configureForDurability()
        #expect(reader.isReadOnly)
        #expect(try reader.integers("SELECT value FROM t") == [1])
        let error = try sqliteError { try reader.insert(2) }
        #expect(error.isReadOnly)
        let inTransaction = try sqliteError { try reader.transaction { try reader.insert(2) } }
        #expect(inTransaction.isReadOnly)
        #expect(!reader.isInTransaction)
    }

    @Test("A script runs all its statements, and stops at the one that fails")
    func scripts() throws {
        let connection = try Connection.inMemory()
        try connection.execute("")
        try connection.execute(" -- nothing\n ; ; ")
        try connection.execute(
            """
            CREATE TABLE t (value INTEGER UNIQUE) STRICT; -- a comment; with a semicolon
            INSERT INTO t VALUES (1), (2);
            SELECT value FROM t;
            INSERT INTO t VALUES (3)
            """)
        #expect(try connection.integers("SELECT value FROM t ORDER BY 1") == [1, 2, 3])
        let error = try sqliteError {
            try connection.execute("DELETE FROM t; INSERT INTO t VALUES (8), (8); SELECT 1")
        }
        #expect(error.isConstraint)
        #expect(error.sql?.contains("VALUES (8)") == true)
        #expect(error.sql?.contains("DELETE") == false)
        #expect(try connection.integers("SELECT value FROM t").isEmpty)
        #expect(throws: SQLiteError.self) { try connection.execute("SELECT 1;\0 SELECT 2") }
    }

    @Test("Changed rows and the last row id are those of the last write")
    func counters() throws {
        let connection = try Connection.inMemory()
        #expect(connection.lastInsertedRowID == 0)
        try connection.execute("CREATE TABLE t (value)")
        try connection.execute("INSERT INTO t VALUES (1), (2), (3)")
        #expect(connection.changedRowCount == 3)
        #expect(connection.lastInsertedRowID == 3)
        try connection.execute("DELETE FROM t WHERE value > 1")
        #expect(connection.changedRowCount == 2)
    }

    @Test("A lock held by another connection is reported as busy")
    func busy() throws {
        let path = folder.file("a.db")
        let first = try Connection(path: path, access: .create)
        try first.configureForDurability()
        try first.execute("CREATE TABLE t (value)")
        let second = try Connection(path: path, access: .readWrite, busyTimeout: .zero)
        try first.transaction {
            try first.insert(1)
            let beginning = try sqliteError { try second.transaction {} }
            #expect(beginning.isBusy)
            #expect(!second.isInTransaction)
            let writing = try sqliteError { try second.insert(2) }
            #expect(writing.isBusy)
            #expect(!writing.isFull)
        }
        try second.insert(3)
        #expect(try first.integers("SELECT value FROM t ORDER BY 1") == [1, 3])
    }

    @Test("After closing, everything throws and nothing crashes")
    func closed() throws {
        let path = folder.file("a.db")
        let connection = try Connection(path: path, access: .create)
        try connection.execute("CREATE TABLE t (value); INSERT INTO t VALUES (1), (2)")
        let query = try connection.statement("SELECT value FROM t")
        let insert = try connection.statement("INSERT INTO t VALUES (?)")
        try #require(try query.step())
        try connection.execute("BEGIN; INSERT INTO t VALUES (3)")
        connection.close()
        connection.close()
        #expect(throws: SQLiteError.self) { try query.step() }
        #expect(throws: SQLiteError.self) { try insert.run() }
        #expect(throws: SQLiteError.self) { try connection.execute("SELECT 1") }
        #expect(throws: SQLiteError.self) { try connection.statement("SELECT 1") }
        #expect(throws: SQLiteError.self) { try connection.transaction {} }
        #expect(throws: SQLiteError.self) { try connection.checkpoint(truncating: false) }
        #expect(throws: SQLiteError.self) { try connection.backup(to: folder.file("b.db")) }
        #expect(throws: SQLiteError.self) { try connection.pragmaInteger("user_version") }
        #expect(!connection.isInTransaction)
        let other = try Connection(path: path, access: .readWrite, busyTimeout: .zero)
        #expect(try other.integers("SELECT value FROM t ORDER BY 1") == [1, 2])
        try other.insert(4)
    }

    @Test("A statement outlives the variable that held its connection")
    func statementKeepsConnection() throws {
        var connection: Connection? = try .inMemory()
        let query = try #require(try connection?.statement("SELECT 5"))
        connection = nil
        try #require(try query.step())
        #expect(query.int64(0) == 5)
    }
}
