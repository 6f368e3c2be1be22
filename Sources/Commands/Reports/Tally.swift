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
    /// The catalog's codes by their keys.
    private var procedureCodes: [String: String] = [:]

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
        procedureCodes[CodeText.key(code)] = code
    }

    /// Counts a dossier by its moves in the accounts of offices.
    mutating func takeDossier(
        _ state: RecordState, _ entries: [LedgerEntry], _ book: DeadlineBook
    ) {
        let own = state.shownValue(RecordSchema.officeField)?.text
        let row = DossierRow(state, entries, due: book.deadline(of: state)?.due)
        guard isOfInterest(own, row) else { return }
        let place = takeFigures(of: state, row)
        if isCounted(own) {
            noteClock(of: state, own, ["received_at", "finished_at", "returned_at"])
        }
        guard !state.wrongClockMarks.isEmpty else { return }
        switch place {
        case .received: clocks.uncorrected.received += 1
        case .carriedOver: clocks.uncorrected.carriedOver += 1
        case nil: clocks.uncorrected.uncounted += 1
        }
    }

    private func isCounted(_ code: String?) -> Bool { office == nil || code == office }

    /// Whether the dossier is or was the office's.
    private func isOfInterest(_ own: String?, _ row: DossierRow) -> Bool {
        isCounted(own)
            || row.entries.contains { isCounted($0.office) || $0.taker.map(isCounted) == true }
    }

    private mutating func takeFigures(of state: RecordState, _ row: DossierRow) -> Place? {
        guard let received = row.ledger.received else {
            // Those without any field were refused before they began.
            if state.shownValue(RecordSchema.statusField) != nil, !state.isVoided {
                add(to: row.office) { $0.undated.dossiers += 1 }
            }
            return nil
        }
        guard received < instants.upperBound else { return nil }
        let moves = moves(of: row) + places(of: row, state)
        let counted = moves.filter { isCounted($0.office) }
        guard !counted.isEmpty else { return nil }
        for move in counted { add(move, of: row, state) }
        if row.isInConflict {
            let offices = Set(counted.map(\.office))
            total.conflicts.dossiers += 1
            for office in offices {
                self.offices[office, default: PeriodReport.OfficeRow(code: office, name: nil)]
                    .figures.conflicts.dossiers += 1
            }
            procedures[procedure(of: state), default: PeriodFigures()].conflicts.dossiers += 1
        }
        let isReceived = counted.contains { $0.isReceipt }
        let isOnlyReturned = counted.allSatisfy(\.isReturn)
        return isReceived ? .received : isOnlyReturned ? nil : .carriedOver
    }

    /// Something that one office counts of a dossier.
    private struct Count {
        var office: String?
        var isReceipt = false
        var isReturn = false
        /// When, for what stands in the table by month.
        var time: Int64?
        var isFinish = false
        var isLate = false
        var change: (inout PeriodFigures) -> Void
    }

    /// What moved in the period, by the dossier's entries.
    private func moves(of row: DossierRow) -> [Count] {
        var counts: [Count] = []
        for entry in row.entries where instants.contains(entry.time) {
            let office = entry.office
            switch entry.what {
            case .received:
                let channel = row.channel
                counts.append(
                    Count(office: office, isReceipt: true, time: entry.time) {
                        $0.countReceived(by: channel)
                    })
            case .finished:
                let figure = row.punctuality(of: entry)
                counts.append(
                    Count(
                        office: office, time: entry.isUndated ? nil : entry.time, isFinish: true,
                        isLate: figure == \PeriodFigures.finished.late
                    ) { $0[keyPath: figure] += 1 })
            case .withdrawn: counts.append(Count(office: office) { $0.withdrawn += 1 })
            case .notAccepted: counts.append(Count(office: office) { $0.notAccepted += 1 })
            case .reopened: counts.append(Count(office: office) { $0.reopened += 1 })
            case .voided: counts.append(Count(office: office) { $0.voided += 1 })
            case .handedOver:
                counts.append(Count(office: office) { $0.handedOver += 1 })
                counts.append(Count(office: entry.taker) { $0.takenOver += 1 })
            }
        }
        return counts
    }

    /// Where the dossier stood at the period's borders, and whether its result was handed out.
    private func places(of row: DossierRow, _ state: RecordState) -> [Count] {
        var counts: [Count] = []
        if let place = row.ledger.place(before: instants.lowerBound, row.entries) {
            counts.append(Count(office: place.office) { $0.carriedOver += 1 })
        }
        if let place = row.ledger.place(before: instants.upperBound, row.entries) {
            let pause = state.pause(before: instants.upperBound)
            let isOverdue = row.dueAt.map { $0 < instants.upperBound } == true
            counts.append(
                Count(office: place.office) {
                    $0.countOpen(waitingFor: pause, isOverdue: isOverdue)
                })
        }
        if let returned = row.returnedAt, instants.contains(returned), !state.isVoided {
            let way = row.returnMethod
            counts.append(Count(office: row.office, isReturn: true) { $0.countReturned(by: way) })
        }
        return counts
    }

    private mutating func add(_ count: Count, of row: DossierRow, _ state: RecordState) {
        add(to: count.office, count.change)
        count.change(&procedures[procedure(of: state), default: PeriodFigures()])
        guard let time = count.time else { return }
        addToMonth(of: time) { month in
            if count.isReceipt {
                month.received += 1
                if row.channel == "online" { month.online += 1 }
            }
            if count.isFinish { month.finished += 1 }
            if count.isLate { month.late += 1 }
        }
    }

    private func procedure(of state: RecordState) -> String? {
        known(state.shownValue("procedure")?.text)
    }

    mutating func takeContact(_ state: RecordState) {
        let own = state.shownValue(RecordSchema.officeField)?.text
        guard isCounted(own), !state.isVoided else { return }
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

    /// The procedure, if the catalog has it: all else may be a clerk's text, and comes into no report.
    private func known(_ procedure: String?) -> String? {
        guard let procedure, procedureNames[procedure] == nil else { return procedure }
        return CodeText.procedureKeys(procedure).lazy.compactMap { procedureCodes[$0] }.first
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
