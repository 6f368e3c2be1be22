public import Dossiers
public import SQLiteStore
public import Replication

/// Settles a conflict in a field with a value.
public struct ResolveConflict: OfficeAct {
    /// The record.
    public var reference: RecordReference
    /// The field in conflict.
    public var field: FieldName
    /// Who settles it, as the record keeps it.
    public var person: String?
    /// The value, chosen among what the record has when it is settled.
    public var choose: @Sendable (RecordState) throws -> FieldValue

    /// Asks for it.
    public init(
        in reference: RecordReference, _ field: FieldName, by person: String?,
        choose: @escaping @Sendable (RecordState) throws -> FieldValue
    ) {
        self.reference = reference
        self.field = field
        self.person = person
        self.choose = choose
    }

    /// Settles it.
    ///
    /// - Throws: as `CentralEdit.resolve`, and what `choose` throws.
    public func perform(in work: OfficeWork) throws -> EditResult {
        let edit = try work.edit()
        let value = try choose(try work.transaction.find(reference).state)
        let result = try edit.resolve(reference, field, value: value, by: person)
        try work.note("resolve", result.record.description)
        return result
    }
}

/// Gives a record's conflicts to a person, who is to settle them.
public struct AssignConflicts: OfficeAct {
    /// The record.
    public var reference: RecordReference
    /// Who is to settle them.
    public var assignee: String
    /// Who gives them away, as the record keeps it.
    public var person: String?

    /// Asks for it.
    public init(of reference: RecordReference, to assignee: String, by person: String?) {
        self.reference = reference
        self.assignee = assignee
        self.person = person
    }

    /// Adds the name to the record.
    ///
    /// - Throws: as `CentralEdit.edit`.
    public func perform(in work: OfficeWork) throws -> EditResult {
        let result = try work.edit().edit(
            reference, writes: [],
            additions: [FieldWrite(RecordSchema.assignedField, .text(assignee))], by: person)
        try work.note("assign", result.record.description)
        return result
    }
}

/// Gives one of two records that have the same id an id of its own.
public struct SettleID: OfficeAct {
    /// The id that both have.
    public var id: RecordID
    /// The kind of the record that keeps it.
    public var kept: RecordKind
    /// Who does this, as the record keeps it.
    public var person: String?

    /// Asks for it.
    public init(_ id: RecordID, keeping kept: RecordKind, by person: String?) {
        self.id = id
        self.kept = kept
        self.person = person
    }

    /// Makes the other record anew.
    ///
    /// - Throws: as `CentralEdit.settle`.
    public func perform(in work: OfficeWork) throws -> SettledID {
        let settled = try work.edit().settle(id, keeping: kept, by: person)
        try work.note("settle", settled.newID.description, count: 1)
        return settled
    }
}
