public import Dossiers
public import SQLiteStore
internal import Replication

extension EditLine {
    /// Writes what the line says.
    ///
    /// - Throws: as the door's `make` and `edit`.
    public func apply(with edit: RecordEdit<some EditTransaction>) throws {
        switch action {
        case .new(let kind, let id, let writes, let additions):
            _ = try edit.make(kind, id: id, writes: writes, additions: additions, at: at, by: by)
        case .set(let reference, let writes, let additions):
            _ = try edit.edit(reference, writes: writes, additions: additions, at: at, by: by)
        case .note(let reference, let text):
            _ = try edit.edit(
                reference, writes: [],
                additions: [FieldWrite(RecordSchema.notesField, .text(text))], at: at, by: by)
        }
    }
}
