/// A part of what a person typed that no reader takes. It holds nothing of the text but the place.
public struct Unread: Error, Hashable, Sendable {
    /// Why it is not taken.
    public enum Cause: Hashable, Sendable {
        /// No day and no time stands there.
        case notATime
        /// No day stands there.
        case notADay
        /// The calendar has no such day.
        case noSuchDay
        /// The day has no such time.
        case noSuchTime
        /// A year of other than four digits, or none.
        case yearOfFourDigits
        /// A time, where nothing says of which day.
        case timeWithoutDay
        /// A spreadsheet's number for a day.
        case bareNumber
        /// The day is another day of the week.
        case wrongWeekday
        /// No whole number stands there.
        case notANumber
        /// Not a period of a report.
        case notAPeriod
    }

    /// The first character that was not taken, beginning with 1.
    public var place: Int
    /// Why.
    public var cause: Cause

    /// Names a place and a cause.
    public init(_ place: Int, _ cause: Cause) {
        self.place = place
        self.cause = cause
    }
}

extension Unread {
    /// What stands there or should stand there, as part of a sentence that names the value before.
    public var message: Message {
        Message(
            "cannot be read from character \(place) on: ",
            vi: "không đọc được từ ký tự thứ \(place): ") + cause.words
    }
}

extension Unread.Cause {
    /// What should stand there.
    public var words: Message {
        switch self {
        case .notATime:
            Message(
                "a day is written as 31/05/2021 or 2021-05-31, a time as 08:30 or 2:30 PM",
                vi: "ngày ghi như 31/05/2021 hoặc 2021-05-31, giờ ghi như 08:30 hoặc 2:30 CH")
        case .notADay:
            Message(
                "a day is written as 31/05/2021 or 2021-05-31",
                vi: "ngày ghi như 31/05/2021 hoặc 2021-05-31")
        case .noSuchDay: Message("there is no such day", vi: "không có ngày này")
        case .noSuchTime: Message("there is no such time of day", vi: "không có giờ này")
        case .yearOfFourDigits:
            Message(
                "a day needs its year in four digits, as in 31/05/2021",
                vi: "ngày phải có năm bốn chữ số, như 31/05/2021")
        case .timeWithoutDay:
            Message(
                "the time needs its day, as in 08:30 31/05/2021",
                vi: "giờ phải kèm ngày, như 08:30 31/05/2021")
        case .bareNumber:
            Message(
                "it is a bare number: let the spreadsheet write dates as 31/05/2021",
                vi: "chỉ là một con số: hãy để bảng tính ghi ngày dạng 31/05/2021")
        case .wrongWeekday:
            Message("that day is another day of the week", vi: "ngày đó là thứ khác trong tuần")
        case .notANumber:
            Message(
                "a whole number is written as 50000 or 50.000",
                vi: "số nguyên ghi như 50000 hoặc 50.000")
        case .notAPeriod:
            Message(
                "a period is written as 05/2021, 2021-05, 2021-Q2, 2021-H1 or 2021",
                vi: "kỳ ghi như 05/2021, quý 2/2021, 6 tháng đầu năm 2021, 2021-Q2 hoặc 2021")
        }
    }
}
