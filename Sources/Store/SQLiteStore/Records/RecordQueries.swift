// Reading records: by id or code, listed, searched, counted.

internal import Causality
internal import Crypto
public import Dossiers
internal import JSON
public import Replication
internal import SQLite

extension ReplicaDatabase {
    /// Finds a record, or the empty state that a first change starts from.
    ///
    /// - Throws: `StoreError`; `FormatError.member` for a kind that is not known.
    public func open(_ kind: RecordKind, _ id: RecordID) throws -> OpenRecord {
        guard let table = table(of: kind) else { throw FormatError.member }
        let stored = try table.load(id)
        var record = OpenRecord(
            stored?.state ?? RecordState(kind: kind, id: id), row: stored?.key)
        if record.state.fields.isEmpty {
            record.claimant = try claimant(of: id, besides: kind)
        }
        return record
    }

    /// The record that a person named, or `nil`.
    ///
    /// - Throws: `StoreError.ambiguousCode`.
    public func state(of reference: RecordReference) throws -> RecordState? {
        try find(reference)?.state
    }

    /// Calls `body` with every record that passes the filter, newest first within its kind, until
    /// it says `false`. Records without any field (refused before they began) are left out.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    public func forEachRecord(
        _ filter: RecordFilter = RecordFilter(), _ body: (RecordState) throws -> Bool
    ) throws {
        let search = filter.search.map { SearchText($0) }
        var sieves: [IndexedTerms: SearchSieve] = [:]
        sieves[.searched] = search?.sieve
        let office = filter.holding == .all ? nil : try ownOffice
        var isDone = false
        for (kind, _) in RecordKind.tableNames where filter.kind == nil || filter.kind == kind {
            guard !isDone, let table = table(of: kind) else { continue }
            sieves[.dueDays] = kind == .dossier ? filter.due.map(DueDay.sieve) : nil
            let condition = FilterCondition(
                filter, columns: Set(table.columns.map(\.name)), notOf: office,
                isOfKeys: !sieves.isEmpty)
            guard condition.isPossible else { continue }
            try forEachRun(of: table, for: sieves) { keys in
                try table.forEach(
                    where: condition.sql + " ORDER BY key DESC",
                    bind: { try condition.bind($0, keys: keys) }
                ) {
                    guard !$0.state.fields.isEmpty, search?.matches($0.state) ?? true,
                        holds($0.state, as: filter.holding, for: office),
                        filter.isVoided ?? $0.state.isVoided == $0.state.isVoided
                    else { return true }
                    isDone = try !body($0.state)
                    return !isDone
                }
                return !isDone
            }
        }
    }

    private func holds(
        _ state: RecordState, as holding: RecordFilter.Holding, for office: String?
    ) -> Bool {
        guard let office else { return holding != .handedOver }
        return switch holding {
        case .all: true
        case .own: scopeIncludes(office, state)
        case .handedOver: !scopeIncludes(office, state)
        }
    }

    /// Whether a record of this replica is a copy of what has left its office.
    ///
    /// - Throws: `StoreError`.
    public func isCopy(_ state: RecordState) throws -> Bool {
        guard let office = try ownOffice else { return false }
        return !scopeIncludes(office, state)
    }

    /// The number of records that pass the filter, void ones included; a search text is not looked at.
    /// At central all of a kind are not counted anew. O(1) then.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func recordCount(_ filter: RecordFilter) throws -> Int {
        var count = 0
        for (kind, name) in RecordKind.tableNames where filter.kind == nil || filter.kind == kind {
            guard let table = table(of: kind) else { continue }
            let condition = FilterCondition(filter, columns: Set(table.columns.map(\.name)))
            guard condition.isPossible else { continue }
            if condition.sql.isEmpty, let kept = try keptCounts(of: kind) {
                count += kept.records
                continue
            }
            let statement = try connection.statement(
                "SELECT count(*) FROM \(name) " + condition.sql)
            try condition.bind(statement, keys: nil)
            if try statement.step() { count += Int(statement.int64(0)) }
            statement.reset()
        }
        return count
    }

    /// The number of fields in conflict: over all records, at a counter of those that wait for a person there. O(1) at
    /// central for all offices.
    ///
    /// - Throws: `StoreError`.
    public func conflictCount(office: String? = nil) throws -> Int {
        if let own = try ownOffice { return try waitingConflictCount(ofOffice: own) }
        if office == nil, let dossiers = try keptCounts(of: .dossier),
            let contacts = try keptCounts(of: .contact)
        {
            return dossiers.conflicts + contacts.conflicts
        }
        var count: Int64 = 0
        for name in ["dossiers", "contacts"] {
            let statement = try connection.statement(
                """
                SELECT coalesce(sum(conflicts), 0) FROM \(name)
                WHERE conflicts > 0 AND (?1 IS NULL OR office = ?1)
                """)
            try statement.bind(1, office)
            if try statement.step() { count += statement.int64(0) }
            statement.reset()
        }
        return Int(count)
    }

    /// Conflicts in an office's own records that are not void. It is asked after each sync: only records that are
    /// shown as another office's, and those that a void is written in, are looked into.
    private func waitingConflictCount(ofOffice own: String) throws -> Int {
        var count: Int64 = 0
        let isDoubtful = FilterCondition.mayBeVoid
        for kind in [RecordKind.dossier, .contact] {
            guard let table = table(of: kind) else { continue }
            // By the index of conflicts: that of offices, which the plus bars, leads to all records.
            let statement = try connection.statement(
                """
                SELECT coalesce(sum(conflicts), 0) FROM \(table.name)
                WHERE conflicts > 0 AND +office = ?1 AND NOT \(isDoubtful)
                """)
            try statement.bind(1, own)
            if try statement.step() { count += statement.int64(0) }
            statement.reset()
            try table.forEach(
                where: "WHERE conflicts > 0 AND (office IS NOT ?1 OR \(isDoubtful))",
                bind: { try $0.bind(1, own) }
            ) {
                if scopeIncludes(own, $0.state), !$0.state.isVoided {
                    count += Int64(ShownRecord(state: $0.state).conflicts.count)
                }
                return true
            }
        }
        return Int(count)
    }

    /// The changes to a record that a person named, in order of arrival here.
    ///
    /// - Throws: `StoreError.noSuchRecord`, `.ambiguousCode`.
    public func history(of reference: RecordReference) throws -> [LoggedChange] {
        guard let record = try find(reference) else { throw StoreError.noSuchRecord }
        return try changeLog.history(kind: record.state.kind, recordKey: record.key)
    }

    /// The digest of an office's scope: its records and the catalog.
    ///
    /// - Throws: `StoreError`.
    public func digest(ofOffice office: String) throws -> ScopeDigest {
        try digests.digest(ofScopes: scopeKeys(ofOffice: office))
    }

    /// The catalog's scope and the office's.
    func scopeKeys(ofOffice office: String) throws -> [Int64] {
        var scopes = [Interning.catalogScope]
        if let key = try interning.knownKey(ofOffice: office) { scopes.append(key) }
        return scopes
    }

    /// Whether the catalog has an office with this code.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func hasOffice(_ code: String) throws -> Bool {
        try exists("SELECT 1 FROM offices WHERE code = ?1", code)
    }

    /// Whether the catalog has the procedure.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func knowsProcedure(_ code: String) throws -> Bool { try hasProcedure(code) }

    /// The dossiers of a person and procedure that are open here and the office's own, the newest first: of the
    /// same number, or where one has none, of the same name. Looks at the columns of every dossier.
    ///
    /// - Throws: `StoreError`.
    public func openDossiers(
        of number: String?, named name: String?, procedure: String
    ) throws -> [RecordState] {
        guard number != nil || name != nil, let table = table(of: .dossier) else { return [] }
        var found: [RecordState] = []
        try table.forEach(
            where: """
                WHERE procedure = ?1 AND status NOT IN ('finished', 'returned', 'withdrawn', 'not_accepted')
                AND (applicant_id = ?2 OR (applicant_id IS NULL OR ?2 IS NULL) AND applicant_name = ?3)
                ORDER BY key DESC
                """,
            bind: { statement in
                try statement.bind(1, procedure)
                try statement.bind(2, number)
                try statement.bind(3, name)
            },
            { stored in
                let isOpen = DossierLedger(stored.state).present != nil
                if isOpen, try !isCopy(stored.state) { found.append(stored.state) }
                return true
            })
        return found
    }

    func hasProcedure(_ code: String) throws -> Bool {
        try !ids(ofCode: code, kind: .procedure).isEmpty
    }

    func find(_ reference: RecordReference) throws -> StoredRecord? {
        switch reference {
        case .id(let id):
            for (kind, _) in RecordKind.tableNames.reversed() {
                if let record = try table(of: kind)?.load(id), !record.state.fields.isEmpty {
                    return record
                }
            }
            return nil
        case .code(let code):
            let ids = try ids(ofCode: code, kind: .dossier)
            guard ids.count > 1 else {
                return try ids.first.flatMap { try table(of: .dossier)?.load($0) }
            }
            // A copy of what has left stands behind the office's own.
            let records = try ids.compactMap { try table(of: .dossier)?.load($0) }
            let own = try records.filter { try !isCopy($0.state) }
            guard own.count == 1 else { throw StoreError.ambiguousCode(ids.sorted()) }
            return own[0]
        case .typed(let text):
            if let found = try find(.code(text)) { return found }
            let found = try dossiers(endingLike: text)
            guard found.count <= 1 else {
                throw StoreError.ambiguousEnd(found.map(\.code).sorted())
            }
            return try found.first.flatMap { try table(of: .dossier)?.load($0.id) }
        }
    }

    private func exists(_ sql: String, _ text: String) throws -> Bool {
        let statement = try connection.statement(sql)
        try statement.bind(1, text)
        defer { statement.reset() }
        return try statement.step()
    }
}

extension ReplicaDatabase {
    /// Whether an office reads a record.
    func scopeIncludes(_ office: String, _ state: RecordState) -> Bool {
        DossierRules.scope(of: state).includes(office: office)
    }
}
