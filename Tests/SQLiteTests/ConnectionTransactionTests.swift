import SQLite
import Testing

@Suite("Connection+Transaction")
struct ConnectionTransactionTests {
    struct Refused: Error {}

    let connection: Connection

    init() throws {
        connection = try .inMemory()
        try connection.execute("CREATE TABLE t (value INTEGER UNIQUE) STRICT")
    }

    private func values() throws -> [Int64] {
        try connection.integers("SELECT value FROM t ORDER BY 1")
    }

    @Test("A transaction commits and returns what its body returns")
    func commit() throws {
        let result = try connection.transaction(.deferred) {
            try connection.insert(1)
            #expect(connection.isInTransaction)
            return "done"
        }
        #expect(result == "done")
        #expect(!connection.isInTransaction)
        #expect(try values() == [1])
    }

    @Test(
        "A body that throws leaves nothing behind",
        arguments: [TransactionMode.deferred, .immediate])
    func rollback(mode: TransactionMode) throws {
        try connection.insert(1)
        #expect(throws: Refused.self) {
            try connection.transaction(mode) {
                try connection.insert(2)
                throw Refused()
            }
        }
        #expect(!connection.isInTransaction)
        #expect(try values() == [1])
        try connection.transaction { try connection.insert(3) }
        #expect(try values() == [1, 3])
    }

    @Test("Nested savepoints are undone one by one")
    func nestedSavepoints() throws {
        try connection.transaction {
            try connection.insert(1)
            try connection.savepoint {
                try connection.insert(2)
                #expect(throws: Refused.self) {
                    try connection.savepoint {
                        try connection.insert(3)
                        try connection.savepoint { try connection.insert(4) }
                        throw Refused()
                    }
                }
                #expect(try values() == [1, 2])
                try connection.savepoint { try connection.insert(5) }
            }
            #expect(connection.isInTransaction)
        }
        #expect(try values() == [1, 2, 5])
    }

    @Test("A transaction inside another is undone alone, and falls with the outer one")
    func nestedTransaction() throws {
        try connection.transaction {
            try connection.insert(1)
            #expect(throws: Refused.self) {
                try connection.transaction {
                    try connection.insert(2)
                    throw Refused()
                }
            }
        }
        #expect(try values() == [1])
        #expect(throws: Refused.self) {
            try connection.transaction {
                try connection.transaction { try connection.insert(3) }
                throw Refused()
            }
        }
        #expect(try values() == [1])
    }

    @Test("A savepoint outside a transaction is a transaction")
    func loneSavepoint() throws {
        try connection.savepoint { try connection.insert(1) }
        #expect(!connection.isInTransaction)
        #expect(throws: Refused.self) {
            try connection.savepoint {
                try connection.insert(2)
                throw Refused()
            }
        }
        #expect(!connection.isInTransaction)
        #expect(try values() == [1])
    }

    @Test("A commit that a reader blocks rolls back and reports busy")
    func commitIsBusy() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        // Without a write-ahead log, a reader blocks the commit of a writer.
        let writer = try Connection(path: path, access: .create, busyTimeout: .zero)
        try writer.execute("CREATE TABLE t (value); INSERT INTO t VALUES (1), (2)")
        let reader = try Connection(path: path, access: .readOnly)
        let query = try reader.statement("SELECT value FROM t")
        try #require(try query.step())
        let error = try sqliteError { try writer.transaction { try writer.insert(3) } }
        #expect(error.isBusy)
        #expect(!writer.isInTransaction)
        query.reset()
        #expect(try writer.integers("SELECT value FROM t ORDER BY 1") == [1, 2])
        try writer.transaction { try writer.insert(4) }
    }

    @Test("A full file is reported as full and leaves nothing of the transaction")
    func full() throws {
        let folder = try TemporaryFolder()
        let connection = try Connection(path: folder.file("a.db"), access: .create)
        try connection.configureForDurability()
        try connection.execute("CREATE TABLE t (value); INSERT INTO t VALUES (1)")
        try connection.execute("PRAGMA max_page_count = 20")
        let error = try sqliteError {
            try connection.transaction {
                try connection.insert(2)
                let insert = try connection.statement("INSERT INTO t VALUES (?)")
                try insert.bind(1, [UInt8](repeating: 1, count: 200_000))
                try insert.run()
            }
        }
        #expect(error.isFull)
        #expect(!error.isBusy)
        #expect(!connection.isInTransaction)
        #expect(try connection.integers("SELECT value FROM t") == [1])
        #expect(try connection.quickCheck().isEmpty)
        try connection.transaction { try connection.insert(3) }
    }

    @Test("When SQLite gives up the transaction, nothing after is committed on its own")
    func lostTransaction() throws {
        try connection.insert(1)
        let error = try sqliteError {
            try connection.transaction {
                try connection.insert(2)
                let conflict = try sqliteError {
                    try connection.execute("INSERT OR ROLLBACK INTO t VALUES (1)")
                }
                #expect(conflict.isConstraint)
                // A body that goes on regardless.
                #expect(throws: SQLiteError.self) { try connection.insert(3) }
                #expect(throws: SQLiteError.self) { try connection.execute("DELETE FROM t") }
                #expect(throws: SQLiteError.self) { try connection.savepoint {} }
                #expect(throws: SQLiteError.self) { try connection.transaction {} }
            }
        }
        #expect(error.primaryCode == 4)  // SQLITE_ABORT
        #expect(try values() == [1])
        try connection.transaction { try connection.insert(4) }
        #expect(try values() == [1, 4])
    }

    @Test("A body that ends its transaction by hand is refused")
    func bodyCommits() throws {
        let error = try sqliteError {
            try connection.transaction { try connection.execute("ROLLBACK") }
        }
        #expect(error.primaryCode == 4)
        #expect(!connection.isInTransaction)
        try connection.transaction { try connection.insert(1) }
        #expect(try values() == [1])
    }

    @Test("A body that closes its connection fails and commits nothing")
    func bodyCloses() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let connection = try Connection(path: path, access: .create)
        try connection.execute("CREATE TABLE t (value)")
        #expect(throws: SQLiteError.self) {
            try connection.transaction {
                try connection.insert(1)
                connection.close()
            }
        }
        #expect(throws: SQLiteError.self) { try connection.insert(2) }
        let other = try Connection(path: path, access: .readOnly)
        #expect(try other.integers("SELECT value FROM t").isEmpty)
    }
}
