// How the read set of a local edit is read (`EditReadSet`).

internal import Causality
internal import Dossiers
public import Editing
internal import Replication
internal import SQLite
public import Store

extension WriteTransaction {
    /// Adds what follows from a request and its record.
    ///
    /// - Throws: `StoreError`.
    public func add(_ reads: EditReads, of record: OpenRecord?, to set: inout EditReadSet) throws {
        for code in reads.offices { set.offices[code] = try database.officeCode(like: code) }
        if let code = reads.code {
            // Of procedures alone several may have one code.
            let isProcedure = reads.kind == .procedure
            let ids =
                isProcedure
                ? try database.ids(ofCode: code, kind: reads.kind)
                : try database.ids(likeCode: code, kind: reads.kind)
            set.holders = try ids.map { id in
                let from =
                    isProcedure && record == nil
                    ? try database.find(.id(id))?.state.shownValue("effective_from") : nil
                return EditReadSet.CodeHolder(id: id, effectiveFrom: from)
            }
        }
        if let code = reads.procedure { set.isProcedureKnown = try hasProcedure(code) }
        if let code = reads.steps { set.editions = try editions(of: code) }
        if let key = reads.reference {
            set.references = try database.referenceCount(to: reads.kind, key)
        }
    }

    /// Whether the catalog has the procedure; asked once per transaction and code.
    private func hasProcedure(_ code: String) throws -> Bool {
        if let known = knownProcedures[code] { return known }
        let isKnown = try database.hasProcedure(code)
        knownProcedures[code] = isKnown
        return isKnown
    }

    private func editions(of code: String) throws -> [ProcedureEdition] {
        if let known = knownEditions[code] { return known }
        let editions = try database.editions(of: code)
        knownEditions[code] = editions
        return editions
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
            return (records, try deviceCount(ofOffice: key))
        case .procedure:
            return (
                try count("dossiers WHERE procedure = ?1") + count("contacts WHERE procedure = ?1"),
                0
            )
        default: return (try count("dossiers WHERE procedure IS NOT NULL"), 0)
        }
    }
}
