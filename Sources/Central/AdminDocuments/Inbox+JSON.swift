public import Administration
internal import Dossiers
public import JSON
public import SQLiteStore
public import Replication

extension InboxEntry {
    /// `{id, code, office, field, values, assigned}`, or `{code, field, records}`.
    public var json: JSONValue {
        switch self {
        case .conflict(let conflict, let record, let assigned):
            .object([
                ("id", .string(record.id.description)),
                ("code", record["code"] ?? .null), ("office", record["office"] ?? .null),
                ("field", .string(conflict.name.rawValue)), ("values", conflict.json),
                ("assigned", assigned.map(JSONValue.string) ?? .null),
            ])
        case .sharedCode(let shared):
            .object([
                ("code", .string(shared.code)), ("field", "code"),
                ("records", .array(shared.records.map { .string($0.description) })),
            ])
        }
    }
}

extension SettledID {
    /// `{id, kept, moved, newID, narrowed}`.
    ///
    /// - Parameter id: the one that both records had.
    public func json(of id: RecordID) -> JSONValue {
        .object([
            ("id", .string(id.description)), ("kept", .string(kept.name)),
            ("moved", .string(moved.name)), ("newID", .string(newID.description)),
            ("narrowed", .array(narrowed.map { .string($0.rawValue) })),
        ])
    }
}
