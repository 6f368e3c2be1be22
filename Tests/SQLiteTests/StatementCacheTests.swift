import SQLite
import Testing

@Suite("Statement cache")
struct StatementCacheTests {
    let connection: Connection

    init() throws {
        connection = try .inMemory()
        try connection.execute("CREATE TABLE t (value INTEGER) STRICT")
    }

    @Test("A statement asked for again comes without the bindings of its last use")
    func bindingsAreCleared() throws {
        try connection.insert(7)
        try connection.statement("INSERT INTO t VALUES (?)").run()
        let query = try connection.statement("SELECT value FROM t ORDER BY rowid")
        try #require(try query.step())
        try #require(try query.step())
        #expect(query.isNull(0))
    }

    @Test("A statement left on a row starts from its first row when asked for again")
    func abandonedRow() throws {
        for value in [1, 2] { try connection.insert(value) }
        for _ in 0..<3 {
            let query = try connection.statement("SELECT value FROM t ORDER BY 1")
            try #require(try query.step())
            #expect(query.int64(0) == 1)
        }
    }

    @Test("Two holders of one text share neither bindings nor position")
    func sameTextTwice() throws {
        for value in [1, 2, 3] { try connection.insert(value) }
        let sql = "SELECT value FROM t WHERE value >= ? ORDER BY 1"
        let outer = try connection.statement(sql)
        try outer.bind(1, 1)
        var seen: [[Int64]] = []
        while try outer.step() {
            let inner = try connection.statement(sql)
            try inner.bind(1, outer.int64(0) + 1)
            while try inner.step() { seen.append([outer.int64(0), inner.int64(0)]) }
        }
        #expect(seen == [[1, 2], [1, 3], [2, 3]])
    }

    @Test("A released query holds no lock")
    func noLingeringRead() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let reader = try Connection(path: path, access: .create)
        try reader.configureForDurability()
        try reader.execute("CREATE TABLE t (value INTEGER); INSERT INTO t VALUES (1), (2)")
        func firstValue() throws -> Int64 {
            let query = try reader.statement("SELECT value FROM t")
            try #require(try query.step())
            return query.int64(0)
        }
        #expect(try firstValue() == 1)
        let writer = try Connection(path: path, access: .readWrite, busyTimeout: .zero)
        try writer.execute("INSERT INTO t VALUES (3)")
        try writer.checkpoint(truncating: true)
    }

    @Test("More texts than the cache holds all work, also those held meanwhile")
    func manyTexts() throws {
        let held = try connection.statement("SELECT 0")
        for number in 1...600 {
            #expect(try connection.integers("SELECT \(number)") == [Int64(number)])
        }
        #expect(try connection.integers("SELECT 0") == [0])
        #expect(try held.step())
        #expect(held.int64(0) == 0)
    }

    @Test("A compiled statement follows a change of the schema")
    func schemaChange() throws {
        try connection.insert(5)
        #expect(try connection.integers("SELECT * FROM t") == [5])
        try connection.execute("DROP TABLE t; CREATE TABLE t (other, value); ")
        try connection.execute("INSERT INTO t VALUES (6, 7)")
        #expect(try connection.integers("SELECT * FROM t") == [6])
    }

    @Test(
        "Anything but exactly one statement is refused",
        arguments: [
            "", "  ;", "-- nothing", "SELECT 1; SELECT 2", "SELECT 1; nonsense", "SELECT 1\0",
        ])
    func notOneStatement(sql: String) throws {
        let error = try sqliteError { _ = try connection.statement(sql) }
        #expect(error.sql == sql)
    }

    @Test(
        "A semicolon and a comment may follow a statement",
        arguments: ["SELECT 1;", "SELECT 1 ; ;\n", "SELECT 1 -- one", "/* a */ SELECT 1; /* b */"])
    func trailingComment(sql: String) throws {
        #expect(try connection.integers(sql) == [1])
    }

    @Test("A statement that does not compile is an error with its text")
    func syntaxError() throws {
        let error = try sqliteError { _ = try connection.statement("SELEC 1") }
        #expect(error.primaryCode == 1)
        #expect(error.description.contains("SELEC 1"))
        #expect(throws: SQLiteError.self) { try connection.statement("SELECT \"value\"") }
    }
}
