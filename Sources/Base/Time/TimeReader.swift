// Days and times as people of the country write them, as our own screens and papers show them, and as
// spreadsheets and portals export them:
//
//     30/11/2026   30-11-2026   2026-11-30   20261130   ngày 30 tháng 11 năm 2026   30-Nov-2026
//     8:30   08:30:15.250   08h30   8 giờ 30   2:30:00 CH   2:30 PM   8 giờ sáng
//     8:30 30/11/2026   30/11/2026 8:30   Thứ Hai, 30/11/2026 lúc 8:30
//     2026-11-30T08:30:00+07:00   2026-11-30 08:30   20261130083000   …Z   …+0700
//
// A day and a time may stand in either order. Nothing may be left over.

public import Text

/// Reads days and times.
public enum TimeReader {
    /// What a text says.
    public enum Moment: Hashable, Sendable {
        /// A day without a time.
        case day(CalendarDate)
        /// An instant, in milliseconds since the Unix epoch.
        case instant(Int64)
    }

    /// A day, or an instant; without an offset at the offices' time.
    ///
    /// - Parameter today: The day that a time alone means; without it a time alone is refused.
    /// - Throws: `Unread` with the place of what is left.
    public static func moment(
        _ text: String, today: CalendarDate? = nil
    ) throws(Unread) -> Moment {
        if let instant = RFC3339.millisecondsSinceEpoch(text) {
            return .instant(instant.milliseconds)
        }
        var reading = TimeReading(text)
        try reading.read(.notATime)
        if let clock = reading.clock {
            guard let day = reading.day ?? today else { throw Unread(1, .timeWithoutDay) }
            return .instant(clock.instant(on: day))
        }
        guard let day = reading.day else { throw Unread(1, .notATime) }
        return .day(day)
    }

    /// A day without a time.
    ///
    /// - Throws: `Unread` with the place of what is left.
    public static func day(_ text: String) throws(Unread) -> CalendarDate {
        var reading = TimeReading(text)
        try reading.read(.notADay)
        if reading.clock != nil { throw Unread(reading.clockPlace, .notADay) }
        guard let day = reading.day else { throw Unread(1, .notADay) }
        return day
    }
}

/// A time of the day, to the millisecond, with its offset if that was given.
struct ClockReading: Hashable {
    var milliseconds: Int
    var offsetMinutes: Int?

    func instant(on day: CalendarDate) -> Int64 {
        let offset = (offsetMinutes ?? OfficeTime.offsetMinutes) - OfficeTime.offsetMinutes
        return OfficeTime.startOfDay(day) + Int64(milliseconds) - Int64(offset) * 60_000
    }
}

/// The day and the time of a text, as far as it was read.
struct TimeReading {
    var text: TypedText
    var day: CalendarDate?
    var clock: ClockReading?
    /// Where the time begins.
    var clockPlace = 1
    private var weekday: (day: CalendarDate.Weekday, place: Int)?

    init(_ text: String) {
        self.text = TypedText(text)
    }

    /// Reads to the end.
    mutating func read(_ expected: Unread.Cause) throws(Unread) {
        // Spreadsheets keep text by an apostrophe before it.
        _ = text.takeSign("'")
        while !text.isAtEnd {
            if day != nil || clock != nil || weekday != nil { takeFiller() }
            if day == nil, weekday == nil, takeWeekday() { continue }
            if day == nil, let found = try takeDay() {
                day = found
                continue
            }
            if clock == nil {
                let place = text.place
                if let found = try takeClock() {
                    (clock, clockPlace) = (found, place)
                    continue
                }
            }
            throw unread(expected)
        }
        if let weekday, day?.weekday != weekday.day {
            throw Unread(weekday.place, day == nil ? expected : .wrongWeekday)
        }
    }

    /// Takes what stands between a day and a time.
    private mutating func takeFiller() {
        if text.peek(1) == nil { return }
        if text.takeSign(",") || text.takeWord(["luc", "vao", "at"]) { return }
        if text.sign() == "-", text.followsBlank(), text.followsBlank(1) { text.take() }
        // ISO 8601's T stands close to both.
        if day != nil, clock == nil, text.word() == "t", !text.followsBlank(1) { text.take() }
    }

    private func unread(_ expected: Unread.Cause) -> Unread {
        let isAllDigits = text.place == 1 && text.digits() != nil
        let tail = [text.peek(1), text.peek(2), text.peek(3)]
        let isNumber =
            tail[0] == nil || (tail[0] == .sign(".") || tail[0] == .sign(",")) && tail[2] == nil
        return Unread(text.place, isAllDigits && isNumber ? .bareNumber : expected)
    }

    private static let vietnameseWeekdays = [
        "hai": 1, "ba": 2, "tu": 3, "nam": 4, "sau": 5, "bay": 6, "2": 1, "3": 2, "4": 3, "5": 4,
        "6": 5, "7": 6,
    ]
    private static let englishWeekdays = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]

    private mutating func takeWeekday() -> Bool {
        let place = text.place
        func number() -> (Int, pieces: Int)? {
            guard let word = text.word() else { return nil }
            if word == "thu", let next = text.word(1) ?? text.digits(1),
                let number = Self.vietnameseWeekdays[next]
            {
                return (number, 2)
            }
            if word == "chu", text.word(1) == "nhat" { return (7, 2) }
            guard word.count >= 3,
                let index = Self.englishWeekdays.firstIndex(where: {
                    $0 == word || $0.prefix(3) == word
                })
            else { return nil }
            return (index + 1, 1)
        }
        guard let (number, pieces) = number(), let day = CalendarDate.Weekday(rawValue: number)
        else { return false }
        weekday = (day, place)
        text.take(pieces)
        return true
    }
}
