// What happened to a record, as data: the entries of the field `events`. A state holds only the last
// office and status, so the acts that move a dossier into, out of and between the accounts of offices are
// written down with the act itself, in the same change.
//
// An entry is text, one event a line, in words:
//
//     finished - processing finished
//     handed_over 1785000000000 000.17.01.H56 000.17.02.H56
//     undone - finished processing 117009186816000000
//
// that is: what; when, in milliseconds since the epoch, `-` for the time of the change itself, which is the
// civil time of the act and follows what sets that right; from; to, both `-` where there is none; and for
// an act that takes another back, that one's hybrid clock. Who and why are not written twice: the change
// says who, and the note that it adds says why, which an erasure takes while the event stays.

public import Causality
public import Replication

/// One event of a record.
public struct DossierEvent: Hashable, Sendable {
    /// What happened.
    public enum What: String, CaseIterable, Hashable, Sendable {
        /// Worked to its end; `from` and `to` are statuses, as for all that follow but where it is said.
        case finished
        /// The result was handed out.
        case returned
        /// The applicant withdrew it.
        case withdrawn
        /// It was refused at the counter.
        case notAccepted = "not_accepted"
        /// It was given to another office; `from` and `to` are the codes of offices.
        case handedOver = "handed_over"
        /// What had ended goes on.
        case reopened
        /// It was entered by mistake, and counts no more; neither `from` nor `to`.
        case voided
        /// It had been called a mistake by mistake; neither `from` nor `to`.
        case restored
        /// The note that the change with the clock `of` added was entered by mistake.
        case noteVoided = "note_voided"
        /// A paper of it was printed; `from` is the number of the form, `to` says which one of the kind it is of the
        /// dossier. It moves nothing.
        case printed
        /// The act with the clock `of` is taken back; `from` is where that led, `to` whence it came.
        case undone
    }

    /// What happened; a word that only a newer version knows is kept.
    public let word: String
    /// What happened; `nil` when this version does not know it.
    public let what: What?
    /// When; `nil` for the civil time of the change.
    public var time: Timestamp?
    /// Whence.
    public var from: String?
    /// Whither.
    public var to: String?
    /// The hybrid clock of the change that is taken back, or whose note is void.
    public var undoes: HybridTimestamp?

    /// Makes an event.
    public init(
        _ what: What, at time: Timestamp? = nil, from: String? = nil, to: String? = nil,
        undoes: HybridTimestamp? = nil
    ) {
        word = what.rawValue
        self.what = what
        (self.time, self.from, self.to, self.undoes) = (time, from, to, undoes)
    }

    private static let wordsOfLine = 4...16
    private static let none = "-"

    private init?(line: Substring.UTF8View) {
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard Self.wordsOfLine.contains(words.count), !words.contains(where: \.isEmpty),
            words[0].allSatisfy({
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
            })
        else { return nil }
        func text(_ place: Int) -> String? {
            let word = Substring(words[place])
            return word == Self.none ? nil : String(word)
        }
        word = String(Substring(words[0]))
        what = What(rawValue: word)
        if let written = text(1) {
            guard let time = Int64(written), DossierLimits.instant.contains(time) else {
                return nil
            }
            self.time = Timestamp(milliseconds: time)
        }
        (from, to) = (text(2), text(3))
        guard what == .undone || what == .noteVoided else { return }
        guard words.count > 4, let clock = UInt64(Substring(words[4])) else { return nil }
        undoes = HybridTimestamp(rawValue: clock)
    }

    /// Reads the lines of an entry; `nil` for anything else.
    public static func parse(_ text: String) -> [DossierEvent]? {
        var events: [DossierEvent] = []
        let lines = text[...].utf8.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for line in lines {
            guard let event = DossierEvent(line: line) else { return nil }
            events.append(event)
        }
        return events
    }

