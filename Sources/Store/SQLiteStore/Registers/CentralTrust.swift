// By what a counter knows that it is central that answers over TLS. It stands beside the identity and
// is no part of it: a new identity talks to the same central.

internal import SQLite
public import Store

extension CentralTrust {
    static let schema = """
        CREATE TABLE central_trust(
            only INTEGER PRIMARY KEY CHECK (only = 1), pin TEXT, authorities TEXT) STRICT;
        """
}

extension CounterDatabase {
    /// By what this counter knows central.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func centralTrust() throws -> CentralTrust {
        let statement = try connection.statement("SELECT pin, authorities FROM central_trust")
        defer { statement.reset() }
        guard try statement.step() else { return CentralTrust() }
        return CentralTrust(pin: statement.textOrNil(0), authorities: statement.textOrNil(1))
    }
}

extension CounterWriteTransaction {
    /// Stores by what this counter knows central from now on.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func save(_ trust: CentralTrust) throws {
        let statement = try database.connection.statement(
            "INSERT OR REPLACE INTO central_trust(only, pin, authorities) VALUES (1, ?1, ?2)")
        try statement.bind(1, trust.pin)
        try statement.bind(2, trust.authorities)
        try statement.run()
    }
}
