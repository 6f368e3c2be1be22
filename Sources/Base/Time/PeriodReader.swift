public import Text

/// Reads periods of whole months, and from one day to another:
///
///     11/2026   2026-11   tháng 11/2026   quý 4/2026   Q4/2026   2026-Q4   quý IV năm 2026
///     2026-H1   6 tháng đầu năm 2026   2026   năm 2026   01/11/2026 - 30/11/2026
public enum PeriodReader {
    /// The first and the last day.
    ///
    /// - Throws: `Unread` with the place of what is left.
    public static func days(
        _ text: String
    ) throws(Unread) -> (from: CalendarDate, to: CalendarDate) {
        if let span = span(text) { return span }
        var typed = TypedText(text)
        guard let months = months(&typed), typed.isAtEnd,
            (1900...2199).contains(months.year),
            let from = CalendarDate(year: months.year, month: months.first, day: 1),
            let to = CalendarDate(
                year: months.year, month: months.last,
                day: CalendarDate.dayCount(year: months.year, month: months.last))
        else { throw Unread(typed.place, .notAPeriod) }
        return (from, to)
    }

    /// `01/11/2026 - 30/11/2026`, `từ ngày … đến ngày …`
    private static func span(_ text: String) -> (from: CalendarDate, to: CalendarDate)? {
        let folded = Folding.folded(text)
        for sign in [" - ", " – ", " den ", " to "] {
            let parts = folded.split(separator: sign, maxSplits: 1)
            guard parts.count == 2 else { continue }
            let start = parts[0].hasPrefix("tu ") ? parts[0].dropFirst(3) : parts[0]
            // No period of this form: one of the others, perhaps.
            if let from = try? TimeReader.day(String(start)),
                let to = try? TimeReader.day(String(parts[1]))
            {
                return (from, to)
            }
        }
        return nil
    }

    private typealias Months = (year: Int, first: Int, last: Int)
    private static let romanQuarters = ["i": 1, "ii": 2, "iii": 3, "iv": 4]

    private static func months(_ typed: inout TypedText) -> Months? {
        if let year = typed.digits(), year.count == 4 {
            typed.take()
            guard let year = Int(year) else { return nil }
            if typed.isAtEnd { return (year, 1, 12) }
            guard typed.takeSign("-") || typed.takeSign("/") else { return nil }
            guard let part = part(&typed) else { return nil }
            return (year, part.first, part.last)
        }
        if typed.takeWord(["nam"]) {
            return year(&typed).map { ($0, 1, 12) }
        }
        guard let part = part(&typed) else { return nil }
        if !typed.takeSign("/"), !typed.takeSign("-") { _ = typed.takeWord(["nam"]) }
        return year(&typed).map { ($0, part.first, part.last) }
    }

    private static func year(_ typed: inout TypedText) -> Int? {
        guard let year = typed.digits(), year.count == 4 else { return nil }
        typed.take()
        return Int(year)
    }

    /// A month, a quarter or half a year.
    private static func part(_ typed: inout TypedText) -> (first: Int, last: Int)? {
        if typed.takeWord(["q", "quy"]) {
            let number =
                typed.digits().flatMap { Int($0) }
                ?? typed.word().flatMap {
                    romanQuarters[$0]
                }
            guard let number, (1...4).contains(number) else { return nil }
            typed.take()
            return (number * 3 - 2, number * 3)
        }
        if typed.takeWord(["h"]) {
            guard let half = typed.digits().flatMap({ Int($0) }), (1...2).contains(half) else {
                return nil
            }
            typed.take()
            return (half * 6 - 5, half * 6)
        }
        if typed.digits() == "6", typed.word(1) == "thang",
            let half = ["dau": 1, "cuoi": 2][typed.word(2) ?? ""]
        {
            typed.take(3)
            return (half * 6 - 5, half * 6)
        }
        _ = typed.takeWord(["thang", "thg", "t"])
        guard let digits = typed.digits(), digits.count <= 2, let month = Int(digits),
            (1...12).contains(month)
        else { return nil }
        typed.take()
        return (month, month)
    }
}
