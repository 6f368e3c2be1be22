import SQLite
import Testing

@Suite("Statement")
struct StatementTests {
    let connection: Connection

    init() throws {
        connection = try .inMemory()
        try connection.execute("CREATE TABLE t (value ANY) STRICT")
    }

    /// Stores one value and returns the row that holds it.
    private func stored(_ bind: (Statement) throws -> Void) throws -> Statement {
        try connection.execute("DELETE FROM t")
        let insert = try connection.statement("INSERT INTO t VALUES (?)")
        try bind(insert)
        try insert.run()
        let query = try connection.statement("SELECT value FROM t")
        try #require(try query.step())
        return query
    }

    @Test("Integers keep all 64 bits", arguments: [0, 1, -1, Int64.min, Int64.max])
    func integers(value: Int64) throws {
        let row = try stored { try $0.bind(1, value) }
        #expect(row.columnType(0) == .integer)
        #expect(row.int64(0) == value)
        #expect(row.int64OrNil(0) == value)
        let optional = try stored { try $0.bind(1, Int(value) as Int?) }
        #expect(optional.int64(0) == value)
    }

    @Test("Doubles keep every bit", arguments: [0.1, -0.5, .greatestFiniteMagnitude, .infinity])
    func doubles(value: Double) throws {
        let row = try stored { try $0.bind(1, value) }
        #expect(row.columnType(0) == .real)
        #expect(row.double(0) == value)
    }

    @Test(
        "Texts come back as they went in, also empty, with NUL and with emoji",
        arguments: [
            "", "a", "Nguyễn Thị Ánh", "a\0b\0", "👩‍👩‍👧‍👦🇻🇳", String(repeating: "hồ sơ ", count: 999),
        ])
    func texts(value: String) throws {
        let row = try stored { try $0.bind(1, value) }
        #expect(row.columnType(0) == .text)
        #expect(Array(row.text(0).utf8) == Array(value.utf8))
        #expect(row.textOrNil(0) == value)
        let optional = try stored { try $0.bind(1, value as String?) }
        #expect(optional.text(0) == value)
    }

    @Test("A substring and a lazily bridged text are stored like any other")
    func foreignTexts() throws {
        let row = try stored { try $0.bind(1, String("abc def".dropFirst(4))) }
        #expect(row.text(0) == "def")
    }

    @Test("Blobs come back as they went in, also empty", arguments: [[], [0], [1, 0, 255, 0]])
    func blobs(value: [UInt8]) throws {
        let row = try stored { try $0.bind(1, value) }
        #expect(row.columnType(0) == .blob)
        #expect(row.bytes(0) == value)
        #expect(row.bytesOrNil(0) == value)
        let optional = try stored { try $0.bind(1, value as [UInt8]?) }
        #expect(optional.columnType(0) == .blob)
        let raw = try stored { row in
            try value.withUnsafeBytes { try row.bind(1, bytes: $0) }
        }
        #expect(raw.columnType(0) == .blob)
        #expect(raw.withBytes(0) { Array($0) } == value)
    }

    @Test("An empty raw buffer without an address is an empty blob")
    func emptyBuffer() throws {
        let row = try stored { try $0.bind(1, bytes: UnsafeRawBufferPointer(start: nil, count: 0)) }
        #expect(row.bytesOrNil(0) == [])
    }

    @Test("A blob of 10 MB comes back whole")
    func largeBlob() throws {
        var state: UInt64 = 42
        let value = [UInt8](unsafeUninitializedCapacity: 10 << 20) { buffer, count in
            for index in buffer.indices {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                buffer[index] = UInt8(truncatingIfNeeded: state >> 56)
            }
            count = buffer.count
        }
        let row = try stored { try $0.bind(1, value) }
        #expect(row.bytes(0) == value)
    }

    @Test("Every kind of absence is stored as NULL, and read as nil or as zero")
    func nulls() throws {
        let binders: [(Statement) throws -> Void] = [
            { try $0.bindNull(1) }, { try $0.bind(1, Int64?.none) }, { try $0.bind(1, Int?.none) },
            { try $0.bind(1, String?.none) }, { try $0.bind(1, [UInt8]?.none) },
        ]
        for bind in binders {
            let row = try stored(bind)
            #expect(row.isNull(0))
            #expect(row.columnType(0) == .null)
            #expect(row.int64OrNil(0) == nil)
            #expect(row.textOrNil(0) == nil)
            #expect(row.bytesOrNil(0) == nil)
            #expect(row.int64(0) == 0)
            #expect(row.double(0) == 0)
            #expect(row.text(0).isEmpty)
            #expect(row.bytes(0).isEmpty)
        }
    }

    @Test("Bytes that are not UTF-8 are repaired when read as text")
    func brokenText() throws {
        let query = try connection.statement("SELECT CAST(x'61ff62' AS TEXT)")
        try #require(try query.step())
        #expect(query.text(0) == "a\u{FFFD}b")
    }

    @Test("Columns that do not exist are NULL")
    func columns() throws {
        let query = try connection.statement("SELECT 1, 'x'")
        try #require(try query.step())
        #expect(!query.isNull(1))
        #expect(query.isNull(2))
        #expect(query.textOrNil(-1) == nil)
    }

    @Test("An index that the statement does not have is refused", arguments: [0, 2, -1, Int.max])
    func wrongIndex(index: Int) throws {
        let query = try connection.statement("SELECT ?")
        let error = try sqliteError { try query.bind(index, 1) }
        #expect(error.primaryCode == 25)  // SQLITE_RANGE
        #expect(error.sql == "SELECT ?")
    }

    @Test("After its last row, and after a failure, a statement can be bound and run again")
    func runAgain() throws {
        try connection.execute("CREATE TABLE u (value INTEGER UNIQUE) STRICT")
        let insert = try connection.statement("INSERT INTO u VALUES (?)")
        for value in [1, 2] {
            try insert.bind(1, value)
            try insert.run()
        }
        let error = try sqliteError { try insert.run() }
        #expect(error.isConstraint)
        #expect(error.message == "UNIQUE constraint failed: u.value")
        #expect(!error.description.contains("2)"))
        try insert.bind(1, 3)
        #expect(try !insert.step())
        #expect(try connection.integers("SELECT value FROM u ORDER BY 1") == [1, 2, 3])
        #expect(connection.lastInsertedRowID == 3)
    }

    @Test("A reset query starts over with its bindings")
    func reset() throws {
        let query = try connection.statement("SELECT ? UNION ALL SELECT 9")
        try query.bind(1, 4)
        try #require(try query.step())
        try #require(try query.step())
        query.reset()
        try #require(try query.step())
        #expect(query.int64(0) == 4)
    }

    @Test("An error thrown while a blob is lent reaches the caller")
    func throwingBorrow() throws {
        struct Refused: Error {}
        let row = try stored { try $0.bind(1, [1, 2] as [UInt8]) }
        #expect(throws: Refused.self) {
            try row.withBytes(0) { _ in throw Refused() }
        }
    }
}
