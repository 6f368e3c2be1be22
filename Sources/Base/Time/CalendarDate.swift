// Days are counted from 1970-01-01 in the proleptic Gregorian calendar. The conversions split
// time into eras of 400 years (146,097 days) that start on 1 March, so that the leap day is the
// last of its year and month lengths follow one linear formula: Howard Hinnant, "chrono-Compatible
// Low-Level Date Algorithms" (2013), days_from_civil and civil_from_days.

/// A day of the proleptic Gregorian calendar, without time and time zone.
public struct CalendarDate: Sendable, Hashable {
    /// The days of the week, numbered as in ISO 8601.
    public enum Weekday: Int, Sendable, Hashable, CaseIterable {
        /// Monday, 1.
        case monday = 1
        /// Tuesday, 2.
        case tuesday
        /// Wednesday, 3.
        case wednesday
        /// Thursday, 4.
        case thursday
        /// Friday, 5.
        case friday
        /// Saturday, 6.
        case saturday
        /// Sunday, 7.
        case sunday
    }

    /// The year; 1...9999 when it was parsed.
    public let year: Int
    /// The month, 1...12.
    public let month: Int
    /// The day of the month, 1...31.
    public let day: Int

    /// Makes a date, or nil if there is no such day or the year is outside 1...9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.dayCount(year: year, month: month)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Parses `YYYY-MM-DD` (RFC 3339 full-date), or returns nil.
    public init?(parsing text: some StringProtocol) {
        var text = String(text)
        let parsed = text.withUTF8 { bytes in
            var cursor = DigitCursor(bytes)
            let date = cursor.takeDate()
            return cursor.isAtEnd ? date : nil
        }
        guard let date = parsed else { return nil }
        self = date
    }

    /// The date this many days after 1970-01-01 (before, if negative).
    ///
    /// Years outside 1...9999 are possible here. Counts beyond ±10^12 are taken as ±10^12.
    public init(daysSinceEpoch: Int) {
        let shifted = min(max(daysSinceEpoch, -1_000_000_000_000), 1_000_000_000_000) + 719_468
        let (era, dayOfEra) = floorDivide(shifted, 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days after 1970-01-01; negative before.
    public var daysSinceEpoch: Int {
        let (era, yearOfEra) = floorDivide(month <= 2 ? year - 1 : year, 400)
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The day of the week.
    public var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        let (_, number) = floorDivide(daysSinceEpoch + 3, 7)
        return Weekday(rawValue: number + 1) ?? .monday
    }

    /// The date this many days later (earlier, if negative).
    public func adding(days: Int) -> CalendarDate {
        let (sum, overflow) = daysSinceEpoch.addingReportingOverflow(days)
        return CalendarDate(daysSinceEpoch: overflow ? (days < 0 ? .min : .max) : sum)
    }

    /// Whether the year has a 29 February.
    public static func isLeap(year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// How many days a month has.
    /// - Parameter month: 1...12; 0 is returned for others.
    public static func dayCount(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeap(year: year) ? 29 : 28
        case 4, 6, 9, 11: 30
        case 1...12: 31
        default: 0
        }
    }
}

extension CalendarDate: Comparable {
    /// Whether the left day comes before the right one.
    public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

extension CalendarDate: CustomStringConvertible {
    /// `YYYY-MM-DD`; a year outside 0...9999 has its sign, as in ISO 8601's expanded form.
    public var description: String {
        let sign = year < 0 ? "-" : year > 9999 ? "+" : ""
        let yearText = padded(Int(year.magnitude), 4)
        return "\(sign)\(yearText)-\(padded(month, 2))-\(padded(day, 2))"
    }
}

/// The quotient rounded down, and the remainder, which is never negative.
func floorDivide<Number: FixedWidthInteger>(
    _ dividend: Number, _ divisor: Number
) -> (quotient: Number, remainder: Number) {
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

/// The number with leading zeros up to `width` digits.
func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