    /// The entry that holds these events; `nil` for none.
    public static func entry(_ events: [DossierEvent]) -> FieldWrite? {
        guard !events.isEmpty else { return nil }
        return FieldWrite(
            RecordSchema.eventsField, .text(events.map(\.line).joined(separator: "\n")))
    }

    private var line: String {
        [
            word, time.map { String($0.milliseconds) } ?? Self.none, from ?? Self.none,
            to ?? Self.none, undoes.map { String($0.rawValue) },
        ].compactMap(\.self).joined(separator: " ")
    }
}

extension DossierEvent {
    /// Times of one act differ by less.
    private static let sameMilliseconds: UInt64 = 1_000

    /// The entry that an edit of a dossier adds: its state tells only of the last time. What settles a conflict
    /// with one of its values is no event: that value's own tells of it. An order of erasure by an older
    /// program has left no room for one.
    ///
    /// - Parameter act: the civil time of the edit.
    public static func addition(
        over before: RecordState, _ writes: [FieldWrite], _ additions: [FieldWrite],
        act: Timestamp
    ) -> FieldWrite? {
        guard before.kind == .dossier,
            !additions.contains(where: { $0.name == RecordSchema.eventsField }),
            writes.count + additions.count < DossierLimits.changeFieldsMax,
            before.keptFields?.contains(RecordSchema.eventsField) ?? true
        else { return nil }
        func step(_ name: FieldName) -> (from: String?, to: String)? {
            guard let to = writes.first(where: { $0.name == name })?.value.text,
                !before[name].contains(where: { $0.value == .text(to) })
            else { return nil }
            return (before.shownValue(name)?.text, to)
        }
        var events: [DossierEvent] = []
        if let (from, to) = step(RecordSchema.statusField) {
            let step = ofStep(from: from, to: to, writes, act: act)
            if step.first?.what == .reopened { events += untoldEnd(of: before) }
            events += step
        }
        if let (from, to) = step(RecordSchema.officeField) {
            events.append(DossierEvent(.handedOver, from: from, to: to))
        }
        return entry(events)
    }

    /// The end of a dossier of which no event tells, since an older program wrote it: it is written down before
    /// what it left in the fields goes.
    private static func untoldEnd(of state: RecordState) -> [DossierEvent] {
        let status = state.shownValue(RecordSchema.statusField)?.text
        let last = state.standingEvents.last { event in
            switch event.event.what {
            case .finished, .returned, .withdrawn, .notAccepted, .reopened: true
            default: false
            }
        }
        guard last?.event.what == nil || last?.event.what == .reopened,
            let what = What(rawValue: Phase(status).what.rawValue),
            let end = DossierLedger(state).entries.last(where: { $0.what.rawValue == what.rawValue }
            )
        else { return [] }
        return [
            DossierEvent(
                what, at: Timestamp(milliseconds: end.time),
                from: DossierStatus.processing.rawValue, to: status)
        ]
    }

    /// What a step of the status is, for the accounts: an end, what follows an end, or that what had ended
    /// goes on; nothing for all others.
    ///
    /// - Parameters:
    ///   - writes: what the change writes beside; it may say when the dossier was finished or returned.
    ///   - act: the civil time of the change.
    static func ofStep(
        from: String?, to: String, _ writes: [FieldWrite], act: Timestamp
    ) -> [DossierEvent] {
        func time(_ name: FieldName) -> Timestamp? {
            guard let time = writes.first(where: { $0.name == name })?.value.integer,
                Timestamp(milliseconds: time).less(act).magnitude >= sameMilliseconds
            else { return nil }
            return Timestamp(milliseconds: time)
        }
        func event(_ what: What, _ day: FieldName?) -> [DossierEvent] {
            [DossierEvent(what, at: day.flatMap(time), from: from, to: to)]
        }
        switch DossierStatus(rawValue: to) {
        case .finished: return event(.finished, "finished_at")
        case .returned: return event(.returned, "returned_at")
        case .withdrawn: return event(.withdrawn, nil)
        case .notAccepted: return event(.notAccepted, nil)
        case nil: return []
        default: return Phase(from) == .open ? [] : event(.reopened, nil)
        }
    }
}

