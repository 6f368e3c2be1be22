internal import Dossiers
internal import Replication

/// Counts records, one at a time.
struct Tally {
    private(set) var total = PeriodFigures()
    private(set) var offices: [String?: PeriodReport.OfficeRow] = [:]
    private(set) var months: [PeriodReport.MonthRow]
    private let instants: Range<Int64>
    private let monthPlaces: [ReportMonth: Int]
    private(set) var clocks = ClockFindings()
    private let office: String?
    private let cutTime: Int64?
    private var procedures: [String?: PeriodFigures] = [:]
    private var procedureNames: [String: String] = [:]

    /// Which way a dossier came into the figures.
    private enum Place {
        case received
        case carriedOver
    }

    init(
        period: ReportPeriod, months: [PeriodReport.MonthRow], only office: String?,
        cutTime: Int64?
    ) {
        self.cutTime = cutTime
        instants = period.instants
        self.office = office
        self.months = months
        monthPlaces = Dictionary(
            months.enumerated().map { ($0.element.month, $0.offset) }, uniquingKeysWith: { $1 })
    }

    /// The catalog's offices: one without any record is worth a row too.
    mutating func takeOffice(_ state: RecordState) {
        guard let code = state.shownValue("code")?.text, offices[code] == nil,
            office == nil || code == office
        else { return }
        offices[code] = PeriodReport.OfficeRow(code: code, name: state.shownValue("name")?.text)
    }

    mutating func takeProcedure(_ state: RecordState) {
        guard let code = state.shownValue("code")?.text else { return }
        procedureNames[code] = state.shownValue("name")?.text ?? code
    }

    mutating func takeDossier(_ state: RecordState, _ book: DeadlineBook) {
        let own = state.shownValue(RecordSchema.officeField)?.text
        guard office == nil || own == office else { return }
        let place = takeFigures(of: state, own, book)
        noteClock(of: state, own, ["received_at", "finished_at", "returned_at"])
        guard !state.wrongClockMarks.isEmpty else { return }
        switch place {
        case .received: clocks.uncorrected.received += 1
        case .carriedOver: clocks.uncorrected.carriedOver += 1
        case nil: clocks.uncorrected.uncounted += 1
        }
    }

    private mutating func takeFigures(
        of state: RecordState, _ own: String?, _ book: DeadlineBook
    ) -> Place? {
        let status = state.shownValue(RecordSchema.statusField)?.text
        guard let received = state.shownValue("received_at")?.integer else {
            // Those without any field were refused before they began.
            if status != nil { add(to: own) { $0.undated.dossiers += 1 } }
            return nil
        }
        guard received < instants.upperBound else { return nil }
        return count(
            DossierRow(
                office: own, status: status.flatMap(DossierStatus.init(rawValue:)),
                channel: state.shownValue("channel")?.text, receivedAt: received,
                dueAt: book.deadline(of: state)?.due,
                finishedAt: state.shownValue("finished_at")?.integer,
                returnedAt: state.shownValue("returned_at")?.integer,
                returnMethod: state.shownValue("return_method")?.text,
                isInConflict: state.hasConflict),
            procedure: state.shownValue("procedure")?.text)
    }

    mutating func takeContact(_ state: RecordState) {
        let own = state.shownValue(RecordSchema.officeField)?.text
        guard office == nil || own == office else { return }
        noteClock(of: state, own, ["occurred_at"])
        if !state.wrongClockMarks.isEmpty { clocks.uncorrected.contacts += 1 }
        guard let occurred = state.shownValue("occurred_at")?.integer else {
            if own != nil { add(to: own) { $0.undated.contacts += 1 } }
            return
        }
        guard instants.contains(occurred) else { return }
        let isInConflict = state.hasConflict
        let change: (inout PeriodFigures) -> Void = { figures in
            figures.countGuided(by: state.shownValue("way")?.text)
            if isInConflict { figures.conflicts.contacts += 1 }
        }
        add(to: own, change)
        change(&procedures[known(state.shownValue("procedure")?.text), default: PeriodFigures()])
        addToMonth(of: occurred) { $0.guided += 1 }
    }

    /// Procedures with dossiers of the period, those with most of them first.
    var procedureRows: [PeriodReport.ProcedureRow] {
        procedures.map { code, figures in
            PeriodReport.ProcedureRow(
                code: code, name: code.flatMap { procedureNames[$0] }, figures: figures)
        }.sorted { left, right in
            let (one, other) = (left.figures.received.total, right.figures.received.total)
            return one == other ? left.code ?? "" < right.code ?? "" : one > other
        }
    }

    private mutating func noteClock(
        of state: RecordState, _ own: String?, _ fields: [FieldName]
    ) {
        guard let cutTime else { return }
        clocks.note(state, of: own, fields: fields, cut: cutTime)
    }

    private mutating func count(_ row: DossierRow, procedure: String?) -> Place? {
        let isReceived = row.receivedAt >= instants.lowerBound
        let isReturned = row.returnedAt.map(instants.contains) == true
        let outcome = DossierOutcome(of: row, in: instants)
        guard isReceived || isReturned || outcome != nil else { return nil }
        let change: (inout PeriodFigures) -> Void = { figures in
            if isReceived { figures.countReceived(by: row.channel) }
            if isReturned { figures.countReturned(by: row.returnMethod) }
            if row.isInConflict { figures.conflicts.dossiers += 1 }
            guard let outcome else { return }
            if !isReceived { figures.carriedOver += 1 }
            figures.count(outcome)
        }
        add(to: row.office, change)
        change(&procedures[known(procedure), default: PeriodFigures()])
        if isReceived {
            addToMonth(of: row.receivedAt) { month in
                month.received += 1
                if row.channel == "online" { month.online += 1 }
            }
        }
        if let finish = DossierOutcome.finish(of: row), let outcome {
            addFinish(finish, outcome)
        }
        return isReceived ? .received : outcome == nil ? nil : .carriedOver
    }

    private mutating func addFinish(_ finish: Int64, _ outcome: DossierOutcome) {
        switch outcome {
        case .finishedEarly, .finishedOnTime, .finishedLate, .finishedWithoutDue:
            addToMonth(of: max(finish, instants.lowerBound)) { month in
                month.finished += 1
                if outcome == .finishedLate { month.late += 1 }
            }
        default: break
        }
    }

    /// The procedure, if the catalog has it: all else may be a clerk's text, and comes into no report.
    private func known(_ procedure: String?) -> String? {
        procedure.flatMap { procedureNames[$0] == nil ? nil : $0 }
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
