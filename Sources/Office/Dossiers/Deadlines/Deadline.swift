// When a dossier is due. Nothing of it is stored: it is computed when it is read, from what the
// dossier says (`received_at`, `procedure`, `pauses`) and the catalog (the procedure's limit in its
// edition of that day, the office's hours, the holidays). So a calendar that the central office
// corrects moves every deadline, everywhere, without one write. A date that a person wrote into
// `due_at` holds instead: it was promised.
//
// The day of receipt is not counted (Civil Code 2015, article 147). What comes in after closing time,
// or after the procedure's cutoff, counts as received on the next working day. A limit in days of the
// calendar that would end on a day off ends with the next working day (article 148). Time in which the
// dossier waits for the applicant, or is stopped, does not count (Decree 61/2018/NĐ-CP).

public import Time

/// When a dossier is due, and why.
public struct Deadline: Hashable, Sendable {
    /// What a deadline rests on.
    public enum Basis: Hashable, Sendable {
        /// A person wrote the date.
        case agreed
        /// The procedure's limit.
        case limit(TimeLimit, procedure: String)
        /// An extension that somebody signed.
        case extended(LimitExtension)
    }

    /// When the dossier is due; while it is paused, as if it went on at once.
    public var due: Int64
    /// What that rests on.
    public var basis: Basis
    /// Since when the clock stands still; `nil` when it runs.
    public var pausedSince: Int64?
    /// What was added for pauses that are over: working days, days, or milliseconds of working hours,
    /// as the limit counts.
    public var added: Int64 = 0
    /// Whether it came in too late to count on the day of receipt.
    public var countsFromNextDay = false
    /// Years in which the deadline lies and for which the catalog has no holidays.
    public var yearsWithoutHolidays: [Int] = []

    /// How a dossier stands to its deadline.
    public enum Standing: String, Hashable, Sendable {
        /// Finished on an earlier day.
        case early
        /// Finished by the time at which it was due, that day.
        case onTime = "on_time"
        /// Finished later.
        case late
        /// Not finished, and not due yet.
        case open
        /// Not finished, and due before now.
        case overdue
        /// The clock stands still.
        case paused
    }

    /// How a dossier that was finished at `finished`, or is not yet at `now`, stands to it.
    public func standing(finished: Int64?, now: Int64) -> Standing {
        guard let finished else {
            if pausedSince != nil { return .paused }
            return due < now ? .overdue : .open
        }
        let days = [finished, due].map(OfficeTime.day(ofMilliseconds:))
        if days[0] < days[1] { return .early }
        return finished <= due ? .onTime : .late
    }
}

/// A span in which a dossier's clock stood still.
public struct Pause: Hashable, Sendable {
    /// When it began, in milliseconds since the epoch.
    public var start: Int64
    /// When it ended; `nil` while it lasts.
    public var end: Int64?
}

/// Computes deadlines of one office and procedure.
struct DeadlineRule {
    var limit: TimeLimit
    var procedure: String
    var calendar: WorkCalendar

    /// The deadline of a dossier; `nil` when the calendar has no working days.
    func deadline(received: Int64, pauses: [Pause]) -> Deadline? {
        let (start, isMoved) = start(of: received)
        guard let start else { return nil }
        let opening = isMoved ? OfficeTime.startOfDay(start) : received
        var added: Int64 = 0
        guard var due = due(from: start, opening, added: 0) else { return nil }
        for case (let from, let to?) in pauses.map({ ($0.start, $0.end) }) where from < due {
            added += length(of: from..<max(from, to))
            guard let later = self.due(from: start, opening, added: added) else { return nil }
            due = later
        }
        return Deadline(
            due: due, basis: .limit(limit, procedure: procedure),
            pausedSince: pauses.last.flatMap { $0.end == nil ? $0.start : nil }, added: added,
            countsFromNextDay: isMoved)
    }

    /// The day from which the limit counts, and whether that is a later one than that of receipt.
    private func start(of received: Int64) -> (day: CalendarDate?, isMoved: Bool) {
        let day = OfficeTime.day(ofMilliseconds: received)
        let cutoff = limit.cutoffMinutes.map {
            OfficeTime.startOfDay(day) + Int64($0) * 60_000
        }
        // A day without a time is how offices enter what came in that day.
        if let closing = calendar.closing(of: day), received < closing,
            cutoff.map({ received < $0 }) ?? true
        {
            return (day, false)
        }
        return (calendar.workingDay(notBefore: day.adding(days: 1)), true)
    }

    /// When the limit ends that counts from a day (from an instant, for hours), lengthened by pauses.
    private func due(from start: CalendarDate, _ opening: Int64, added: Int64) -> Int64? {
        let last: CalendarDate? =
            switch limit.unit {
            case .workingDays: calendar.workingDay(limit.count + Int(added), after: start)
            case .days: start.adding(days: limit.count + Int(added))
            case .months: start.adding(months: limit.count).adding(days: Int(added))
            case .workingHours: nil
            }
        guard limit.unit != .workingHours else {
            let time = Int64(limit.count) * 3_600_000 + added
            return calendar.instant(time, openAfter: opening)
        }
        return last.flatMap(calendar.workingDay(notBefore:)).flatMap(calendar.closing(of:))
    }

    /// What a pause adds: the working days or days that ended within it, or its working time in
    /// milliseconds.
    private func length(of pause: Range<Int64>) -> Int64 {
        switch limit.unit {
        case .workingDays:
            Int64(calendar.closings(after: pause.lowerBound, through: pause.upperBound))
        case .days, .months:
            Int64(
                OfficeTime.day(ofMilliseconds: pause.upperBound).daysSinceEpoch
                    - OfficeTime.day(ofMilliseconds: pause.lowerBound).daysSinceEpoch)
        case .workingHours: calendar.openTime(from: pause.lowerBound, to: pause.upperBound)
        }
    }
}

extension CalendarDate {
    /// The same day some months later, or the last of that month when it is shorter.
    func adding(months: Int) -> CalendarDate {
        let number = year * 12 + month - 1 + months
        let (year, month) = (number / 12, number % 12 + 1)
        let last = CalendarDate.dayCount(year: year, month: month)
        return CalendarDate(year: year, month: month, day: min(day, last)) ?? self
    }
}
