// The rows that a report of a period has to look at: what ended before it began, and is dated before it, is in
// none of its figures. What is left out is told by columns and by the rows of moves, without decoding a state.

public import Dossiers
public import Replication
internal import SQLite

/// What a report counts: a period, and one office or all.
public struct PeriodSpan: Hashable, Sendable {
    /// When the period begins, in milliseconds since the epoch.
    public var start: Int64
    /// From when on a time of a record is after the report was made; `nil` where that is not asked.
    public var cut: Int64?
    /// The code of the only office; `nil` for all.
    public var office: String?

    /// A span of time of one office, or of all.
    public init(start: Int64, cut: Int64?, office: String?) {
        (self.start, self.cut, self.office) = (start, cut, office)
    }

    /// Times from here on count, or are to be named.
    fileprivate var earliest: Int64 { min(start, cut ?? start) }
}

/// Dossiers that stand in the accounts of an office that they do not show: they were handed over, or moved by
/// central after they had ended.
enum OfficeAccountSchema {
    /// The same at a counter and at central.
    static let both = """
        CREATE TABLE office_accounts(
            office TEXT NOT NULL, dossier INTEGER NOT NULL,
            PRIMARY KEY (office, dossier)) STRICT, WITHOUT ROWID;
        \(filling)
        """

    /// Fills the table from the rows of moves.
    static let filling = "INSERT INTO office_accounts(office, dossier) \(selection);"

    /// What stands in it.
    static let selection = """
            SELECT e.office, e.dossier FROM dossier_events AS e JOIN dossiers AS d ON d.key = e.dossier
            WHERE e.office IS NOT NULL AND e.office IS NOT d.office
            UNION
            SELECT e.taker, e.dossier FROM dossier_events AS e JOIN dossiers AS d ON d.key = e.dossier
            WHERE e.taker IS NOT NULL AND e.taker IS NOT d.office
        """

    /// The offices other than the one that a dossier shows in whose accounts it stands.
    static func offices(of state: RecordState, _ entries: [LedgerEntry]) -> Set<String> {
        let own = state.shownValue(RecordSchema.officeField)?.text
        var offices = Set<String>()
        for entry in entries {
            if let office = entry.office, office != own { offices.insert(office) }
            if let taker = entry.taker, taker != own { offices.insert(taker) }
        }
        return offices
    }
}

extension ReplicaDatabase {
    /// Calls `body` with every dossier that may be in a figure of a span, and its moves in the accounts of
    /// offices, as they were at a position of central's feed.
    ///
    /// - Parameter position: the position; `nil` for the present.
    /// - Throws: `StateNotKept` as `forEachState`, `StoreError`, and what `body` throws.
    public func forEachDossier(
        of span: PeriodSpan, at position: UInt64?,
        _ body: (RecordState, [LedgerEntry]) throws -> Void
    ) throws {
        if let position, try isPast(position) {
            return try forEachDossier(at: position, body)
        }
        guard let table = table(of: .dossier) else { return }
        let clause = """
            WHERE \(Self.isInAccounts(of: span))
            AND (received_at IS NULL OR received_at >= ?1 OR finished_at >= ?1 OR returned_at >= ?1
                OR \(Self.isUnderWrongClock(.dossier))
                OR EXISTS (
                    SELECT 1 FROM dossier_events AS e WHERE e.dossier = dossiers.key AND e.at >= ?1)
                OR coalesce((
                    SELECT what FROM dossier_events AS e WHERE e.dossier = dossiers.key
                    ORDER BY place DESC LIMIT 1), '') NOT IN (\(Self.endings)))
            ORDER BY key DESC
            """
        try table.forEach(where: clause, bind: { try Self.bind(span, to: $0) }) { stored in
            if !stored.state.fields.isEmpty { try body(stored.state, eventRows(of: stored.key)) }
            return true
        }
    }

    /// Calls `body` with every contact that may be in a figure of a span, as they were at a position of
    /// central's feed.
    ///
    /// - Parameter position: the position; `nil` for the present.
    /// - Throws: `StateNotKept` as `forEachState`, `StoreError`, and what `body` throws.
    public func forEachContact(
        of span: PeriodSpan, at position: UInt64?, _ body: (RecordState) throws -> Void
    ) throws {
        if let position, try isPast(position) {
            return try forEachState(of: .contact, at: position, body)
        }
        guard let table = table(of: .contact) else { return }
        let clause = """
            WHERE \(span.office == nil ? "1" : "office = ?2")
            AND (occurred_at IS NULL OR occurred_at >= ?1 OR \(Self.isUnderWrongClock(.contact)))
            ORDER BY key DESC
            """
        try table.forEach(where: clause, bind: { try Self.bind(span, to: $0) }) { stored in
            if !stored.state.fields.isEmpty { try body(stored.state) }
            return true
        }
    }

    /// Whether the accounts beside those that dossiers show are those of the rows of moves.
    func hasRightAccounts() throws -> Bool {
        let (kept, made) = (
            "SELECT office, dossier FROM office_accounts", OfficeAccountSchema.selection
        )
        for difference in [
            "\(kept) EXCEPT SELECT * FROM (\(made))", "SELECT * FROM (\(made)) EXCEPT \(kept)",
        ] {
            let statement = try connection.statement(difference)
            defer { statement.reset() }
            if try statement.step() { return false }
        }
        return true
    }

    /// The moves after which a dossier is open with nobody.
    private static var endings: String {
        let open: [LedgerEntry.What] = [.received, .handedOver, .reopened]
        return LedgerEntry.What.allCases.filter { !open.contains($0) }
            .map { "'\($0.rawValue)'" }.joined(separator: ", ")
    }

    /// Of the dossiers that an office shows, and of those that it once had.
    private static func isInAccounts(of span: PeriodSpan) -> String {
        guard span.office != nil else { return "1" }
        return """
            key IN (
                SELECT key FROM dossiers WHERE office = ?2
                UNION SELECT dossier FROM office_accounts WHERE office = ?2)
            """
    }

    private static func isUnderWrongClock(_ kind: RecordKind) -> String {
        "key IN (SELECT record FROM wrong_clock WHERE kind = \(kind.rawValue))"
    }

    private static func bind(_ span: PeriodSpan, to statement: Statement) throws {
        try statement.bind(1, span.earliest)
        if let office = span.office { try statement.bind(2, office) }
    }
}

extension WriteTransaction {
    /// Keeps in whose accounts, beside the office that it shows, a dossier stands.
    func noteAccounts(
        of after: RecordState, _ entries: [LedgerEntry], over before: RecordState,
        _ former: [LedgerEntry], key: Int64
    ) throws {
        let (old, new) = (
            OfficeAccountSchema.offices(of: before, former),
            OfficeAccountSchema.offices(of: after, entries)
        )
        guard old != new else { return }
        func run(_ sql: String, _ office: String) throws {
            let statement = try database.connection.statement(sql)
            try statement.bind(1, office)
            try statement.bind(2, key)
            try statement.run()
        }
        for office in old.subtracting(new) {
            try run("DELETE FROM office_accounts WHERE office = ?1 AND dossier = ?2", office)
        }
        for office in new.subtracting(old) {
            try run("INSERT INTO office_accounts(office, dossier) VALUES (?1, ?2)", office)
        }
    }
}
