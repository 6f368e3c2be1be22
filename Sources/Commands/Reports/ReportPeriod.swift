internal import Dossiers
public import Text
public import Time

/// Whole days at the offices' time (+07:00), both ends included.
public struct ReportPeriod: Hashable, Sendable {
    /// The first day.
    public let from: CalendarDate
    /// The last day.
    public let to: CalendarDate

    /// The instants of the period, in milliseconds since the Unix epoch: from the midnight that
    /// begins the first day to before the one that ends the last.
    let instants: Range<Int64>

    /// - Throws: `ReportError.emptyPeriod`.
    public init(from: CalendarDate, to: CalendarDate) throws(ReportError) {
        guard from <= to else { throw .emptyPeriod(from: from, to: to) }
        self.from = from
        self.to = to
        let start = OfficeTime.startOfDay(from)
        instants = start..<max(start, OfficeTime.startOfDay(to.adding(days: 1)))
    }

    /// Reads a month, a quarter, half a year, a year or two days, as `PeriodReader` does.
    ///
    /// - Throws: `Unread` with the place of what is left.
    public init(parsing text: String) throws(Unread) {
        let days = try PeriodReader.days(text)
        do throws(ReportError) {
            try self.init(from: days.from, to: days.to)
        } catch {
            throw Unread(1, .notAPeriod)
        }
    }

    /// The months that the period touches, in order.
    var months: [ReportMonth] {
        var months = [ReportMonth(of: from)]
        while let last = months.last, last < ReportMonth(of: to) { months.append(last.next) }
        return months
    }
}

/// One month of one year.
public struct ReportMonth: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The year.
    public let year: Int
    /// The month, 1...12.
    public let month: Int

    init(of day: CalendarDate) {
        (year, month) = (day.year, day.month)
    }

    private init(year: Int, month: Int) {
        (self.year, self.month) = (year, month)
    }

    /// The month of an instant at the offices' time.
    init(ofMilliseconds milliseconds: Int64) {
        self.init(of: OfficeTime.day(ofMilliseconds: milliseconds))
    }

    var next: ReportMonth {
        month == 12
            ? ReportMonth(year: year + 1, month: 1) : ReportMonth(year: year, month: month + 1)
    }

    /// `YYYY-MM`.
    public var description: String {
        CalendarDate(year: year, month: month, day: 1).map { String($0.description.prefix(7)) }
            ?? "\(year)-\(month)"
    }

    /// Earlier months come first.
    public static func < (left: ReportMonth, right: ReportMonth) -> Bool {
        (left.year, left.month) < (right.year, right.month)
    }
}
