// What others refer to an entry of the catalog by: an office's code, a procedure's, a holiday's day. It stays
// as it is, since records and devices keep the old one.

internal import Dossiers
internal import Replication
internal import SQLite

extension LocalEdit {
    /// Refuses another code for an office or procedure that others refer to, and another day for a holiday; that a
    /// holiday is none is no other day. A code that another entry has is refused in any case.
    ///
    /// - Throws: `StoreError.referredTo`, `.duplicateEntry`.
    func checkKey(of state: RecordState, _ writes: [FieldWrite]) throws {
        let key: FieldName
        switch state.kind {
        case .office, .procedure: key = "code"
        case .holiday: key = "date"
        default: return
        }
        guard let write = writes.first(where: { $0.name == key }),
            let present = state.shownValue(key)?.text, write.value != .text(present),
            state.kind != .holiday || write.value != .null
        else { return }
        let database = transaction.database
        if let new = write.value.text, state.kind != .holiday,
            try database.ids(ofCode: new, kind: state.kind).contains(where: { $0 != state.id })
        {
            throw StoreError.duplicateEntry
        }
        let count = try database.referenceCount(to: state.kind, present)
        // An entry that nobody refers to yet may have been mistyped.
        if count.records + count.devices == 0, write.value != .null { return }
        throw StoreError.referredTo(key, records: count.records, devices: count.devices)
    }
}

extension ReplicaDatabase {
    /// How many records name an office or a procedure, or have a deadline that a holiday may move, and how many
    /// devices an office has.
    func referenceCount(
        to kind: RecordKind, _ key: String
    ) throws -> (records: Int, devices: Int) {
        func count(_ sql: String) throws -> Int {
            let statement = try connection.statement("SELECT count(*) FROM " + sql)
            if sql.contains("?1") { try statement.bind(1, key) }
            defer { statement.reset() }
            return try statement.step() ? Int(statement.int64(0)) : 0
        }
        switch kind {
        case .office:
            let records =
                try count("dossiers WHERE office = ?1") + count("contacts WHERE office = ?1")
            let devices = role == .central ? try count("devices WHERE office = ?1") : 0
            return (records, devices)
        case .procedure:
            return (
                try count("dossiers WHERE procedure = ?1") + count("contacts WHERE procedure = ?1"),
                0
            )
        default: return (try count("dossiers WHERE procedure IS NOT NULL"), 0)
        }
    }
}