extension Change {
    /// Whether the change says that it takes back the step of this stamp.
    public func takesBack(from: String?, to: String, of stamp: Stamp?) -> Bool {
        guard let stamp, let from else { return false }
        return additions.contains { addition in
            addition.name == RecordSchema.eventsField
                && addition.value.text.flatMap(DossierEvent.parse)?.contains {
                    $0.what == .undone && $0.from == from && $0.to == to && $0.undoes == stamp.clock
                } == true
        }
    }
}

/// An event with what its change says of it.
public struct StampedEvent: Hashable, Sendable {
    /// The event.
    public var event: DossierEvent
    /// The change that wrote it.
    public var dot: Dot
    /// The change's clock.
    public var clock: HybridTimestamp
    /// Its place among the events of that change.
    public var place: Int
    /// The civil time of the act, as set right since, in milliseconds since the epoch.
    public var time: Int64
    /// Who.
    public var by: String?
}

extension StampedEvent: Comparable {
    /// Later stamps come later: a change stands after all that it had seen of the record.
    public static func < (left: StampedEvent, right: StampedEvent) -> Bool {
        (left.clock, left.dot, left.place) < (right.clock, right.dot, right.place)
    }
}

extension RecordState {
    /// What happened to the record, in the order of stamps; what was taken back is there too.
    public var events: [StampedEvent] {
        let entries = self[RecordSchema.eventsField]
        if entries.isEmpty { return [] }
        let fixed = fixedTimes
        return entries.flatMap { entry -> [StampedEvent] in
            guard let stamp = stamp(of: entry.dot), let text = entry.value.text,
                let events = DossierEvent.parse(text)
            else { return [] }
            let civil = fixed[Act(stamp)] ?? stamp.shownTime
            return events.enumerated().map { place, event in
                StampedEvent(
                    event: event, dot: entry.dot, clock: stamp.clock, place: place,
                    time: (event.time ?? civil).milliseconds, by: stamp.by)
            }
        }.sorted()
    }

    /// The events that stand: without those that were taken back, and what took them back.
    public var standingEvents: [StampedEvent] {
        let all = events
        guard all.contains(where: { $0.event.what == .undone }) else { return all }
        let undone = Set(all.lazy.filter { $0.event.what == .undone }.compactMap(\.event.undoes))
        return all.filter { event in
            event.event.what != .undone
                && !(undone.contains(event.clock)
                    && all.contains {
                        $0.event.what == .undone && $0.event.undoes == event.clock
                            && $0.event.from == event.event.to
                    })
        }
    }

    /// The events that stand, for a record that is made anew: with their times, since the changes that told
    /// them stay behind.
    public var eventsToKeep: [DossierEvent] {
        standingEvents.filter { $0.event.what != .noteVoided }.map { stamped in
            var event = stamped.event
            event.time = Timestamp(milliseconds: stamped.time)
            return event
        }
    }

    /// The notes that stand, the earliest first: without those that were entered by mistake.
    public var standingNotes: [FieldEntry] {
        let notes = shown(RecordSchema.notesField, by: .entries)?.entries.reversed() ?? []
        let void = Set(
            standingEvents.lazy.filter { $0.event.what == .noteVoided }.compactMap(\.event.undoes))
        if void.isEmpty { return Array(notes) }
        return notes.filter { note in stamp(of: note.dot).map { !void.contains($0.clock) } ?? true }
    }

    /// Whether the record was entered by mistake, and somebody said so.
    public var isVoided: Bool { standingEvents.areVoided }
}

extension [StampedEvent] {
    /// Whether the standing events of a record say that it was entered by mistake.
    var areVoided: Bool {
        last { $0.event.what == .voided || $0.event.what == .restored }?.event.what == .voided
    }
}
