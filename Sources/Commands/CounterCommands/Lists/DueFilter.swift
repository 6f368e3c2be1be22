internal import Causality
internal import CommandLine
internal import Dossiers
internal import Replication
internal import SharedCommands
internal import Text
internal import Time

/// Which open dossiers a listing shows by their deadlines.
struct DueFilter {
    static let options = [
        Option(
            "--due-today",
            help: Message("only open ones due today", vi: "chỉ hồ sơ chưa xong, hẹn trả hôm nay")),
        Option("--overdue", help: Message("only those overdue", vi: "chỉ hồ sơ quá hạn")),
        Option(
            "--due-within", valueName: "3d",
            help: Message(
                "only open ones due within so many days, or working days (3wd)",
                vi: "chỉ hồ sơ chưa xong, đến hạn trong số ngày, hoặc ngày làm việc (3wd)")),
        Option(
            "--due-before", valueName: "DATE",
            help: Message(
                "only open ones due before this day",
                vi: "chỉ hồ sơ chưa xong, đến hạn trước ngày này")),
    ]

    /// The option by which a listing asks for deadlines.
    static func option(of invocation: Invocation) -> String? {
        options.map(\.name).first { invocation.has($0) }
    }

    /// The deadlines that are shown, in milliseconds since the epoch.
    let span: Range<Int64>

    /// `nil` when the listing does not ask for deadlines.
    ///
    /// - Throws: `UsageError`.
    init?(_ invocation: Invocation, _ book: DeadlineBook, office: String?, now: Timestamp) throws {
        let given = Self.options.map(\.name).filter { invocation.has($0) }
        guard let option = given.first else { return nil }
        if let other = given.dropFirst().first {
            throw UsageError(
                Message("\(option) or \(other), not both", vi: "chỉ \(option) hoặc \(other)"))
        }
        let today = OfficeTime.day(ofMilliseconds: now.milliseconds)
        let start = OfficeTime.startOfDay(today)
        switch option {
        case "--due-today": span = start..<OfficeTime.startOfDay(today.adding(days: 1))
        case "--overdue": span = .min..<now.milliseconds
        case "--due-within":
            let last = try invocation.value(
                option,
                expected: Message("days such as 3d or 3wd", vi: "số ngày như 3d hoặc 3wd")
            ) { Self.day($0, from: today, book.calendar(ofOffice: office)) }
            span = start..<OfficeTime.startOfDay((last ?? today).adding(days: 1))
        default:
            let day = try invocation.day(option) ?? today
            span = .min..<OfficeTime.startOfDay(day)
        }
    }

    /// Whether a dossier is due in a span, and its clock runs.
    static func includes(
        _ dossier: RecordState, by book: DeadlineBook, in span: Range<Int64>
    ) -> Bool {
        DueDay.running(dossier, by: book).map { span.contains($0.due) } ?? false
    }

    private static func day(
        _ text: String, from today: CalendarDate, _ calendar: WorkCalendar
    ) -> CalendarDate? {
        guard let limit = TimeLimit(parsing: text), limit.cutoffMinutes == nil else { return nil }
        switch limit.unit {
        case .days: return today.adding(days: limit.count)
        case .workingDays: return calendar.workingDay(limit.count, after: today)
        case .workingHours, .months: return nil
        }
    }
}
