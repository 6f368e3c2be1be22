// What bundles need to be remembered: central's own key, at a counter the public half of it and how far
// bundles have brought the replica (`Protocol/bundles.md`).

internal import Causality
public import Crypto
public import Replication
internal import SQLite

enum BundleSchema {
    static let counter = """
        CREATE TABLE central_key(
            only INTEGER PRIMARY KEY CHECK (only = 1), key BLOB NOT NULL, epoch INTEGER) STRICT;
        CREATE TABLE bundles(
            only INTEGER PRIMARY KEY CHECK (only = 1), last_applied BLOB NOT NULL,
            complete_as_of INTEGER) STRICT;
        CREATE TABLE bundle_needs(
            record BLOB PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """

    static let central = """
        CREATE TABLE central_key(
            only INTEGER PRIMARY KEY CHECK (only = 1), seed BLOB NOT NULL) STRICT;
        """
}

extension CounterDatabase {
    /// Central's key, if it is known in this epoch. A central that was restored from a
    /// backup may have made another one.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func centralKey(inEpoch epoch: UInt64?) throws -> PublicKey? {
        let statement = try connection.statement("SELECT key, epoch FROM central_key")
        defer { statement.reset() }
        guard try statement.step(),
            statement.int64OrNil(1).map({ UInt64(clamping: $0) }) == epoch
        else { return nil }
        return PublicKey(bytes: statement.bytes(0))
    }

    /// How far bundles have brought this replica; `nil` when none was applied.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func bundleProgress() throws -> BundleProgress? {
        let statement = try connection.statement(
            "SELECT last_applied, complete_as_of FROM bundles")
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return BundleProgress(
            lastApplied: statement.bytes(0),
            completeAsOf: statement.int64OrNil(1).map(Timestamp.init(milliseconds:)))
    }

    /// The records whose states central wants before it takes the change of a seq.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func bundleNeeds(forSeq seq: UInt64) throws -> [RecordID] {
        let statement = try connection.statement("SELECT record FROM bundle_needs WHERE seq = ?1")
        try statement.bind(1, Int64(clamping: seq))
        defer { statement.reset() }
        var ids: [RecordID] = []
        while try statement.step() {
            if let id = RecordID(bytes: statement.bytes(0)) { ids.append(id) }
        }
        return ids
    }
}

extension CounterWriteTransaction {
    /// Stores central's key, as central tells it in an epoch.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func save(centralKey key: PublicKey, ofEpoch epoch: UInt64?) throws {
        let statement = try database.connection.statement(
            "INSERT OR REPLACE INTO central_key(only, key, epoch) VALUES (1, ?1, ?2)")
        try statement.bind(1, key.bytes)
        try statement.bind(2, epoch.map { Int64(clamping: $0) })
        try statement.run()
    }

    /// Stores how far bundles have brought this replica.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func save(_ progress: BundleProgress) throws {
        let statement = try database.connection.statement(
            "INSERT OR REPLACE INTO bundles(only, last_applied, complete_as_of) VALUES (1, ?1, ?2)")
        try statement.bind(1, progress.lastApplied)
        try statement.bind(2, progress.completeAsOf?.milliseconds)
        try statement.run()
    }

    /// Notes which records' states central wants before it takes the change of a seq.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func setBundleNeeds(_ records: [RecordID], forSeq seq: UInt64) throws {
        let clear = try database.connection.statement("DELETE FROM bundle_needs")
        try clear.run()
        for record in records {
            let statement = try database.connection.statement(
                "INSERT OR REPLACE INTO bundle_needs(record, seq) VALUES (?1, ?2)")
            try record.withBytes { try statement.bind(1, bytes: $0) }
            try statement.bind(2, Int64(clamping: seq))
            try statement.run()
        }
    }
}

extension CentralDatabase {
    /// The seed of its own key; `nil` before the first need.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func centralKeySeed() throws -> [UInt8]? {
        let statement = try connection.statement("SELECT seed FROM central_key")
        defer { statement.reset() }
        return try statement.step() ? statement.bytes(0) : nil
    }
}

extension CentralWriteTransaction {
    /// Stores the seed of central's own key, once.
    ///
    /// - Returns: the seed that is stored, an earlier one if there is one.
    /// - Throws: `StoreError.sqlite`.
    public func centralKeySeed(orElse seed: [UInt8]) throws -> [UInt8] {
        let statement = try database.connection.statement(
            "INSERT OR IGNORE INTO central_key(only, seed) VALUES (1, ?1)")
        try statement.bind(1, seed)
        try statement.run()
        return try database.centralKeySeed() ?? seed
    }
}
