// How central's write sets are committed: records first, then the rows of the log and the feed in their
// order, then what goes from the file because it was erased.

internal import Causality
internal import Crypto
internal import Dossiers
public import Editing
internal import Replication
internal import SQLite

extension CentralWriteTransaction {
    /// Writes what came of a delivery.
    ///
    /// - Throws: `StoreError`.
    public func commit(_ set: CentralWriteSet) throws {
        var keys: [RecordName: Int64] = [:]
        for written in set.records { keys[written.name] = try save(written) }
        for row in set.rows { try append(row, to: keys) }
        for written in set.records where written.isErased {
            guard let key = keys[written.name] else { continue }
            try eraseContent(of: written.after, key: key)
            noteErased(written.after.id)
        }
        for note in set.refusals { try add(note, of: set.replica) }
        if set.refusedBytes > 0 { try addRefusedBytes(set.refusedBytes, of: set.replica) }
        if let signature = set.signature {
            try keepSignature(signature.bytes, of: set.replica, through: signature.seq)
        }
        if set.recoveredCount > 0 { try noteRecovered(set.recoveredCount) }
    }

    private func save(_ written: WrittenRecord) throws -> Int64 {
        guard let table = database.table(of: written.name.kind) else { throw FormatError.member }
        let present = written.existed ? try table.key(of: written.name.id) : nil
        return try save(written.after, over: written.before, key: present, in: table)
    }

    private func append(_ row: LoggedRow, to keys: [RecordName: Int64]) throws {
        var key: Int64 = 0
        if let id = row.record {
            let name = RecordName(row.kind, id)
            guard let known = try keys[name] ?? database.table(of: row.kind)?.key(of: id) else {
                throw StoreError.noSuchRecord
            }
            key = known
        }
        try append(row, key: key)
    }

    /// Appends a row to the log, and to the feeds of those who read it.
    func append(_ row: LoggedRow, key: Int64) throws {
        let position = try append(row.entry, kind: row.kind, key: key)
        guard row.isChained else { return }
        try chainFeed(row.entry.hash ?? .zero, position)
        for reader in row.readers { try enterFeed(scopeKey(of: reader), position) }
        if let move = row.move, let id = row.record {
            try noteMove(of: id, to: move, at: position)
        }
    }

    /// Stores at central what became of a record, and logs why.
    func storeAtCentral(
        _ after: RecordState, over before: OpenRecord, log entry: LogEntry?
    ) throws {
        guard let table = database.table(of: after.kind) else { throw FormatError.member }
        if let other = before.claimant, !after.fields.isEmpty { throw StoreError.otherKind(other) }
        let key = try save(after, over: before.state, key: before.row, in: table)
        let kept = after.keptFields
        if kept != nil, kept != before.state.keptFields {
            try eraseContent(of: after, key: key)
            noteErased(after.id)
        }
        guard let entry else { return }
        let rows = try LoggedRow.rows(
            for: entry, of: after, over: before.state, exists: before.exists
        ) {
            try database.scopesThatRead(after.kind, key: key).map(\.office)
        }
        for row in rows { try append(row, key: key) }
    }

    /// Tells offices of a record by a state that is not the record's own.
    func tell(_ offices: [String], of state: RecordState, key: Int64) throws {
        for row in LoggedRow.told(state, to: offices.map(FeedScope.office)) {
            try append(row, key: key)
        }
    }

    func enterFeed(_ scope: Int64, _ position: Int64) throws {
        let statement = try database.connection.statement(
            "INSERT INTO feed(scope, position) VALUES (?1, ?2)")
        try statement.bind(1, scope)
        try statement.bind(2, position)
        try statement.run()
    }

    /// Writes what came of a request.
    ///
    /// - Throws: `StoreError`.
    public func commit(_ write: LocalWrite, over record: OpenRecord) throws {
        try storeAtCentral(write.after, over: record, log: write.entry)
        hasOwnChange = true
    }
}
