public import Causality
internal import Dossiers
public import Replication

/// The value that settles a conflict, as a person names it: itself, or by the change that wrote it.
public struct ConflictChoice: Sendable {
    /// The field.
    public let field: FieldName
    private let typed: String?
    private let used: Dot?

    /// Takes what was typed.
    ///
    /// - Parameters:
    ///   - field: `FIELD` or, as where a field is set, `FIELD=VALUE`.
    ///   - value: the value, where it is a word of its own, or its number among those that are shown.
    ///   - change: the change whose value holds.
    /// - Throws: `RecordArgumentError.notOneValue`.
    public init(field: String, value: String?, change: Dot?) throws(RecordArgumentError) {
        let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        self.field = FieldName(String(parts.first ?? ""))
        used = change
        typed = value ?? (parts.count == 2 ? String(parts[1]) : nil)
        guard (typed == nil) != (used == nil) else { throw .notOneValue }
    }

    /// The value, among those of a record.
    ///
    /// - Throws: `RecordArgumentError.valueOfNoChange`, `DossierError` when the field cannot hold the
    ///   value.
    public func value(in state: RecordState) throws -> FieldValue {
        let definition = try FieldArguments.definition(of: field, in: state.kind)
        if let typed {
            let entries = state.shown(field, by: definition.rule)?.entries ?? []
            let number = Int(typed) ?? 0
            let value: FieldValue
            do throws(DossierError) {
                value = try FieldArguments.value(of: typed, for: definition)
            } catch {
                guard entries.indices.contains(number - 1) else { throw error }
                return entries[number - 1].value
            }
            // The number of one of the values as they are shown, unless it is one of them.
            if entries.count > 1, !entries.contains(where: { $0.value == value }),
                entries.indices.contains(number - 1)
            {
                return entries[number - 1].value
            }
            return value
        }
        guard let entry = state[field].first(where: { $0.dot == used }) else {
            throw RecordArgumentError.valueOfNoChange(definition.name)
        }
        return entry.value
    }

    /// Reads a change's name as `conflicts` shows it, `REPLICA:SEQ`; `nil` for anything else.
    public static func change(parsing text: String) -> Dot? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let replica = ReplicaID(hexadecimal: parts[0]),
            let seq = UInt64(parts[1]), seq > 0
        else { return nil }
        return Dot(replica, seq)
    }
}
