// The days on which open dossiers are due, as an index keeps them. What a day follows from stands in the dossier
// and in the catalog: an index belongs to one edition of the catalog, and is made anew behind another one.

public import Replication
internal import Time

/// Days on which open dossiers are due.
public enum DueDay {
    /// The number of the rules by which days come from dossiers and the catalog: to be raised with every change
    /// of them, so that indexes are made anew.
    public static let rules: Int64 = 1

    /// What a dossier says that moves its deadline, opens or ends it.
    private static let fields: Set<FieldName> = [
        RecordSchema.statusField, RecordSchema.officeField, RecordSchema.pausesField,
        RecordSchema.extensionsField, RecordSchema.timesFixedField, "received_at", "due_at",
        "procedure", "finished_at", "returned_at",
    ]

    /// The deadline of a dossier whose clock runs: it is not finished, nor handed out, nor ended without a
    /// result, and does not wait.
    public static func running(_ dossier: RecordState, by book: DeadlineBook) -> Deadline? {
        guard dossier.kind == .dossier else { return nil }
        let status = dossier.shownValue(RecordSchema.statusField)?.text
        switch status.flatMap(DossierStatus.init(rawValue:)) {
        case .withdrawn, .notAccepted: return nil
        default: break
        }
        let times = DossierTimes(dossier)
        guard times.finished == nil, dossier.shownValue("returned_at")?.integer == nil,
            let deadline = book.deadline(of: times), deadline.pausedSince == nil
        else { return nil }
        return deadline
    }

    /// The term of a dossier whose clock runs.
    public static func indexTerm(of dossier: RecordState, by book: DeadlineBook) -> String? {
        running(dossier, by: book).map { term(ofMilliseconds: $0.due) }
    }

    /// What the term of a dossier has to be that is due in a span, in milliseconds since the epoch.
    public static func sieve(_ span: Range<Int64>) -> SearchSieve {
        .span(term(ofMilliseconds: span.lowerBound)...term(ofMilliseconds: span.upperBound))
    }

    /// The end of the day of a term, in milliseconds since the epoch; `nil` for what is no term.
    public static func end(ofTerm term: String) -> Int64? {
        guard let number = Int(term) else { return nil }
        return OfficeTime.startOfDay(CalendarDate(daysSinceEpoch: number - middle + 1))
    }

    /// Whether two states of a dossier may be due on different days.
    public static func tellsApart(_ one: RecordState, _ other: RecordState) -> Bool {
        fields.contains { one[$0] != other[$0] }
    }

    /// Terms are in the order of the days, and of one length.
    private static func term(ofMilliseconds time: Int64) -> String {
        let days = OfficeTime.day(ofMilliseconds: time).daysSinceEpoch
        let number = String(min(max(0, days + middle), 2 * middle))
        return String(repeating: "0", count: "\(2 * middle)".count - number.count) + number
    }

    /// The number of 1970-01-01.
    private static let middle = 5_000_000
}
