// Erasure by law in a database file (`Protocol/erasure.md`). The order itself is a change like any other;
// what follows from it happens wherever a record is stored that has become erased: the erased values
// go from its logged changes, which keep the hashes that they had, and from every other place of the file.

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

extension ReplicaDatabase {
    /// At central: the records that were erased, newest first within their kind. O(erased records).
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

    /// The contacts that name a dossier by its code.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func contacts(ofDossier code: String) throws -> [RecordID] {
        let statement = try connection.statement(
            "SELECT id FROM contacts WHERE dossier = ?1 ORDER BY key")
        try statement.bind(1, code)
        defer { statement.reset() }
        var ids: [RecordID] = []
        while try statement.step() {
            if let id = RecordID(bytes: statement.bytes(0)) { ids.append(id) }
        }
        return ids
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

    /// Empties the write-ahead log, so that what was erased is not there either.
    ///
    /// - Returns: `false` when another program is reading, or the disk failed: the log is emptied when
    ///   the last program closes the file.
    public func emptyLog() -> Bool {
        do {
            try connection.checkpoint(truncating: true)
            return true
        } catch {
            return false
        }
    }
}

extension WriteTransaction {
    /// Takes the erased values out of all that is kept of a record beside its row: logged changes,
    /// states that came whole or were replaced, and what was refused.
    func eraseContent(of state: RecordState, key: Int64) throws {
        for (kind, recordKey) in try places(of: state, key: key) {
            let rows = try logRows(of: kind, recordKey)
            for (position, form, bytes) in rows {
                if recordKey == Self.keyOfNoRecord, try !names(state.id, bytes, at: position) {
                    continue
                }
                try rewrite("changes", position, bytes) { bytes throws(FormatError) in
                    try LogEntry.erased(bytes, form, from: state)
                }
            }
        }
        guard database.role == .counter else {
            for (position, bytes) in try refusedRowsWithoutTrace(of: state.id) {
                try rewrite("changes", position, bytes) { bytes throws(FormatError) in
                    try LogEntry.erased(bytes, .void, from: state)
                }
            }
            return try listErased(state.kind, key: key)
        }
        for (row, bytes) in try refusedRows(of: state.id) {
            try rewrite("refused", row, bytes) { bytes throws(FormatError) in
                try LogEntry.erased(bytes, .change, from: state)
            }
        }
    }

    /// Where the log may name a record: its own rows, those of records of other kinds under its id,
    /// which were refused, and at a counter those that belong to no record: central finds these by the
    /// refusals of the record.
    private func places(of state: RecordState, key: Int64) throws -> [(RecordKind, Int64)] {
        try RecordKind.tableNames.flatMap { kind, _ in
            var keys = database.role == .counter ? [Self.keyOfNoRecord] : []
            if kind == state.kind {
                keys.append(key)
            } else if let other = try database.table(of: kind)?.load(state.id),
                other.state.fields.isEmpty
            {
                keys.append(other.key)
            }
            return keys.map { (kind, $0) }
        }
    }

    /// What rows of refused changes have for a record that they left no trace in.
    private static let keyOfNoRecord: Int64 = 0

    private func logRows(
        of kind: RecordKind, _ recordKey: Int64
    ) throws -> [(position: Int64, form: LogForm, bytes: [UInt8])] {
        let statement = try database.connection.statement(
            """
            SELECT position, form, bytes FROM changes
            WHERE kind = ?1 AND record = ?2 AND bytes IS NOT NULL
            """)
        try statement.bind(1, Int64(kind.rawValue))
        try statement.bind(2, recordKey)
        defer { statement.reset() }
        var rows: [(Int64, LogForm, [UInt8])] = []
        while try statement.step() {
            guard let form = LogForm(rawValue: statement.int64(1)) else {
                throw StoreError.damaged(table: "changes", key: statement.int64(0))
            }
            rows.append((statement.int64(0), form, statement.bytes(2)))
        }
        return rows
    }

    private func names(_ record: RecordID, _ bytes: [UInt8], at position: Int64) throws -> Bool {
        do throws(FormatError) {
            return try Change(canonicalBytes: bytes).record == record
        } catch {
            throw StoreError.damaged(table: "changes", key: position)
        }
    }

    /// At central: refused changes to a record that left no trace in it: their rows have no record.
    private func refusedRowsWithoutTrace(
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

    private func refusedRows(of record: RecordID) throws -> [(row: Int64, bytes: [UInt8])] {
        let statement = try database.connection.statement(
            "SELECT rowid, bytes FROM refused WHERE record = ?1")
        try record.withBytes { try statement.bind(1, bytes: $0) }
        defer { statement.reset() }
        var rows: [(Int64, [UInt8])] = []
        while try statement.step() { rows.append((statement.int64(0), statement.bytes(1))) }
        return rows
    }

    private func rewrite(
        _ table: String, _ row: Int64, _ bytes: [UInt8],
        _ erasing: ([UInt8]) throws(FormatError) -> [UInt8]
    ) throws {
        let left: [UInt8]
        do throws(FormatError) {
            left = try erasing(bytes)
        } catch {
            throw StoreError.damaged(table: table, key: row)
        }
        guard left != bytes else { return }
        let statement = try database.connection.statement(
            "UPDATE \(table) SET bytes = ?2 WHERE rowid = ?1")
        try statement.bind(1, row)
        try statement.bind(2, left)
        try statement.run()
    }
}
