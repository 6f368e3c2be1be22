// How central takes in a state by itself: an order of erasure that waited for its record, or that is given back.

internal import Causality
internal import Crypto
internal import Dossiers
public import Editing
public import Replication

extension CentralView {
    /// A record as it is, and the one of another kind that has its id where it has yet to begin.
    ///
    /// - Throws: what the store throws.
    public func found(
        _ name: RecordName
    ) throws -> (record: FoundRecord, claimant: FoundRecord?) {
        let set = try read(CentralReads([name]))
        let record = set.records[name] ?? FoundRecord(name)
        guard record.state.fields.isEmpty else { return (record, nil) }
        let others = RecordKind.known.lazy.filter { $0 != name.kind }
            .compactMap { set.records[RecordName($0, name.id)] }
        return (record, others.first { !$0.state.fields.isEmpty })
    }

    /// The record that has an id and has begun.
    ///
    /// - Throws: what the store throws.
    public func state(of id: RecordID) throws -> RecordState? { try states(of: id).last }

    /// Whether an office could ever read the record that has an id: its feed holds a row of it.
    ///
    /// - Throws: what the store throws.
    public func hasEverRead(office: String, _ id: RecordID) throws -> Bool {
        guard let state = try state(of: id) else { return false }
        return try hasEverRead(office: office, RecordName(state.kind, id))
    }
}

extension FoundRecord {
    /// A record that is not there.
    fileprivate init(_ name: RecordName) {
        self.init(RecordState(kind: name.kind, id: name.id), exists: false)
    }
}

extension CentralNodeTransaction {
    /// Joins a state into its record, and tells those who read it.
    ///
    /// - Returns: whether it brought anything.
    /// - Throws: `EditFault.otherKind`; what the store throws.
    @discardableResult
    public func join(_ state: RecordState) throws -> Bool {
        let name = RecordName(state.kind, state.id)
        var set = try view.read(CentralReads([name]))
        let (record, claimant) = try view.found(name)
        var joined = record.state.joined(with: state)
        let office = RecordSchema.officeField
        // A copy that was told of its departure knows the dot of the value that it has lost.
        if joined[office].isEmpty { joined.restore(office, from: state) }
        guard joined != record.state else { return false }
        if let claimant, !joined.fields.isEmpty { throw EditFault.otherKind(claimant.state.kind) }
        var writes = CentralWriteSet(of: ReplicaID(0))
        if joined[office].isEmpty, let row = Self.keeping(office, of: record) {
            writes.rows.append(row)
        }
        try view.add(CentralDetails(readersOf: [name]), to: &set)
        writes.records.append(
            WrittenRecord(before: record.state, existed: record.exists, after: joined))
        writes.rows += try LoggedRow.rows(
            for: LogEntry(form: .state, isMaking: true), of: joined, over: record.state,
            exists: record.exists
        ) { set.records[name]?.readers ?? [] }
        try commit(writes)
        return true
    }

    /// Keeps in the log whose a record was that leaves: a central that is restored may have forgotten both,
    /// and takes no record that is nobody's.
    private static func keeping(_ field: FieldName, of record: FoundRecord) -> LoggedRow? {
        let kept = record.state.filtered { name, _ in name == field }
        guard record.exists, !kept.fields.isEmpty else { return nil }
        var row = LoggedRow(
            LogEntry(form: .state, bytes: kept.canonicalBytes), kept.kind, kept.id)
        row.isChained = false
        return row
    }
}
