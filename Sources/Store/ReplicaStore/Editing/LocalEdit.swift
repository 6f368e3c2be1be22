// The door through which this machine's own writes come in: record, change, hash chain and digest in
// one transaction.

public import Causality
public import Dossiers
internal import Editing
public import Replication
internal import SQLite
public import Time

/// What a local edit did.
public struct EditResult: Sendable {
    /// The record.
    public var record: RecordID
    /// The change that was written.
    public var change: Change
    /// Conflicts that the edit settled, because it had seen all values.
    public var settledConflicts: [FieldName]
    /// The procedure's code when the catalog does not know it: taken, with a warning.
    public var unknownProcedure: String?

    /// The name of the change that was written.
    public var dot: Dot { change.dot }
}

/// Writes records on behalf of this machine, in a write transaction.
public struct LocalEdit {
    let transaction: WriteTransaction

    /// Opens the door for a counter's replica.
    ///
    /// - Throws: `StoreError.notEnrolled`.
    public init(_ transaction: WriteTransaction) throws {
        self.transaction = transaction
        try transaction.withAuthor { _ in }
    }

    /// Opens the door for central, whose every writing session has an identity of its own: a central
    /// that is restored from a backup can then never give one dot to two changes.
    ///
    /// - Throws: `StoreError.sqlite`.
    public init(_ transaction: WriteTransaction, session: ReplicaID) throws {
        self.transaction = transaction
        precondition(transaction.database.role == .central, "counters write as themselves")
        if transaction.author?.replica != session {
            transaction.author = Author(
                replica: session, replicaKey: try transaction.database.interning.key(of: session),
                chain: try transaction.database.chain(of: session), clock: HybridClock(),
                office: nil, desk: 0)
        }
    }

    /// Makes a record. A dossier without a status is `new`; without an office, this office's.
    ///
    /// - Throws: `StoreError.duplicateID`, `.otherKind`, `.duplicateCode`, `.outOfScope`, `.unknownOffice`,
    ///   `.domain`, `.sqlite`.
    public func make(
        _ kind: RecordKind, id: RecordID? = nil, writes: [FieldWrite],
        additions: [FieldWrite] = [], at: Timestamp? = nil, by: String? = nil
    ) throws -> EditResult {
        var writes = try transaction.withKnownOffice(writes)
        let office = try transaction.withAuthor { $0.office }
        if kind == .dossier || kind == .contact {
            try settleOffice(of: &writes, own: office)
        } else if office != nil {
            throw StoreError.outOfScope
        }
        if kind == .dossier, !writes.contains(where: { $0.name == RecordSchema.statusField }) {
            writes.append(FieldWrite(RecordSchema.statusField, .text(DossierStatus.new.rawValue)))
        }
        try DossierRules.checkNew(
            kind, writes: writes, additions: additions, believed: try believed(writes))
        try DossierRules.checkEntered(writes, over: nil)
        try checkCode(kind, writes)
        let unknown = try unknownProcedure(kind, writes)
        var result = try commit(
            kind, record: id, over: nil, writes: writes, additions: additions, at: at, by: by)
        result.unknownProcedure = unknown
        return result
    }

    /// Writes fields of a record that exists.
    ///
    /// - Throws: `StoreError.noSuchRecord`, `.ambiguousCode`, `.outOfScope`, `.unknownOffice`,
    ///   `.domain`, `.sqlite`.
    public func edit(
        _ reference: RecordReference, writes: [FieldWrite], additions: [FieldWrite] = [],
        at: Timestamp? = nil, by: String? = nil
    ) throws -> EditResult {
        let record = try transaction.find(reference)
        let writes = try transaction.withKnownOffice(writes)
        try DossierRules.checkFields(
            of: record.state.kind, writes: writes, additions: additions)
        try DossierRules.checkEntered(writes, over: record.state)
        try checkScope(of: record.state, writes)
        if record.state.isVoided { throw DossierError.voided }
        try checkKey(of: record.state, writes)
        try checkErased(record.state, writes + additions)
        try checkDossier(record.state, writes)
        let conflicts = writes.map(\.name).filter { name in
            let rule = RecordSchema.rule(of: name, in: record.state.kind)
            return record.state.shown(name, by: rule)?.isConflict == true
        }
        let unknown = try unknownProcedure(record.state.kind, writes)
        var result = try commit(
            record.state.kind, record: record.state.id, over: record, writes: writes,
            additions: additions, at: at, by: by)
        result.settledConflicts = conflicts
        result.unknownProcedure = unknown
        return result
    }

