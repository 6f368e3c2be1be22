internal import Dossiers
internal import SQLiteStore
internal import Replication
public import Time

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

    /// One procedure's part.
    public struct ProcedureRow: Hashable, Sendable {
        /// The procedure's code; `nil` for what the catalog does not have.
        public let code: String?
        /// Its name in the catalog.
        public let name: String?
        /// Its figures.
        public internal(set) var figures = PeriodFigures()
    }

    /// The period.
    public let period: ReportPeriod
    /// The only office that is reported; `nil` for all.
    public let office: String?
    /// When it was made, in milliseconds since the epoch, so that what is dated after that is named; `nil`
    /// where nobody asks for it.
    public let cutTime: Int64?
    /// What wrong clocks mean for it.
    public private(set) var clocks = ClockFindings()
    /// What it corrects of the report that was issued before it; `nil` unless it is issued after one.
    public var corrections: ReportCorrections?
    /// The figures of all offices together.
    public private(set) var total = PeriodFigures()
    /// The figures by office: those of the catalog and all others that occur, by code.
    public private(set) var offices: [OfficeRow] = []
    /// The figures by month, in order.
    public private(set) var months: [MonthRow] = []
    /// The figures by procedure, those with most dossiers received first.
    public private(set) var procedures: [ProcedureRow] = []

    /// Counts the records of a database file in one read transaction. O(records).
    ///
    /// - Parameters:
    ///   - from: the first day.
    ///   - to: the last day, included.
    ///   - office: the code of the only office to report.
    ///   - cutTime: when it is made, in milliseconds since the epoch.
    /// - Throws: `ReportError`.
    public init(
        databasePath path: String, from: CalendarDate, to: CalendarDate, office: String? = nil,
        cutTime: Int64? = nil
    ) throws(ReportError) {
        let period = try ReportPeriod(from: from, to: to)
        self = try ReportSource(path: path).read { database throws(ReportError) in
            try PeriodReport(database, period, office: office, cutTime: cutTime)
        }
    }

    /// An office's code as the catalog writes it; one that it does not have as it is.
    private static func known(_ office: String?, in database: any ReportedDatabase) -> String? {
        guard let office else { return nil }
        // A database that cannot be read says so when its records are counted.
        return (try? database.officeCode(like: office)) ?? office
    }

    /// Counts the records of an open database, within its read transaction.
    ///
    /// - Parameters:
    ///   - position: a position of central's feed at which records and catalog are looked at; `nil` for the
    ///     present.
    ///   - cutTime: when it is made, in milliseconds since the epoch.
    /// - Throws: `ReportError`.
    public init(
        _ database: any ReportedDatabase, _ period: ReportPeriod, office: String? = nil,
        at position: UInt64? = nil, cutTime: Int64? = nil
    ) throws(ReportError) {
        self.period = period
        self.cutTime = cutTime
        let office = Self.known(office, in: database)
        self.office = office
        months = period.months.map { MonthRow(month: $0) }
        do {
            try count(database, at: position)
        } catch {
            throw ReportError(error, path: database.path)
        }
    }

    /// The only office that a report counts: the one that was asked for, at a counter always its own; `nil`
    /// for all.
    ///
    /// - Throws: `ReportError.otherOffice` when a counter was asked for another's.
    public static func office(
        asked: String?, in database: any ReportedDatabase
    ) throws(ReportError) -> String? {
        let own: String?
        do {
            own = try database.onlyOffice()
        } catch {
            throw ReportError(error, path: database.path)
        }
        if let asked, let own, asked != own { throw .otherOffice(own: own) }
        return own ?? asked
    }

    private mutating func count(_ database: any ReportedDatabase, at position: UInt64?) throws {
        var tally = Tally(period: period, months: months, only: office, cutTime: cutTime)
        let book = try database.deadlineBook(at: position)
        try database.forEachState(of: .office, at: position) { tally.takeOffice($0) }
        try database.forEachState(of: .procedure, at: position) { tally.takeProcedure($0) }
        // At a counter nearly all is its office's.
        let span = PeriodSpan(
            start: period.instants.lowerBound, cut: cutTime,
            office: database.knowsAllOffices ? office : nil)
        try database.forEachDossier(of: span, at: position) { tally.takeDossier($0, $1, book) }
        try database.forEachContact(of: span, at: position) { tally.takeContact($0) }
        if office != nil, tally.offices.isEmpty, database.knowsAllOffices {
            throw ReportError.unknownOffice
        }
        total = tally.total
        clocks = tally.clocks
        clocks.sort()
        months = tally.months
        offices = tally.offices.values.sorted { ($0.code ?? "") < ($1.code ?? "") }
        procedures = tally.procedureRows
    }
}
