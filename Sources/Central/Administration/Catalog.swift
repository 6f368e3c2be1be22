internal import Dossiers
public import SQLiteStore
public import Replication

/// Adds an office to the catalog.
public struct AddOffice: OfficeAct {
    /// Its agency code.
    public var code: String
    /// Its name.
    public var name: String?
    /// Its address.
    public var address: String?
    /// Its telephone number.
    public var phone: String?

    /// Asks for it.
    public init(code: String, name: String?, address: String?, phone: String?) {
        self.code = code
        self.name = name
        self.address = address
        self.phone = phone
    }

    /// Makes its record; gives its id.
    ///
    /// - Throws: `AdministrationError.officeExists`; as `CentralEdit.make`.
    public func perform(in work: OfficeWork) throws -> RecordID {
        try work.database.requireNewOffice(code)
        let fields: [(FieldName, String?)] = [
            ("code", code), ("name", name), ("address", address), ("phone", phone),
        ]
        let writes = fields.compactMap { name, text in
            text.map { FieldWrite(name, .text($0)) }
        }
        let made = try work.edit().make(.office, writes: writes)
        try work.note("add-office", code)
        return made.record
    }
}

/// Writes fields of an entry of the catalog.
public struct SetCatalogEntry: OfficeAct {
    /// The entry (`CentralDatabase.catalogEntry`).
    public var id: RecordID
    /// Values in the place of those before.
    public var writes: [FieldWrite]
    /// Values beside those before.
    public var additions: [FieldWrite]

    /// Asks for it.
    public init(_ id: RecordID, writes: [FieldWrite], additions: [FieldWrite]) {
        self.id = id
        self.writes = writes
        self.additions = additions
    }

    /// Writes them.
    ///
    /// - Throws: as `CentralEdit.edit`.
    public func perform(in work: OfficeWork) throws -> EditResult {
        try work.note("set-catalog", id.description)
        return try work.edit().edit(.id(id), writes: writes, additions: additions)
    }
}

/// Adds an entry to the catalog.
public struct AddCatalogEntry: OfficeAct {
    /// What it is.
    public var kind: RecordKind
    /// Its fields, its code or date among them.
    public var writes: [FieldWrite]

    /// Asks for it.
    public init(_ kind: RecordKind, writes: [FieldWrite]) {
        self.kind = kind
        self.writes = writes
    }

    /// Makes its record; gives its id.
    ///
    /// - Throws: as `CentralEdit.make`.
    public func perform(in work: OfficeWork) throws -> RecordID {
        let made = try work.edit().make(kind, writes: writes)
        try work.note("add-catalog", made.record.description)
        return made.record
    }
}

extension CentralDatabase {
    /// Refuses the code of an office that the catalog has.
    ///
    /// - Throws: `AdministrationError.officeExists`, `StoreError`.
    public func requireNewOffice(_ code: String) throws {
        guard try officeCode(like: code) == nil else {
            throw AdministrationError.officeExists(code)
        }
    }

    /// The offices of the catalog, by code.
    ///
    /// - Throws: `StoreError`.
    public func officesByCode() throws -> [RecordState] {
        var filter = RecordFilter()
        filter.kind = .office
        var offices: [(code: String, state: RecordState)] = []
        try forEachRecord(filter) { state in
            offices.append((state.shownValue("code")?.text ?? "", state))
            return true
        }
        return offices.sorted { $0.code < $1.code }.map(\.state)
    }

    /// The entry of the catalog that a person named: by its id, an office or a procedure by its code, a
    /// holiday by its date. Of a procedure's editions the latest.
    ///
    /// - Throws: `StoreError.noSuchRecord`.
    public func catalogEntry(_ kind: RecordKind, named name: String) throws -> RecordID {
        if let id = RecordID(name) { return id }
        let field: FieldName = kind == .holiday ? "date" : "code"
        let key = CodeText.key(name)
        var filter = RecordFilter()
        filter.kind = kind
        var found: (id: RecordID, from: String)?
        try forEachRecord(filter) { state in
            let text = state.shownValue(field)?.text
            guard text == name || text.map(CodeText.key) == key else { return true }
            let from = state.shownValue("effective_from")?.text ?? ""
            if from >= found?.from ?? "" { found = (state.id, from) }
            return true
        }
        guard let found else { throw StoreError.noSuchRecord }
        return found.id
    }
}
