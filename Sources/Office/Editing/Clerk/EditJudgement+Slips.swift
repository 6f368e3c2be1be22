// How slips are taken back: a step within the day where it was taken, an end later at central, and what was
// entered by mistake. Each is a change of its own with an event that says what it takes back
// (`DossierEvent`): nothing goes from the log, and the merge goes on to settle by the workflow alone.

internal import Causality
internal import Dossiers
internal import Replication

extension EditJudgement {
    /// Takes back the last step that this machine took with a record today: a change of the status, a hand-over
    /// or a void. What else the step wrote is as it was before; what it added, notes and papers, stays.
    func undo(_ request: EditRequest) throws -> LocalWrite {
        let state = try record()
        let last = read.history.last { step in
            step.change.dot.replica == author.replica && !step.isVoid && Self.isStep(step.change)
        }
        guard let last else { throw DossierError.nothingToUndo }
        let change = last.change
        let events = state.events.filter { $0.dot == change.dot }
        guard !events.contains(where: { $0.event.what == .undone }) else {
            throw DossierError.nothingToUndo
        }
        guard last.isOfToday else { throw DossierError.notToday }
        try checkLast(change, events, in: state)
        var undone = events.map { event in
            DossierEvent(
                .undone, from: event.event.to, to: event.event.from, undoes: event.clock)
        }
        var writes: [FieldWrite] = []
        for field in last.fields where change.writes.contains(where: { $0.name == field.name }) {
            let isStep = Self.stepFields.contains(field.name)
            let told = events.first { $0.event.to == field.after.text }?.event.from
            let before = isStep ? told.map(FieldValue.text) ?? field.before : field.before
            if isStep, before == nil || before == .null { throw DossierError.nothingToUndo }
            guard isStep || state[field.name].allSatisfy({ $0.dot == change.dot }),
                state.keptFields?.contains(field.name) ?? true
            else { continue }
            writes.append(FieldWrite(field.name, before ?? .null))
            if isStep, told == nil {
                undone.append(
                    DossierEvent(
                        .undone, from: field.after.text, to: before?.text, undoes: change.clock))
            }
        }
        return try commit(
            state.kind, state.id, over: state, writes,
            [DossierEvent.entry(undone)].compactMap(\.self), request)
    }

    /// Takes up again what had ended, or what was void after all: the dossier is being worked on, or new when it
    /// had not been accepted, and has neither day of its end.
    func reopen(_ reason: String, _ request: EditRequest) throws -> LocalWrite {
        let state = try record()
        var (writes, additions): ([FieldWrite], [FieldWrite]) = ([], Self.note(reason, on: state))
        if state.isVoided {
            additions += [DossierEvent.entry([DossierEvent(.restored)])].compactMap(\.self)
        } else {
            guard state.kind == .dossier,
                let next = state.shownValue(RecordSchema.statusField)?.text
                    .flatMap(DossierStatus.init(rawValue:))?.whenReopened
            else { throw DossierError.notEnded }
            writes.append(FieldWrite(RecordSchema.statusField, .text(next.rawValue)))
            for name in ["finished_at", "returned_at"] as [FieldName]
            where state.shownValue(name)?.integer != nil {
                writes.append(FieldWrite(name, .null))
            }
        }
        return try commit(state.kind, state.id, over: state, writes, additions, request)
    }

    /// Takes a dossier or contact that was entered by mistake out of lists and figures; or, of a record, one
    /// note. It stays in the log.
    func void(
        _ number: Int?, _ reason: String, _ request: EditRequest
    ) throws -> LocalWrite {
        let state = try record()
        try checkScope(of: state, [])
        guard !state.isVoided else { throw DossierError.voided }
        guard !state.kind.isCatalog else { throw DossierError.unknownKind }
        var event = DossierEvent(.voided)
        if let number {
            let notes = state.standingNotes
            guard notes.indices.contains(number - 1),
                let clock = state.stamp(of: notes[number - 1].dot)?.clock
            else { throw DossierError.noSuchNote }
            event = DossierEvent(.noteVoided, undoes: clock)
        }
        let additions =
            Self.note(reason, on: state) + [DossierEvent.entry([event])].compactMap(\.self)
        return try commit(state.kind, state.id, over: state, [], additions, request)
    }

    private static let stepFields: Set<FieldName> = [
        RecordSchema.statusField, RecordSchema.officeField,
    ]

    private static func isStep(_ change: Change) -> Bool {
        !change.context.isEmpty && change.writes.contains { stepFields.contains($0.name) }
            || change.additions.contains { $0.name == RecordSchema.eventsField && !isPrint($0) }
    }

    /// Whether an entry tells of nothing but papers that were printed, which is no step.
    private static func isPrint(_ entry: FieldWrite) -> Bool {
        entry.value.text.flatMap(DossierEvent.parse)?.allSatisfy { $0.what == .printed } ?? false
    }

    /// Whether what a step wrote is still all that there is.
    private func checkLast(
        _ change: Change, _ events: [StampedEvent], in state: RecordState
    ) throws {
        for write in change.writes where Self.stepFields.contains(write.name) {
            // A copy that was told of its departure has no office.
            let entries = state[write.name]
            let isCopy = write.name == RecordSchema.officeField && entries.isEmpty
            guard isCopy || entries.map(\.dot) == [change.dot] else {
                throw DossierError.writtenSince
            }
        }
        let last = state.events.last { $0.event.what != .printed }
        if let last, !events.isEmpty, last.dot != change.dot {
            throw DossierError.writtenSince
        }
    }

    private static func note(_ reason: String, on state: RecordState) -> [FieldWrite] {
        guard state.keptFields?.contains(RecordSchema.notesField) ?? true else { return [] }
        return [FieldWrite(RecordSchema.notesField, .text(reason))]
    }
}
