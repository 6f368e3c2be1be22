internal import Dossiers
public import SQLiteStore
public import Replication
public import Text
internal import Time

/// An entry for the catalog, and by what it is known again.
public struct CatalogEntry: Sendable {
    /// The kind of its record.
    public var kind: RecordKind
    /// The fields by which it is known again: a procedure's code and edition, a holiday's date.
    public var key: [FieldWrite]
    /// Its other fields.
    public var fields: [FieldWrite]
    /// What of it could not be read, and is left out.
    public var remarks: [Message] = []
}

/// What became of the entries of a file.
public struct CatalogCounts: Sendable {
    /// Entries that were made.
    public var made = 0
    /// Entries of which fields were written.
    public var changed = 0
    /// Entries that were here as they are.
    public var same = 0
    /// Entries of the file's years that are not in it, and were taken out of force.
    public var withdrawn = 0
}

/// Brings the catalog to what a file says, by as few writes as that takes.
public struct CatalogImporter {
    private let edit: CentralEdit
    private var known: [[FieldWrite]: RecordState] = [:]
    private var taken: Set<[FieldWrite]> = []
    /// What became of the entries so far.
    public private(set) var counts = CatalogCounts()
    /// Entries that the file has once more, by their keys: the first of each counts.
    public private(set) var repeated: [String] = []

    /// Looks at what the catalog has of a kind.
    ///
    /// - Parameter keys: the fields by which entries are known again.
    /// - Throws: `StoreError`.
    public init(
        _ database: CentralDatabase, _ edit: CentralEdit, kind: RecordKind, keys: [FieldName]
    ) throws {
        self.edit = edit
        var filter = RecordFilter()
        filter.kind = kind
        var found: [[FieldWrite]: RecordState] = [:]
        try database.forEachRecord(filter) { state in
            let key = keys.compactMap { name in
                state.shownValue(name).flatMap { $0 == .null ? nil : FieldWrite(name, $0) }
            }
            if !key.isEmpty { found[Self.recognised(key)] = state }
            return true
        }
        known = found
    }

    /// Writes an entry, or of one that is here what is different. One that was taken before is passed
    /// over.
    ///
    /// - Throws: `StoreError`.
    public mutating func take(_ entry: CatalogEntry) throws {
        let key = Self.recognised(entry.key)
        guard taken.insert(key).inserted else {
            repeated.append(entry.key.compactMap(\.value.text).joined(separator: " "))
            return
        }
        guard let state = known[key] else {
            _ = try edit.make(
                entry.kind, writes: entry.key + entry.fields.filter { $0.value != .null })
            counts.made += 1
            return
        }
        known[key] = nil
        let changed = entry.fields.filter { field in
            (state.shownValue(field.name) ?? .null) != field.value
        }
        if changed.isEmpty {
            counts.same += 1
        } else {
            _ = try edit.edit(.id(state.id), writes: changed)
            counts.changed += 1
        }
    }

    /// A key by which an entry is known again however its code is written.
    private static func recognised(_ key: [FieldWrite]) -> [FieldWrite] {
        key.map { write in
            guard write.name == "code", let code = write.value.text else { return write }
            return FieldWrite(write.name, .text(CodeText.key(code)))
        }
    }

    /// Takes entries out of force that the file does not have: a holiday loses its date.
    ///
    /// - Parameter years: only entries with a date in these.
    /// - Throws: `StoreError`.
    public mutating func withdrawRest(of years: Set<Int>) throws {
        for state in known.values {
            let date = state.shownValue("date")?.text.flatMap { CalendarDate(parsing: $0) }
            guard let date, years.contains(date.year) else { continue }
            _ = try edit.edit(.id(state.id), writes: [FieldWrite("date", .null)])
            counts.withdrawn += 1
        }
    }
}
