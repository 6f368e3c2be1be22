// How long a procedure may take, as decrees write it and the catalog's field `limit` keeps it:
//
//     15wd        15 working days           0wd   within the day of receipt
//     30d         30 days of the calendar   1mo   a month
//     8wh         8 working hours
//     0wd@15:00   … and what comes in at 15:00 or later counts from the next working day

/// The time that a procedure may take.
public struct TimeLimit: Hashable, Sendable {
    /// What is counted.
    public enum Unit: String, CaseIterable, Hashable, Sendable {
        /// Days on which the office works.
        case workingDays = "wd"
        /// Hours in which the office is open.
        case workingHours = "wh"
        /// Days of the calendar.
        case days = "d"
        /// Months of the calendar.
        case months = "mo"
    }

    /// The longest limit, in its own unit: ten years in days.
    public static let countMax = 3650

    /// How many.
    public let count: Int
    /// Of what.
    public let unit: Unit
    /// Minutes after midnight from which a receipt counts as one of the next working day; `nil` when
    /// only closing time does that.
    public let cutoffMinutes: Int?

    /// Makes a limit; `nil` for a count outside `0...countMax` or a cutoff outside the day.
    public init?(_ count: Int, _ unit: Unit, cutoffMinutes: Int? = nil) {
        guard (0...Self.countMax).contains(count),
            cutoffMinutes.map((0..<DayTime.minutesOfDay).contains) ?? true
        else { return nil }
        self.count = count
        self.unit = unit
        self.cutoffMinutes = cutoffMinutes
    }

    /// Reads what `description` writes; `nil` for anything else.
    public init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { return nil }
        let digits = first.prefix { ("0"..."9").contains($0) }
        guard (1...4).contains(digits.count), let count = Int(digits),
            let unit = Unit(rawValue: String(first.dropFirst(digits.count)))
        else { return nil }
        var cutoff: Int?
        if parts.count == 2 {
            guard let minutes = DayTime.minutes(parsing: parts[1]) else { return nil }
            cutoff = minutes
        }
        self.init(count, unit, cutoffMinutes: cutoff)
    }
}

extension TimeLimit: CustomStringConvertible {
    /// The text of the catalog's field.
    public var description: String {
        "\(count)\(unit.rawValue)" + (cutoffMinutes.map { "@" + DayTime.text(minutes: $0) } ?? "")
    }
}

/// A time of the day, in minutes after midnight.
public enum DayTime {
    /// Minutes of a day.
    public static let minutesOfDay = 1440

    /// Reads `HH:MM`, up to 24:00; `nil` for anything else.
    public static func minutes(parsing text: some StringProtocol) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        var digits: [Int] = []
        for place in [0, 1, 3, 4] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) else { return nil }
            digits.append(Int(bytes[place] - UInt8(ascii: "0")))
        }
        let (hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
        guard minute < 60, hour * 60 + minute <= minutesOfDay else { return nil }
        return hour * 60 + minute
    }

    /// `HH:MM`.
    public static func text(minutes: Int) -> String {
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(padded(minutes / 60)):\(padded(minutes % 60))"
    }
}
