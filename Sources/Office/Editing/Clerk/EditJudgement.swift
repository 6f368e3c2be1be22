// What becomes of a clerk's edit, or of central's own: a change and the record's new state, or a fault. A
// pure function of the request, its author and the read set.

internal import Causality
internal import Dossiers
public import Replication

/// What an edit writes.
public struct LocalWrite: Sendable {
    /// The record.
    public var record: RecordID
    /// The change.
    public var change: Change
    /// The row of the log.
    public var entry: LogEntry
    /// The author after it.
    public var author: EditAuthor
    /// The record before it.
    public var before: RecordState
    /// Whether it had a row.
    public var existed: Bool
    /// The record now.
    public var after: RecordState
    /// Conflicts that the edit settled, because it had seen all values.
    public var settledConflicts: [FieldName] = []
    /// The procedure's code when the catalog does not know it: taken, with a warning.
    public var unknownProcedure: String?
}

/// Judges what is written here.
public struct EditJudgement {
    let author: EditAuthor
    let read: EditReadSet

    /// What comes of a request.
    ///
    /// - Throws: `EditFault`.
    public static func write(
        for request: EditRequest, by author: EditAuthor, knowing read: EditReadSet
    ) throws(EditFault) -> LocalWrite {
        let judgement = EditJudgement(author: author, read: read)
        do {
            return try judgement.write(request)
        } catch let fault as EditFault {
            throw fault
        } catch let error as DossierError {
            throw .domain(error)
        } catch {
            preconditionFailure("the rules throw nothing else")
        }
    }

    private func write(_ request: EditRequest) throws -> LocalWrite {
        switch request.act {
        case .make(let kind, let id, let writes, let additions):
            return try make(kind, id, writes, additions, request)
        case .edit(let writes, let additions): return try edit(writes, additions, request)
        case .resolve(let field, let value): return try resolve(field, value, request)
        case .void(let note, let reason): return try void(note, reason, request)
        case .reopen(let reason): return try reopen(reason, request)
        case .undo: return try undo(request)
        }
    }

    private func make(
        _ kind: RecordKind, _ id: RecordID?, _ writes: [FieldWrite], _ additions: [FieldWrite],
        _ request: EditRequest
    ) throws -> LocalWrite {
        var writes = withKnownOffice(writes)
        if kind == .dossier || kind == .contact {
            try settleOffice(of: &writes)
        } else if author.office != nil {
            throw EditFault.outOfScope
        }
        if kind == .dossier, !writes.contains(where: { $0.name == RecordSchema.statusField }) {
            writes.append(FieldWrite(RecordSchema.statusField, .text(DossierStatus.new.rawValue)))
        }
        try DossierRules.checkNew(
            kind, writes: writes, additions: additions, believed: believed(writes))
        try DossierRules.checkEntered(writes, over: nil)
        try checkCode(kind, writes)
        var write = try commit(
            kind, id, over: nil, writes, additions, request, areWritesChecked: true)
        write.unknownProcedure = unknownProcedure(kind, writes)
        return write
    }

    private func edit(
        _ writes: [FieldWrite], _ additions: [FieldWrite], _ request: EditRequest
    ) throws -> LocalWrite {
        let state = try record()
        let writes = withKnownOffice(writes)
        try DossierRules.checkFields(of: state.kind, writes: writes, additions: additions)
        try DossierRules.checkEntered(writes, over: state)
        try checkScope(of: state, writes)
        if state.isVoided { throw DossierError.voided }
        try checkKey(of: state, writes)
        try checkErased(state, writes + additions)
        try checkDossier(state, writes)
        let conflicts = writes.map(\.name).filter { isConflict($0, in: state) }
        var write = try commit(
            state.kind, state.id, over: state, writes, additions, request, areWritesChecked: true)
        write.settledConflicts = conflicts
        write.unknownProcedure = unknownProcedure(state.kind, writes)
        return write
    }

    private func resolve(
        _ field: FieldName, _ value: FieldValue, _ request: EditRequest
    ) throws -> LocalWrite {
        let state = try record()
        guard isConflict(field, in: state) else { throw EditFault.notInConflict }
        let writes = [FieldWrite(field, value)]
        try DossierRules.checkFields(of: state.kind, writes: writes)
        try checkScope(of: state, writes)
        try checkErased(state, writes)
        if !state[field].contains(where: { $0.value == value }) {
            try checkDossier(state, writes)
        }
        var write = try commit(
            state.kind, state.id, over: state, writes, [], request, areWritesChecked: true)
        write.settledConflicts = [field]
        return write
    }

