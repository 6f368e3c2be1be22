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
            let rows = try database.changeLog.rows(
                of: LogPlace(kind: kind, record: recordKey), .bytes)
            try eraseRows(
                rows.filter {
                    try recordKey != Self.keyOfNoRecord || $0.hasBytes && $0.names(state.id)
                }, of: state)
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

    /// Takes the erased values of a record out of rows of the log.
    func eraseRows(_ rows: [LogRow], of state: RecordState) throws {
        var left: [Int64: [UInt8]] = [:]
        for row in rows {
            guard let bytes = row.bytes else { continue }
            do throws(FormatError) {
                let erased = try LogEntry.erased(bytes, row.form, from: state)
                if erased != bytes { left[row.position] = erased }
            } catch {
                throw row.damage
            }
        }
        if !left.isEmpty { try database.changeLog.replaceBytes(left) }
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

    func rewriteRefused(
        _ row: Int64, _ bytes: [UInt8], _ erasing: ([UInt8]) throws(FormatError) -> [UInt8]
    ) throws {
        let left: [UInt8]
        do throws(FormatError) {
            left = try erasing(bytes)
        } catch {
            throw StoreError.damaged(table: "refused", key: row)
        }
        guard left != bytes else { return }
        let statement = try database.connection.statement(
            "UPDATE refused SET bytes = ?2 WHERE rowid = ?1")
        try statement.bind(1, row)
        try statement.bind(2, left)
        try statement.run()
    }
}

extension LogRow {
    /// Whether it is a change that names a record.
    fileprivate func names(_ record: RecordID) throws -> Bool {
        try change().record == record
    }
}