    /// Settles a conflict with a value that the person chose, having seen all of them.
    ///
    /// - Throws: `StoreError.notInConflict`, and as `edit`. A status is settled with any of the
    ///   values in conflict, or with one that can follow the shown one.
    public func resolve(
        _ reference: RecordReference, _ field: FieldName, value: FieldValue,
        at: Timestamp? = nil, by: String? = nil
    ) throws -> EditResult {
        let record = try transaction.find(reference)
        let rule = RecordSchema.rule(of: field, in: record.state.kind)
        guard record.state.shown(field, by: rule)?.isConflict == true else {
            throw StoreError.notInConflict
        }
        let write = [FieldWrite(field, value)]
        try DossierRules.checkFields(of: record.state.kind, writes: write)
        try checkScope(of: record.state, write)
        try checkErased(record.state, write)
        if !record.state[field].contains(where: { $0.value == value }) {
            try checkDossier(record.state, write)
        }
        var result = try commit(
            record.state.kind, record: record.state.id, over: record, writes: write,
            additions: [], at: at, by: by)
        result.settledConflicts = [field]
        return result
    }

    /// The next code of this desk for a day: the desk's number, then a running number of four digits,
    /// which no dossier had before.
    ///
    /// - Throws: `StoreError`; `.domain(.malformed)` where there is none.
    public func nextCode(day: CalendarDate) throws -> String {
        guard let code = try possibleCode(day: day) else {
            throw StoreError.domain(.malformed("code", reason: "cannot be made for this day"))
        }
        return code
    }

    /// The next code of this desk for a day; `nil` when all numbers of the day are given, or the year is
    /// none of 2000 to 2099.
    ///
    /// - Throws: `StoreError`.
    public func possibleCode(day: CalendarDate) throws -> String? {
        let (office, desk) = try transaction.withAuthor { ($0.office ?? "", $0.desk) }
        let range = Self.range(ofDesk: desk)
        let database = transaction.database
        let given = try database.lastGivenNumber(
            agency: office, day: day, first: range.lowerBound)
        let present = try database.numbers(agency: office, day: day, in: range).max()
        let number = max(given ?? range.lowerBound, present ?? range.lowerBound) + 1
        guard range.contains(number) else { return nil }
        return DossierCode(agency: office, day: day, number: number)?.description
    }

    /// Codes that one desk can give out in one day.
    static let codesPerDesk: Int64 = 10_000
}

