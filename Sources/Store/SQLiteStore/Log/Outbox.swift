// What a counter has for central: its own changes after the last that central has on disk.

public import Causality
public import Crypto
public import Replication
internal import SQLite

extension ReplicaDatabase {
    /// The own changes after a seq, as many as fit into a number of bytes and at least one.
    ///
    /// - Parameter last: where to stop.
    /// - Throws: `StoreError.damaged` when the chain's hash before them is missing.
    public func outbox(
        of replica: ReplicaID, after seq: UInt64, through last: UInt64 = .max, bytesMax: Int
    ) throws -> OutboxChunk? {
        guard seq < last, let key = try interning.knownKey(of: replica) else { return nil }
        guard let hashBefore = try changeLog.chainHash(replicaKey: key, seq: seq) else {
            throw StoreError.damaged(table: "changes", key: Int64(clamping: seq))
        }
        var chunk = OutboxChunk(firstSeq: seq + 1, hashBefore: hashBefore)
        try changeLog.forEachChange(replicaKey: key, from: seq + 1) { seq, hash, bytes in
            seq <= last && chunk.add(bytes, hash: hash, bytesMax: bytesMax)
        }
        return chunk.count == 0 ? nil : chunk
    }

    /// How many bytes the own changes after a seq have, as they stand in the log. Reads those only.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func outboxByteCount(of replica: ReplicaID, after seq: UInt64) throws -> Int64 {
        guard let key = try interning.knownKey(of: replica) else { return 0 }
        return try changeLog.byteCount(replicaKey: key, after: seq)
    }

    /// The chain hash after an own change; `nil` when it is not known here.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func chainHash(of replica: ReplicaID, seq: UInt64) throws -> Hash256? {
        guard seq > 0 else { return .zero }
        guard let key = try interning.knownKey(of: replica) else { return nil }
        return try changeLog.chainHash(replicaKey: key, seq: seq)
    }

    /// Records whose states are wanted because a change to them met a causal gap.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func gaps(limit: Int) throws -> [RecordID] {
        let statement = try connection.statement("SELECT record FROM gaps LIMIT ?1")
        try statement.bind(1, limit)
        defer { statement.reset() }
        var ids: [RecordID] = []
        while try statement.step() {
            if let id = RecordID(bytes: statement.bytes(0)) { ids.append(id) }
        }
        return ids
    }

    /// Whether the log has a change, refused or not.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func holds(_ dot: Dot) throws -> Bool {
        guard let key = try interning.knownKey(of: dot.replica) else { return false }
        return try changeLog.holds(replicaKey: key, seq: dot.seq)
    }

    /// A change with its chain hash; `nil` when the log does not have its content.
    ///
    /// - Throws: `StoreError.damaged` when its hash is missing.
    public func loggedChange(_ dot: Dot) throws -> ChainedChange? {
        guard let key = try interning.knownKey(of: dot.replica) else { return nil }
        let row = try changeLog.row(replicaKey: key, seq: dot.seq, [.hash, .bytes])
        guard let row, let bytes = row.bytes else { return nil }
        guard let hash = row.hash else { throw row.damage }
        return ChainedChange(bytes: bytes, hash: hash)
    }

    /// The changes to a record, in order of arrival.
    ///
    /// - Throws: `StoreError.damaged`.
    public func history(of record: OpenRecord) throws -> [LoggedChange] {
        guard let row = record.row else { return [] }
        return try changeLog.history(kind: record.state.kind, recordKey: row)
    }

    /// Values of a record that own changes replaced and that no logged change holds, and those that came in
    /// states beside own changes.
    ///
    /// - Throws: `StoreError.damaged`.
    public func keptStates(of record: OpenRecord) throws -> [RecordState] {
        guard let row = record.row else { return [] }
        return try changeLog.states(of: LogPlace(kind: record.state.kind, record: row))
            .map { try $0.state() }
    }
}

extension WriteTransaction {
    /// Notes that a record's state is wanted, or no longer.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func setGap(_ record: RecordID, isOpen: Bool) throws {
        let statement = try database.connection.statement(
            isOpen
                ? "INSERT OR IGNORE INTO gaps(record) VALUES (?1)"
                : "DELETE FROM gaps WHERE record = ?1")
        try record.withBytes { try statement.bind(1, bytes: $0) }
        try statement.run()
    }
}
