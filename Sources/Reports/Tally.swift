internal import Dossiers
internal import SQLite

/// Reads the tables and counts, in a read transaction.
struct Tally {
    private(set) var total = PeriodFigures()
    private(set) var offices: [String?: PeriodReport.OfficeRow] = [:]
    private(set) var months: [PeriodReport.MonthRow]
    private let instants: Range<Int64>
    private let monthPlaces: [ReportMonth: Int]

    init(period: ReportPeriod, months: [PeriodReport.MonthRow]) {
        instants = period.instants
        self.months = months
        monthPlaces = Dictionary(
            months.enumerated().map { ($0.element.month, $0.offset) }, uniquingKeysWith: { $1 })
    }

    /// The catalog's offices: one without any record is worth a row too.
    mutating func readOffices(_ connection: Connection, only office: String?) throws {
        let statement = try connection.statement(
            """
            SELECT code, name FROM offices
            WHERE code IS NOT NULL AND (?1 IS NULL OR code = ?1) ORDER BY key
            """)
        try statement.bind(1, office)
        while try statement.step() {
            let code = statement.text(0)
            guard offices[code] == nil else { continue }
            offices[code] = PeriodReport.OfficeRow(code: code, name: statement.textOrNil(1))
        }
    }

    mutating func countDossiers(_ connection: Connection, only office: String?) throws {
        let statement = try connection.statement(
            """
            SELECT office, status, channel, received_at, due_at, finished_at, returned_at,
                return_method, conflicts
            FROM dossiers
            WHERE received_at < ?2 AND (?1 IS NULL OR office = ?1)
            """)
        try statement.bind(1, office)
        try statement.bind(2, instants.upperBound)
        while try statement.step() {
            count(
                DossierRow(
                    office: statement.textOrNil(0),
                    status: statement.textOrNil(1).flatMap(DossierStatus.init(rawValue:)),
                    channel: statement.textOrNil(2), receivedAt: statement.int64(3),
                    dueAt: statement.int64OrNil(4), finishedAt: statement.int64OrNil(5),
                    returnedAt: statement.int64OrNil(6), returnMethod: statement.textOrNil(7),
                    isInConflict: statement.int64(8) > 0))
        }
    }

    mutating func countContacts(_ connection: Connection, only office: String?) throws {
        let statement = try connection.statement(
            """
            SELECT office, way, occurred_at, conflicts FROM contacts
            WHERE occurred_at >= ?2 AND occurred_at < ?3 AND (?1 IS NULL OR office = ?1)
            """)
        try statement.bind(1, office)
        try statement.bind(2, instants.lowerBound)
        try statement.bind(3, instants.upperBound)
        while try statement.step() {
            let way = statement.textOrNil(1)
            let isInConflict = statement.int64(3) > 0
            add(to: statement.textOrNil(0)) { figures in
                figures.countGuided(by: way)
                if isInConflict { figures.conflicts.contacts += 1 }
            }
            addToMonth(of: statement.int64(2)) { $0.guided += 1 }
        }
    }

    /// Records that name no time. Those without any field were refused before they began.
    mutating func countUndated(_ connection: Connection, only office: String?) throws {
        let dossiers = try connection.statement(
            """
            SELECT office, count(*) FROM dossiers
            WHERE received_at IS NULL AND status IS NOT NULL AND (?1 IS NULL OR office = ?1)
            GROUP BY office
            """)
        try dossiers.bind(1, office)
        while try dossiers.step() {
            let count = Int(dossiers.int64(1))
            add(to: dossiers.textOrNil(0)) { $0.undated.dossiers += count }
        }
        let contacts = try connection.statement(
            """
            SELECT office, count(*) FROM contacts
            WHERE occurred_at IS NULL AND office IS NOT NULL AND (?1 IS NULL OR office = ?1)
            GROUP BY office
            """)
        try contacts.bind(1, office)
        while try contacts.step() {
            let count = Int(contacts.int64(1))
            add(to: contacts.textOrNil(0)) { $0.undated.contacts += count }
        }
    }

    private mutating func count(_ row: DossierRow) {
        let isReceived = row.receivedAt >= instants.lowerBound
        let isReturned = row.returnedAt.map(instants.contains) == true
        let outcome = DossierOutcome(of: row, in: instants)
        guard isReceived || isReturned || outcome != nil else { return }
        add(to: row.office) { figures in
            if isReceived { figures.countReceived(by: row.channel) }
            if isReturned { figures.countReturned(by: row.returnMethod) }
            if row.isInConflict { figures.conflicts.dossiers += 1 }
            guard let outcome else { return }
            if !isReceived { figures.carriedOver += 1 }
            figures.count(outcome)
        }
        if isReceived {
            addToMonth(of: row.receivedAt) { month in
                month.received += 1
                if row.channel == "online" { month.online += 1 }
            }
        }
        guard let finish = DossierOutcome.finish(of: row), let outcome else { return }
        switch outcome {
        case .finishedEarly, .finishedOnTime, .finishedLate, .finishedWithoutDue:
            addToMonth(of: max(finish, instants.lowerBound)) { month in
                month.finished += 1
                if outcome == .finishedLate { month.late += 1 }
            }
        default: break
        }
    }

    private mutating func add(
        to office: String?, _ change: (inout PeriodFigures) -> Void
    ) {
        change(&total)
        change(
            &offices[office, default: PeriodReport.OfficeRow(code: office, name: nil)].figures)
    }

    private mutating func addToMonth(
        of milliseconds: Int64, _ change: (inout PeriodReport.MonthRow) -> Void
    ) {
        guard let place = monthPlaces[ReportMonth(ofMilliseconds: milliseconds)] else { return }
        change(&months[place])
    }
}
