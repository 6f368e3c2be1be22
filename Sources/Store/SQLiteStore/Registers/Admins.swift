// The rows of administrators and their sessions, as `CentralAccountsView` wants them.

public import Causality
public import Crypto
internal import SQLite
public import Store

enum AdminSchema {
    static let central = """
        CREATE TABLE admins(
            name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL,
            made INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE admin_sessions(
            token_hash BLOB PRIMARY KEY, name TEXT NOT NULL, expires INTEGER NOT NULL)
            STRICT, WITHOUT ROWID;
        """
}

extension CentralDatabase {
    /// All accounts, by name.
    ///
    /// - Throws: `StoreError`.
    public func admins() throws -> [AdminAccount] {
        try admins("ORDER BY name") { _ in }
    }

    /// The account with this name.
    ///
    /// - Throws: `StoreError`.
    public func admin(named name: String) throws -> AdminAccount? {
        try admins("WHERE name = ?1") { try $0.bind(1, name) }.first
    }

    /// The account whose session this is; `nil` when there is none, or it has ended.
    ///
    /// - Throws: `StoreError`.
    public func admin(inSession tokenHash: Hash256, now: Timestamp) throws -> AdminAccount? {
        try admins(
            """
            WHERE name = (SELECT name FROM admin_sessions WHERE token_hash = ?1 AND expires > ?2)
            """
        ) { statement in
            try tokenHash.withBytes { try statement.bind(1, bytes: $0) }
            try statement.bind(2, now.milliseconds)
        }.first
    }

    private func admins(
        _ clause: String, bind: (Statement) throws -> Void
    ) throws -> [AdminAccount] {
        let statement = try connection.statement(
            "SELECT name, role, password, made FROM admins " + clause)
        try bind(statement)
        defer { statement.reset() }
        var admins: [AdminAccount] = []
        while try statement.step() {
            guard let role = AdminAccount.Role(rawValue: statement.text(1)) else {
                throw StoreError.damaged(table: "admins", key: 0)
            }
            admins.append(
                AdminAccount(
                    name: statement.text(0), role: role,
                    password: PasswordHash(text: statement.text(2)),
                    made: Timestamp(milliseconds: statement.int64(3))))
        }
        return admins
    }
}

extension CentralWriteTransaction {
    /// Stores an account in the place of one with its name, and ends that one's sessions.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func save(_ account: AdminAccount) throws {
        try endSessions(of: account.name)
        let statement = try database.connection.statement(
            "INSERT OR REPLACE INTO admins(name, role, password, made) VALUES (?1, ?2, ?3, ?4)")
        try statement.bind(1, account.name)
        try statement.bind(2, account.role.rawValue)
        try statement.bind(3, account.password.text)
        try statement.bind(4, account.made.milliseconds)
        try statement.run()
    }

    /// Removes an account with its sessions.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func removeAdmin(named name: String) throws {
        try endSessions(of: name)
        let statement = try database.connection.statement("DELETE FROM admins WHERE name = ?1")
        try statement.bind(1, name)
        try statement.run()
    }

    /// Begins a session, and forgets those that have ended.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func beginSession(of name: String, tokenHash: Hash256, expires: Timestamp) throws {
        let old = try database.connection.statement(
            "DELETE FROM admin_sessions WHERE expires <= ?1")
        try old.bind(1, now.milliseconds)
        try old.run()
        let statement = try database.connection.statement(
            "INSERT INTO admin_sessions(token_hash, name, expires) VALUES (?1, ?2, ?3)")
        try tokenHash.withBytes { try statement.bind(1, bytes: $0) }
        try statement.bind(2, name)
        try statement.bind(3, expires.milliseconds)
        try statement.run()
    }

    /// Ends a session.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func endSession(tokenHash: Hash256) throws {
        let statement = try database.connection.statement(
            "DELETE FROM admin_sessions WHERE token_hash = ?1")
        try tokenHash.withBytes { try statement.bind(1, bytes: $0) }
        try statement.run()
    }

    private func endSessions(of name: String) throws {
        let statement = try database.connection.statement(
            "DELETE FROM admin_sessions WHERE name = ?1")
        try statement.bind(1, name)
        try statement.run()
    }
}
