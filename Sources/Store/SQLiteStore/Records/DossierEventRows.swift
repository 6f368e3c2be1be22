// What happened to dossiers, as rows that reports read: one for each move in the accounts of offices
// (`DossierLedger`). They follow each dossier that is stored, in its transaction. They are made anew from the
// records when a file of before, or of other rules, is opened.

public import Dossiers
public import Replication
internal import SQLite

enum DossierEventSchema {
    /// The same at a counter and at central. `at` is in milliseconds since the epoch, `taker` the office that
    /// took over what `office` gave, `rules` the number of the rules that made the rows.
    static let both = """
        CREATE TABLE dossier_events(
            dossier INTEGER NOT NULL, place INTEGER NOT NULL,
            office TEXT, at INTEGER NOT NULL, what TEXT NOT NULL, taker TEXT,
            is_undated INTEGER NOT NULL,
            PRIMARY KEY (dossier, place)) STRICT, WITHOUT ROWID;
        CREATE TABLE dossier_event_rules(
            only INTEGER PRIMARY KEY CHECK (only = 1), rules INTEGER NOT NULL) STRICT;
        """
}

extension ReplicaDatabase {
    /// Calls `body` with every dossier and its moves in the accounts of offices, as they were at a position of
    /// central's feed.
    ///
    /// - Parameter position: the position; `nil` for the present.
    /// - Throws: `StateNotKept` as `forEachState`, `StoreError`, and what `body` throws.
    public func forEachDossier(
        at position: UInt64?, _ body: (RecordState, [LedgerEntry]) throws -> Void
    ) throws {
        if let position, try isPast(position) {
            try forEachState(of: .dossier, at: position) {
                try body($0, DossierLedger($0).entries)
            }
            return
        }
        guard let table = table(of: .dossier) else { return }
        var rows = try EventRows(connection)
        defer { rows.end() }
        try table.forEach(where: "ORDER BY key DESC", bind: { _ in }) { stored in
            let entries = try rows.entries(of: stored.key)
            if !stored.state.fields.isEmpty { try body(stored.state, entries) }
            return true
        }
    }

    /// The moves of one dossier that the rows tell of.
    func eventRows(of dossier: Int64) throws -> [LedgerEntry] {
        let statement = try connection.statement(
            "\(EventRows.selection) WHERE dossier = ?1 ORDER BY place")
        try statement.bind(1, dossier)
        defer { statement.reset() }
        var entries: [LedgerEntry] = []
        while try statement.step() { entries.append(try EventRows.entry(in: statement)) }
        return entries
    }

    /// Makes all rows anew where other rules, or none, have made them.
    func makeEventRows() throws {
        guard try eventRules() != DossierLedger.rules else { return }
        try connection.transaction(.immediate) {
            guard try eventRules() != DossierLedger.rules, let table = table(of: .dossier) else {
                return
            }
            try connection.execute("DELETE FROM dossier_events; DELETE FROM office_accounts")
            try table.forEach(where: "ORDER BY key", bind: { _ in }) { stored in
                try insertEventRows(DossierLedger(stored.state).entries, of: stored.key)
                return true
            }
            try connection.execute(OfficeAccountSchema.filling)
            try connection.execute(
                """
                INSERT OR REPLACE INTO dossier_event_rules(only, rules)
                VALUES (1, \(DossierLedger.rules))
                """)
        }
    }

    private func eventRules() throws -> Int64? {
        let statement = try connection.statement("SELECT rules FROM dossier_event_rules")
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : nil
    }

    fileprivate func insertEventRows(_ entries: [LedgerEntry], of dossier: Int64) throws {
        let statement = try connection.statement(
            """
            INSERT INTO dossier_events(dossier, place, office, at, what, taker, is_undated)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        for (place, entry) in entries.enumerated() {
            try statement.bind(1, dossier)
            try statement.bind(2, Int64(place))
            try statement.bind(3, entry.office)
            try statement.bind(4, entry.time)
            try statement.bind(5, entry.what.rawValue)
            try statement.bind(6, entry.taker)
            try statement.bind(7, Int64(entry.isUndated ? 1 : 0))
            try statement.run()
        }
    }
}

extension WriteTransaction {
    /// The fields from which the moves of a dossier follow.
    private static let fieldsOfMoves: [FieldName] = [
        RecordSchema.eventsField, RecordSchema.officeField, RecordSchema.statusField,
        RecordSchema.timesFixedField, "code", "finished_at", "received_at", "returned_at",
    ]

    /// Keeps the rows of a dossier's moves.
    func noteEvents(
        _ after: RecordState, over before: RecordState, isNew: Bool, key: Int64
    ) throws {
        guard after.kind == .dossier,
            Self.fieldsOfMoves.contains(where: { after[$0] != before[$0] })
                || after.fields.isEmpty != before.fields.isEmpty
        else { return }
        let entries = DossierLedger(after).entries
        let former = isNew ? [] : try database.eventRows(of: key)
        try noteAccounts(of: after, entries, over: before, former, key: key)
        if !isNew {
            if entries == former { return }
            let statement = try database.connection.statement(
                "DELETE FROM dossier_events WHERE dossier = ?1")
            try statement.bind(1, key)
            try statement.run()
        }
        try database.insertEventRows(entries, of: key)
    }
}

/// Reads the rows of all dossiers, from the highest key down.
private struct EventRows {
    static let selection =
        "SELECT dossier, office, at, what, taker, is_undated FROM dossier_events"
    private let statement: Statement
    private var hasRow: Bool

    init(_ connection: Connection) throws {
        statement = try connection.statement(
            "\(Self.selection) ORDER BY dossier DESC, place DESC")
        hasRow = try statement.step()
    }

    /// Lets go of the rows that were not read.
    func end() { statement.reset() }

    /// The rows of a dossier; those of higher keys are passed over.
    mutating func entries(of dossier: Int64) throws -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        while hasRow, statement.int64(0) >= dossier {
            if statement.int64(0) == dossier { entries.append(try Self.entry(in: statement)) }
            hasRow = try statement.step()
        }
        return entries.reversed()
    }

    static func entry(in statement: Statement) throws -> LedgerEntry {
        guard let what = LedgerEntry.What(rawValue: statement.text(3)) else {
            throw StoreError.damaged(table: "dossier_events", key: statement.int64(0))
        }
        return LedgerEntry(
            what, at: statement.int64(2),
            office: statement.isNull(1) ? nil : statement.text(1),
            taker: statement.isNull(4) ? nil : statement.text(4),
            isUndated: statement.int64(5) != 0)
    }
}
