// One table of records: loads and saves whole states. `WriteTransaction` alone saves.

internal import CBOR
internal import Dossiers
internal import Replication
internal import SQLite

/// A record with the key of its row.
struct StoredRecord {
    var key: Int64
    var state: RecordState
}

final class RecordTable {
    let kind: RecordKind
    let name: String
    private let layout: RecordLayout
    /// The fields that have a column, in the canonical order of their names.
    var columns: [RecordColumn] { layout.columns }
    private let connection: Connection
    private let interning: Interning
    private let selectSQL: String
    private let insertion: HeldStatement
    /// Updates by the columns that they write, a bit each: edits write a few, and the same again and again.
    private var updates: [UInt64: HeldStatement] = [:]
    private let selectionByID: HeldStatement
    private let selectionByKey: HeldStatement
    private let keyByID: HeldStatement
    private let conflictsByKey: HeldStatement
    private let codesByKey: HeldStatement
    private let codesByCode: HeldStatement
    private let hasCodes: Bool
    private static let updatesMax = 64

    init(kind: RecordKind, name: String, connection: Connection, interning: Interning) {
        self.kind = kind
        self.name = name
        self.connection = connection
        self.interning = interning
        layout = RecordLayout(kind)
        precondition(layout.columns.count <= UInt64.bitWidth, "an update names columns by bits")
        let names = layout.columns.map(\.name.rawValue)
        let list = names.joined(separator: ", ")
        let places = (0..<names.count + 3).map { "?\($0 + 1)" }.joined(separator: ", ")
        selectSQL = "SELECT key, id, state, \(list) FROM \(name) "
        insertion = HeldStatement(
            "INSERT INTO \(name)(id, conflicts, state, \(list)) VALUES (\(places))")
        selectionByID = HeldStatement(selectSQL + "WHERE id = ?1")
        selectionByKey = HeldStatement(selectSQL + "WHERE key = ?1")
        keyByID = HeldStatement("SELECT key FROM \(name) WHERE id = ?1")
        hasCodes = layout.columns.contains { $0.name == "code" }
        let codes = "SELECT id, code FROM \(name) WHERE "
        codesByKey = HeldStatement(codes + "code IS NOT NULL AND \(CodeKeySQL.ofCode) = ?1")
        codesByCode = HeldStatement(codes + "code = ?1")
        conflictsByKey = HeldStatement("SELECT conflicts FROM \(name) WHERE key = ?1")
    }

    /// The ids and codes of the records whose codes have a key (`CodeKeySQL`); none where the kind has no codes.
    func codes(withKey key: String) throws -> [(id: RecordID, code: String)] {
        try codes(codesByKey, key)
    }

    /// The ids and codes of the records with exactly this code; none where the kind has no codes.
    func codes(exactly code: String) throws -> [(id: RecordID, code: String)] {
        try codes(codesByCode, code)
    }

    private func codes(
        _ held: HeldStatement, _ text: String
    ) throws -> [(id: RecordID, code: String)] {
        guard hasCodes else { return [] }
        let statement = try held.prepared(on: connection)
        try statement.bind(1, text)
        defer { statement.reset() }
        return try Self.codes(in: statement)
    }

    /// Ids and codes, as a statement gives them.
    static func codes(in statement: Statement) throws -> [(id: RecordID, code: String)] {
        var found: [(id: RecordID, code: String)] = []
        while try statement.step() {
            if let id = RecordID(bytes: statement.bytes(0)), let code = statement.textOrNil(1) {
                found.append((id, code))
            }
        }
        return found
    }

    func load(_ id: RecordID) throws -> StoredRecord? {
        let statement = try selectionByID.prepared(on: connection)
        try id.withBytes { try statement.bind(1, bytes: $0) }
        defer { statement.reset() }
        return try statement.step() ? record(in: statement) : nil
    }

    /// The key of a record's row; `nil` when there is none.
    func key(of id: RecordID) throws -> Int64? {
        let statement = try keyByID.prepared(on: connection)
        try id.withBytes { try statement.bind(1, bytes: $0) }
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : nil
    }

    /// What a row says of its conflicts.
    func conflicts(key: Int64) throws -> Int64 {
        let statement = try conflictsByKey.prepared(on: connection)
        try statement.bind(1, key)
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : 0
    }

    func load(key: Int64) throws -> StoredRecord? {
        let statement = try selectionByKey.prepared(on: connection)
        try statement.bind(1, key)
        defer { statement.reset() }
        return try statement.step() ? record(in: statement) : nil
    }

    /// The highest key of a row; `nil` without any.
    func lastKey() throws -> Int64? {
        let statement = try connection.statement("SELECT max(key) FROM \(name)")
        defer { statement.reset() }
        return try statement.step() ? statement.int64OrNil(0) : nil
    }

