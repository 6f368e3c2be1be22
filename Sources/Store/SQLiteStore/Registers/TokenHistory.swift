// How old a counter's bearer token is, and the one that is to follow it. It stands beside the identity:
// a new identity begins with a token, and a history, of its own.

public import Causality
internal import SQLite

extension TokenHistory {
    static let schema = """
        CREATE TABLE token_history(
            only INTEGER PRIMARY KEY CHECK (only = 1), replica INTEGER NOT NULL,
            generation INTEGER NOT NULL, since INTEGER NOT NULL, next TEXT) STRICT;
        """
}

extension CounterDatabase {
    /// The history of this identity's tokens; `nil` before one was written down.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func tokenHistory(of replica: ReplicaID) throws -> TokenHistory? {
        let statement = try connection.statement(
            "SELECT generation, since, next FROM token_history WHERE replica = ?1")
        try statement.bind(1, Int64(bitPattern: replica.rawValue))
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return TokenHistory(
            generation: UInt64(clamping: statement.int64(0)),
            since: Timestamp(milliseconds: statement.int64(1)), next: statement.textOrNil(2))
    }
}

extension CounterWriteTransaction {
    /// Stores the history of an identity's tokens.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func save(_ history: TokenHistory, of replica: ReplicaID) throws {
        let statement = try database.connection.statement(
            """
            INSERT OR REPLACE INTO token_history(only, replica, generation, since, next)
            VALUES (1, ?1, ?2, ?3, ?4)
            """)
        try statement.bind(1, Int64(bitPattern: replica.rawValue))
        try statement.bind(2, Int64(clamping: history.generation))
        try statement.bind(3, history.since.milliseconds)
        try statement.bind(4, history.next)
        try statement.run()
    }

    /// Stores another token and, if central has told one, another number of the desk.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func setToken(_ token: String, of replica: ReplicaID, desk: Int64?) throws {
        let statement = try database.connection.statement(
            "UPDATE identity SET token = ?1, desk = coalesce(?3, desk) WHERE replica = ?2")
        try statement.bind(1, token)
        try statement.bind(2, Int64(bitPattern: replica.rawValue))
        try statement.bind(3, desk)
        try statement.run()
    }
}
