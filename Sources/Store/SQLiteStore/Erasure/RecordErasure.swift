// Erasure by law in a database file (`Protocol/erasure.md`). The order itself is a change like any other;
// what follows from it happens wherever a record is stored that has become erased: the erased values
// go from its logged changes, which keep the hashes that they had, and from every other place of the file.

internal import Causality
internal import Crypto
internal import Dossiers
internal import Editing
public import Replication
internal import SQLite

extension ReplicaDatabase {
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
            if recordKey != Self.keyOfNoRecord { try eraseTerms(of: kind, key: recordKey) }
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
        try eraseRefused(of: state, key: key)
    }

    /// Where the log may name a record: its own rows, those of records of other kinds under its id,
    /// which were refused, and at a counter those that belong to no record: central finds these by the
    /// refusals of the record.
    private func places(of state: RecordState, key: Int64) throws -> [(RecordKind, Int64)] {
        try RecordKind.tableNames.flatMap { kind, _ in
            var keys = keysOfUnlogged
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

    func refusedRows(of record: RecordID) throws -> [(row: Int64, bytes: [UInt8])] {
        let statement = try database.connection.statement(
            "SELECT rowid, bytes FROM refused WHERE record = ?1")
        try record.withBytes { try statement.bind(1, bytes: $0) }
        defer { statement.reset() }
        var rows: [(Int64, [UInt8])] = []
        while try statement.step() { rows.append((statement.int64(0), statement.bytes(1))) }
        return rows
    }

    func rewrite(
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
