public import Causality
public import Replication

/// What a local edit did.
public struct EditResult: Sendable {
    /// The record.
    public var record: RecordID
    /// The change that was written.
    public var change: Change
    /// Conflicts that the edit settled, because it had seen all values.
    public var settledConflicts: [FieldName]
    /// The procedure's code when the catalog does not know it: taken, with a warning.
    public var unknownProcedure: String?

    /// The name of the change that was written.
    public var dot: Dot { change.dot }
}
