internal import Causality
public import Text
public import Time

extension TimeLimit {
    /// How long it is: `7 working days`.
    var length: Message {
        let plural = count == 1 ? "" : "s"
        return switch unit {
        case .workingDays where count == 0:
            Message("the day of receipt", vi: "trong ngày tiếp nhận")
        case .workingDays:
            Message("\(count) working day\(plural)", vi: "\(count) ngày làm việc")
        case .workingHours:
            Message("\(count) working hour\(plural)", vi: "\(count) giờ làm việc")
        case .days: Message("\(count) day\(plural)", vi: "\(count) ngày")
        case .months: Message("\(count) month\(plural)", vi: "\(count) tháng")
        }
    }

    /// The limit in words, with what comes in late in the day.
    public var words: Message {
        guard let cutoffMinutes else { return length }
        let time = DayTime.text(minutes: cutoffMinutes)
        return length
            + Message(
                ", from the next working day when received after \(time)",
                vi: ", tính từ ngày làm việc tiếp theo nếu nhận sau \(time)")
    }
}

extension Deadline {
    /// The rule that gave the deadline: what it rests on, what was added, and what is not sure of it.
    public var reason: Message {
        var parts: [Message] = []
        switch basis {
        case .extended(let signed): parts.append(signed.words)
        case .agreed: parts.append(Message("as agreed", vi: "theo ngày hẹn"))
        case .limit(let limit, let procedure):
            parts.append(
                limit.length
                    + Message(" by procedure \(procedure)", vi: " theo thủ tục \(procedure)"))
            if countsFromNextDay {
                parts.append(
                    Message(
                        "received too late to count that day",
                        vi: "nhận muộn nên tính từ ngày làm việc tiếp theo"))
            }
            if added > 0 { parts.append(pauseWords(limit.unit)) }
        }
        if let pausedSince {
            let day = OfficeTime.day(ofMilliseconds: pausedSince).description
            parts.append(
                Message(
                    "the clock stands still since \(day)",
                    vi: "tạm dừng tính thời hạn từ \(Language.vietnamese.day(day))"))
        }
        if !yearsWithoutHolidays.isEmpty {
            let years = yearsWithoutHolidays.map(String.init).joined(separator: ", ")
            parts.append(
                Message(
                    "the catalog has no holidays of \(years)",
                    vi: "danh mục chưa có ngày nghỉ lễ năm \(years)"))
        }
        return .joined(parts, separator: "; ")
    }

    private func pauseWords(_ unit: TimeLimit.Unit) -> Message {
        switch unit {
        case .workingDays:
            Message(
                "\(added) working day\(added == 1 ? "" : "s") added for pauses",
                vi: "cộng \(added) ngày làm việc tạm dừng")
        case .days, .months:
            Message(
                "\(added) day\(added == 1 ? "" : "s") added for pauses",
                vi: "cộng \(added) ngày tạm dừng")
        case .workingHours:
            Message(
                "\(DayTime.text(minutes: Int(added / 60_000))) hours added for pauses",
                vi: "cộng \(DayTime.text(minutes: Int(added / 60_000))) giờ tạm dừng")
        }
    }
}

extension Deadline.Standing {
    /// What people call it.
    public var title: Message {
        switch self {
        case .early: Message("early", vi: "trước hạn")
        case .onTime: Message("on time", vi: "đúng hạn")
        case .late: Message("late", vi: "trễ hạn")
        case .open: Message("within time", vi: "trong hạn")
        case .overdue: Message("overdue", vi: "quá hạn")
        case .paused: Message("paused", vi: "tạm dừng")
        }
    }
}
