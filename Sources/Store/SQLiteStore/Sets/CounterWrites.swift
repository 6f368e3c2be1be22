// How the database file is a store of a counter's (`CounterStore`): the write sets, and what is read that no
// other room has.

public import Causality
internal import Crypto
public import Dossiers
public import Editing
public import Replication
internal import SQLite
public import Store

extension CounterWriteTransaction {
    /// Writes a record and the rows of the log that belong to it.
    ///
    /// - Throws: `StoreError`; `FormatError.member` for a kind that is not known.
    public func commit(_ set: CounterWriteSet) throws {
        guard let table = database.table(of: set.before.state.kind) else {
            throw FormatError.member
        }
        var row = set.before.row
        if let after = set.after {
            row = try save(after, over: set.before.state, key: row, in: table)
        }
        guard let row else { return }
        if let after = set.after, set.isErased {
            try eraseContent(of: after, key: row)
            noteErased(after.id)
        }
        for entry in set.rows { _ = try append(entry, kind: table.kind, key: row) }
    }
}

extension ReplicaDatabase: EditView {
    /// The record that a person named; `nil` when there is none.
    ///
    /// - Throws: `StoreError.ambiguousCode`.
    public func record(named reference: RecordReference) throws -> OpenRecord? {
        try find(reference).map { OpenRecord($0.state, row: $0.key) }
    }

    /// A record by the place of its row.
    ///
    /// - Throws: `StoreError`.
    public func record(at place: RecordRow) throws -> OpenRecord? {
        try table(of: place.kind)?.load(key: place.row).map { OpenRecord($0.state, row: $0.key) }
    }

    /// The offices of the catalog that have a code, however it is written.
    ///
    /// - Throws: `StoreError`.
    public func offices(ofCode code: String) throws -> [RecordState] {
        try ids(ofCode: code, kind: .office).compactMap { try find(.id($0))?.state }
    }
}

extension CounterDatabase {
    /// How many fields in conflict wait for a person of this office.
    ///
    /// - Throws: `StoreError`.
    public func waitingConflictCount() throws -> Int { try conflictCount() }
}

extension CounterDatabase: CarriedView, CounterCentralView, CounterIdentityView, CounterLogView,
    CounterPullView
{}

extension CounterWriteTransaction: CounterTransaction {
    /// Writes what came of a request.
    ///
    /// - Throws: `StoreError`.
    public func commit(_ write: LocalWrite, over record: OpenRecord) throws {
        try commitEdit(write, over: record)
        hasOwnChange = true
    }

    /// The file, as the transaction has it so far.
    public var view: CounterDatabase { database }
}

extension CounterDatabase: CounterStore {
    /// As in `CounterStore`.
    public func transaction<R>(
        now: Timestamp, _ body: (CounterWriteTransaction) throws -> R
    ) throws -> R {
        try write(now: now, body)
    }
}
