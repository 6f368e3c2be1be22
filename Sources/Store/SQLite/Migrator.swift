/// One named step of a schema. Once released, a step is never changed, removed or moved.
public struct Migration: Sendable {
    /// Its name, unique in the schema and kept in the file.
    public let name: String
    /// What it does, inside its own transaction.
    public let apply: @Sendable (Connection) throws -> Void

    /// A step in Swift.
    public init(name: String, apply: @escaping @Sendable (Connection) throws -> Void) {
        self.name = name
        self.apply = apply
    }

    /// A step that is a script.
    public init(name: String, sql: String) {
        self.init(name: name) { connection in try connection.execute(sql) }
    }
}

/// Brings a database file to the schema of this program.
///
/// The file says what it is in three places that change in one transaction with the schema itself:
/// `application_id` (whose file), `user_version` (how many migrations) and the table
/// `schema_migration` (which ones). Each migration decides under the write lock whether it is still
/// missing, so any number of processes may start at once.
public struct Migrator: Sendable {
    private let applicationID: Int32
    private let migrations: [Migration]

    /// - Parameters:
    ///   - applicationID: marks the file as ours, <https://sqlite.org/pragma.html>. Not 0.
    ///   - migrations: all of them, oldest first.
    public init(applicationID: Int32, migrations: [Migration]) {
        precondition(applicationID != 0, "0 is the application id of every new file")
        precondition(Set(migrations.map(\.name)).count == migrations.count, "names are unique")
        self.applicationID = applicationID
        self.migrations = migrations
    }

    /// Applies the missing migrations, each in its own immediate transaction.
    ///
    /// Foreign keys are off meanwhile, so that a table can be rebuilt without deleting what refers
    /// to it, and are checked before each commit.
    /// - Throws: `MigrationError`; what a migration throws, after undoing that one; `SQLiteError`,
    ///   misuse inside a transaction.
    public func migrate(_ connection: Connection) throws {
        guard !connection.isInTransaction else {
            throw SQLiteError.misuse("a migration inside a transaction")
        }
        let applied = try connection.transaction(.deferred) { try appliedCount(connection) }
        if applied == migrations.count { return }
        let enforcesForeignKeys = try connection.pragmaInteger("foreign_keys") != 0
        try connection.execute("PRAGMA foreign_keys = OFF")
        defer {
            // Fails on a closed connection only, where the setting is gone with it.
            if enforcesForeignKeys { try? connection.execute("PRAGMA foreign_keys = ON") }
        }
        while try applyNext(connection) {}
    }

    /// Checks, without writing, that the file is ours or empty, and not of a newer program.
    /// - Throws: `MigrationError`, `SQLiteError`.
    public func checkKind(of connection: Connection) throws {
        _ = try connection.transaction(.deferred) { try appliedCount(connection) }
    }

    /// Checks, without writing, that the file is ours and has every migration.
    /// - Throws: `MigrationError`, `SQLiteError`.
    public func verifyUpToDate(_ connection: Connection) throws {
        try connection.transaction(.deferred) {
            guard try connection.pragmaInteger("application_id") != 0 else {
                throw MigrationError.notThisKindOfDatabase(found: 0)
            }
            let applied = try appliedCount(connection)
            guard applied == migrations.count else {
                throw MigrationError.outOfDate(found: applied, known: migrations.count)
            }
        }
    }

    /// Applies the first missing migration; false when there is none.
    private func applyNext(_ connection: Connection) throws -> Bool {
        try connection.transaction(.immediate) {
            let position = try appliedCount(connection)
            guard position < migrations.count else { return false }
            let migration = migrations[position]
            if position == 0 {
                try connection.execute(
                    """
                    PRAGMA application_id = \(applicationID);
                    CREATE TABLE schema_migration (
                        position INTEGER NOT NULL PRIMARY KEY,
                        name TEXT NOT NULL UNIQUE
                    ) STRICT;
                    """)
            }
            try migration.apply(connection)
            try checkReferences(connection, after: migration)
            let record = try connection.statement(
                "INSERT INTO schema_migration (position, name) VALUES (?, ?)")
            try record.bind(1, position)
            try record.bind(2, migration.name)
            try record.run()
            try connection.execute("PRAGMA user_version = \(position + 1)")
            return true
        }
    }

    /// How many migrations the file has, once it is sure that they are the first of ours.
    private func appliedCount(_ connection: Connection) throws -> Int {
        let found = Int32(truncatingIfNeeded: try connection.pragmaInteger("application_id"))
        let version = Int(try connection.pragmaInteger("user_version"))
        if found == 0 {
            let tables = try connection.statement("SELECT 1 FROM sqlite_schema LIMIT 1")
            guard version == 0, try !tables.step() else {
                throw MigrationError.notThisKindOfDatabase(found: 0)
            }
            return 0
        }
        guard found == applicationID else {
            throw MigrationError.notThisKindOfDatabase(found: found)
        }
        guard version <= migrations.count else {
            throw MigrationError.newerVersion(found: version, known: migrations.count)
        }
        try checkNames(connection, version: version)
        return version
    }

    private func checkNames(_ connection: Connection, version: Int) throws {
        let query = try connection.statement("SELECT name FROM schema_migration ORDER BY position")
        var names: [String] = []
        while try query.step() { names.append(query.text(0)) }
        for position in 0..<max(version, names.count) {
            let found = position < names.count ? names[position] : ""
            let expected = position < version ? migrations[position].name : ""
            guard found == expected else {
                throw MigrationError.nameMismatch(
                    position: position, found: found, expected: expected)
            }
        }
    }

    private func checkReferences(_ connection: Connection, after migration: Migration) throws {
        let query = try connection.statement("PRAGMA foreign_key_check")
        if try query.step() {
            throw MigrationError.brokenReferences(migration: migration.name, table: query.text(0))
        }
    }
}
