internal import Causality
public import Replication
public import Time

/// What the catalog says about time: holidays, the offices' hours, the procedures' limits.
public struct DeadlineBook: Sendable {
    private struct Edition {
        var from: CalendarDate?
        var limit: TimeLimit?
    }

    private var holidays: Set<CalendarDate> = []
    private var extraDays: Set<CalendarDate> = []
    private var yearsWithHolidays: Set<Int> = []
    private var hoursOfOffice: [String: OfficeHours] = [:]
    /// By the key of the code; the editions in the order of the day from which they hold.
    private var procedures: [String: [Edition]] = [:]

    /// Reads the entries of the catalog; records of other kinds are passed over.
    public init(catalog: some Sequence<RecordState>) {
        for state in catalog { add(state) }
        for code in procedures.keys {
            procedures[code]?.sort { ($0.from ?? .distantPast) < ($1.from ?? .distantPast) }
        }
    }

    private mutating func add(_ state: RecordState) {
        func text(_ name: FieldName) -> String? { state.shownValue(name)?.text }
        switch state.kind {
        case .holiday:
            guard let day = text("date").flatMap({ CalendarDate(parsing: $0) }) else { return }
            if text("day_kind") == "worked" {
                extraDays.insert(day)
            } else {
                holidays.insert(day)
                yearsWithHolidays.insert(day.year)
            }
        case .office:
            guard let code = text("code") else { return }
            hoursOfOffice[code] = text("hours").flatMap(OfficeHours.init(parsing:))
        case .procedure:
            guard let code = text("code") else { return }
            let days = state.shownValue("processing_days")?.integer
            let limit =
                text("limit").flatMap(TimeLimit.init(parsing:))
                ?? days.flatMap { TimeLimit(Int($0), .workingDays) }
            let from = text("effective_from").flatMap { CalendarDate(parsing: $0) }
            procedures[CodeText.key(code), default: []].append(Edition(from: from, limit: limit))
        default: return
        }
    }

    /// When an office works; the usual hours for one that the catalog does not know.
    public func calendar(ofOffice code: String?) -> WorkCalendar {
        WorkCalendar(
            hours: code.flatMap { hoursOfOffice[$0] } ?? .usual, holidays: holidays,
            extraDays: extraDays)
    }

    /// The limit of a procedure that holds for what is received on a day; `nil` when the catalog has
    /// none.
    public func limit(ofProcedure code: String, receivedOn day: CalendarDate) -> TimeLimit? {
        let known = CodeText.procedureKeys(code).lazy.compactMap { procedures[$0] }.first
        return known?.last { $0.from.map { $0 <= day } ?? true }?.limit
    }

    /// When a dossier is due; `nil` when nobody wrote a date and no limit is known.
    public func deadline(of dossier: RecordState) -> Deadline? {
        deadline(of: DossierTimes(dossier))
    }

    /// When a dossier with these times is due; `nil` when nobody wrote a date and no limit is known.
    public func deadline(of times: DossierTimes) -> Deadline? {
        let pauses = times.pauses
        if let signed = times.extended {
            return Deadline(
                due: signed.to.milliseconds, basis: .extended(signed),
                pausedSince: pauses.last.flatMap { $0.end == nil ? $0.start : nil })
        }
        if let due = times.due {
            return Deadline(
                due: due, basis: .agreed,
                pausedSince: pauses.last.flatMap { $0.end == nil ? $0.start : nil })
        }
        guard let received = times.received, let procedure = times.procedure else { return nil }
        let day = OfficeTime.day(ofMilliseconds: received)
        guard let limit = limit(ofProcedure: procedure, receivedOn: day) else { return nil }
        let rule = DeadlineRule(
            limit: limit, procedure: procedure, calendar: calendar(ofOffice: times.office))
        guard var deadline = rule.deadline(received: received, pauses: pauses) else { return nil }
        let dueYear = OfficeTime.day(ofMilliseconds: deadline.due).year
        deadline.yearsWithoutHolidays = (day.year...max(day.year, dueYear))
            .filter { !yearsWithHolidays.contains($0) }
        return deadline
    }
}

/// What a deadline needs to know of a dossier. Instants in milliseconds since the epoch.
public struct DossierTimes: Sendable {
    /// When it was received.
    public var received: Int64?
    /// The date that a person wrote.
    public var due: Int64?
    /// When it was finished.
    public var finished: Int64?
    /// The code of its procedure.
    public var procedure: String?
    /// The code of its office.
    public var office: String?
    /// The spans in which its clock stood still, in order; only the last may still last.
    public var pauses: [Pause]
    /// The extension of its limit that counts.
    public var extended: LimitExtension?

