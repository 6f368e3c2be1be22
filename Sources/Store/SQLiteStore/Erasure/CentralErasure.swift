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
        let logged = try entries.compactMap { entry -> Timestamp? in
            guard let key = try interning.knownKey(of: entry.dot.replica) else { return nil }
            return try changeLog.row(replicaKey: key, seq: entry.dot.seq)
                .map { Timestamp(milliseconds: $0.arrived) }
        }
        // One that came back after a restoration is in no log.
        let stamped = entries.compactMap { stored.state.stamp(of: $0.dot)?.shownTime }
        return (logged + stamped).max() ?? Timestamp(milliseconds: 0)
    }

    /// The scopes of offices that read a record at any time.
    func scopesThatRead(
        _ kind: RecordKind, key: Int64
    ) throws -> [(key: Int64, office: String)] {
        let statement = try connection.statement(
            """
            SELECT s.key, s.office FROM feed AS f INDEXED BY feed_position
            JOIN scopes AS s ON s.key = f.scope WHERE f.position = ?1
            """)
        var scopes: [Int64: String] = [:]
        for row in try changeLog.rows(of: LogPlace(kind: kind, record: key)) {
            try statement.bind(1, row.position)
            while try statement.step() { scopes[statement.int64(0)] = statement.text(1) }
            statement.reset()
        }
        return scopes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension CentralWriteTransaction {
    /// Refused changes to a record that left no trace in it: their rows have no record.
    func refusedRowsWithoutTrace(of record: RecordID) throws -> [LogRow] {
        let statement = try database.connection.statement(
            "SELECT replica, seq FROM refusals WHERE record = ?1")
        try record.withBytes { try statement.bind(1, bytes: $0) }
        defer { statement.reset() }
        var rows: [LogRow] = []
        while try statement.step() {
            let row = try database.changeLog.row(
                replicaKey: statement.int64(0), seq: UInt64(clamping: statement.int64(1)), .bytes)
            if let row, row.place.record == Self.keyOfNoRecord, row.form == .void, row.hasBytes {
                rows.append(row)
            }
        }
        return rows
    }
}
