// The rows of a counter's changes of identity, and how its log is renamed (`IdentityRotation`).

public import Causality
public import Crypto
internal import Editing
internal import Replication
internal import SQLite
public import Store

extension CounterDatabase {
    /// The changes of identity of this replica, oldest first.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func identityRotations() throws -> [IdentityRotation] {
        let statement = try connection.statement(
            "SELECT at, old, new, kept_seq, reissued, cause FROM rotations ORDER BY rowid")
        defer { statement.reset() }
        var rotations: [IdentityRotation] = []
        while try statement.step() {
            rotations.append(
                IdentityRotation(
                    at: Timestamp(milliseconds: statement.int64(0)),
                    from: ReplicaID(UInt64(bitPattern: statement.int64(1))),
                    to: ReplicaID(UInt64(bitPattern: statement.int64(2))),
                    keptSeq: UInt64(clamping: statement.int64(3)),
                    reissuedCount: UInt64(clamping: statement.int64(4)),
                    cause: IdentityRotation.Cause(rawValue: statement.text(5)) ?? .copied))
        }
        return rotations
    }
}

extension CounterDatabase {
    /// The first change of a replica after a seq, refused or not; `nil` when there is none.
    ///
    /// - Throws: `StoreError`.
    public func nextRow(of replica: ReplicaID, after seq: UInt64) throws -> OwnRow? {
        guard let key = try interning.knownKey(of: replica) else { return nil }
        let statement = try connection.statement(
            """
            SELECT position, seq, form, kind, record, hash, bytes FROM changes
            WHERE replica = ?1 AND seq > ?2 AND form < 3 ORDER BY seq LIMIT 1
            """)
        try statement.bind(1, key)
        try statement.bind(2, Int64(clamping: seq))
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        guard let hash = Hash256(bytes: statement.bytes(5)) else {
            throw StoreError.damaged(table: "changes", key: statement.int64(0))
        }
        return OwnRow(
            position: statement.int64(0),
            dot: Dot(replica, UInt64(clamping: statement.int64(1))),
            isVoid: statement.int64(2) == LogForm.void.rawValue,
            record: RecordRow(
                RecordKind(rawValue: UInt8(clamping: statement.int64(3))), statement.int64(4)),
            hash: hash, bytes: statement.bytes(6))
    }

    /// The last change of a replica to a record, through a seq; 0 for none. O(changes of the record): the `+`
    /// keeps SQLite from going through all changes of the replica instead.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func lastSeq(
        of replica: ReplicaID, to record: RecordRow, through seq: UInt64
    ) throws -> UInt64 {
        guard let key = try interning.knownKey(of: replica) else { return 0 }
        let statement = try connection.statement(
            """
            SELECT max(seq) FROM changes
            WHERE kind = ?1 AND record = ?2 AND +replica = ?3 AND +seq <= ?4 AND form < 3
            """)
        try statement.bind(1, Int64(record.kind.rawValue))
        try statement.bind(2, record.row)
        try statement.bind(3, key)
        try statement.bind(4, Int64(clamping: seq))
        defer { statement.reset() }
        return try statement.step() ? UInt64(clamping: statement.int64OrNil(0) ?? 0) : 0
    }
}

extension CounterWriteTransaction {
    /// Notes a change of identity.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func note(_ rotation: IdentityRotation) throws {
        let statement = try database.connection.statement(
            """
            INSERT INTO rotations(at, old, new, kept_seq, reissued, cause)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        try statement.bind(1, rotation.at.milliseconds)
        try statement.bind(2, Int64(bitPattern: rotation.old.rawValue))
        try statement.bind(3, Int64(bitPattern: rotation.new.rawValue))
        try statement.bind(4, Int64(clamping: rotation.keptSeq))
        try statement.bind(5, Int64(clamping: rotation.reissuedCount))
        try statement.bind(6, rotation.cause.rawValue)
        try statement.run()
    }

    /// Gives a change of the log another name, hash and bytes.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func reissue(_ row: OwnRow, as dot: Dot, hash: Hash256, bytes: [UInt8]) throws {
        let statement = try database.connection.statement(
            """
            UPDATE changes SET replica = ?2, seq = ?3, made = 0, hash = ?4, bytes = ?5
            WHERE position = ?1
            """)
        try statement.bind(1, row.position)
        try statement.bind(2, try database.interning.key(of: dot.replica))
        try statement.bind(3, Int64(clamping: dot.seq))
        try hash.withBytes { try statement.bind(4, bytes: $0) }
        try statement.bind(5, bytes)
        try statement.run()
    }

    /// Takes a change out of the log.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func remove(_ row: OwnRow) throws {
        let statement = try database.connection.statement("DELETE FROM changes WHERE position = ?1")
        try statement.bind(1, row.position)
        try statement.run()
    }
}
