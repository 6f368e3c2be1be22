internal import Dossiers
internal import Glibc
public import JSON
internal import SQLite

/// A report of a period, such as the published half-years, counted from the records of one database
/// file: central's, or a counter's replica.
///
/// Days are those of the offices' time (+07:00). The same records give the same report, byte for byte.
public struct PeriodReport: Hashable, Sendable {
    /// One office's part.
    public struct OfficeRow: Hashable, Sendable {
        /// The office's code; `nil` for records without an office.
        public let code: String?
        /// Its name in the catalog.
        public let name: String?
        /// Its figures.
        public internal(set) var figures = PeriodFigures()
    }

    /// One month's part; the first and the last month may be cut by the period.
    public struct MonthRow: Hashable, Sendable {
        /// The month.
        public let month: ReportMonth
        /// Citizens guided.
        public internal(set) var guided = 0
        /// Dossiers received.
        public internal(set) var received = 0
        /// Dossiers received online.
        public internal(set) var online = 0
        /// Dossiers finished.
        public internal(set) var finished = 0
        /// Dossiers finished late.
        public internal(set) var late = 0
    }

    /// The period.
    public let period: ReportPeriod
    /// The only office that is reported; `nil` for all.
    public let office: String?
    /// The figures of all offices together.
    public private(set) var total = PeriodFigures()
    /// The figures by office: those of the catalog and all others that occur, by code.
    public private(set) var offices: [OfficeRow] = []
    /// The figures by month, in order.
    public private(set) var months: [MonthRow] = []

    /// Counts the records of a database file in one read transaction. Only reads; works beside any
    /// number of readers and writers. O(records received by the end of the period).
    ///
    /// - Parameters:
    ///   - from: the first day.
    ///   - to: the last day, included.
    ///   - office: the code of the only office to report.
    /// - Throws: `ReportError`.
    public init(
        databasePath path: String, from: CalendarDate, to: CalendarDate, office: String? = nil
    ) throws(ReportError) {
        period = try ReportPeriod(from: from, to: to)
        self.office = office
        months = period.months.map { MonthRow(month: $0) }
        guard access(path, F_OK) == 0 else { throw .missing(path: path) }
        do {
            let connection = try Connection(path: path, access: .readOnly)
            defer { connection.close() }
            try connection.configureForDurability()
            try connection.transaction(.deferred) { try count(connection, path: path) }
        } catch let error as ReportError {
            throw error
        } catch let error as SQLiteError where error.isNotADatabase {
            throw .notADossierDatabase(path: path)
        } catch let error as SQLiteError {
            throw .sqlite(error)
        } catch {
            throw .notADossierDatabase(path: path)
        }
    }

    /// The `application_id` of a counter's replica and of central (`Protocol/schema.md`).
    private static let applicationIDs: [Int64] = [0x4453_5952, 0x4453_5943]

    private mutating func count(_ connection: Connection, path: String) throws {
        guard Self.applicationIDs.contains(try connection.pragmaInteger("application_id")) else {
            throw ReportError.notADossierDatabase(path: path)
        }
        var tally = Tally(period: period, months: months)
        try tally.readOffices(connection, only: office)
        try tally.countDossiers(connection, only: office)
        try tally.countContacts(connection, only: office)
        try tally.countUndated(connection, only: office)
        if office != nil, tally.offices.isEmpty { throw ReportError.unknownOffice }
        total = tally.total
        months = tally.months
        offices = tally.offices.values.sorted { ($0.code ?? "") < ($1.code ?? "") }
    }
}