    /// Calls `body` with the records that a clause selects, until it says `false`.
    func forEach(
        where clause: String, bind: (Statement) throws -> Void,
        _ body: (StoredRecord) throws -> Bool
    ) throws {
        let statement = try connection.statement(selectSQL + clause)
        try bind(statement)
        defer { statement.reset() }
        while try statement.step() {
            guard try body(try record(in: statement)) else { return }
        }
    }

    /// Adds a row and returns its key.
    func insert(_ state: RecordState) throws -> Int64 {
        let statement = try insertion.prepared(on: connection)
        try state.id.withBytes { try statement.bind(1, bytes: $0) }
        try bind(state, to: statement)
        try statement.run()
        return connection.lastInsertedRowID
    }

    /// Writes what differs of a row: an index is touched only where its column changes.
    func update(_ key: Int64, _ state: RecordState, over before: RecordState) throws {
        var changed: UInt64 = 0
        for (index, column) in layout.columns.enumerated() {
            let (old, new) = (before[column.name], state[column.name])
            // What is shown of several values depends on more than the values.
            if old != new || new.count > 1 { changed |= 1 << UInt64(index) }
        }
        let statement = try update(of: changed).prepared(on: connection)
        try statement.bind(1, key)
        try bind(state, columns: changed, to: statement)
        try statement.run()
    }

    private func update(of columns: UInt64) -> HeldStatement {
        if let known = updates[columns] { return known }
        var sql = "UPDATE \(name) SET conflicts = ?2, state = ?3"
        for (index, column) in layout.columns.enumerated()
        where columns & 1 << UInt64(index) != 0 {
            sql += ", \(column.name.rawValue) = ?\(index + 4)"
        }
        let statement = HeldStatement(sql + " WHERE key = ?1")
        if updates.count >= Self.updatesMax { updates = [:] }
        updates[columns] = statement
        return statement
    }

    private func bind(
        _ state: RecordState, columns: UInt64 = .max, to statement: Statement
    ) throws {
        var field = 0
        for (index, column) in layout.columns.enumerated() {
            while field < state.fields.count, state.fields[field].name < column.name { field += 1 }
            guard columns & 1 << UInt64(index) != 0 else { continue }
            let place = index + 4
            guard field < state.fields.count, state.fields[field].name == column.name else {
                try statement.bindNull(place)
                continue
            }
            let entries = state.fields[field].entries
            if entries.count > 1 {
                let rule = RecordSchema.rule(of: column.name, in: kind)
                let shown = state.shown(column.name, by: rule)
                try bind(shown?.value ?? .null, column, place, statement)
            } else {
                try bind(entries[0].value, column, place, statement)
            }
        }
        try statement.bind(2, conflictCount(of: state))
        try statement.bind(
            3, try StateBlob.encode(state, layout: layout, interning: interning))
    }

    /// What the row of a state says of its conflicts.
    func conflictCount(of state: RecordState) -> Int64 {
        Int64(state.fields.count { isConflict($0, in: state) })
    }

    private func isConflict(_ field: FieldState, in state: RecordState) -> Bool {
        guard field.entries.count > 1 else { return false }
        let rule = RecordSchema.rule(of: field.name, in: kind)
        return state.shown(field.name, by: rule)?.isConflict == true
    }

    private func bind(
        _ value: FieldValue, _ column: RecordColumn, _ place: Int, _ statement: Statement
    ) throws {
        switch value {
        case .text(let text) where column.canHold(value): try statement.bind(place, text)
        case .integer(let number) where column.canHold(value): try statement.bind(place, number)
        default: try statement.bindNull(place)
        }
    }

    private func record(in statement: Statement) throws -> StoredRecord {
        let key = statement.int64(0)
        guard let id = RecordID(bytes: statement.bytes(1)) else {
            throw StoreError.damaged(table: name, key: key)
        }
        do {
            let state = try statement.withBytes(2) { blob in
                try StateBlob.decode(
                    blob, kind: kind, id: id, layout: layout, interning: interning
                ) { index in
                    let place = index + 3
                    if statement.isNull(place) { return nil }
                    return layout.columns[index].isText
                        ? .text(statement.text(place)) : .integer(statement.int64(place))
                }
            }
            return StoredRecord(key: key, state: state)
        } catch is FormatError {
            throw StoreError.damaged(table: name, key: key)
        } catch is CBORError {
            throw StoreError.damaged(table: name, key: key)
        }
    }
}

/// A statement that is prepared once per connection and kept, for the hot path.
final class HeldStatement {
    private let sql: String
    private var statement: Statement?

    init(_ sql: String) {
        self.sql = sql
    }

    func prepared(on connection: Connection) throws -> Statement {
        if let statement { return statement }
        let made = try connection.statement(sql)
        statement = made
        return made
    }
}
