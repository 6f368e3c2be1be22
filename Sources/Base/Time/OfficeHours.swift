// When an office is open, as the catalog's field `hours` keeps it: one edition a line, each from its
// day on, the first from ever:
//
//     mon-fri 07:30-11:30 13:30-17:00
//     2026-03-01: mon-fri 08:00-12:00 13:00-17:00; sat 08:00-11:30

/// The opening hours of an office, by weekday, as they changed in the course of time.
public struct OfficeHours: Hashable, Sendable {
    /// Hours from a day on.
    struct Edition: Hashable, Sendable {
        var from: CalendarDate?
        /// Spans in minutes after midnight, in order, by weekday (Monday first).
        var week: [[Range<Int>]]
    }

    let editions: [Edition]

    /// Where the catalog says nothing: Monday to Friday 07:30 to 11:30 and 13:30 to 17:00.
    public static let usual = OfficeHours(editions: [
        Edition(
            from: nil,
            week: Array(repeating: [450..<690, 810..<1020], count: 5) + [[], []])
    ])

    private init(editions: [Edition]) {
        self.editions = editions
    }

    /// Reads the text of the catalog's field; `nil` when it has another form, an edition without any
    /// hours, spans that overlap, or days that do not ascend.
    public init?(parsing text: String) {
        var editions: [Edition] = []
        for line in text.split(separator: "\n") {
            var rest = line
            var from: CalendarDate?
            if let day = CalendarDate(parsing: line.prefix(10)) {
                guard line.dropFirst(10).first == ":" else { return nil }
                from = day
                rest = line.dropFirst(11)
            }
            guard let week = Self.week(rest) else { return nil }
            if let last = editions.last {
                guard let from, last.from.map({ $0 < from }) ?? true else { return nil }
            }
            editions.append(Edition(from: from, week: week))
        }
        guard !editions.isEmpty else { return nil }
        self.editions = editions
    }

    /// The spans of a weekday that hold on a day, in minutes after midnight, in order.
    func spans(_ weekday: CalendarDate.Weekday, on day: CalendarDate) -> [Range<Int>] {
        let edition = editions.last { $0.from.map { $0 <= day } ?? true } ?? editions[0]
        return edition.week[weekday.rawValue - 1]
    }

    private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// `mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30`
    private static func week(_ text: Substring) -> [[Range<Int>]]? {
        var week = Array(repeating: [Range<Int>](), count: 7)
        for group in text.split(separator: ";", omittingEmptySubsequences: false) {
            let words = group.split(separator: " ")
            guard words.count >= 2, let days = days(words[0]) else { return nil }
            var spans: [Range<Int>] = []
            for word in words.dropFirst() {
                guard let span = span(word), span.lowerBound >= spans.last?.upperBound ?? 0 else {
                    return nil
                }
                spans.append(span)
            }
            for day in days {
                guard week[day].isEmpty else { return nil }
                week[day] = spans
            }
        }
        return week
    }

    private static func days(_ text: Substring) -> ClosedRange<Int>? {
        let places = text.split(separator: "-", omittingEmptySubsequences: false)
            .map { names.firstIndex(of: String($0)) }
        switch places.count {
        case 1: return places[0].map { $0...$0 }
        case 2:
            guard let first = places[0], let last = places[1], first <= last else { return nil }
            return first...last
        default: return nil
        }
    }

    private static func span(_ text: Substring) -> Range<Int>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
            .map(DayTime.minutes(parsing:))
        guard ends.count == 2, let start = ends[0], let end = ends[1], start < end else {
            return nil
        }
        return start..<end
    }
}
