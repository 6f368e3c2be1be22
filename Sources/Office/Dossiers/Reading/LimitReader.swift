internal import Text
internal import Time

/// Reads how long a procedure may take, as the catalog keeps it and as we say it in words.
enum LimitReader {
    private static let units: [([String], TimeLimit.Unit)] = [
        (["working", "days"], .workingDays), (["working", "day"], .workingDays),
        (["ngay", "lam", "viec"], .workingDays), (["working", "hours"], .workingHours),
        (["working", "hour"], .workingHours), (["gio", "lam", "viec"], .workingHours),
        (["days"], .days), (["day"], .days), (["ngay"], .days), (["months"], .months),
        (["month"], .months), (["thang"], .months),
    ]

    /// The limit; `nil` for anything else. With a cutoff it is the limit whose words these are.
    static func limit(_ text: String) -> TimeLimit? {
        if let limit = TimeLimit(parsing: text) { return limit }
        let typed = TypedText(text)
        for (count, unit) in beginnings(typed) {
            if let limit = TimeLimit(count, unit), says(typed, limit) { return limit }
            if let minutes = cutoff(typed),
                let limit = TimeLimit(count, unit, cutoffMinutes: minutes),
                says(typed, limit)
            {
                return limit
            }
        }
        return nil
    }

    private static func beginnings(_ typed: TypedText) -> [(Int, TimeLimit.Unit)] {
        guard let digits = typed.digits(), let count = Int(digits) else {
            return [(0, .workingDays)]
        }
        return units.compactMap { words, unit in
            words.indices.allSatisfy { typed.word($0 + 1) == words[$0] } ? (count, unit) : nil
        }
    }

    /// The time at the end.
    private static func cutoff(_ typed: TypedText) -> Int? {
        let end = typed.rest.count
        guard end > 3, let hour = typed.digits(end - 3), typed.sign(end - 2) == ":",
            let minute = typed.digits(end - 1)
        else { return nil }
        return DayTime.minutes(parsing: "\(hour):\(minute)")
    }

    private static func says(_ typed: TypedText, _ limit: TimeLimit) -> Bool {
        let words = limit.words
        let singular = words.english.replacing(" days", with: " day")
            .replacing(" hours", with: " hour").replacing(" months", with: " month")
        return [words.english, singular, words.vietnamese].contains {
            TypedText($0).rest == typed.rest
        }
    }
}
