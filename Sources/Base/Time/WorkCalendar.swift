/// When an office works: its hours without the public holidays, and with the Saturdays on which it
/// works for a day off that was moved.
public struct WorkCalendar: Sendable {
    /// How far a search for a working day goes: no office is closed for a year.
    private static let searchDaysMax = 366

    private let hours: OfficeHours
    private let holidays: Set<CalendarDate>
    private let extraDays: Set<CalendarDate>

    /// Makes a calendar.
    ///
    /// - Parameters:
    ///   - holidays: Days on which offices are closed.
    ///   - extraDays: Days on which they work as on a Monday, whatever weekday it is.
    public init(
        hours: OfficeHours = .usual, holidays: Set<CalendarDate>,
        extraDays: Set<CalendarDate> = []
    ) {
        self.hours = hours
        self.holidays = holidays
        self.extraDays = extraDays
    }

    /// Whether the office works on a day.
    public func isWorkingDay(_ day: CalendarDate) -> Bool { !spans(of: day).isEmpty }

    /// The spans of a day in which the office is open, in milliseconds since the epoch.
    func spans(of day: CalendarDate) -> [Range<Int64>] {
        let minutes =
            extraDays.contains(day)
            ? hours.spans(.monday, on: day)
            : holidays.contains(day) ? [] : hours.spans(day.weekday, on: day)
        let start = OfficeTime.startOfDay(day)
        return minutes.map {
            start + Int64($0.lowerBound) * 60_000..<start + Int64($0.upperBound) * 60_000
        }
    }

    /// When the office closes on a day; `nil` when it does not work.
    public func closing(of day: CalendarDate) -> Int64? { spans(of: day).last?.upperBound }

    /// The first working day that is not before `day`; `nil` when there is none within a year.
    public func workingDay(notBefore day: CalendarDate) -> CalendarDate? {
        (0...Self.searchDaysMax).lazy.map { day.adding(days: $0) }.first(where: isWorkingDay)
    }

    /// The working day that is `count` working days after `day`, itself a working day or not.
    public func workingDay(_ count: Int, after day: CalendarDate) -> CalendarDate? {
        var found = day
        for _ in 0..<count {
            guard let next = workingDay(notBefore: found.adding(days: 1)) else { return nil }
            found = next
        }
        return found
    }

    /// The working days whose closing lies after `start` and not after `end`.
    public func closings(after start: Int64, through end: Int64) -> Int {
        guard start < end else { return 0 }
        let first = OfficeTime.day(ofMilliseconds: start).daysSinceEpoch
        let last = OfficeTime.day(ofMilliseconds: end).daysSinceEpoch
        return (first...last).count { number in
            guard let closing = closing(of: CalendarDate(daysSinceEpoch: number)) else {
                return false
            }
            return closing > start && closing <= end
        }
    }

    /// The time that the office is open between two instants, in milliseconds.
    public func openTime(from start: Int64, to end: Int64) -> Int64 {
        guard start < end else { return 0 }
        let first = OfficeTime.day(ofMilliseconds: start).daysSinceEpoch
        let last = OfficeTime.day(ofMilliseconds: end).daysSinceEpoch
        return (first...last).reduce(0) { sum, number in
            spans(of: CalendarDate(daysSinceEpoch: number)).reduce(sum) { sum, span in
                let open = span.clamped(to: start..<end)
                return sum + (open.upperBound - open.lowerBound)
            }
        }
    }

    /// The instant at which the office has been open for `time` milliseconds since `start`.
    public func instant(_ time: Int64, openAfter start: Int64) -> Int64? {
        var left = time
        var day: CalendarDate? = OfficeTime.day(ofMilliseconds: start)
        while let present = day.flatMap(workingDay(notBefore:)) {
            for span in spans(of: present) where span.upperBound > start {
                let from = max(span.lowerBound, start)
                if left <= span.upperBound - from { return from + left }
                left -= span.upperBound - from
            }
            day = present.adding(days: 1)
        }
        return nil
    }
}