    /// Reads them from a dossier's state, as the merge shows it.
    public init(_ state: RecordState) {
        received = state.shownValue("received_at")?.integer
        due = state.shownValue("due_at")?.integer
        finished = state.shownValue("finished_at")?.integer
        procedure = state.shownValue("procedure")?.text
        office = state.shownValue(RecordSchema.officeField)?.text
        pauses = Self.pauses(of: state)
        extended = state.limitExtension
    }

    /// Pairs the entries of `pauses`. Their order is that of the stamps: in it a change stands after all
    /// that it had seen of the record, whatever the clocks said. Their times are those of the acts,
    /// as they were set right since. What two desks entered of one pause is one pause. The status that is shown decides whether the dossier
    /// is paused: it ends a pause that its entries leave open, and begins one that none tells of.
    private static func pauses(of state: RecordState) -> [Pause] {
        var pauses: [Pause] = []
        for step in PauseStep.all(of: state) {
            let isOpen = pauses.last.map { $0.end == nil } ?? false
            if step.status.isPause, !isOpen {
                pauses.append(Pause(start: step.time, end: nil))
            } else if !step.status.isPause, isOpen {
                let start = pauses[pauses.count - 1].start
                pauses[pauses.count - 1].end = max(start, step.time)
            }
        }
        return pauses
    }
}

/// A status that stops a dossier's clock or lets it go on.
private struct PauseStep {
    var status: DossierStatus
    /// Its place among the steps.
    var clock: HybridTimestamp
    var dot: Dot
    /// When it was taken.
    var time: Int64

    /// The steps of a dossier in the order of their stamps; last what it shows.
    static func all(of state: RecordState) -> [PauseStep] {
        let fixed = state.fixedTimes
        let steps = state[RecordSchema.pausesField].compactMap { PauseStep($0, in: state, fixed) }
            .sorted { ($0.clock, $0.dot) < ($1.clock, $1.dot) }
        let rule = RecordSchema.rule(of: RecordSchema.statusField, in: state.kind)
        let shown = state.shown(RecordSchema.statusField, by: rule).flatMap { shown in
            shown.entries.first { $0.value == shown.value }.flatMap {
                PauseStep($0, in: state, fixed)
            }
        }
        return steps + [shown].compactMap(\.self)
    }

    private init?(_ entry: FieldEntry, in state: RecordState, _ fixed: [Act: Timestamp]) {
        guard let status = entry.value.text.flatMap(DossierStatus.init(rawValue:)),
            let stamp = state.stamp(of: entry.dot)
        else { return nil }
        self.status = status
        clock = stamp.clock
        dot = entry.dot
        time = (fixed[Act(stamp)] ?? stamp.shownTime).milliseconds
    }
}

extension RecordState {
    /// For what an open dossier waited just before an instant; `nil` when it did not wait. What came in
    /// waiting waited from its receipt on.
    public func pause(before time: Int64) -> DossierStatus? {
        let received = self["received_at"].first
        let steps = PauseStep.all(of: self)
        // What was finished did not wait to the end, whatever its status says.
        if shownValue("finished_at")?.integer != nil, steps.last?.status.isPause == true {
            return nil
        }
        var last: (time: Int64, status: DossierStatus)?
        for step in steps {
            var start = step.time
            if let received, stamp(of: received.dot)?.clock == step.clock {
                start = min(start, received.value.integer ?? start)
            }
            let now = max(last?.time ?? start, start)
            guard now < time else { break }
            last = (now, step.status)
        }
        return last.flatMap { $0.status.isPause ? $0.status : nil }
    }

    /// What a field shows by its merge rule; `nil` when it has no value.
    public func shownValue(_ name: FieldName) -> FieldValue? {
        let entries = self[name]
        guard entries.count > 1 else { return entries.first?.value }
        return shown(name, by: RecordSchema.rule(of: name, in: kind))?.value
    }

    /// Whether a field waits for a person's decision.
    public var hasConflict: Bool {
        fields.contains { field in
            field.entries.count > 1
                && shown(field.name, by: RecordSchema.rule(of: field.name, in: kind))?.isConflict
                    == true
        }
    }
}

extension CalendarDate {
    /// Before all days that records can hold.
    static let distantPast = CalendarDate(daysSinceEpoch: -1_000_000)
}
