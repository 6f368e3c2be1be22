// An id names one record of one kind. Whoever makes a record takes its id for its kind, and nobody can
// make one of another kind with it. A row without fields (of a record that was refused before it began,
// or that has made way) takes nothing.
//
// Central takes what comes first and refuses the other whole. A counter whose own record is the other
// hears of central's first, or of the refusal: its record makes way then, and its changes wait among
// the refused ones. Files of before this rule may hold two records with one id: they stay as they are
// until an admin settles it.

internal import Causality
internal import Crypto
internal import Dossiers
internal import Editing
public import Replication
internal import SQLite

/// An id that several records have.
public struct DoubledID: Hashable, Sendable {
    /// The id.
    public var id: RecordID
    /// The kinds of its records.
    public var kinds: [RecordKind]
}

/// What became of a doubled id.
public struct SettledID: Sendable {
    /// The kind whose record keeps the id.
    public var kept: RecordKind
    /// The kind of the other one.
    public var moved: RecordKind
    /// The id that the other has now.
    public var newID: RecordID
    /// Fields of which only the shown value went along: they were in conflict.
    public var narrowed: [FieldName]
}

extension ReplicaDatabase {
    /// All rows with an id, of whatever kind, those without fields too.
    ///
    /// - Throws: `StoreError`.
    public func rows(of id: RecordID) throws -> [OpenRecord] {
        try RecordKind.tableNames.compactMap { kind, _ in
            try table(of: kind)?.load(id).map { OpenRecord($0.state, row: $0.key) }
        }
    }

    /// The kinds that have a row with an id. One look: a record that is made asks it.
    func kindsOfRows(with id: RecordID) throws -> [RecordKind] {
        let statement = try idLook.prepared(on: connection)
        try id.withBytes { try statement.bind(1, bytes: $0) }
        defer { statement.reset() }
        var kinds: [RecordKind] = []
        while try statement.step() {
            kinds.append(RecordKind(rawValue: UInt8(clamping: statement.int64(0))))
        }
        return kinds
    }

    /// What `kindsOfRows` asks.
    static let idLookSQL = RecordKind.tableNames.map { kind, name in
        "SELECT \(kind.rawValue) FROM \(name) WHERE id = ?1"
    }.joined(separator: " UNION ALL ")

    /// The kind that an id is taken for, besides this one.
    func claimant(of id: RecordID, besides kind: RecordKind) throws -> RecordKind? {
        try kindsOfRows(with: id).first { other in
            try other != kind && table(of: other)?.load(id)?.state.fields.isEmpty == false
        }
    }

    /// The ids that several records have. Looks at every row.
    ///
    /// - Throws: `StoreError`.
    public func doubledIDs() throws -> [DoubledID] {
        var ids = Set<RecordID>()
        let names = RecordKind.tableNames.map(\.1)
        for (place, name) in names.enumerated() {
            for other in names[(place + 1)...] {
                let statement = try connection.statement(
                    "SELECT a.id FROM \(name) AS a JOIN \(other) AS b ON b.id = a.id")
                defer { statement.reset() }
                while try statement.step() {
                    if let id = RecordID(bytes: statement.bytes(0)) { ids.insert(id) }
                }
            }
        }
        return try ids.sorted().compactMap { id in
            let kinds = try kinds(of: id)
            return kinds.count > 1 ? DoubledID(id: id, kinds: kinds) : nil
        }
    }
}

extension CentralEdit {
    /// Settles an id that two records have, at central: one keeps it, and the other is made anew, with
    /// an id of its own. The counters follow at their next sync. The other's history stays under
    /// the old id in central's log.
    ///
    /// - Throws: `StoreError.noSuchRecord` when there is no such double, `.notInConflict` when the
    ///   record that would move was erased; as `make`.
    public func settle(
        _ id: RecordID, keeping kept: RecordKind, by: String? = nil
    ) throws -> SettledID {
        let database = transaction.database
        let kinds = try database.kinds(of: id)
        guard kinds.count > 1, kinds.contains(kept), let moved = kinds.first(where: { $0 != kept })
        else { throw StoreError.noSuchRecord }
        let record = try transaction.open(moved, id)
        guard record.state.erasures.isEmpty else { throw StoreError.notInConflict }
        try transaction.vacate(record)
        var (writes, additions, narrowed): ([FieldWrite], [FieldWrite], [FieldName]) = ([], [], [])
        for field in record.state.fields {
            let rule = RecordSchema.rule(of: field.name, in: moved)
            if field.name == RecordSchema.eventsField {
                additions += [DossierEvent.entry(record.state.eventsToKeep)].compactMap(\.self)
            } else if RecordSchema.definition(of: field.name, in: moved)?.isEntries == true {
                additions += field.entries.map { FieldWrite(field.name, $0.value) }
            } else if let shown = record.state.shown(field.name, by: rule), shown.value != .null {
                writes.append(FieldWrite(field.name, shown.value))
                if shown.isConflict { narrowed.append(field.name) }
            }
        }
        let first = Self.firstOfEach(additions)
        let made = try make(moved, writes: writes, additions: first.now, by: by)
        for addition in first.later {
            _ = try edit(.id(made.record), writes: [], additions: [addition], by: by)
        }
        return SettledID(kept: kept, moved: moved, newID: made.record, narrowed: narrowed)
    }

    /// A change adds one entry to a field: the others come after it.
    private static func firstOfEach(
        _ additions: [FieldWrite]
    ) -> (now: [FieldWrite], later: [FieldWrite]) {
        var (now, later): ([FieldWrite], [FieldWrite]) = ([], [])
        for addition in additions {
            if now.contains(where: { $0.name == addition.name }) {
                later.append(addition)
            } else {
                now.append(addition)
            }
        }
        return (now, later)
    }
}

extension CentralWriteTransaction {
    /// Empties a record at central and tells all offices that ever read it, by a state that has seen
    /// everything and holds nothing.
    fileprivate func vacate(_ record: OpenRecord) throws {
        guard let key = record.row else { return }
        let nothing = record.state.filtered { _, _ in false }
        let readers = try database.scopesThatRead(record.state.kind, key: key).map(\.office)
        try storeAtCentral(nothing, over: record, log: LogEntry(form: .state, isMaking: true))
        try tell(readers, of: nothing, key: key)
    }
}
