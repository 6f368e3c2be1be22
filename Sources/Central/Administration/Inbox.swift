public import Dossiers
public import SQLiteStore
internal import Replication

/// What waits at central for a person.
public enum InboxEntry: Sendable {
    /// A field that two desks wrote unknowing, in a record, and who is to settle it.
    case conflict(ShownConflict, in: ShownRecord, assigned: String?)
    /// A code that several dossiers have.
    case sharedCode(SharedCode)
}

extension CentralDatabase {
    /// Calls `body` with what waits for a person: the conflicts of each record, then codes that dossiers
    /// share, until it says `false` after a record.
    ///
    /// - Parameters:
    ///   - office: only this office's.
    ///   - assignee: only what was given to this person, by a part of the name; no shared codes then.
    /// - Throws: `AdministrationError.noSuchOffice`, `StoreError`, and what `body` throws.
    public func forEachInboxEntry(
        office: String? = nil, assignee: String? = nil, _ body: (InboxEntry) throws -> Bool
    ) throws {
        let office = try requireOffice(office, isOnlyRead: true)
        var filter = RecordFilter()
        filter.isConflicted = true
        filter.isVoided = false
        filter.office = office
        let wanted = assignee.map { SearchText($0) }
        try forEachRecord(filter) { state in
            let assigned = state.shownValue(RecordSchema.assignedField)?.text
            if let wanted, !(assigned.map(wanted.matches) ?? false) { return true }
            let record = ShownRecord(state: state)
            var goesOn = true
            for conflict in record.conflicts {
                goesOn = try body(.conflict(conflict, in: record, assigned: assigned))
            }
            return goesOn
        }
        guard wanted == nil else { return }
        for shared in try sharedCodes(office: office) { _ = try body(.sharedCode(shared)) }
    }
}
