extension Message {
    private static let minute: UInt64 = 60_000
    private static let hour = 60 * minute
    private static let day = 24 * hour
    /// A year of the Julian calendar's mean length, which no word of ours is finer than.
    private static let year = 365 * day + 6 * hour

    /// How long something is, in the largest unit of which there are two or more: `3 days`, `26 years`.
    ///
    /// - Parameter milliseconds: rounded down to that unit.
    public static func span(milliseconds: UInt64) -> Message {
        switch milliseconds {
        case ..<(2 * minute): counted(milliseconds / 1000, "second", "giây")
        case ..<(2 * hour): counted(milliseconds / minute, "minute", "phút")
        case ..<(2 * day): counted(milliseconds / hour, "hour", "giờ")
        case ..<(2 * year): counted(milliseconds / day, "day", "ngày")
        default: counted(milliseconds / year, "year", "năm")
        }
    }

    private static func counted(
        _ number: UInt64, _ english: String, _ vietnamese: String
    ) -> Message {
        let (plural, number) = (number == 1 ? "" : "s", Int(clamping: number))
        return Message(
            "\(Language.english.number(number)) \(english)\(plural)",
            vi: "\(Language.vietnamese.number(number)) \(vietnamese)")
    }
}
