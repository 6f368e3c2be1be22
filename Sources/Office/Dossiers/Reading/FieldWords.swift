public import JSON
internal import Replication
public import Text
internal import Time

/// How values of fields are said to people. `FieldReader` reads all of it back.
public enum FieldWords {
    /// How exactly an instant is said.
    public enum Precision: Sendable {
        /// To the minute.
        case minute
        /// So that it is read back as it was.
        case exact
    }

    /// What a cleared field shows.
    static let cleared = Message("(cleared)", vi: "(đã xóa)")

    /// A value as people read it; not yet safe for a terminal. What stands for programs alone, codes
    /// and custom fields, is said as it is.
    public static func text(
        of value: JSONValue?, for field: FieldDefinition?, _ precision: Precision = .minute
    ) -> Message {
        switch (value, field?.type) {
        case (nil, _): Message(verbatim: "")
        case (.null?, _): cleared
        case (.string(let text)?, _) where field?.name == "papers":
            .joined(DossierPaper.papers(of: text).map(\.words), separator: "\n")
        case (.string(let text)?, .instant?):
            RFC3339.millisecondsSinceEpoch(text).map {
                moment(milliseconds: $0.milliseconds, precision, isEnd: field?.name == "due_at")
            } ?? Message(verbatim: text)
        case (.string(let text)?, .day?): day(text)
        case (.string(let text)?, .status?):
            Message(text, vi: ChoiceWords.title(of: text, in: "status").vietnamese)
        case (.string(let text)?, .choice?):
            Message(
                text,
                vi: ChoiceWords.title(of: text, in: field?.name ?? "status").vietnamese)
        case (.string(let text)?, .officeHours?): HoursReader.words(text)
        case (.string(let text)?, .timeLimit?):
            Message(text, vi: TimeLimit(parsing: text)?.words.vietnamese ?? text)
        case (.string(let text)?, .events?):
            DossierEvent.parse(text).map { events in
                Message.joined(events.map(\.words), separator: ", ")
            } ?? Message(verbatim: text)
        case (.string(let text)?, .limitExtension?):
            LimitExtension(parsing: text)?.words ?? Message(verbatim: text)
        case (.string(let text)?, .officeStep?):
            OfficeStep(parsing: text)?.words ?? Message(verbatim: text)
        case (.string(let text)?, .desks?):
            Message.joined(ListedDesk.desks(of: text).map(\.words), separator: "; ")
        case (.integer(let number)?, .integer?) where field?.name == "fee_vnd":
            money(number)
        case (.array(let values)?, _):
            Message.joined(values.map { text(of: $0, for: field, precision) }, separator: "; ")
        case (.string(let text)?, _): Message(verbatim: text)
        case (let other?, _): Message(verbatim: other.serialized())
        }
    }

    /// A day: `2021-05-31`, `31/05/2021`.
    ///
    /// - Parameter text: `YYYY-MM-DD`; any other text comes back as it is.
    public static func day(_ text: String) -> Message {
        Message(text, vi: Language.vietnamese.day(text))
    }

    /// An amount of đồng: `50,000 đ`, `50.000 đ`.
    public static func money(_ number: Int64) -> Message {
        let number = Int(number)
        return Message(
            "\(Language.english.number(number)) đ", vi: "\(Language.vietnamese.number(number)) đ")
    }

    /// An instant at the offices' time: `2021-05-31 08:30`, `31/05/2021 08:30`; the day alone for one
    /// that stands for a day, which is its first instant, or, where something ends, its last second.
    public static func moment(
        milliseconds: Int64, _ precision: Precision = .minute, isEnd: Bool = false
    ) -> Message {
        let day = OfficeTime.day(ofMilliseconds: milliseconds)
        let start = OfficeTime.startOfDay(day)
        let days = Self.day(day.description)
        if milliseconds == (isEnd ? OfficeTime.endOfDay(day) : start) { return days }
        return days + Message(verbatim: " " + clock(milliseconds - start, precision))
    }

    private static func clock(_ milliseconds: Int64, _ precision: Precision) -> String {
        func padded(_ number: Int64, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let seconds = milliseconds / 1000
        let minute = "\(padded(seconds / 3600)):\(padded(seconds / 60 % 60))"
        let rest = milliseconds % 60_000
        if precision == .minute || rest == 0 { return minute }
        let fraction = rest % 1000 == 0 ? "" : "." + padded(rest % 1000, 3)
        return "\(minute):\(padded(rest / 1000))\(fraction)"
    }
}
