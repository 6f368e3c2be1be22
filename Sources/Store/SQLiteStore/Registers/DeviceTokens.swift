// The bearer tokens of central's devices, by their hashes. `devices` holds the one in use; here stand
// the one that is to follow it, until it is used for the first time, and those that were before.

public import Causality
public import Crypto
internal import SQLite
public import Store

enum DeviceTokenSchema {
    static let central = """
        CREATE TABLE token_replacements(
            device INTEGER PRIMARY KEY, generation INTEGER NOT NULL, next_hash BLOB UNIQUE) STRICT;
        CREATE TABLE former_tokens(
            hash BLOB PRIMARY KEY, device INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """
}

extension CentralDatabase {
    /// What the token with this hash is; `nil` when no device has or had it.
    ///
    /// - Throws: `StoreError`.
    public func standing(ofToken hash: Hash256) throws -> TokenStanding? {
        if let device = try device(tokenHash: hash) { return .present(device) }
        if let device = try holder(
            of: hash, "SELECT device FROM token_replacements WHERE next_hash = ?1")
        {
            return .next(device)
        }
        guard
            let device = try holder(
                of: hash, "SELECT device FROM former_tokens WHERE hash = ?1")
        else { return nil }
        return .former(device, generation: try tokenGeneration(of: device.replica))
    }

    /// The number of the newest token that a device has announced; 0 for that of enrolment.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func tokenGeneration(of replica: ReplicaID) throws -> UInt64 {
        let statement = try connection.statement(
            """
            SELECT t.generation FROM token_replacements AS t
            JOIN replicas AS r ON r.key = t.device WHERE r.id = ?1
            """)
        try statement.bind(1, Int64(bitPattern: replica.rawValue))
        defer { statement.reset() }
        return try statement.step() ? UInt64(clamping: statement.int64(0)) : 0
    }

    private func holder(of hash: Hash256, _ query: String) throws -> Device? {
        let statement = try connection.statement(
            "SELECT r.id FROM replicas AS r WHERE r.key = (\(query))")
        try hash.withBytes { try statement.bind(1, bytes: $0) }
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return try device(ReplicaID(UInt64(bitPattern: statement.int64(0))))
    }
}

extension CentralWriteTransaction {
    /// As in `CentralTokensTransaction`.
    public func storeNextToken(
        _ hash: Hash256, generation: UInt64, of replica: ReplicaID
    ) throws {
        let statement = try database.connection.statement(
            """
            INSERT INTO token_replacements(device, generation, next_hash) VALUES (?1, ?2, ?3)
            ON CONFLICT (device) DO UPDATE SET generation = ?2, next_hash = ?3
            """)
        try statement.bind(1, try database.interning.key(of: replica))
        try statement.bind(2, Int64(clamping: generation))
        try hash.withBytes { try statement.bind(3, bytes: $0) }
        try statement.run()
    }

    /// Notes the number of the token that a device came back with.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func noteTokenGeneration(_ generation: UInt64, of replica: ReplicaID) throws {
        let statement = try database.connection.statement(
            "INSERT OR IGNORE INTO token_replacements(device, generation) VALUES (?1, ?2)")
        try statement.bind(1, try database.interning.key(of: replica))
        try statement.bind(2, Int64(clamping: generation))
        try statement.run()
    }

    /// Makes the next token of a device, which was used just now, its present one; the one before is
    /// void from here on.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func useNextToken(_ hash: Hash256, of device: Device) throws {
        let key = try database.interning.key(of: device.replica)
        let former = try database.connection.statement(
            """
            INSERT OR IGNORE INTO former_tokens(hash, device)
            SELECT token_hash, replica FROM devices WHERE replica = ?1
            """)
        try former.bind(1, key)
        try former.run()
        let present = try database.connection.statement(
            "UPDATE devices SET token_hash = ?2 WHERE replica = ?1")
        try present.bind(1, key)
        try hash.withBytes { try present.bind(2, bytes: $0) }
        try present.run()
        let next = try database.connection.statement(
            "UPDATE token_replacements SET next_hash = NULL WHERE device = ?1")
        try next.bind(1, key)
        try next.run()
    }
}
