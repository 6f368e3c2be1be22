internal import Text

extension TimeReading {
    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september",
        "october", "november", "december",
    ]

    /// Takes a day, if one begins here.
    ///
    /// - Throws: `Unread` for what begins like a day and is none.
    mutating func takeDay() throws(Unread) -> CalendarDate? {
        let start = text.place
        let isNamed = text.takeWord(["ngay", "mung", "mong"])
        if let month = month(at: 0), text.digits(1) != nil {
            return try takeAmericanDay(month, start)
        }
        guard let first = text.digits() else {
            if isNamed { throw Unread(text.place, .notADay) }
            return nil
        }
        if first.count == 8 || first.count == 14, !isNamed {
            return try takeCompactDay(first, start)
        }
        if let word = text.word(1), word == "thang" || word == "thg" {
            text.take(2)
            return try takeNamedMonth(first, start)
        }
        if let sign = text.sign(1), "/-.".contains(sign),
            text.digits(2) != nil || month(at: 2) != nil
        {
            return try takeNumericDay(first, sign, start)
        }
        if let month = month(at: 1) {
            text.take(2)
            _ = text.takeSign(",")
            return try day(year: try takeYear(), month: month, day: Int(first), start)
        }
        if isNamed { throw Unread(text.place, .notADay) }
        return nil
    }

    /// `30/11/2026`, `30-Nov-2026`, `2026-11-30`: the same sign twice.
    private mutating func takeNumericDay(
        _ first: String, _ sign: Character, _ start: Int
    ) throws(Unread) -> CalendarDate? {
        let named = month(at: 2)
        let middle = text.digits(2) ?? ""
        text.take(3)
        guard text.sign() == sign, text.digits(1) != nil else {
            throw first.count > 4
                ? Unread(start, .bareNumber) : Unread(text.place, .yearOfFourDigits)
        }
        guard named != nil || (1...2).contains(middle.count) else {
            throw Unread(start, .noSuchDay)
        }
        text.take()
        let month = named ?? Int(middle)
        if first.count == 4, let last = text.digits() {
            guard last.count <= 2 else { throw Unread(text.place, .notADay) }
            text.take()
            return try day(year: Int(first), month: month, day: Int(last), start)
        }
        guard first.count <= 2 else { throw Unread(start, .notADay) }
        return try day(year: try takeYear(), month: month, day: Int(first), start)
    }

    /// Behind `ngày 30 tháng`: `11 năm 2026`, `11, 2026`, `11/2026`.
    private mutating func takeNamedMonth(
        _ first: String, _ start: Int
    ) throws(Unread) -> CalendarDate? {
        guard let month = text.digits(), month.count <= 2 else {
            throw Unread(text.place, .notADay)
        }
        text.take()
        if !text.takeSign("/") { _ = text.takeSign(",") }
        _ = text.takeWord(["nam"])
        return try day(year: try takeYear(), month: Int(month), day: Int(first), start)
    }

    /// `November 30, 2026`
    private mutating func takeAmericanDay(
        _ month: Int, _ start: Int
    ) throws(Unread) -> CalendarDate? {
        text.take()
        let first = text.digits()
        text.take()
        _ = text.takeSign(",")
        return try day(year: try takeYear(), month: month, day: first.flatMap { Int($0) }, start)
    }

    /// `20261130`, and `20261130083000` with a time.
    private mutating func takeCompactDay(
        _ digits: String, _ start: Int
    ) throws(Unread) -> CalendarDate? {
        let numbers = digits.compactMap(\.wholeNumberValue)
        func number(_ range: Range<Int>) -> Int { numbers[range].reduce(0) { $0 * 10 + $1 } }
        guard (1900...2199).contains(number(0..<4)) else { throw Unread(start, .bareNumber) }
        let day = try day(
            year: number(0..<4), month: number(4..<6), day: number(6..<8), start)
        if digits.count == 14 {
            let (hour, minute, second) = (number(8..<10), number(10..<12), number(12..<14))
            guard hour < 24, minute < 60, second < 60, clock == nil else {
                throw Unread(start, .noSuchTime)
            }
            clock = ClockReading(milliseconds: ((hour * 60 + minute) * 60 + second) * 1000)
        }
        text.take()
        return day
    }

    private mutating func takeYear() throws(Unread) -> Int? {
        guard let year = text.digits(), year.count == 4 else {
            throw Unread(text.place, .yearOfFourDigits)
        }
        text.take()
        return Int(year)
    }

    private func day(
        year: Int?, month: Int?, day: Int?, _ start: Int
    ) throws(Unread) -> CalendarDate {
        guard let year, let month, let day,
            let date = CalendarDate(year: year, month: month, day: day)
        else { throw Unread(start, .noSuchDay) }
        return date
    }

    private func month(at offset: Int) -> Int? {
        guard let word = text.word(offset), word.count >= 3 else { return nil }
        let index = Self.months.firstIndex {
            $0 == word || $0.prefix(3) == word || word == "sept" && $0.hasPrefix(word)
        }
        return index.map { $0 + 1 }
    }
}
