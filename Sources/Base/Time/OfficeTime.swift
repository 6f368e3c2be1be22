/// The offices' civil time: UTC+07:00 all year, in all of Viet Nam (Decision 134/2002/QĐ-TTg).
public enum OfficeTime {
    /// Minutes east of UTC.
    public static let offsetMinutes = 420

    private static let offsetMilliseconds = Int64(offsetMinutes) * 60_000
    private static let dayMilliseconds: Int64 = 86_400_000

    /// The first instant of a day, in milliseconds since the Unix epoch.
    public static func startOfDay(_ day: CalendarDate) -> Int64 {
        Int64(day.daysSinceEpoch) * dayMilliseconds - offsetMilliseconds
    }

    /// The last second of a day (23:59:59), in milliseconds since the Unix epoch.
    public static func endOfDay(_ day: CalendarDate) -> Int64 {
        startOfDay(day) + dayMilliseconds - 1000
    }

    /// The day on which an instant lies.
    public static func day(ofMilliseconds milliseconds: Int64) -> CalendarDate {
        let (local, overflow) = milliseconds.addingReportingOverflow(offsetMilliseconds)
        let time = overflow ? Int64.max : local
        let (days, rest) = time.quotientAndRemainder(dividingBy: dayMilliseconds)
        return CalendarDate(daysSinceEpoch: Int(rest < 0 ? days - 1 : days))
    }

    /// The day on which an instant lies at an office with another offset, in minutes east of UTC.
    public static func day(
        ofMilliseconds milliseconds: Int64, offsetMinutes: Int
    ) -> CalendarDate {
        day(ofMilliseconds: milliseconds + Int64(offsetMinutes - Self.offsetMinutes) * 60_000)
    }

    /// Whether an instant is the first of a day, which is how a day without a time is kept.
    public static func isStartOfDay(_ milliseconds: Int64) -> Bool {
        milliseconds % dayMilliseconds == dayMilliseconds - offsetMilliseconds
            || milliseconds % dayMilliseconds == -offsetMilliseconds
    }

    /// The instant as RFC 3339 text with the offices' offset.
    public static func text(milliseconds: Int64) -> String {
        RFC3339.string(milliseconds: milliseconds, offsetMinutes: offsetMinutes)
    }
}
