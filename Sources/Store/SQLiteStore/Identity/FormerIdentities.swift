// Who a counter was before it took another identity. A central that is restored to a backup of before
// knows only that one: its key proves that this is the same machine (`Protocol/sync.md` §New token).

internal import Causality
internal import SQLite

extension FormerIdentity {
    static let schema = """
        CREATE TABLE former_identities(
            number INTEGER PRIMARY KEY, replica INTEGER NOT NULL UNIQUE,
            signing_seed BLOB NOT NULL) STRICT;
        """
}

extension CounterDatabase {
    /// The identities that this replica had, newest first; none from before they were kept.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func formerIdentities(countMax: Int) throws -> [FormerIdentity] {
        let statement = try connection.statement(
            """
            SELECT replica, signing_seed FROM former_identities ORDER BY number DESC LIMIT ?1
            """)
        try statement.bind(1, Int64(countMax))
        defer { statement.reset() }
        var identities: [FormerIdentity] = []
        while try statement.step() {
            identities.append(
                FormerIdentity(
                    replica: ReplicaID(UInt64(bitPattern: statement.int64(0))),
                    signingSeed: statement.bytes(1)))
        }
        return identities
    }
}

extension CounterWriteTransaction {
    /// Keeps the key of the identity that the replica goes on from.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func keep(_ former: FormerIdentity) throws {
        let statement = try database.connection.statement(
            "INSERT OR IGNORE INTO former_identities(replica, signing_seed) VALUES (?1, ?2)")
        try statement.bind(1, Int64(bitPattern: former.replica.rawValue))
        try statement.bind(2, former.signingSeed)
        try statement.run()
    }
}
