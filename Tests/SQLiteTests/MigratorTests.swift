import Foundation
import SQLite
import Synchronization
import Testing

@Suite("Migrator")
struct MigratorTests {
    static let first = Migration(name: "dossiers", sql: "CREATE TABLE a (value INTEGER)")
    static let second = Migration(name: "contacts") { connection in
        try connection.execute("CREATE TABLE b (value INTEGER); INSERT INTO b VALUES (1)")
    }

    static func migrator(_ migrations: [Migration], applicationID: Int32 = 0x4453) -> Migrator {
        Migrator(applicationID: applicationID, migrations: migrations)
    }

    private func tables(_ connection: Connection) throws -> Int64? {
        try connection.integers("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").first
    }

    @Test("An empty file gets every migration, its application id and its version")
    func fromEmpty() throws {
        let connection = try Connection.inMemory()
        let migrator = Self.migrator([Self.first, Self.second])
        try migrator.migrate(connection)
        #expect(try connection.pragmaInteger("application_id") == 0x4453)
        #expect(try connection.pragmaInteger("user_version") == 2)
        #expect(try tables(connection) == 3)
        try migrator.verifyUpToDate(connection)
    }

    @Test("Migrating again changes nothing")
    func repeated() throws {
        let connection = try Connection.inMemory()
        let migrator = Self.migrator([Self.first, Self.second])
        try migrator.migrate(connection)
        let schemaVersion = try connection.pragmaInteger("schema_version")
        try migrator.migrate(connection)
        #expect(try connection.pragmaInteger("schema_version") == schemaVersion)
        #expect(try connection.integers("SELECT value FROM b") == [1])
    }

