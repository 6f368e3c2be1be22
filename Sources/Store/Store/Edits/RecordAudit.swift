internal import Causality
internal import Dossiers
public import Replication

/// A change of a record with what its writer saw in each field, and what stood there that the writer had not
/// seen.
public struct AuditedChange: Sendable {
    /// A field that the change wrote, or added to.
    public struct Field: Sendable {
        /// The field.
        public var name: FieldName
        /// What its writer saw there; `nil` for nothing, and for what was added.
        public var before: FieldValue?
        /// The values that stood there and that the writer had not seen: the write is beside them.
        public var beside: [FieldValue] = []
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

extension EditView {
    /// Every change to a record that is logged here, in the order of arrival, with what was before.
    ///
    /// - Throws: `StoreError.noSuchRecord`, `.ambiguousCode`, `.damaged`.
    public func audit(of id: RecordID) throws -> [AuditedChange] {
        let rows = try rows(of: id)
        // One that has made way for another kind has its history still.
        let ordered = rows.filter { !$0.state.fields.isEmpty } + rows.filter(\.state.fields.isEmpty)
        guard !ordered.isEmpty else { throw StoreError.noSuchRecord }
        return try ordered.flatMap(audit)
    }

    private func audit(of record: OpenRecord) throws -> [AuditedChange] {
        var state = RecordState(kind: record.state.kind, id: record.state.id)
        let history = try history(of: record)
        return try history.enumerated().map { place, logged in
            let change = logged.change
            let seen =
                change.hasSeen(all: state)
                ? state : Self.seen(by: change, in: history[..<place], state)
            let fields =
                change.writes.map { write in
                    AuditedChange.Field(
                        name: write.name, before: seen.shownValue(write.name),
                        beside: state[write.name].filter { !change.hasSeen($0.dot) }.map(\.value)
                            .filter { $0 != write.value }, after: write.value)
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

    /// What a change's writer saw of the record: folded from those of the changes before that its context covers.
    /// O(changes).
    private static func seen(
        by change: Change, in history: ArraySlice<LoggedChange>, _ state: RecordState
    ) -> RecordState {
        var seen = RecordState(kind: state.kind, id: state.id)
        for logged in history where change.hasSeen(logged.change.dot) {
            if logged.isVoid {
                seen.void(logged.change.dot)
            } else {
                _ = seen.apply(logged.change)
            }
        }
        return seen
    }
}

extension Change {
    /// Whether the writer had seen every change that a state has.
    fileprivate func hasSeen(all state: RecordState) -> Bool {
        unseen.isEmpty && context.covers(state.vv)
    }
}
