// What central tells of records that were erased.

public import Causality
internal import Crypto
internal import Dossiers
internal import Editing
public import Replication
internal import SQLite

/// A record that was erased, as central tells of it.
public struct ErasedRecord: Sendable {
    /// What is left of it.
    public var state: RecordState
    /// When the latest order reached this file.
    public var arrived: Timestamp
    /// The codes of the offices that read the record at any time.
    public var offices: [String]
}

extension CentralDatabase {
    /// The records that were erased, newest first within their kind. O(erased records).
    ///
    /// - Throws: `StoreError`.
    public func erasedRecords() throws -> [ErasedRecord] {
        var erased: [ErasedRecord] = []
        for kind in [RecordKind.dossier, .contact] {
            guard let table = table(of: kind) else { continue }
            try table.forEach(
                where: """
                    WHERE key IN (SELECT record FROM erased_records WHERE kind = ?1)
                    ORDER BY key DESC
                    """,
                bind: { try $0.bind(1, Int64(kind.rawValue)) }
            ) { stored in
                guard stored.state.keptFields != nil else { return true }
                erased.append(
                    ErasedRecord(
                        state: stored.state, arrived: try erasureArrived(stored),
                        offices: try scopesThatRead(kind, key: stored.key).map(\.office)))
                return true
            }
        }
        return erased
    }

    private func erasureArrived(_ stored: StoredRecord) throws -> Timestamp {
        let entries = stored.state[RecordSchema.erasedField]
        let logged = try changeLog.history(kind: stored.state.kind, recordKey: stored.key)
            .filter { logged in entries.contains { $0.dot == logged.change.dot } }
        // One that came back after a restoration is in no log.
        let stamped = entries.compactMap { stored.state.stamp(of: $0.dot)?.shownTime }
        return (logged.map(\.arrived) + stamped).max() ?? Timestamp(milliseconds: 0)
    }

    /// The scopes of offices that read a record at any time.
    func scopesThatRead(
        _ kind: RecordKind, key: Int64
    ) throws -> [(key: Int64, office: String)] {
        let statement = try connection.statement(
            """
            SELECT s.key, s.office FROM scopes AS s WHERE EXISTS (
                SELECT 1 FROM changes AS c
                JOIN feed AS f ON f.scope = s.key AND f.position = c.position
                WHERE c.kind = ?1 AND c.record = ?2)
            ORDER BY s.key
            """)
        try statement.bind(1, Int64(kind.rawValue))
        try statement.bind(2, key)
        defer { statement.reset() }
        var scopes: [(Int64, String)] = []
        while try statement.step() { scopes.append((statement.int64(0), statement.text(1))) }
        return scopes
    }
}

extension CentralWriteTransaction {
    /// Refused changes to a record that left no trace in it: their rows have no record.
    func refusedRowsWithoutTrace(
        of record: RecordID
    ) throws -> [(position: Int64, bytes: [UInt8])] {
        // SQLite uses the partial index of dots only when its very condition is there.
        let statement = try database.connection.statement(
            """
            SELECT c.position, c.bytes FROM refusals AS r
            JOIN changes AS c ON c.replica = r.replica AND c.seq = r.seq AND c.form < 3
            WHERE r.record = ?1 AND c.record = 0 AND c.form = 2 AND c.bytes IS NOT NULL
            """)
        try record.withBytes { try statement.bind(1, bytes: $0) }
        defer { statement.reset() }
        var rows: [(Int64, [UInt8])] = []
        while try statement.step() { rows.append((statement.int64(0), statement.bytes(1))) }
        return rows
    }
}
