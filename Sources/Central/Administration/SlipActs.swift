public import Dossiers
public import ReplicaStore
internal import Replication

/// Takes up again what had ended, or was void after all.
public struct ReopenRecord: OfficeAct {
    /// The record.
    public var reference: RecordReference
    /// Why; it is added to the notes.
    public var reason: String
    /// Who does it, as the record keeps it.
    public var person: String?

    /// Asks for it.
    public init(_ reference: RecordReference, reason: String, by person: String?) {
        self.reference = reference
        self.reason = reason
        self.person = person
    }

    /// Reopens it.
    ///
    /// - Throws: as `LocalEdit.reopen`.
    public func perform(in work: OfficeWork) throws -> EditResult {
        let result = try work.edit().reopen(reference, reason: reason, by: person)
        try work.note("reopen", result.record.description)
        return result
    }
}

/// Takes a record that was entered by mistake out of lists and figures.
public struct VoidRecord: OfficeAct {
    /// The record.
    public var reference: RecordReference
    /// Why; it is added to the notes.
    public var reason: String
    /// Who does it, as the record keeps it.
    public var person: String?

    /// Asks for it.
    public init(_ reference: RecordReference, reason: String, by person: String?) {
        self.reference = reference
        self.reason = reason
        self.person = person
    }

    /// Voids it.
    ///
    /// - Throws: as `LocalEdit.void`.
    public func perform(in work: OfficeWork) throws -> EditResult {
        let result = try work.edit().void(reference, reason: reason, by: person)
        try work.note("void", result.record.description)
        return result
    }
}