    @Test("A file of an older release gets only what it lacks")
    func upgrade() throws {
        let connection = try Connection.inMemory()
        try Self.migrator([Self.first]).migrate(connection)
        try connection.insert(7, into: "a")
        let newer = Self.migrator([Self.first, Self.second])
        #expect(throws: MigrationError.outOfDate(found: 1, known: 2)) {
            try newer.verifyUpToDate(connection)
        }
        try newer.migrate(connection)
        #expect(try connection.integers("SELECT value FROM a") == [7])
        #expect(try connection.integers("SELECT value FROM b") == [1])
    }

    @Test("A migration that fails is undone whole; those before it stay")
    func failure() throws {
        let connection = try Connection.inMemory()
        let bad = Migration(name: "bad", sql: "CREATE TABLE c (value); CREATE TABLE a (value)")
        #expect(throws: SQLiteError.self) {
            try Self.migrator([Self.first, bad]).migrate(connection)
        }
        #expect(!connection.isInTransaction)
        #expect(try connection.pragmaInteger("user_version") == 1)
        #expect(try tables(connection) == 2)
        try Self.migrator([Self.first, Self.second]).migrate(connection)
        #expect(try connection.pragmaInteger("user_version") == 2)
    }

    @Test("A file of a newer release is refused")
    func newerVersion() throws {
        let connection = try Connection.inMemory()
        try Self.migrator([Self.first, Self.second]).migrate(connection)
        let older = Self.migrator([Self.first])
        let expected = MigrationError.newerVersion(found: 2, known: 1)
        #expect(throws: expected) { try older.migrate(connection) }
        #expect(throws: expected) { try older.verifyUpToDate(connection) }
    }

    @Test("A file of another application is refused and left alone")
    func foreignApplication() throws {
        let connection = try Connection.inMemory()
        try connection.execute("PRAGMA application_id = 99")
        let expected = MigrationError.notThisKindOfDatabase(found: 99)
        let migrator = Self.migrator([Self.first])
        #expect(throws: expected) { try migrator.migrate(connection) }
        #expect(throws: expected) { try migrator.verifyUpToDate(connection) }
        #expect(try tables(connection) == 0)
    }

    @Test("A file with tables and no application id is refused and left alone")
    func unmarkedTables() throws {
        let connection = try Connection.inMemory()
        try connection.execute("CREATE TABLE theirs (value)")
        let expected = MigrationError.notThisKindOfDatabase(found: 0)
        #expect(throws: expected) { try Self.migrator([Self.first]).migrate(connection) }
        #expect(throws: expected) { try Self.migrator([Self.first]).verifyUpToDate(connection) }
        #expect(try tables(connection) == 1)
    }

    @Test("An empty file is not up to date")
    func emptyIsNotUpToDate() throws {
        let connection = try Connection.inMemory()
        #expect(throws: MigrationError.notThisKindOfDatabase(found: 0)) {
            try Self.migrator([Self.first]).verifyUpToDate(connection)
        }
    }

    @Test("A file with another history of migrations is refused")
    func otherHistory() throws {
        let connection = try Connection.inMemory()
        try Self.migrator([Self.first]).migrate(connection)
        let expected = MigrationError.nameMismatch(
            position: 0, found: "dossiers", expected: "contacts")
        #expect(throws: expected) { try Self.migrator([Self.second]).migrate(connection) }
        try connection.execute("PRAGMA user_version = 0")
        #expect(throws: MigrationError.self) {
            try Self.migrator([Self.first]).migrate(connection)
        }
    }

    @Test("A table can be rebuilt without deleting the rows that refer to it")
    func rebuiltTable() throws {
        let connection = try Connection.inMemory()
        try connection.execute("PRAGMA foreign_keys = ON")
        let tables = Migration(
            name: "tables",
            sql: """
                CREATE TABLE parent (id INTEGER PRIMARY KEY);
                CREATE TABLE child (parent INTEGER REFERENCES parent ON DELETE CASCADE);
                INSERT INTO parent VALUES (1);
                INSERT INTO child VALUES (1);
                """)
        let rebuild = Migration(
            name: "rebuild",
            sql: """
                CREATE TABLE rebuilt (id INTEGER PRIMARY KEY, note TEXT);
                INSERT INTO rebuilt (id) SELECT id FROM parent;
                DROP TABLE parent;
                ALTER TABLE rebuilt RENAME TO parent;
                """)
        try Self.migrator([tables]).migrate(connection)
        try Self.migrator([tables, rebuild]).migrate(connection)
        #expect(try connection.integers("SELECT parent FROM child") == [1])
        #expect(try connection.pragmaInteger("foreign_keys") == 1)
        let careless = Migration(name: "careless", sql: "DELETE FROM parent")
        #expect(throws: MigrationError.brokenReferences(migration: "careless", table: "child")) {
            try Self.migrator([tables, rebuild, careless]).migrate(connection)
        }
        #expect(try connection.integers("SELECT id FROM parent") == [1])
    }

    @Test("Inside a transaction nothing is migrated")
    func insideTransaction() throws {
        let connection = try Connection.inMemory()
        try connection.transaction {
            let error = try sqliteError { try Self.migrator([Self.first]).migrate(connection) }
            #expect(error.message == "a migration inside a transaction")
        }
    }

    @Test("A process that starts during a migration gets busy, and one after it repeats nothing")
    func anotherMigratesMeanwhile() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let all = [Self.first, Self.second]
        let slowSecond = Migration(name: Self.second.name) { connection in
            // Nothing of this migration is written yet, and the lock is held already.
            let early = try Connection(path: path, access: .readWrite, busyTimeout: .zero)
            let error = try sqliteError { try Self.migrator(all).migrate(early) }
            #expect(error.isBusy)
            try Self.second.apply(connection)
        }
        let slow = try Connection(path: path, access: .create)
        try slow.configureForDurability()
        try Self.migrator([Self.first]).migrate(slow)
        try Self.migrator([Self.first, slowSecond]).migrate(slow)
        let late = try Connection(path: path, access: .readWrite)
        try Self.migrator(all).migrate(late)
        #expect(try late.integers("SELECT value FROM b") == [1])
    }

    @Test("Many connections migrate one new file at once, and each migration runs once")
    func atOnce() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let runs = Mutex<[String: Int]>([:])
        let failures = Mutex<[String]>([])
        let migrations = (0..<12).map { number in
            Migration(name: "step \(number)") { connection in
                try connection.execute("CREATE TABLE t\(number) (value)")
                runs.withLock { $0["step \(number)", default: 0] += 1 }
            }
        }
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            do {
                let connection = try Connection(path: path, access: .create)
                try connection.configureForDurability()
                try Self.migrator(migrations).migrate(connection)
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
        #expect(runs.withLock { $0 }.values.allSatisfy { $0 == 1 })
        #expect(runs.withLock { $0 }.count == 12)
        let reader = try Connection(path: path, access: .readOnly)
        try Self.migrator(migrations).verifyUpToDate(reader)
    }
}