extension LocalEdit {
    func commit(
        _ kind: RecordKind, record: RecordID?, over before: OpenRecord?, writes: [FieldWrite],
        additions: [FieldWrite], at: Timestamp?, by: String?
    ) throws -> EditResult {
        var additions = additions + pauses(over: before?.state, kind, writes, additions)
        if let before,
            let events = DossierEvent.addition(
                over: before.state, writes, additions, act: at ?? transaction.now)
        {
            additions.append(events)
        }
        var known = before
        if before == nil, let record {
            known = try transaction.open(kind, record)
            if let other = known?.claimant { throw StoreError.otherKind(other) }
            // A record that was refused before it began may be made anew under its id.
            guard known?.state.fields.isEmpty == true else { throw StoreError.duplicateID }
        }
        let count = writes.count + additions.count
        // What a person says of the time is no matter of the clock, and an order of erasure has no time
        // that counts.
        if at == nil, !additions.contains(where: { $0.name == RecordSchema.erasedField }),
            count < DossierLimits.changeFieldsMax,
            let mark = try clockMark(on: kind, known?.state)
        {
            additions.append(mark)
        }
        let seen = known?.state.stamps.map(\.stamp.clock).max()
        return try transaction.withAuthor { author in
            let now = transaction.now
            let clock = author.clock.tick(now: now, after: seen ?? HybridTimestamp(rawValue: 0))
            let change = Change(
                dot: Dot(author.replica, author.chain.seq + 1), clock: clock, kind: kind,
                record: record, context: known?.state.vv ?? VersionVector(), writes: writes,
                additions: additions, at: at ?? clock.civilTime(ifNot: now), by: by)
            let bytes = change.canonicalBytes
            try DossierRules.validate(change: change, encodedBytes: bytes.count)
            author.chain.append(bytes)
            let id = record ?? RecordID(derivedFrom: author.chain.hash)
            let target = known ?? OpenRecord(state: RecordState(kind: kind, id: id), key: nil)
            var state = target.state
            guard state.apply(change) == .applied else { throw StoreError.identityTaken }
            try transaction.keepReplaced(by: change, in: target)
            let entry = LogEntry(
                form: .change, dot: change.dot, isMaking: record == nil, hash: author.chain.hash,
                bytes: bytes)
            try transaction.store(state, over: target, log: entry)
            transaction.noteOwnChange()
            if kind == .dossier, let code = writes.first(where: { $0.name == "code" })?.value.text {
                try transaction.noteCode(code, by: author)
            }
            return EditResult(
                record: id, change: change, settledConflicts: [], unknownProcedure: nil)
        }
    }

    /// The entry that says that this machine's clock is wrong; `nil` where it is not, for the catalog, whose
    /// times count nothing, and for a record whose erasure left no room for it.
    private func clockMark(on kind: RecordKind, _ state: RecordState?) throws -> FieldWrite? {
        let field = RecordSchema.clockOffField
        guard RecordSchema.definition(of: field, in: kind)?.type == .clockOff,
            state?.keptFields?.contains(field) ?? true, let fault = try transaction.clockFault()
        else { return nil }
        return FieldWrite(field, .integer(fault.offMilliseconds))
    }

