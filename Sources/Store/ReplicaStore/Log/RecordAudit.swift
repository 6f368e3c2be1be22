internal import Causality
internal import Dossiers
public import Replication

/// A change of a record with what each field had before it.
public struct AuditedChange: Sendable {
    /// A field that the change wrote, or added to.
    public struct Field: Sendable {
        /// The field.
        public var name: FieldName
        /// What it showed before; `nil` for nothing, and for what was added.
        public var before: FieldValue?
        /// What was written or added.
        public var after: FieldValue
    }

    /// The change as it is logged.
    public var logged: LoggedChange
    /// Its fields, in the order of the change.
    public var fields: [Field]
    /// Whether central keeps its content: of a refused change it does not when the device's quota of
    /// refused content was used up.
    public var isContentKept = true
    /// The fields that it wrote and that were erased by law since.
    public var erasedFields: [FieldName] {
        isContentKept ? logged.change.erasedContent?.fields ?? [] : []
    }
}

extension ReplicaDatabase {
    /// Every change to a record that is logged here, in the order of arrival, with what was before.
    ///
    /// - Throws: `StoreError.noSuchRecord`, `.ambiguousCode`, `.damaged`.
    public func audit(of id: RecordID) throws -> [AuditedChange] {
        let rows = try RecordKind.tableNames.compactMap { kind, _ in
            try table(of: kind)?.load(id)
        }
        // One that has made way for another kind has its history still.
        let ordered = rows.filter { !$0.state.fields.isEmpty } + rows.filter(\.state.fields.isEmpty)
        guard !ordered.isEmpty else { throw StoreError.noSuchRecord }
        return try ordered.flatMap(audit)
    }

    private func audit(of stored: StoredRecord) throws -> [AuditedChange] {
        var state = RecordState(kind: stored.state.kind, id: stored.state.id)
        return try changeLog.history(kind: state.kind, recordKey: stored.key).map { logged in
            let change = logged.change
            let fields =
                change.writes.map { write in
                    AuditedChange.Field(
                        name: write.name, before: state.shownValue(write.name), after: write.value)
                }
                + change.additions.map {
                    AuditedChange.Field(name: $0.name, before: nil, after: $0.value)
                }
            if logged.isVoid {
                state.void(change.dot)
            } else {
                // A counter that took the record whole lacks what came before: then nothing is known
                // of it, and the next changes are told without.
                _ = state.apply(change)
            }
            let isKept =
                try !logged.isVoid || change.erasedContent == nil
                || isContentKept(ofRefused: change.dot)
            return AuditedChange(logged: logged, fields: fields, isContentKept: isKept)
        }
    }
}
