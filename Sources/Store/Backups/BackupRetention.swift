// Which sets are kept: of the last so many hours, days, weeks and months that have sets, the newest of each.
// Periods that have none do not count: after a pause, or one backup under a clock of 2036, no more sets go
// than otherwise.

public import Causality
internal import Time

/// How many sets are kept: `24h,7d,4w,12m`.
public struct BackupRetention: Equatable, Sendable {
    /// A stretch of time, by the offices' clock.
    enum Unit: Character, CaseIterable, Sendable {
        case hour = "h"
        case day = "d"
        case week = "w"
        case month = "m"

        /// The number of the stretch in which a time lies.
        func number(of time: Timestamp) -> Int {
            let day = OfficeTime.day(ofMilliseconds: time.milliseconds)
            switch self {
            case .hour:
                let (hours, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 3_600_000)
                return Int(hours) - (rest < 0 ? 1 : 0)
            case .day: return day.daysSinceEpoch
            case .week: return (day.daysSinceEpoch + 3 + 7 * 1_000_000) / 7
            case .month: return day.year * 12 + day.month
            }
        }

        /// When so many stretches after the one of a time have begun.
        func end(of time: Timestamp, after count: Int) -> Timestamp {
            let day = OfficeTime.day(ofMilliseconds: time.milliseconds)
            let milliseconds: Int64
            switch self {
            case .hour: milliseconds = (time.milliseconds / 3_600_000 + Int64(count)) * 3_600_000
            case .day: milliseconds = OfficeTime.startOfDay(day.adding(days: count))
            case .week:
                milliseconds = OfficeTime.startOfDay(
                    day.adding(days: 7 * count + 1 - day.weekday.rawValue))
            case .month:
                let months = day.year * 12 + day.month - 1 + count
                let first = CalendarDate(year: months / 12, month: months % 12 + 1, day: 1) ?? day
                milliseconds = OfficeTime.startOfDay(first)
            }
            return Timestamp(milliseconds: milliseconds)
        }
    }

    /// How many stretches of each kind.
    private var counts: [(unit: Unit, count: Int)]

    /// Reads `24h,7d,4w,12m`; `nil` for anything else, and when nothing would be kept.
    public init?(_ text: String) {
        counts = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let unit = part.last.flatMap(Unit.init(rawValue:)),
                let count = Int(part.dropLast()), (1...10_000).contains(count),
                !counts.contains(where: { $0.unit == unit })
            else { return nil }
            counts.append((unit, count))
        }
        guard !counts.isEmpty else { return nil }
    }

    /// As it was written.
    public var text: String {
        counts.map { "\($0.count)\($0.unit.rawValue)" }.joined(separator: ",")
    }

    /// Equal where they keep the same.
    public static func == (left: BackupRetention, right: BackupRetention) -> Bool {
        left.text == right.text
    }

    /// Which of these times are kept; always the newest.
    public func kept(_ times: [Timestamp]) -> Set<Timestamp> {
        let newestFirst = times.sorted(by: >)
        var kept = Set(newestFirst.prefix(1))
        for (unit, count) in counts {
            var seen: Set<Int> = []
            for time in newestFirst where seen.count < count {
                if seen.insert(unit.number(of: time)).inserted { kept.insert(time) }
            }
        }
        return kept
    }

    /// Until when a set of this time is kept at the most, if backups go on; for each stretch whose newest
    /// set it is now, until that many have gone by.
    public func end(of time: Timestamp, among times: [Timestamp]) -> Timestamp {
        counts.compactMap { unit, count in
            let isNewest = !times.contains {
                $0 > time && unit.number(of: $0) == unit.number(of: time)
            }
            return isNewest ? unit.end(of: time, after: count) : nil
        }.max() ?? time
    }
}
