internal import Dossiers
public import Replication
internal import SeededRandom
public import Time

/// A public holiday on which the offices are closed.
public struct PublicHoliday: Hashable, Sendable {
    /// The day.
    public let day: CalendarDate
    /// Its name.
    public let name: String

    /// The fields of the holiday's entry in the catalog.
    public var catalogFields: [FieldWrite] {
        [FieldWrite("date", .text(day.description)), FieldWrite("name", .text(name))]
    }
}

/// The offices' working days and hours: Monday to Friday without public holidays, 07:30 to 11:30
/// and 13:30 to 17:00.
public enum OfficeCalendar {
    /// The public holidays of the half-year. Those of the Lunar New Year and the substitute for
    /// Saturday 1 May are as the government announced them for 2021.
    public static let holidays: [PublicHoliday] = {
        let days: [(Int, ClosedRange<Int>, String)] = [
            (1, 1...1, "Tết Dương lịch"), (2, 10...16, "Tết Nguyên đán Tân Sửu"),
            (4, 21...21, "Giỗ Tổ Hùng Vương"), (4, 30...30, "Ngày Giải phóng miền Nam"),
            (5, 1...1, "Ngày Quốc tế Lao động"), (5, 3...3, "Nghỉ bù Ngày Quốc tế Lao động"),
        ]
        return days.flatMap { month, days, name in
            days.compactMap { CalendarDate(year: 2021, month: month, day: $0) }
                .map { PublicHoliday(day: $0, name: name) }
        }
    }()
    private static let holidayDays = Set(holidays.map(\.day))

    // Milliseconds after midnight.
    private static let opening: Int64 = 450 * 60_000
    private static let lunch: Int64 = 690 * 60_000
    private static let afternoon: Int64 = 810 * 60_000
    private static let evening: Int64 = 1020 * 60_000

    /// Whether the offices are open on a day.
    public static func isWorkingDay(_ day: CalendarDate) -> Bool {
        day.weekday != .saturday && day.weekday != .sunday && !holidayDays.contains(day)
    }

    /// Whether the offices are open at an instant, in milliseconds since the Unix epoch.
    public static func isOpen(_ milliseconds: Int64) -> Bool {
        let day = OfficeTime.day(ofMilliseconds: milliseconds)
        let time = milliseconds - OfficeTime.startOfDay(day)
        let isInHours = time >= opening && time <= lunch || time >= afternoon && time <= evening
        return isInHours && isWorkingDay(day)
    }

    /// The working days of a span.
    static func workingDays(_ days: ClosedRange<CalendarDate>) -> [CalendarDate] {
        (days.lowerBound.daysSinceEpoch...days.upperBound.daysSinceEpoch)
            .map(CalendarDate.init(daysSinceEpoch:)).filter(isWorkingDay)
    }

    /// When the offices close on a day.
    static func closing(of day: CalendarDate) -> Int64 {
        OfficeTime.startOfDay(day) + evening
    }

    /// An instant of the day's working hours, to the second, before 16:30.
    static func instant(of day: CalendarDate, _ generator: inout SeededGenerator) -> Int64 {
        let morning = lunch - opening
        let hours = morning + evening - afternoon - 30 * 60_000
        let time = Int64(generator.number(below: Int(hours / 1000))) * 1000
        let start = time < morning ? opening + time : afternoon + time - morning
        return OfficeTime.startOfDay(day) + start
    }

    /// The instant, or the next one at which the offices are open that day; `nil` when there is none.
    static func openInstant(from instant: Int64) -> Int64? {
        if isOpen(instant) { return instant }
        let day = OfficeTime.day(ofMilliseconds: instant)
        let time = instant - OfficeTime.startOfDay(day)
        guard isWorkingDay(day), time < evening else { return nil }
        return OfficeTime.startOfDay(day) + (time < opening ? opening : afternoon)
    }
}