    /// The writes whose times people gave. What a wrong clock gave is in order with nothing, and is no
    /// reason to refuse: it is marked.
    private func believed(_ writes: [FieldWrite]) throws -> [FieldWrite] {
        guard try transaction.clockFault() != nil else { return writes }
        return writes.filter { $0.value != .integer(transaction.now.milliseconds) }
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

    /// Refuses a new record with a code that another of its kind has. A procedure may have several
    /// entries, each from its day on.
    private func checkCode(_ kind: RecordKind, _ writes: [FieldWrite]) throws {
        func written(_ name: FieldName) -> FieldValue? {
            writes.first { $0.name == name }?.value
        }
        guard let code = written("code")?.text else { return }
        for id in try transaction.database.ids(ofCode: code, kind: kind) {
            guard kind == .procedure else {
                throw kind.isCatalog ? StoreError.duplicateEntry : StoreError.duplicateCode
            }
            let other = try transaction.find(.id(id)).state.shownValue("effective_from")
            if other == written("effective_from") { throw StoreError.duplicateEntry }
        }
    }

    /// Puts the own office into a new record, and refuses any other.
    private func settleOffice(of writes: inout [FieldWrite], own: String?) throws {
        let named = writes.first { $0.name == RecordSchema.officeField }?.value.text
        switch (named, own) {
        case (nil, let own?): writes.append(FieldWrite(RecordSchema.officeField, .text(own)))
        case (let named?, let own?) where named != own: throw StoreError.outOfScope
        case (let named?, nil):
            guard try transaction.database.hasOffice(named) else { throw StoreError.unknownOffice }
        case (nil, nil): throw StoreError.unknownOffice
        default: break
        }
    }

    func checkScope(of state: RecordState, _ writes: [FieldWrite]) throws {
        if let office = try transaction.withAuthor({ $0.office }) {
            guard case .offices(let codes) = DossierRules.scope(of: state), codes.contains(office)
            else { throw StoreError.outOfScope }
        }
        // A hand-over: the record goes to an office that the catalog knows.
        if let target = writes.first(where: { $0.name == RecordSchema.officeField })?.value {
            guard let code = target.text, try transaction.database.hasOffice(code) else {
                throw StoreError.unknownOffice
            }
        }
    }

    private func checkErased(_ state: RecordState, _ writes: [FieldWrite]) throws {
        guard let kept = state.keptFields else { return }
        if let write = writes.first(where: { !kept.contains($0.name) }) {
            throw StoreError.domain(.erased(write.name))
        }
    }

    private func checkDossier(_ state: RecordState, _ writes: [FieldWrite]) throws {
        guard state.kind == .dossier else { return }
        func present(_ name: FieldName) -> FieldValue? {
            state.shown(name, by: RecordSchema.rule(of: name, in: .dossier))?.value
        }
        let given = try believed(writes)
        let marked = Set(state.wrongClockMarks.map(\.dot))
        func after(_ name: FieldName) -> Int64? {
            if writes.contains(where: { $0.name == name }) {
                return given.first { $0.name == name }?.value.integer
            }
            // Nor can what was written under a wrong clock hold back what is written under a right one.
            if state[name].contains(where: { marked.contains($0.dot) }) { return nil }
            return present(name)?.integer
        }
        if let status = writes.first(where: { $0.name == RecordSchema.statusField })?.value.text {
            try DossierRules.checkTransition(
                from: present(RecordSchema.statusField)?.text, to: status,
                by: try transaction.transitions(of: state))
        }
        if writes.contains(where: { $0.name.rawValue.hasSuffix("_at") }) {
            try DossierRules.checkOrder(
                received: after("received_at"), due: after("due_at"),
                finished: after("finished_at"), returned: after("returned_at"))
        }
        if let code = writes.first(where: { $0.name == "code" })?.value.text,
            try transaction.database.ids(ofCode: code, kind: .dossier).contains(where: {
                $0 != state.id
            })
        {
            throw StoreError.duplicateCode
        }
    }

    private func unknownProcedure(_ kind: RecordKind, _ writes: [FieldWrite]) throws -> String? {
        guard kind == .dossier,
            let code = writes.first(where: { $0.name == "procedure" })?.value.text
        else { return nil }
        return try transaction.hasProcedure(code) ? nil : code
    }
}

extension WriteTransaction {
    /// Finds the record that a person named.
    ///
    /// - Throws: `StoreError.noSuchRecord`, `.ambiguousCode`.
    public func find(_ reference: RecordReference) throws -> OpenRecord {
        guard let stored = try database.find(reference) else { throw StoreError.noSuchRecord }
        return OpenRecord(state: stored.state, key: stored.key)
    }

    /// The steps that the dossier's procedure allows in its edition of the day of receipt; `nil` where the
    /// general ones hold.
    ///
    /// - Throws: `StoreError`.
    public func transitions(of dossier: RecordState) throws -> TransitionTable? {
        guard let code = dossier.shownValue("procedure")?.text else { return nil }
        return try database.editions(of: code).transitions(of: dossier, now: now)
    }

    /// Whether the catalog has the procedure; asked once per transaction and code.
    func hasProcedure(_ code: String) throws -> Bool {
        if let known = knownProcedures[code] { return known }
        let isKnown = try database.hasProcedure(code)
        knownProcedures[code] = isKnown
        return isKnown
    }
}
