// Reports as they were sent: their bytes, what they rest on, and central's signature over them. What was sent
// is never changed; the next one says what has been corrected since.

public import Causality
internal import Crypto
internal import SQLite
public import Time

enum IssuedReportSchema {
    /// Days are `YYYY-MM-DD`; `open` is how many dossiers it leaves open; `form` is `text`, `json` or `csv`.
    static let central = """
        CREATE TABLE issued_reports(
            number INTEGER PRIMARY KEY, first_day TEXT NOT NULL, last_day TEXT NOT NULL,
            office TEXT, open INTEGER NOT NULL, position INTEGER NOT NULL, cut TEXT NOT NULL,
            form TEXT NOT NULL, bytes BLOB NOT NULL, signature BLOB NOT NULL,
            issued_at INTEGER NOT NULL, issued_by TEXT NOT NULL) STRICT;
        """
}

/// A report as it was sent.
public struct IssuedReport: Sendable {
    /// Its number, from 1.
    public var number: Int64 = 0
    /// The first day of the period.
    public var from: CalendarDate
    /// The last day of the period.
    public var to: CalendarDate
    /// The code of the only office that is reported; `nil` for all.
    public var office: String?
    /// Dossiers that it leaves open at the period's end.
    public var open: Int
    /// The position of the feed on which it rests.
    public var position: UInt64
    /// The cut, in JSON.
    public var cut: String
    /// In which form it was sent: `text`, `json` or `csv`.
    public var form: String
    /// What was sent.
    public var bytes: [UInt8]
    /// Central's signature over it (`Protocol/reports.md`).
    public var signature: [UInt8] = []
    /// When it was issued.
    public var issuedAt = Timestamp(milliseconds: 0)
    /// Who issued it.
    public var issuedBy: String

    /// Makes a report that is to be issued.
    public init(
        from: CalendarDate, to: CalendarDate, office: String?, open: Int, position: UInt64,
        cut: String, form: String, bytes: [UInt8], by person: String
    ) {
        (self.from, self.to, self.office, self.open) = (from, to, office, open)
        (self.position, self.cut, self.form, self.bytes) = (position, cut, form, bytes)
        issuedBy = person
    }

    fileprivate var message: [UInt8] { Array("dossiersync report 1".utf8) + bytes }
}

extension CentralDatabase {
    /// The reports that were issued, the latest first.
    ///
    /// - Throws: `StoreError`.
    public func issuedReports() throws -> [IssuedReport] {
        try issuedReports("ORDER BY number DESC") { _ in }
    }

    /// One issued report; `nil` for none of this number.
    ///
    /// - Throws: `StoreError`.
    public func issuedReport(_ number: Int64) throws -> IssuedReport? {
        try issuedReports("WHERE number = ?1") { try $0.bind(1, number) }.first
    }

    /// The latest report that was issued for a period that ended on a day, of the same office or of all.
    ///
    /// - Throws: `StoreError`.
    public func lastIssuedReport(
        endingOn day: CalendarDate, office: String?
    ) throws -> IssuedReport? {
        try issuedReports("WHERE last_day = ?1 AND office IS ?2 ORDER BY number DESC LIMIT 1") {
            try $0.bind(1, day.description)
            try $0.bind(2, office)
        }.first
    }

    /// Whether an issued report is what central signed.
    ///
    /// - Throws: `StoreError`.
    public func isSignedHere(_ report: IssuedReport) throws -> Bool {
        guard let key = try centralKeySeed().flatMap(SigningKey.init(seed:)) else { return false }
        return key.publicKey.isValid(signature: report.signature, of: report.message)
    }

    private func issuedReports(
        _ clause: String, _ bind: (Statement) throws -> Void
    ) throws -> [IssuedReport] {
        let statement = try connection.statement(
            """
            SELECT number, first_day, last_day, office, open, position, cut, form, bytes, signature,
                issued_at, issued_by
            FROM issued_reports
            """ + " " + clause)
        try bind(statement)
        defer { statement.reset() }
        var reports: [IssuedReport] = []
        while try statement.step() {
            guard let from = CalendarDate(parsing: statement.text(1)),
                let to = CalendarDate(parsing: statement.text(2))
            else { throw StoreError.damaged(table: "issued_reports", key: statement.int64(0)) }
            var report = IssuedReport(
                from: from, to: to, office: statement.isNull(3) ? nil : statement.text(3),
                open: Int(statement.int64(4)), position: UInt64(clamping: statement.int64(5)),
                cut: statement.text(6), form: statement.text(7), bytes: statement.bytes(8),
                by: statement.text(11))
            report.number = statement.int64(0)
            report.signature = statement.bytes(9)
            report.issuedAt = Timestamp(milliseconds: statement.int64(10))
            reports.append(report)
        }
        return reports
    }
}

extension CentralWriteTransaction {
    /// Keeps a report as it is sent, signed by central's key; gives its number.
    ///
    /// - Throws: `StoreError`.
    public func issue(_ report: IssuedReport) throws -> Int64 {
        guard let key = try database.centralKeySeed().flatMap(SigningKey.init(seed:)) else {
            throw StoreError.notEnrolled
        }
        let statement = try database.connection.statement(
            """
            INSERT INTO issued_reports(first_day, last_day, office, open, position, cut, form, bytes,
                signature, issued_at, issued_by)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """)
        try statement.bind(1, report.from.description)
        try statement.bind(2, report.to.description)
        try statement.bind(3, report.office)
        try statement.bind(4, Int64(report.open))
        try statement.bind(5, Int64(clamping: report.position))
        try statement.bind(6, report.cut)
        try statement.bind(7, report.form)
        try statement.bind(8, report.bytes)
        try statement.bind(9, key.signature(of: report.message))
        try statement.bind(10, now.milliseconds)
        try statement.bind(11, report.issuedBy)
        try statement.run()
        return database.connection.lastInsertedRowID
    }
}
