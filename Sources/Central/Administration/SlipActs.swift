public import Dossiers
public import SQLiteStore
internal import Replication

/// Sets right what was entered or ended by mistake.
public struct SlipAct: OfficeAct {
    /// What is done, by its word in the trail.
    public enum What: String, Sendable {
        /// Takes up again what had ended, or was void after all.
        case reopen
        /// Takes what was entered by mistake out of lists and figures.
        case void
    }

    /// What is done.
    public var what: What
    /// The record.
    public var reference: RecordReference
    /// Why; it is added to the notes.
    public var reason: String
    /// Who does it, as the record keeps it.
    public var person: String?

    /// Asks for it.
    public init(_ what: What, _ reference: RecordReference, reason: String, by person: String?) {
        self.what = what
        self.reference = reference
        self.reason = reason
        self.person = person
    }

    /// Does it.
    ///
    /// - Throws: as `CentralEdit.reopen` and `CentralEdit.void`.
    public func perform(in work: OfficeWork) throws -> EditResult {
        let edit = try work.edit()
        let result =
            switch what {
            case .reopen: try edit.reopen(reference, reason: reason, by: person)
            case .void: try edit.void(reference, reason: reason, by: person)
            }
        try work.note(what.rawValue, result.record.description)
        return result
    }
}
