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
        var next: LogRow?
        try changeLog.forEachRow(replicaKey: key, from: seq + 1, [.hash, .bytes]) {
            next = $0
            return false
        }
        guard let next else { return nil }
        guard let hash = next.hash else { throw next.damage }
        return OwnRow(
            position: next.position, dot: Dot(replica, next.seq), isVoid: next.form == .void,
            record: RecordRow(next.place.kind, next.place.record), hash: hash,
            bytes: next.bytes ?? [])
    }

    /// The last change of a replica to a record, through a seq; 0 for none. O(changes of the record).
    ///
    /// - Throws: `StoreError.sqlite`.
    public func lastSeq(
        of replica: ReplicaID, to record: RecordRow, through seq: UInt64
    ) throws -> UInt64 {
        guard let key = try interning.knownKey(of: replica) else { return 0 }
        return try changeLog.rows(of: LogPlace(kind: record.kind, record: record.row))
            .filter { $0.isChange && $0.replica == key && $0.seq <= seq }
            .map(\.seq).max() ?? 0
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
        try database.changeLog.rename(
            at: row.position, replicaKey: database.interning.key(of: dot.replica), seq: dot.seq,
            hash: hash, bytes: bytes)
    }

    /// Takes a change out of the log.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func remove(_ row: OwnRow) throws {
        try database.changeLog.remove(at: row.position)
    }
}