    /// The record that the request is about.
    func record() throws -> RecordState {
        guard let record = read.record else { preconditionFailure("a record is found first") }
        return record
    }

    private func isConflict(_ name: FieldName, in state: RecordState) -> Bool {
        let rule = RecordSchema.rule(of: name, in: state.kind)
        return state.shown(name, by: rule)?.isConflict == true
    }
}

extension EditJudgement {
    /// Makes the change, and the state that it leads to.
    ///
    /// - Parameters:
    ///   - before: the record; `nil` for one that is made.
    ///   - areWritesChecked: whether the rules have seen the values that are written.
    func commit(
        _ kind: RecordKind, _ id: RecordID?, over before: RecordState?, _ writes: [FieldWrite],
        _ additions: [FieldWrite], _ request: EditRequest, areWritesChecked: Bool = false
    ) throws -> LocalWrite {
        let (at, now) = (request.at, read.now)
        var additions = additions + pauses(over: before, kind, writes, additions)
        if let before,
            let events = DossierEvent.addition(
                over: before, writes, additions, act: at ?? now)
        {
            additions.append(events)
        }
        var known = before
        if before == nil, id != nil {
            if let other = read.claimant { throw EditFault.otherKind(other) }
            known = read.record
            // A record that was refused before it began may be made anew under its id.
            guard known?.fields.isEmpty == true else { throw EditFault.duplicateID }
        }
        // What a person says of the time is no matter of the clock, and an order of erasure has no time
        // that counts.
        if at == nil, !additions.contains(where: { $0.name == RecordSchema.erasedField }),
            writes.count + additions.count < DossierLimits.changeFieldsMax,
            let mark = clockMark(on: kind, known)
        {
            additions.append(mark)
        }
        var author = author
        let seen = known?.stamps.map(\.stamp.clock).max()
        let clock = author.clock.tick(now: now, after: seen ?? HybridTimestamp(rawValue: 0))
        var change = Change(
            dot: Dot(author.replica, author.chain.seq + 1), clock: clock, kind: kind,
            record: id, context: known?.vv ?? VersionVector(), writes: writes,
            additions: additions, at: at ?? clock.civilTime(ifNot: now), by: request.by)
        if id == nil { change.idRule = .time }
        let bytes = change.canonicalBytes
        try DossierRules.validate(
            change: change, encodedBytes: bytes.count, areWritesChecked: areWritesChecked)
        author.chain.append(bytes)
        let record = change.recordID(after: author.chain.hash)
        let target = known ?? RecordState(kind: kind, id: record)
        var after = target
        guard after.apply(change) == .applied else { throw EditFault.identityTaken }
        let entry = LogEntry(
            form: .change, dot: change.dot, isMaking: id == nil, hash: author.chain.hash,
            bytes: bytes)
        return LocalWrite(
            record: record, change: change, entry: entry, author: author, before: target,
            existed: known != nil && read.exists, after: after)
    }

    /// The entry that says that this machine's clock is wrong; `nil` where it is not, for the catalog, whose
    /// times count nothing, and for a record whose erasure left no room for it.
    private func clockMark(on kind: RecordKind, _ state: RecordState?) -> FieldWrite? {
        let field = RecordSchema.clockOffField
        guard RecordSchema.definition(of: field, in: kind)?.type == .clockOff,
            state?.keptFields?.contains(field) ?? true, let fault = read.clockFault
        else { return nil }
        return FieldWrite(field, .integer(fault.offMilliseconds))
    }

    /// The entry that says when a dossier's clock stopped or went on: its status tells only of the
    /// last time.
    private func pauses(
        over before: RecordState?, _ kind: RecordKind, _ writes: [FieldWrite],
        _ additions: [FieldWrite]
    ) -> [FieldWrite] {
        guard kind == .dossier, !additions.contains(where: { $0.name == RecordSchema.pausesField }),
            let value = writes.first(where: { $0.name == RecordSchema.statusField })?.value
        else { return [] }
        func status(_ value: FieldValue?) -> DossierStatus? {
            value?.text.flatMap(DossierStatus.init(rawValue:))
        }
        let (past, next) = (status(before?.shownValue(RecordSchema.statusField)), status(value))
        guard past != next, past?.isPause == true || next?.isPause == true else { return [] }
        return [FieldWrite(RecordSchema.pausesField, value)]
    }
}
