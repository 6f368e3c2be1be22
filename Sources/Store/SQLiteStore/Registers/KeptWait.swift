// How long a request may wait at central, as an agent has learned it.

internal import SQLite

enum KeptWait {
    static let schema = """
        CREATE TABLE news_wait(
            only INTEGER PRIMARY KEY CHECK (only = 1),
            central_url TEXT NOT NULL, seconds INTEGER NOT NULL) STRICT;
        """
}

extension CounterDatabase {
    /// Seconds that a request may wait at this address of central; `nil` when none was ever cut.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func newsWaitSeconds(at centralURL: String) throws -> UInt64? {
        let statement = try connection.statement(
            "SELECT seconds FROM news_wait WHERE central_url = ?1")
        try statement.bind(1, centralURL)
        defer { statement.reset() }
        return try statement.step() ? UInt64(clamping: statement.int64(0)) : nil
    }
}

extension CounterWriteTransaction {
    /// Keeps how many seconds a request may wait at an address of central; what was kept of another
    /// goes.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func keepNewsWait(seconds: UInt64, at centralURL: String) throws {
        let statement = try database.connection.statement(
            "INSERT OR REPLACE INTO news_wait(only, central_url, seconds) VALUES (1, ?1, ?2)")
        try statement.bind(1, centralURL)
        try statement.bind(2, Int64(clamping: seconds))
        try statement.run()
    }
}
