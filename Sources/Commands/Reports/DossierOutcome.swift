internal import Dossiers
internal import Replication
internal import Time

/// What reports look at in a dossier. Instants in milliseconds since the Unix epoch.
struct DossierRow {
    /// The office that it shows.
    var office: String?
    var channel: String?
    var ledger: DossierLedger
    /// Its moves in the accounts of offices, in order.
    var entries: [LedgerEntry]
    var dueAt: Int64?
    var returnedAt: Int64?
    var returnMethod: String?
    var isInConflict: Bool

    init(_ state: RecordState, _ entries: [LedgerEntry], due: Int64?) {
        office = state.shownValue(RecordSchema.officeField)?.text
        channel = state.shownValue("channel")?.text
        ledger = DossierLedger(state)
        self.entries = entries
        dueAt = due
        returnedAt = state.shownValue("returned_at")?.integer
        returnMethod = state.shownValue("return_method")?.text
        isInConflict = state.hasConflict
    }

    /// How a dossier that was finished stands to the day on which it was due.
    func punctuality(of entry: LedgerEntry) -> WritableKeyPath<PeriodFigures, Int> {
        if entry.isUndated { return \.finished.undated }
        guard let dueAt else { return \.finished.withoutDue }
        if OfficeTime.day(ofMilliseconds: entry.time) < OfficeTime.day(ofMilliseconds: dueAt) {
            return \.finished.early
        }
        return entry.time <= dueAt ? \.finished.onTime : \.finished.late
    }
}
